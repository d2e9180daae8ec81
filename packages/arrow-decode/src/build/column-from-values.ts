/**
 * Columns from JavaScript values, checked value by value.
 *
 * The inverse of `toArray`: what that gives for a type, this takes. A value that the type cannot hold exactly is an
 * error with its place, never rounded or cut (floats apart, which round to their width). null and undefined are nulls.
 */
import { fail, type Place, within } from '../arrow-error.ts';
import { type ArrowType, type DictionaryType, type Field, type FixedArray, layoutOf, typeText } from '../arrow-type.ts';
import { bitmapBytes, setBit } from '../columns/bitmap.ts';
import { type Column, column, type RecordBatch } from '../columns/column.ts';
import { parseDecimal, setUnscaled } from '../columns/decimal.ts';
import { toFloat16 } from '../columns/float16.ts';
import { toArray } from '../columns/read-column.ts';
import { utf8Of } from '../columns/utf8.ts';

/** Dictionaries to use as they are, by id; without an entry a dictionary is made of the values that occur. */
export type KnownDictionaries = ReadonlyMap<number, Column>;

const NO_DICTIONARIES: KnownDictionaries = new Map();

/** A column of `type` with one slot per value. */
export function columnFromValues(
  type: ArrowType,
  values: readonly unknown[],
  place: Place = null,
  known: KnownDictionaries = NO_DICTIONARIES,
): Column {
  return build(type, values, place, known);
}

/** A batch from one array of values per field, in the order of the schema. */
export function batchFromValues(schema: RecordBatch['schema'], columns: readonly (readonly unknown[])[]): RecordBatch {
  if (columns.length !== schema.fields.length) fail('MOLT7021', { expected: `${schema.fields.length} columns`, actual: columns.length });
  const length = columns[0]?.length ?? 0;
  return { schema, length, columns: schema.fields.map((field, i) => fieldColumn(field, columns[i]!, length)) };
}

function fieldColumn(field: Field, values: readonly unknown[], length: number): Column {
  const place = within(null, field.name);
  if (values.length !== length) fail('MOLT7021', { place, expected: `${length} values, as the first column has`, actual: values.length });
  return refuseNulls(build(field.type, values, place, NO_DICTIONARIES), field, place);
}

function refuseNulls(built: Column, field: Field, place: Place): Column {
  if (!field.nullable && built.nullCount > 0)
    fail('MOLT7011', { place, expected: 'no nulls, as the field is not nullable', actual: built.nullCount });
  return built;
}

function build(type: ArrowType, values: readonly unknown[], place: Place, known: KnownDictionaries): Column {
  const { length } = values;
  const layout = layoutOf(type);
  if (layout.kind === 'none') {
    values.forEach((value, i) => {
      if (!absent(value)) mismatch(type, value, place, i);
    });
    return column({ type, length, nullCount: length });
  }
  const base = { type, length, ...validityOf(values) };
  switch (layout.kind) {
    case 'bits': {
      const bits = new Uint8Array(bitmapBytes(length));
      eachValue(values, (value, i) => {
        if (typeof value !== 'boolean') mismatch(type, value, place, i);
        if (value) setBit(bits, i);
      });
      return column({ ...base, values: bits });
    }
    case 'fixed':
      return type.kind === 'dictionary'
        ? buildDictionary(type, values, base, place, known)
        : column({ ...base, values: buildFixed(type, values, place) });
    case 'variable':
      return column({ ...base, ...buildVariable(type, values, layout.text, place) });
    case 'list': {
      const offsets = new Int32Array(length + 1);
      const items: unknown[] = [];
      values.forEach((value, i) => {
        for (const item of listOf(type, value, place, i)) items.push(item);
        offsets[i + 1] = items.length;
      });
      return column({ ...base, offsets, children: [buildItems(type, items, place, known)] });
    }
    case 'fixed-list': {
      const items: unknown[] = [];
      values.forEach((value, i) => {
        const list = absent(value) ? new Array<null>(layout.size).fill(null) : listOf(type, value, place, i);
        if (list.length !== layout.size) mismatch(type, value, place, i);
        items.push(...list);
      });
      return column({ ...base, children: [buildItems(type, items, place, known)] });
    }
    case 'struct':
      return column({
        ...base,
        children: type.kind === 'struct' ? type.fields.map((child) => buildMember(child, values, type, place, known)) : [],
      });
  }
}

function buildItems(type: ArrowType, items: readonly unknown[], place: Place, known: KnownDictionaries): Column {
  const item = (type as { readonly item: Field }).item;
  const built = build(item.type, items, within(place, item.name), known);
  // The slots below a null fixed-size list are null whatever the field says.
  return type.kind === 'fixed_size_list' ? built : refuseNulls(built, item, place);
}

function buildMember(child: Field, values: readonly unknown[], type: ArrowType, place: Place, known: KnownDictionaries): Column {
  const at = within(place, child.name);
  const members = values.map((value, i) => {
    if (absent(value)) return null;
    if (typeof value !== 'object') mismatch(type, value, place, i);
    const member = Object.hasOwn(value as object, child.name) ? (value as Record<string, unknown>)[child.name] : null;
    if (absent(member) && !child.nullable)
      fail('MOLT7011', { place: within(at, `[${i}]`), expected: 'a value, as the field is not nullable', actual: 'none' });
    return member;
  });
  return build(child.type, members, at, known);
}

function buildVariable(
  type: ArrowType,
  values: readonly unknown[],
  text: boolean,
  place: Place,
): { offsets: Int32Array; values: Uint8Array } {
  const offsets = new Int32Array(values.length + 1);
  let bytes = new Uint8Array(Math.max(64, values.length * 8));
  let end = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!absent(value)) {
      const part = text ? (typeof value === 'string' ? utf8Of(value) : null) : value instanceof Uint8Array ? value : null;
      if (part === null) return mismatch(type, value, place, i);
      if (end + part.byteLength > 0x7fffffff)
        fail('MOLT7020', { place, expected: 'less than 2^31 bytes in one column; split the batch', actual: 'more' });
      if (end + part.byteLength > bytes.byteLength) {
        const grown = new Uint8Array(Math.max(end + part.byteLength, bytes.byteLength * 2));
        grown.set(bytes);
        bytes = grown;
      }
      bytes.set(part, end);
      end += part.byteLength;
    }
    offsets[i + 1] = end;
  }
  return { offsets, values: bytes.subarray(0, end) };
}

function buildFixed(type: ArrowType, values: readonly unknown[], place: Place): FixedArray {
  const layout = layoutOf(type);
  if (layout.kind !== 'fixed') throw new Error(`${typeText(type)} is not stored in fixed width`);
  const array = new layout.array(values.length * layout.stride);
  const { stride } = layout;
  if (type.kind === 'fixed_size_binary') {
    eachValue(values, (value, i) => {
      if (!(value instanceof Uint8Array) || value.byteLength !== stride) return mismatch(type, value, place, i);
      (array as Uint8Array).set(value, i * stride);
    });
  } else if (type.kind === 'decimal128') {
    const bound = 10n ** BigInt(type.precision);
    eachValue(values, (value, i) => {
      const unscaled = typeof value === 'bigint' ? value : typeof value === 'string' ? parseDecimal(value, type.scale) : null;
      if (unscaled === null || unscaled >= bound || unscaled <= -bound) return mismatch(type, value, place, i);
      setUnscaled(array as BigUint64Array, i, unscaled);
    });
  } else if (type.kind === 'float') {
    eachValue(values, (value, i) => {
      if (typeof value !== 'number') mismatch(type, value, place, i);
      array[i] = type.bits === 16 ? toFloat16(value as number) : (value as number);
    });
  } else if (array instanceof BigInt64Array || array instanceof BigUint64Array) {
    eachValue(values, (value, i) => {
      const whole = typeof value === 'bigint' ? value : typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : null;
      if (whole === null) return mismatch(type, value, place, i);
      array[i] = whole;
      if (array[i] !== whole) mismatch(type, value, place, i);
    });
  } else {
    eachValue(values, (value, i) => {
      if (typeof value !== 'number') mismatch(type, value, place, i);
      array[i] = value as number;
      // Arrays wrap around silently; what comes back differs then. -0 comes back as 0, which is the same integer.
      if (array[i] !== value) mismatch(type, value, place, i);
    });
  }
  return array;
}

/** Without a known dictionary: one entry per distinct value, in the order of first appearance. */
function buildDictionary(
  type: DictionaryType,
  values: readonly unknown[],
  base: Pick<Column, 'type' | 'length' | 'nullCount' | 'validity'>,
  place: Place,
  known: KnownDictionaries,
): Column {
  const given = known.get(type.id);
  const positions = new Map<unknown, number>();
  const entries: unknown[] = given === undefined ? [] : toArray(given);
  entries.forEach((entry, position) => {
    positions.set(keyOf(entry), position);
  });
  const indices = values.map((value, i) => {
    if (absent(value)) return null;
    const key = keyOf(value);
    // Lists, maps and structs have no identity to go by.
    if (typeof key === 'object') mismatch(type, value, place, i);
    const position = positions.get(key) ?? entries.length;
    if (position === entries.length) {
      if (given !== undefined)
        fail('MOLT7020', {
          place: within(place, `[${i}]`),
          expected: `one of the ${given.length} values of dictionary ${type.id}`,
          actual: 'another value',
        });
      positions.set(key, position);
      entries.push(value);
    }
    return position;
  });
  const dictionary = given ?? build(type.value, entries, within(place, 'dictionary'), known);
  return column({ ...base, values: buildFixed(type.index, indices, within(place, 'indices')), dictionary });
}

/** What tells two values of a dictionary apart. */
function keyOf(value: unknown): unknown {
  return value instanceof Uint8Array ? value.join() : value;
}

function validityOf(values: readonly unknown[]): { nullCount: number; validity: Uint8Array | null } {
  const nullCount = values.reduce<number>((count, value) => (absent(value) ? count + 1 : count), 0);
  if (nullCount === 0) return { nullCount, validity: null };
  const validity = new Uint8Array(bitmapBytes(values.length));
  values.forEach((value, i) => {
    if (!absent(value)) setBit(validity, i);
  });
  return { nullCount, validity };
}

function eachValue(values: readonly unknown[], visit: (value: unknown, index: number) => void): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!absent(value)) visit(value, i);
  }
}

function listOf(type: ArrowType, value: unknown, place: Place, index: number): readonly unknown[] {
  if (absent(value)) return [];
  return Array.isArray(value) ? value : mismatch(type, value, place, index);
}

function absent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function mismatch(type: ArrowType, value: unknown, place: Place, index: number): never {
  const shown =
    typeof value === 'string'
      ? JSON.stringify(value.slice(0, 40))
      : typeof value === 'object' || typeof value === 'function'
        ? `a ${value?.constructor?.name ?? typeof value}`
        : String(value);
  return fail('MOLT7020', {
    place: within(place, `[${index}]`),
    expected: typeText(type),
    actual: `${typeof value === 'object' ? '' : `${typeof value} `}${shown}`,
  });
}
