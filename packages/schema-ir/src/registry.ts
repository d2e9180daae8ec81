/**
 * The registry file: which schema a published name and version stands for.
 *
 * A binding is a promise to everyone who built against it, so it can be added but never changed. Beside the ids the file keeps the text
 * of each schema, so that a new version can be compared with all earlier ones. The file is JSON, sorted, one line per binding, so that
 * changes read well in review.
 */
import { type SchemaId, wireId } from './canonical.ts';
import type { SchemaVersion } from './compatible.ts';
import { parseSchema } from './parse-schema.ts';
import { printSchema } from './print-schema.ts';
import { NO_TYPES, type Schema, type SchemaTypes } from './schema.ts';
import { at, describe, refuse } from './schema-error.ts';

/** Bindings of `name@major.minor` to wire ids, and the text of schemas by id. */
export interface SchemaRegistry {
  readonly bindings: ReadonlyMap<string, SchemaId>;
  readonly schemas: ReadonlyMap<SchemaId, string>;
}

const KEY = /^[\p{ID_Start}_][\p{ID_Continue}.]{0,199}@(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/u;
const ID = /^[0-9a-f]{64}$/;
/** Characters of a registry file. */
const MAX_TEXT = 32 << 20;

/** A registry without bindings. */
export const EMPTY_REGISTRY: SchemaRegistry = { bindings: new Map(), schemas: new Map() };

/** The registry with one more binding; refuses to change one. Binding a name again to the same id changes nothing. */
export function bindName(registry: SchemaRegistry, key: string, id: SchemaId): SchemaRegistry {
  return at('registry', () => {
    checkBinding(key, id);
    const bound = registry.bindings.get(key);
    if (bound === id) return registry;
    if (bound !== undefined) {
      const { name, major } = versionOf(key);
      const last = Math.max(...versionsOf(registry, name).flatMap((version) => (version.major === major ? [version.minor] : [])));
      refuse('MOLT4060', { name: key, bound: bound.slice(0, 16), wanted: id.slice(0, 16), next: `${name}@${major}.${last + 1}` });
    }
    return { ...registry, bindings: new Map([...registry.bindings, [key, id]]) };
  });
}

/** The registry with a schema bound to a name and version, and its text kept. */
export function bindSchema(registry: SchemaRegistry, key: string, schema: Schema, types: SchemaTypes = NO_TYPES): SchemaRegistry {
  const id = wireId(schema, types);
  const bound = bindName(registry, key, id);
  return bound.schemas.has(id) ? bound : { ...bound, schemas: new Map([...bound.schemas, [id, printSchema(schema, types)]]) };
}

/** A name with its version. */
interface NamedVersion {
  readonly key: string;
  readonly name: string;
  readonly major: number;
  readonly minor: number;
}

function versionOf(key: string): NamedVersion {
  const cut = key.lastIndexOf('@');
  const [major, minor] = key
    .slice(cut + 1)
    .split('.')
    .map(Number) as [number, number];
  return { key, name: key.slice(0, cut), major, minor };
}

/** The versions of a name, oldest first. */
function versionsOf(registry: SchemaRegistry, name: string): NamedVersion[] {
  return [...registry.bindings.keys()]
    .map(versionOf)
    .filter((version) => version.name === name)
    .sort((a, b) => a.major - b.major || a.minor - b.minor);
}

/** The keys of a name's versions, oldest first. */
export function versionKeys(registry: SchemaRegistry, name: string): readonly string[] {
  return versionsOf(registry, name).map(({ key }) => key);
}

/** Names that have versions, sorted. */
export function registeredNames(registry: SchemaRegistry): readonly string[] {
  return [...new Set([...registry.bindings.keys()].map((key) => versionOf(key).name))].sort();
}

/** All versions of a name whose text the registry keeps, oldest first, ready to be compared. */
export function historyOf(registry: SchemaRegistry, name: string): readonly SchemaVersion[] {
  return versionsOf(registry, name).flatMap(({ key }): SchemaVersion[] => {
    const text = registry.schemas.get(registry.bindings.get(key) as SchemaId);
    return text === undefined ? [] : [{ version: key, ...parseSchema(text) }];
  });
}

/** The newest version of a name with its id; undefined when there is none. */
export function latestOf(registry: SchemaRegistry, name: string): { readonly key: string; readonly id: SchemaId } | undefined {
  const key = versionsOf(registry, name).at(-1)?.key;
  return key === undefined ? undefined : { key, id: registry.bindings.get(key) as SchemaId };
}

/** The key that a name's next version gets: the next minor one, the next major one if it breaks, or 1.0. */
export function nextVersion(registry: SchemaRegistry, name: string, breaks = false): string {
  const last = versionsOf(registry, name).at(-1);
  if (last === undefined) return `${name}@1.0`;
  return breaks ? `${name}@${last.major + 1}.0` : `${name}@${last.major}.${last.minor + 1}`;
}

/** Reads a registry file; every text must be a schema of the id that it stands under. */
export function parseRegistry(text: string): SchemaRegistry {
  return at('registry', () => {
    if (text.length > MAX_TEXT) refuse('MOLT4003', { limit: MAX_TEXT, unit: 'characters', actual: text.length });
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      refuse('MOLT4061', { expected: 'JSON', actual: error instanceof Error ? error.message : 'something else' });
    }
    const { format, bindings, schemas } = (typeof json === 'object' && json !== null ? json : {}) as Readonly<Record<string, unknown>>;
    if (format !== 'molt-registry/1') refuse('MOLT4061', { expected: '"format": "molt-registry/1"', actual: describe(format) });
    const entries = entriesOf(bindings, 'an object of bindings');
    for (const [key, id] of entries) checkBinding(key, id);
    const texts = entriesOf(schemas ?? {}, 'an object of schemas');
    for (const [id, schema] of texts) checkText(id, schema);
    return { bindings: new Map(entries as [string, string][]), schemas: new Map(texts as [string, string][]) };
  });
}

/** Writes a registry file. */
export function formatRegistry(registry: SchemaRegistry): string {
  const sorted = [...registry.bindings].sort(([a], [b]) => {
    const [left, right] = [versionOf(a), versionOf(b)];
    return left.name === right.name ? left.major - right.major || left.minor - right.minor : left.name < right.name ? -1 : 1;
  });
  const used = new Set(registry.bindings.values());
  const texts = [...registry.schemas].filter(([id]) => used.has(id)).sort(([a], [b]) => (a < b ? -1 : 1));
  const json = { format: 'molt-registry/1', bindings: Object.fromEntries(sorted), schemas: Object.fromEntries(texts) };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function entriesOf(value: unknown, expected: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('MOLT4061', { expected, actual: describe(value) });
  return Object.entries(value);
}

function checkBinding(key: string, id: unknown): void {
  if (!KEY.test(key)) refuse('MOLT4061', { expected: 'a key such as orders.Create@1.0', actual: describe(key) });
  if (typeof id !== 'string' || !ID.test(id)) refuse('MOLT4061', { expected: `64 hexadecimal digits for ${key}`, actual: describe(id) });
}

function checkText(id: string, text: unknown): void {
  if (!ID.test(id) || typeof text !== 'string')
    refuse('MOLT4061', { expected: 'the text of a schema under its id', actual: describe(text) });
  const { schema, types } = parseSchema(text as string);
  const actual = wireId(schema, types);
  if (actual !== id) refuse('MOLT4044', { stated: id.slice(0, 16), actual: actual.slice(0, 16) });
}
