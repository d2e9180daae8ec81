/**
 * Short constructors of schema nodes, with the default bounds filled in.
 *
 * They only build data; `checkSchema` says whether the data makes sense.
 */
import { DEFAULT_BOUNDS, I64 } from './bounds.ts';
import { durationLimits } from './kinds/duration.ts';
import type {
  ArraySchema,
  BoolSchema,
  BytesSchema,
  CapabilitySchema,
  DateSchema,
  DecimalSchema,
  DurationSchema,
  EnumLiteral,
  EnumSchema,
  Float32Schema,
  FloatSchema,
  IntSchema,
  ListSchema,
  MapSchema,
  NoneSchema,
  OptionalSchema,
  RecordField,
  RecordSchema,
  RefSchema,
  ResultSchema,
  Schema,
  StreamSchema,
  StrSchema,
  TableSchema,
  TimeSchema,
  TimestampSchema,
  TimeUnit,
  TupleSchema,
  UnionSchema,
  UuidSchema,
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
/** A double that 32 bits hold. */
export const float32 = (): Float32Schema => ({ kind: 'float32' });
/** A decimal number of so many digits in all and after the point. */
export const decimal = (
  precision: number = DEFAULT_BOUNDS.decimalPrecision,
  scale: number = Math.min(DEFAULT_BOUNDS.decimalScale, precision),
): DecimalSchema => ({ kind: 'decimal', precision, scale });
/** A day. */
export const date = (): DateSchema => ({ kind: 'date' });
/** A time of day. */
export const time = (unit: TimeUnit = 'us'): TimeSchema => ({ kind: 'time', unit });
/** A moment, or a day and time without zone. */
export const timestamp = (unit: TimeUnit = 'us', zone: 'utc' | 'naive' = 'utc'): TimestampSchema => ({ kind: 'timestamp', unit, zone });
/** A span of time; at widest what 64 bits and Python's timedelta hold. */
export const duration = (
  unit: TimeUnit = 'us',
  min: bigint | number = durationLimits(unit).min,
  max: bigint | number = durationLimits(unit).max,
): DurationSchema => ({ kind: 'duration', unit, min: BigInt(min), max: BigInt(max) });
/** A UUID. */
export const uuid = (): UuidSchema => ({ kind: 'uuid' });
/** Exactly so many values. */
export const array = (of: Schema, length: number): ArraySchema => ({ kind: 'array', of, length });
/** A value or an error. */
export const result = (ok: Schema, error: Schema): ResultSchema => ({ kind: 'result', ok, error });
/** Values in chunks of at most so many. */
export const stream = (of: Schema, maxItems: number = DEFAULT_BOUNDS.streamItems): StreamSchema => ({ kind: 'stream', of, maxItems });
/** Columns of scalars, all of one length of at most so many rows. */
export const table = (columns: Readonly<Record<string, Schema>>, maxRows: number = DEFAULT_BOUNDS.tableRows): TableSchema => ({
  kind: 'table',
  fields: Object.entries(columns).map(([name, schema]) => ({ name, schema })),
  maxRows,
});
/** The index of a grant of that name. */
export const capability = (grant: string): CapabilitySchema => ({ kind: 'capability', grant });
