/**
 * Column types and schemas as plain data, and the physical layout that each type has.
 *
 * A field of a nested type lives inside that type, so a type describes its whole subtree. `layoutOf` is the only
 * place that knows how a type is stored; reading, building, writing and copying all go by layout.
 * Spec: Arrow columnar format, physical memory layout.
 */

/** Resolution of times, timestamps and durations. */
export type TimeUnit = 's' | 'ms' | 'us' | 'ns';

/** A signed or unsigned integer type. */
export type IntType = { readonly kind: 'int'; readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean };

/** The type of a column. The `item` of a map is a struct of a key, which is never null, and a value. */
export type ArrowType =
  | { readonly kind: 'null' }
  | { readonly kind: 'bool' }
  | IntType
  | { readonly kind: 'float'; readonly bits: 16 | 32 | 64 }
  | { readonly kind: 'utf8' }
  | { readonly kind: 'large_utf8' }
  | { readonly kind: 'binary' }
  | { readonly kind: 'large_binary' }
  | { readonly kind: 'fixed_size_binary'; readonly width: number }
  | { readonly kind: 'decimal128'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'date32' }
  | { readonly kind: 'date64' }
  | { readonly kind: 'time32'; readonly unit: 's' | 'ms' }
  | { readonly kind: 'time64'; readonly unit: 'us' | 'ns' }
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit; readonly timezone: string | null }
  | { readonly kind: 'duration'; readonly unit: TimeUnit }
  | { readonly kind: 'list'; readonly item: Field }
  | { readonly kind: 'large_list'; readonly item: Field }
  | { readonly kind: 'fixed_size_list'; readonly item: Field; readonly size: number }
  | { readonly kind: 'map'; readonly item: Field; readonly keysSorted: boolean }
  | { readonly kind: 'struct'; readonly fields: readonly Field[] }
  | DictionaryType;

/** Values stored once in a dictionary, with one index per slot. Columns with the same `id` share the dictionary. */
export type DictionaryType = {
  readonly kind: 'dictionary';
  readonly id: number;
  readonly index: IntType;
  readonly value: ArrowType;
  readonly ordered: boolean;
};

/** Free text attached to a field or schema, in order; keys may repeat. */
export type KeyValues = readonly (readonly [key: string, value: string])[];

/** A named column of a schema or of a struct. */
export type Field = { readonly name: string; readonly type: ArrowType; readonly nullable: boolean; readonly metadata: KeyValues };

/** The columns of a table. */
export type Schema = { readonly fields: readonly Field[]; readonly metadata: KeyValues };

/** The arrays that hold fixed-width values. */
export type FixedArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** Makes a view or a fresh array of fixed-width values. */
export type FixedArrayConstructor = {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): FixedArray;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): FixedArray;
};

/**
 * How a type is stored. `stride` is the number of array elements per slot: 2 words for a decimal, `width` bytes for a
 * fixed-size binary. `offsetBytes` is the width on the wire; in memory offsets are always 32 bits.
 */
export type Layout =
  | { readonly kind: 'none' }
  | { readonly kind: 'bits' }
  | { readonly kind: 'fixed'; readonly array: FixedArrayConstructor; readonly stride: number }
  | { readonly kind: 'variable'; readonly offsetBytes: 4 | 8; readonly text: boolean }
  | { readonly kind: 'list'; readonly offsetBytes: 4 | 8 }
  | { readonly kind: 'fixed-list'; readonly size: number }
  | { readonly kind: 'struct' };

/** The physical layout of a type; a dictionary column is stored like its indices. */
export function layoutOf(type: ArrowType): Layout {
  switch (type.kind) {
    case 'null':
      return { kind: 'none' };
    case 'bool':
      return { kind: 'bits' };
    case 'int':
      return fixed(intArray(type));
    case 'float':
      return fixed(type.bits === 64 ? Float64Array : type.bits === 32 ? Float32Array : Uint16Array);
    case 'utf8':
      return { kind: 'variable', offsetBytes: 4, text: true };
    case 'large_utf8':
      return { kind: 'variable', offsetBytes: 8, text: true };
    case 'binary':
      return { kind: 'variable', offsetBytes: 4, text: false };
    case 'large_binary':
      return { kind: 'variable', offsetBytes: 8, text: false };
    case 'fixed_size_binary':
      return fixed(Uint8Array, type.width);
    case 'decimal128':
      return fixed(BigUint64Array, 2);
    case 'date32':
    case 'time32':
      return fixed(Int32Array);
    case 'date64':
    case 'time64':
    case 'timestamp':
    case 'duration':
      return fixed(BigInt64Array);
    case 'list':
    case 'map':
      return { kind: 'list', offsetBytes: 4 };
    case 'large_list':
      return { kind: 'list', offsetBytes: 8 };
    case 'fixed_size_list':
      return { kind: 'fixed-list', size: type.size };
    case 'struct':
      return { kind: 'struct' };
    case 'dictionary':
      return fixed(intArray(type.index));
  }
}

/** The fields directly below a type. A dictionary column has none: its values live in the dictionary. */
export function childFields(type: ArrowType): readonly Field[] {
  switch (type.kind) {
    case 'list':
    case 'large_list':
    case 'fixed_size_list':
    case 'map':
      return [type.item];
    case 'struct':
      return type.fields;
    default:
      return [];
  }
}

/** A field; nullable and without metadata unless said otherwise. */
export function field(name: string, type: ArrowType, options: { readonly nullable?: boolean; readonly metadata?: KeyValues } = {}): Field {
  return { name, type, nullable: options.nullable ?? true, metadata: options.metadata ?? [] };
}

/** A schema of fields, without metadata. */
export function schema(...fields: readonly Field[]): Schema {
  return { fields, metadata: [] };
}

/** A signed integer type. */
export function int(bits: 8 | 16 | 32 | 64): IntType {
  return { kind: 'int', bits, signed: true };
}

/** An unsigned integer type. */
export function uint(bits: 8 | 16 | 32 | 64): IntType {
  return { kind: 'int', bits, signed: false };
}

/** Whether two types are equal in every part that decides how values are stored and read; names of nested fields count, metadata does not. */
export function sameType(a: ArrowType, b: ArrowType): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === 'dictionary') {
    const other = b as DictionaryType;
    return a.id === other.id && sameType(a.index, other.index) && a.ordered === other.ordered && sameType(a.value, other.value);
  }
  const below = childFields(a);
  const others = childFields(b);
  if (below.length !== others.length) return false;
  if (
    !below.every(
      (child, i) => child.name === others[i]!.name && child.nullable === others[i]!.nullable && sameType(child.type, others[i]!.type),
    )
  ) {
    return false;
  }
  return Object.entries(a).every(([key, value]) =>
    typeof value === 'object' && value !== null ? true : (b as Record<string, unknown>)[key] === value,
  );
}

/** A type as one would write it: `int32`, `list<utf8>`, `dictionary<int8, utf8>`. */
export function typeText(type: ArrowType): string {
  switch (type.kind) {
    case 'int':
      return `${type.signed ? '' : 'u'}int${type.bits}`;
    case 'float':
      return `float${type.bits}`;
    case 'fixed_size_binary':
      return `fixed_size_binary(${type.width})`;
    case 'decimal128':
      return `decimal128(${type.precision}, ${type.scale})`;
    case 'time32':
    case 'time64':
    case 'duration':
      return `${type.kind}[${type.unit}]`;
    case 'timestamp':
      return `timestamp[${type.unit}${type.timezone === null ? '' : `, ${type.timezone}`}]`;
    case 'list':
    case 'large_list':
    case 'map':
      return `${type.kind}<${typeText(type.item.type)}>`;
    case 'fixed_size_list':
      return `fixed_size_list<${typeText(type.item.type)}, ${type.size}>`;
    case 'struct':
      return `struct<${type.fields.map((child) => `${child.name}: ${typeText(child.type)}`).join(', ')}>`;
    case 'dictionary':
      return `dictionary<${typeText(type.index)}, ${typeText(type.value)}>`;
    default:
      return type.kind;
  }
}

function fixed(array: FixedArrayConstructor, stride = 1): Layout {
  return { kind: 'fixed', array, stride };
}

function intArray(type: IntType): FixedArrayConstructor {
  switch (type.bits) {
    case 8:
      return type.signed ? Int8Array : Uint8Array;
    case 16:
      return type.signed ? Int16Array : Uint16Array;
    case 32:
      return type.signed ? Int32Array : Uint32Array;
    case 64:
      return type.signed ? BigInt64Array : BigUint64Array;
  }
}
