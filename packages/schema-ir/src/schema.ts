/**
 * Schema nodes: what may cross a service boundary, as plain data.
 *
 * A schema is a closed tree of nodes. Named types (record, enum, union) may be written in place or in a table of types and reached by
 * `ref`, which is also how a type contains itself. Every node whose values vary in size carries its bound, so the worst case of a
 * payload is known before the first byte arrives. Behaviour lives beside each kind in kinds/, never here.
 */

/** No value: Python's None. */
export interface NoneSchema {
  readonly kind: 'none';
}
/** True or false. */
export interface BoolSchema {
  readonly kind: 'bool';
}
/** A whole number between two bounds, both included; at widest from -2^63 to 2^64-1. */
export interface IntSchema {
  readonly kind: 'int';
  readonly min: bigint;
  readonly max: bigint;
}
/** An IEEE 754 double. */
export interface FloatSchema {
  readonly kind: 'float';
}
/** Text; the bound counts UTF-8 bytes. */
export interface StrSchema {
  readonly kind: 'str';
  readonly maxBytes: number;
}
/** Raw bytes. */
export interface BytesSchema {
  readonly kind: 'bytes';
  readonly maxBytes: number;
}
/** A value or none. */
export interface OptionalSchema {
  readonly kind: 'optional';
  readonly of: Schema;
}
/** Any number of values of one schema, up to the bound. */
export interface ListSchema {
  readonly kind: 'list';
  readonly of: Schema;
  readonly maxItems: number;
}
/** Distinct keys to values, in insertion order. */
export interface MapSchema {
  readonly kind: 'map';
  readonly key: StrSchema | IntSchema;
  readonly value: Schema;
  readonly maxItems: number;
}
/** A fixed sequence of values, each with its own schema. */
export interface TupleSchema {
  readonly kind: 'tuple';
  readonly items: readonly Schema[];
}
/** One field of a record; its ordinal is its index in the record's `fields`. */
export interface RecordField {
  readonly name: string;
  readonly schema: Schema;
  /** The value of an absent field, already encoded (see `withDefault`), so it is exact and never shared. Absent: required. */
  readonly default?: Uint8Array;
}
/** Named fields in a fixed order. */
export interface RecordSchema {
  readonly kind: 'record';
  readonly name: string;
  readonly fields: readonly RecordField[];
}
/** A literal that an enum may list. */
export type EnumLiteral = string | number | bigint | boolean;
/** One of several literals; on the wire its index in `literals`. */
export interface EnumSchema {
  readonly kind: 'enum';
  readonly name: string;
  readonly literals: readonly EnumLiteral[];
}
/** One alternative of a union. */
export interface UnionVariant {
  readonly tag: string;
  readonly schema: Schema;
}
/** A value of one of several schemas, with the tag that says which. */
export interface UnionSchema {
  readonly kind: 'union';
  readonly name: string;
  readonly variants: readonly UnionVariant[];
}
/** A double whose value 32 bits hold exactly. */
export interface Float32Schema {
  readonly kind: 'float32';
}
/** A decimal number with a fixed number of digits after the point. */
export interface DecimalSchema {
  readonly kind: 'decimal';
  /** Digits in all, 1 to 38. */
  readonly precision: number;
  /** Digits after the point, 0 to `precision`. */
  readonly scale: number;
}
/** How finely a time is counted: microseconds, milliseconds, seconds. */
export type TimeUnit = 'us' | 'ms' | 's';
/** A day of the Gregorian calendar, 0001-01-01 to 9999-12-31. */
export interface DateSchema {
  readonly kind: 'date';
}
/** A time of day, without zone. */
export interface TimeSchema {
  readonly kind: 'time';
  readonly unit: TimeUnit;
}
/** A moment (`utc`), or a day and a time of day that say nothing of a zone (`naive`). */
export interface TimestampSchema {
  readonly kind: 'timestamp';
  readonly unit: TimeUnit;
  readonly zone: 'utc' | 'naive';
}
/** A span of time between two bounds, both included, in units. */
export interface DurationSchema {
  readonly kind: 'duration';
  readonly unit: TimeUnit;
  readonly min: bigint;
  readonly max: bigint;
}
/** 128 bits that identify something (RFC 9562). */
export interface UuidSchema {
  readonly kind: 'uuid';
}
/** Exactly so many values of one schema. */
export interface ArraySchema {
  readonly kind: 'array';
  readonly of: Schema;
  readonly length: number;
}
/** The value of what went well, or the error of what did not. */
export interface ResultSchema {
  readonly kind: 'result';
  readonly ok: Schema;
  readonly error: Schema;
}
/** Values that arrive one chunk at a time, beside the message; only a whole parameter or the whole output of an export. */
export interface StreamSchema {
  readonly kind: 'stream';
  readonly of: Schema;
  /** Items of one chunk at most. */
  readonly maxItems: number;
}
/** One column of a table. */
export interface TableColumn {
  readonly name: string;
  readonly schema: Schema;
}
/** Rows of scalars, stored by column. */
export interface TableSchema {
  readonly kind: 'table';
  readonly fields: readonly TableColumn[];
  readonly maxRows: number;
}
/** The right to use something that the host granted, as the index of the grant. */
export interface CapabilitySchema {
  readonly kind: 'capability';
  /** What is granted, such as `db.read`. */
  readonly grant: string;
}
/** The type of that name: in the table of types, or a named type around this node. */
export interface RefSchema {
  readonly kind: 'ref';
  readonly name: string;
}

/** Any schema node. */
export type Schema =
  | NoneSchema
  | BoolSchema
  | IntSchema
  | FloatSchema
  | StrSchema
  | BytesSchema
  | OptionalSchema
  | ListSchema
  | MapSchema
  | TupleSchema
  | RecordSchema
  | EnumSchema
  | UnionSchema
  | RefSchema
  | Float32Schema
  | DecimalSchema
  | DateSchema
  | TimeSchema
  | TimestampSchema
  | DurationSchema
  | UuidSchema
  | ArraySchema
  | ResultSchema
  | StreamSchema
  | TableSchema
  | CapabilitySchema;

/** The name of a kind of node. */
export type SchemaKind = Schema['kind'];
/** The node of a kind. */
export type SchemaOf<K extends SchemaKind> = Extract<Schema, { readonly kind: K }>;
/** A node that has a name of its own. */
export type NamedSchema = RecordSchema | EnumSchema | UnionSchema;
/** Named types by name; what `ref` looks up. */
export type SchemaTypes = Readonly<Record<string, NamedSchema>>;

/** A table without types. */
export const NO_TYPES: SchemaTypes = Object.freeze({});

/** Whether a node carries a name. */
export function isNamed(schema: Schema): schema is NamedSchema {
  return schema.kind === 'record' || schema.kind === 'enum' || schema.kind === 'union';
}
