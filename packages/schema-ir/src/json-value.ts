/**
 * Values of a schema as JSON, for command lines and logs: everything JSON can say is itself, and the rest has one agreed text.
 *
 *   int, duration beyond 2^53 its digits as text | float NaN, Infinity, -Infinity as text | bytes base64 | map an object, keys as text
 *   union { "tag": ..., "value": ... } | result { "ok": ... } or { "error": ... } | enum its literal | record an object
 *   tuple, array an array | table an object of arrays | decimal, date, time, timestamp, uuid text | capability { "capability": index }
 *
 * Checking is the codec's business: what is not understood here is passed on, and the codec says what was expected where.
 */
import type { NamedSchema, Schema, SchemaTypes } from './schema.ts';

/** JSON as `JSON.parse` gives it, to a value that a codec of the schema encodes. */
export function valueFromJson(schema: Schema, json: unknown, types: SchemaTypes): unknown {
  const inner = (of: Schema, value: unknown): unknown => valueFromJson(of, value, types);
  switch (schema.kind) {
    case 'int':
    case 'duration':
      return typeof json === 'string' && /^-?\d{1,40}$/.test(json) ? BigInt(json) : json;
    case 'float':
    case 'float32':
      return json === 'NaN' || json === 'Infinity' || json === '-Infinity' ? Number(json) : json;
    case 'enum':
      return typeof json === 'string' && /^-?\d{16,20}$/.test(json) && !schema.literals.includes(json) ? BigInt(json) : json;
    case 'bytes':
      return typeof json === 'string' ? bytesOf(json) : json;
    case 'optional':
      return json === null ? null : inner(schema.of, json);
    case 'list':
    case 'array':
      return Array.isArray(json) ? json.map((item) => inner(schema.of, item)) : json;
    case 'tuple':
      return Array.isArray(json) ? json.map((item, i) => (schema.items[i] === undefined ? item : inner(schema.items[i], item))) : json;
    case 'map':
      return isObject(json)
        ? new Map(Object.entries(json).map(([key, value]) => [inner(schema.key, key), inner(schema.value, value)]))
        : json;
    case 'record': {
      if (!isObject(json)) return json;
      const schemas = new Map(schema.fields.map((field) => [field.name, field.schema]));
      return Object.fromEntries(
        Object.entries(json).map(([name, value]) => [name, schemas.has(name) ? inner(schemas.get(name) as Schema, value) : value]),
      );
    }
    case 'union': {
      if (!isObject(json)) return json;
      const variant = schema.variants.find(({ tag }) => tag === json.tag);
      return variant === undefined ? json : { tag: json.tag, value: inner(variant.schema, json.value) };
    }
    case 'result':
      return isObject(json)
        ? Object.fromEntries(
            Object.entries(json).map(([side, value]) => [side, side === 'ok' || side === 'error' ? inner(schema[side], value) : value]),
          )
        : json;
    case 'table': {
      if (!isObject(json)) return json;
      const schemas = new Map(schema.fields.map((field) => [field.name, field.schema]));
      return Object.fromEntries(
        Object.entries(json).map(([name, column]) => {
          const of = schemas.get(name);
          return [name, of !== undefined && Array.isArray(column) ? column.map((item) => inner(of, item)) : column];
        }),
      );
    }
    case 'ref':
      return Object.hasOwn(types, schema.name) ? inner(types[schema.name] as NamedSchema, json) : json;
    default:
      return json;
  }
}

/** A decoded value to something that `JSON.stringify` writes. */
export function valueToJson(schema: Schema, value: unknown, types: SchemaTypes): unknown {
  const inner = (of: Schema, item: unknown): unknown => valueToJson(of, item, types);
  switch (schema.kind) {
    case 'int':
    case 'enum':
    case 'duration':
      return typeof value === 'bigint' ? value.toString() : value;
    case 'float':
    case 'float32':
      return Number.isFinite(value) ? value : String(value);
    case 'bytes':
      return base64Of(value as Uint8Array);
    case 'optional':
      return value === null ? null : inner(schema.of, value);
    case 'list':
    case 'array':
      return (value as readonly unknown[]).map((item) => inner(schema.of, item));
    case 'tuple':
      return (value as readonly unknown[]).map((item, i) => inner(schema.items[i] as Schema, item));
    case 'map':
      return Object.fromEntries(
        [...(value as ReadonlyMap<unknown, unknown>)].map(([key, item]) => [String(key), inner(schema.value, item)]),
      );
    case 'record': {
      const record = value as Readonly<Record<string, unknown>>;
      return Object.fromEntries(schema.fields.map((field) => [field.name, inner(field.schema, record[field.name])]));
    }
    case 'union': {
      const { tag, value: item } = value as { readonly tag: string; readonly value: unknown };
      const variant = schema.variants.find((candidate) => candidate.tag === tag);
      return { tag, value: variant === undefined ? item : inner(variant.schema, item) };
    }
    case 'result':
      return value !== null && typeof value === 'object' && 'ok' in value
        ? { ok: inner(schema.ok, value.ok) }
        : { error: inner(schema.error, (value as { readonly error: unknown }).error) };
    case 'table': {
      const columns = value as Readonly<Record<string, readonly unknown[]>>;
      return Object.fromEntries(
        schema.fields.map((field) => [field.name, (columns[field.name] ?? []).map((item) => inner(field.schema, item))]),
      );
    }
    case 'ref':
      return inner(types[schema.name] as NamedSchema, value);
    default:
      return value;
  }
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** Base64 as bytes; text that is none is passed on, so that the codec refuses it. */
function bytesOf(text: string): unknown {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return text;
  }
}

function base64Of(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
