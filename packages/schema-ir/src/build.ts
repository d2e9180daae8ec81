/**
 * Short constructors of schema nodes, with the default bounds filled in.
 *
 * They only build data; `checkSchema` says whether the data makes sense.
 */
import { DEFAULT_BOUNDS, I64 } from './bounds.ts';
import type {
  BoolSchema,
  BytesSchema,
  EnumLiteral,
  EnumSchema,
  FloatSchema,
  IntSchema,
  ListSchema,
  MapSchema,
  NoneSchema,
  OptionalSchema,
  RecordField,
  RecordSchema,
  RefSchema,
  Schema,
  StrSchema,
  TupleSchema,
  UnionSchema,
} from './schema.ts';

/** None. */
export const none = (): NoneSchema => ({ kind: 'none' });
/** True or false. */
export const bool = (): BoolSchema => ({ kind: 'bool' });
/** A double. */
export const float = (): FloatSchema => ({ kind: 'float' });
/** A whole number, 64 bits with a sign unless bounds are given. */
export const int = (min: bigint | number = I64.min, max: bigint | number = I64.max): IntSchema => ({
  kind: 'int',
  min: BigInt(min),
  max: BigInt(max),
});
/** A whole number of a machine width, such as `sized('u8')`. */
export function sized(name: 'i8' | 'i16' | 'i32' | 'i64' | 'u8' | 'u16' | 'u32' | 'u64'): IntSchema {
  const bits = BigInt(name.slice(1));
  return name.startsWith('u') ? int(0n, 2n ** bits - 1n) : int(-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n);
}
/** Text of at most so many UTF-8 bytes. */
export const str = (maxBytes: number = DEFAULT_BOUNDS.strBytes): StrSchema => ({ kind: 'str', maxBytes });
/** At most so many bytes. */
export const bytes = (maxBytes: number = DEFAULT_BOUNDS.bytesBytes): BytesSchema => ({ kind: 'bytes', maxBytes });
/** The value or none. */
export const optional = (of: Schema): OptionalSchema => ({ kind: 'optional', of });
/** At most so many values. */
export const list = (of: Schema, maxItems: number = DEFAULT_BOUNDS.listItems): ListSchema => ({ kind: 'list', of, maxItems });
/** At most so many entries. */
export const map = (key: StrSchema | IntSchema, value: Schema, maxItems: number = DEFAULT_BOUNDS.mapItems): MapSchema => ({
  kind: 'map',
  key,
  value,
  maxItems,
});
/** Exactly these values. */
export const tuple = (...items: readonly Schema[]): TupleSchema => ({ kind: 'tuple', items });
/** Named fields, in this order; pass a schema, or a field with its default. */
export const record = (name: string, fields: Readonly<Record<string, Schema>> | readonly RecordField[]): RecordSchema => ({
  kind: 'record',
  name,
  fields: Array.isArray(fields)
    ? (fields as readonly RecordField[])
    : Object.entries(fields as Readonly<Record<string, Schema>>).map(([field, schema]) => ({ name: field, schema })),
});
/** One of these literals. */
export const literals = (name: string, ...values: readonly EnumLiteral[]): EnumSchema => ({ kind: 'enum', name, literals: values });
/** One of these schemas, by tag. */
export const union = (name: string, variants: Readonly<Record<string, Schema>>): UnionSchema => ({
  kind: 'union',
  name,
  variants: Object.entries(variants).map(([tag, schema]) => ({ tag, schema })),
});
/** The type of that name. */
export const ref = (name: string): RefSchema => ({ kind: 'ref', name });
