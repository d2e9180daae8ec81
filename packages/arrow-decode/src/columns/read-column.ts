/**
 * Values of a column: one slot, all in turn, or as an array.
 *
 * The type is looked at once per column, not once per slot: `slotReader` returns a closure over the buffers. 64-bit
 * integers are bigint, decimals exact text, dates, times and timestamps the raw count of their unit, binary a view.
 */
import { type Layout, layoutOf } from '../arrow-type.ts';
import { bitAt } from './bitmap.ts';
import type { Column } from './column.ts';
import { decimalText, unscaledAt } from './decimal.ts';
import { fromFloat16 } from './float16.ts';
import { readUtf8 } from './utf8.ts';

/** The value of a slot. */
export type ArrowValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly ArrowValue[]
  | { readonly [name: string]: ArrowValue };

/** A function from slot to value; the slot must lie in the column. */
export type SlotReader = (index: number) => ArrowValue;

/** Whether slot `index` has no value. Does not look through a dictionary, whose values may be null too. */
export function isNull(column: Column, index: number): boolean {
  return column.type.kind === 'null' || (column.validity !== null && !bitAt(column.validity, index));
}

/** The value of slot `index`; null when the slot is null or outside of the column. */
export function get(column: Column, index: number): ArrowValue {
  return index >= 0 && index < column.length ? slotReader(column)(index) : null;
}

/** The values in turn. */
export function* iterate(column: Column): Generator<ArrowValue, void, void> {
  const read = slotReader(column);
  for (let i = 0; i < column.length; i++) yield read(i);
}

/** The values as an array. For plain numbers prefer `column.values`, which costs nothing. */
export function toArray(column: Column): ArrowValue[] {
  const read = slotReader(column);
  const values = new Array<ArrowValue>(column.length);
  for (let i = 0; i < column.length; i++) values[i] = read(i);
  return values;
}

/** The reader of a column, to be kept while many slots are read. */
export function slotReader(column: Column): SlotReader {
  const read = valueReader(column, layoutOf(column.type));
  const { validity } = column;
  return validity === null ? read : (index) => (bitAt(validity, index) ? read(index) : null);
}

function valueReader(column: Column, layout: Layout): SlotReader {
  const { type } = column;
  switch (layout.kind) {
    case 'none':
      return () => null;
    case 'bits': {
      const bits = column.values as Uint8Array;
      return (index) => bitAt(bits, index);
    }
    case 'variable': {
      const bytes = column.values as Uint8Array;
      const offsets = column.offsets!;
      return layout.text
        ? (index) => readUtf8(bytes, offsets[index]!, offsets[index + 1]!)
        : (index) => bytes.subarray(offsets[index]!, offsets[index + 1]!);
    }
    case 'list': {
      const offsets = column.offsets!;
      const item = slotReader(column.children[0]!);
      return (index) => range(item, offsets[index]!, offsets[index + 1]!);
    }
    case 'fixed-list': {
      const item = slotReader(column.children[0]!);
      return (index) => range(item, index * layout.size, (index + 1) * layout.size);
    }
    case 'struct':
      return structReader(column);
    case 'fixed': {
      const values = column.values!;
      if (type.kind === 'dictionary') {
        const entry = remembered(slotReader(column.dictionary!), column.dictionary!.length);
        return (index) => entry(Number(values[index]!));
      }
      if (type.kind === 'fixed_size_binary') {
        const { width } = type;
        const bytes = values as Uint8Array;
        return (index) => bytes.subarray(index * width, (index + 1) * width);
      }
      if (type.kind === 'decimal128') {
        const { scale } = type;
        return (index) => decimalText(unscaledAt(values as BigUint64Array, index), scale);
      }
      if (type.kind === 'float' && type.bits === 16) return (index) => fromFloat16(values[index] as number);
      return (index) => values[index]!;
    }
  }
}

/** Reads before remembering pays for its array. */
const TRIAL_READS = 16;

/**
 * The reader of a dictionary that makes each entry once: slots repeat entries, so a small batch could otherwise ask for a
 * large text again and again.
 */
function remembered(read: SlotReader, length: number): SlotReader {
  let reads = 0;
  let entries: ArrowValue[] | null = null;
  return (index) => {
    if (entries === null) {
      if (++reads <= TRIAL_READS) return read(index);
      entries = new Array<ArrowValue>(length);
    }
    const known = entries[index];
    if (known !== undefined) return known;
    const value = read(index);
    entries[index] = value;
    return value;
  };
}

function range(read: SlotReader, from: number, to: number): ArrowValue[] {
  const values = new Array<ArrowValue>(to - from);
  for (let i = from; i < to; i++) values[i - from] = read(i);
  return values;
}

function structReader(column: Column): SlotReader {
  if (column.type.kind !== 'struct') return () => null;
  const names = column.type.fields.map((child) => child.name);
  const readers = column.children.map(slotReader);
  return (index) => {
    // No prototype: a field may be called __proto__.
    const value: Record<string, ArrowValue> = Object.create(null);
    for (let i = 0; i < readers.length; i++) value[names[i]!] = readers[i]!(index);
    return value;
  };
}
