/** Decoded values as Python expressions: what a default looks like in a declaration. */
import type { NamedSchema, Schema, SchemaTypes, TimeUnit } from './schema.ts';

const TIMEDELTA_WORD: Readonly<Record<TimeUnit, string>> = { us: 'microseconds', ms: 'milliseconds', s: 'seconds' };

/** The expression of a value of a schema. */
export function valueToPython(
  schema: Schema,
  value: unknown,
  types: SchemaTypes,
  className: (name: string) => string = (name) => name,
): string {
  const inner = (of: Schema, item: unknown): string => valueToPython(of, item, types, className);
  switch (schema.kind) {
    case 'none':
    case 'stream':
      return 'None';
    case 'optional':
      return value === null ? 'None' : inner(schema.of, value);
    case 'bytes':
      return `bytes.fromhex("${Array.from(value as Uint8Array, (byte) => byte.toString(16).padStart(2, '0')).join('')}")`;
    case 'list':
    case 'array':
      return `[${(value as readonly unknown[]).map((item) => inner(schema.of, item)).join(', ')}]`;
    case 'tuple': {
      const parts = (value as readonly unknown[]).map((item, i) => inner(schema.items[i] as Schema, item));
      return `(${parts.join(', ')}${parts.length === 1 ? ',' : ''})`;
    }
    case 'map':
      return `{${Array.from(value as ReadonlyMap<unknown, unknown>, ([k, v]) => `${inner(schema.key, k)}: ${inner(schema.value, v)}`).join(', ')}}`;
    case 'record':
      return `${className(schema.name)}(${schema.fields
        .map((field) => `${field.name}=${inner(field.schema, (value as Readonly<Record<string, unknown>>)[field.name])}`)
        .join(', ')})`;
    case 'table': {
      const columns = value as Readonly<Record<string, readonly unknown[]>>;
      return `{${schema.fields
        .map((field) => `${text(field.name)}: [${(columns[field.name] ?? []).map((item) => inner(field.schema, item)).join(', ')}]`)
        .join(', ')}}`;
    }
    case 'union': {
      const { tag, value: item } = value as { readonly tag: string; readonly value: unknown };
      const variant = schema.variants.find((candidate) => candidate.tag === tag);
      return variant === undefined ? 'None' : inner(variant.schema, item);
    }
    case 'result':
      return 'ok' in (value as object)
        ? `Ok(${inner(schema.ok, (value as { readonly ok: unknown }).ok)})`
        : `Err(${inner(schema.error, (value as { readonly error: unknown }).error)})`;
    case 'decimal':
      return `decimal.Decimal(${text(value as string)})`;
    case 'uuid':
      return `uuid.UUID(${text(value as string)})`;
    case 'date':
    case 'time':
      return `datetime.${schema.kind}.fromisoformat(${text(value as string)})`;
    case 'timestamp':
      // Python 3.10 reads no Z, and fractions only of three or six digits, which is what decoding gives.
      return `datetime.datetime.fromisoformat(${text((value as string).replace('Z', '+00:00'))})`;
    case 'duration':
      return `datetime.timedelta(${TIMEDELTA_WORD[schema.unit]}=${String(value)})`;
    case 'capability':
      return `Capability(${String((value as { readonly capability: number }).capability)})`;
    case 'ref':
      return inner(types[schema.name] as NamedSchema, value);
    case 'bool':
    case 'int':
    case 'float':
    case 'float32':
    case 'str':
    case 'enum':
      return scalar(value);
  }
}

function scalar(value: unknown): string {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'number') return String(value);
  if (Number.isNaN(value)) return 'float("nan")';
  if (!Number.isFinite(value)) return value > 0 ? 'float("inf")' : 'float("-inf")';
  return Object.is(value, -0) ? '-0.0' : String(value);
}

/** A str literal: JSON escapes are Python escapes, once everything outside ASCII is escaped by its code point. */
function text(value: string): string {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/gu, (char) => `\\U${(char.codePointAt(0) as number).toString(16).padStart(8, '0')}`);
}
