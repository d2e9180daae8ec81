/**
 * The registry file: which id a published name and version stands for.
 *
 * A binding is a promise to everyone who built against it, so it can be added but never changed. The file is JSON, sorted, one line per
 * binding, so that changes read well in review.
 */
import type { SchemaId } from './canonical.ts';
import { at, describe, refuse } from './schema-error.ts';

/** Bindings of `name@major.minor` to ids. */
export interface SchemaRegistry {
  readonly bindings: ReadonlyMap<string, SchemaId>;
}

const KEY = /^[A-Za-z_][\w.]*@(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/;
const ID = /^[0-9a-f]{64}$/;

/** A registry without bindings. */
export const EMPTY_REGISTRY: SchemaRegistry = { bindings: new Map() };

/** The registry with one more binding; refuses to change one. Binding a name again to the same id changes nothing. */
export function bindName(registry: SchemaRegistry, key: string, id: SchemaId): SchemaRegistry {
  return at('registry', () => {
    checkBinding(key, id);
    const bound = registry.bindings.get(key);
    if (bound === id) return registry;
    if (bound !== undefined) {
      const [name, version] = key.split('@') as [string, string];
      const [major, minor] = version.split('.') as [string, string];
      refuse('MOLT4060', { name: key, bound: bound.slice(0, 16), wanted: id.slice(0, 16), next: `${name}@${major}.${Number(minor) + 1}` });
    }
    return { bindings: new Map([...registry.bindings, [key, id]]) };
  });
}

/** Reads a registry file. */
export function parseRegistry(text: string): SchemaRegistry {
  return at('registry', () => {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      refuse('MOLT4061', { expected: 'JSON', actual: error instanceof Error ? error.message : 'something else' });
    }
    const { format, bindings } = (typeof json === 'object' && json !== null ? json : {}) as { format?: unknown; bindings?: unknown };
    if (format !== 'molt-registry/1') refuse('MOLT4061', { expected: '"format": "molt-registry/1"', actual: describe(format) });
    if (typeof bindings !== 'object' || bindings === null || Array.isArray(bindings)) {
      return refuse('MOLT4061', { expected: 'an object of bindings', actual: describe(bindings) });
    }
    const entries = Object.entries(bindings);
    for (const [key, id] of entries) checkBinding(key, id);
    return { bindings: new Map(entries as [string, string][]) };
  });
}

/** Writes a registry file. */
export function formatRegistry(registry: SchemaRegistry): string {
  const sorted = [...registry.bindings].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify({ format: 'molt-registry/1', bindings: Object.fromEntries(sorted) }, null, 2)}\n`;
}

function checkBinding(key: string, id: unknown): void {
  if (!KEY.test(key)) refuse('MOLT4061', { expected: 'a key such as orders.Create@1.0', actual: describe(key) });
  if (typeof id !== 'string' || !ID.test(id)) refuse('MOLT4061', { expected: `64 hexadecimal digits for ${key}`, actual: describe(id) });
}
