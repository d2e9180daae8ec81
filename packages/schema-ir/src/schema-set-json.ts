/**
 * schemas.json: the file form of a schema set, written by the compiler and read by workers and clients.
 *
 * Reading treats the text as hostile: its size, nesting and node count are bounded, keys are looked up as own properties only, every
 * value is checked where it stands, and the ids in the file must be those of the schemas in it.
 */
import { MAX_BOUND, MAX_DEPTH } from './bounds.ts';
import type { Json, JsonNode } from './kind-spec.ts';
import { isKind, KINDS } from './kind-table.ts';
import { isNamed, type NamedSchema, type RecordField, type Schema } from './schema.ts';
import { at, describe, refuse, within } from './schema-error.ts';
import { checkSchemaSet, type ExportSchema, exportIds, SCHEMA_SET_VERSION, type SchemaSet } from './schema-set.ts';
import { schemaToJson } from './schema-to-json.ts';

const FORMAT = 'molt-schemas';
/** Characters of a schemas.json. */
const MAX_TEXT = 8 << 20;
/** Schema nodes in one file. */
const MAX_NODES = 100_000;

/** The text of a schemas.json. The same set always gives the same text. */
export function schemaSetToJson(set: SchemaSet): string {
  checkSchemaSet(set);
  const names = Object.keys(set.types).sort();
  const json = {
    format: FORMAT,
    version: set.version,
    types: Object.fromEntries(names.map((name) => [name, schemaToJson(set.types[name] as NamedSchema)])),
    exports: set.exports.map((item) => exportToJson(item, set)),
  };
  return `${JSON.stringify(json, null, 1)}\n`;
}

function exportToJson(item: ExportSchema, set: SchemaSet): { readonly [key: string]: Json } {
  const ids = exportIds(item, set.types);
  const { fields } = schemaToJson({ kind: 'record', name: item.name, fields: item.params });
  return {
    name: item.name,
    params: fields as Json,
    result: schemaToJson(item.result),
    errors: item.errors ?? [],
    idempotent: item.idempotent ?? false,
    inputId: ids.input,
    outputId: ids.output,
  };
}

/** Reads a schemas.json; throws SchemaError if anything in it is not as it should be. */
export function schemaSetFromJson(text: string): SchemaSet {
  return at('schemas', () => {
    if (text.length > MAX_TEXT) refuse('MOLT4003', { limit: MAX_TEXT, unit: 'characters', actual: text.length });
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      refuse('MOLT4040', { expected: 'JSON', actual: error instanceof Error ? error.message : 'something else' });
    }
    const budget = { nodes: MAX_NODES };
    const root = new Node(json, budget, 0);
    if (root.get('format') !== FORMAT) root.fail(`"format": "${FORMAT}"`, root.get('format'));
    if (root.get('version') !== SCHEMA_SET_VERSION) root.fail(`"version": ${SCHEMA_SET_VERSION}`, root.get('version'));
    const types: Record<string, NamedSchema> = {};
    for (const [name, value] of new Node(root.get('types'), budget, 0).entries()) {
      const type = readSchema(value, budget, 0);
      if (!isNamed(type) || type.name !== name || name === '__proto__')
        refuse('MOLT4040', { expected: `a type named ${name}`, actual: describe(type) });
      types[name] = type;
    }
    const stated: { readonly input: string; readonly output: string }[] = [];
    const exports = root.array('exports', (node): ExportSchema => {
      stated.push({ input: node.text('inputId'), output: node.text('outputId') });
      return {
        name: node.text('name'),
        params: node.array('params', (param) => param.field()),
        result: node.schema('result'),
        errors: node.array('errors', (item, value) => (typeof value === 'string' ? value : item.fail('the name of an exception', value))),
        idempotent: node.get('idempotent') === true,
      };
    });
    const set: SchemaSet = { version: SCHEMA_SET_VERSION, types, exports };
    checkSchemaSet(set);
    exports.forEach((item, i) => {
      const actual = exportIds(item, types);
      for (const side of ['input', 'output'] as const) {
        if (stated[i]?.[side] !== actual[side]) {
          refuse('MOLT4044', { stated: String(stated[i]?.[side]).slice(0, 16), actual: actual[side].slice(0, 16) });
        }
      }
    });
    return set;
  });
}

/** One schema from the form that `schemaToJson` gives; throws SchemaError if it is none. References are not looked up. */
export function schemaFromJson(json: unknown): Schema {
  return at('schema', () => readSchema(json, { nodes: MAX_NODES }, 0));
}

function readSchema(value: unknown, budget: { nodes: number }, depth: number): Schema {
  if (--budget.nodes < 0) refuse('MOLT4040', { expected: `at most ${MAX_NODES} schema nodes`, actual: 'more' });
  if (depth > MAX_DEPTH) refuse('MOLT4040', { expected: `at most ${MAX_DEPTH} levels of nesting`, actual: 'more' });
  const node = new Node(value, budget, depth);
  const kind = node.get('kind');
  if (!isKind(kind)) return node.fail(`a kind (${Object.keys(KINDS).join(', ')})`, kind);
  return KINDS[kind].fromJson(node);
}

/** A JSON object with checked access; see JsonNode. */
class Node implements JsonNode {
  readonly object: Readonly<Record<string, unknown>>;
  readonly #value: unknown;
  readonly #budget: { nodes: number };
  readonly #depth: number;

  constructor(value: unknown, budget: { nodes: number }, depth: number) {
    this.#value = value;
    this.object = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
    this.#budget = budget;
    this.#depth = depth;
  }

  get(key: string): unknown {
    if (this.object !== this.#value) this.fail('an object', this.#value);
    return Object.hasOwn(this.object, key) ? this.object[key] : undefined;
  }

  entries(): [string, unknown][] {
    return this.object === this.#value ? Object.entries(this.object) : this.fail('an object', this.#value);
  }

  text(key: string): string {
    const value = this.get(key);
    return typeof value === 'string' ? value : this.fail(`text for ${key}`, value);
  }

  count(key: string, fallback: number): number {
    const value = this.get(key);
    if (value === undefined) return fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_BOUND) return value;
    return this.fail(`${key} from 0 to ${MAX_BOUND}`, value);
  }

  required(key: string): number {
    return this.get(key) === undefined ? this.fail(`a number for ${key}`, undefined) : this.count(key, 0);
  }

  whole(key: string, fallback: bigint): bigint {
    const value = this.get(key);
    if (value === undefined) return fallback;
    if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
    if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value);
    return this.fail(`a whole number for ${key}`, value);
  }

  word<const W extends string>(key: string, words: readonly W[], fallback: W): W {
    const value = this.get(key);
    if (value === undefined) return fallback;
    return words.find((word) => word === value) ?? this.fail(`${key} to be ${words.join(' or ')}`, value);
  }

  schema(key: string): Schema {
    try {
      return this.schemaOf(this.get(key));
    } catch (error) {
      throw within(error, `.${key}`);
    }
  }

  schemaOf(value: unknown): Schema {
    return readSchema(value, this.#budget, this.#depth + 1);
  }

  array<T>(key: string, item: (node: Node, value: unknown) => T): T[] {
    const value = this.get(key);
    if (!Array.isArray(value)) return this.fail(`a list for ${key}`, value);
    return value.map((entry: unknown, i) => {
      try {
        return item(new Node(entry, this.#budget, this.#depth), entry);
      } catch (error) {
        throw within(error, `.${key}[${i}]`);
      }
    });
  }

  hex(key: string): Uint8Array | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value.length % 2 !== 0 || !/^[0-9a-f]*$/.test(value))
      return this.fail(`hexadecimal digits for ${key}`, value);
    return Uint8Array.from({ length: value.length / 2 }, (_, i) => Number.parseInt(value.slice(2 * i, 2 * i + 2), 16));
  }

  field(): RecordField {
    const name = this.text('name');
    const schema = this.schema('schema');
    const fallback = this.hex('default');
    return fallback === undefined ? { name, schema } : { name, schema, default: fallback };
  }

  fail(expected: string, actual: unknown): never {
    return refuse('MOLT4040', { expected, actual: describe(actual) });
  }
}
