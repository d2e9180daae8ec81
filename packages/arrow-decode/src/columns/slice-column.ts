/**
 * Part of a column, and two columns end to end.
 *
 * Both give self-contained columns whose slot 0 is bit 0 and element 0 of every buffer. Slicing shares the bytes where
 * it can; joining always copies. Joining is what a dictionary delta needs; slicing is what writing and joining need when
 * a child is longer than its parent uses.
 */
import { fail } from '../arrow-error.ts';
import { type FixedArray, layoutOf, sameType, typeText } from '../arrow-type.ts';
import { bitAt, bitmapBytes, copyBits, countNulls, setBit } from './bitmap.ts';
import { type Column, column } from './column.ts';

/** Slots `[from, to)` of a column; the range must lie in the column. */
export function sliceColumn(source: Column, from: number, to: number): Column {
  if (from === 0 && to === source.length) return source;
  const { type } = source;
  const layout = layoutOf(type);
  const length = to - from;
  const bits = source.validity === null ? null : copyBits(source.validity, from, length);
  const nullCount = layout.kind === 'none' ? length : bits === null ? 0 : countNulls(bits, length);
  const base = {
    type,
    length,
    nullCount,
    validity: nullCount === 0 || layout.kind === 'none' ? null : bits,
    dictionary: source.dictionary,
  };
  switch (layout.kind) {
    case 'none':
      return column(base);
    case 'bits':
      return column({ ...base, values: copyBits(source.values as Uint8Array, from, length) });
    case 'fixed':
      return column({ ...base, values: source.values!.subarray(from * layout.stride, to * layout.stride) });
    case 'variable':
    case 'list':
      return column({ ...base, offsets: source.offsets!.subarray(from, to + 1), values: source.values, children: source.children });
    case 'fixed-list':
      return column({ ...base, children: source.children.map((child) => sliceColumn(child, from * layout.size, to * layout.size)) });
    case 'struct':
      return column({ ...base, children: source.children.map((child) => sliceColumn(child, from, to)) });
  }
}

/** The slots of `a`, then those of `b`; the types must be equal, and for dictionary columns the dictionaries the same. */
export function joinColumns(a: Column, b: Column): Column {
  if (!sameType(a.type, b.type) || a.dictionary !== b.dictionary) {
    fail('MOLT7021', { expected: `a column of ${typeText(a.type)} over the same dictionary`, actual: typeText(b.type) });
  }
  const { type } = a;
  const layout = layoutOf(type);
  const length = a.length + b.length;
  const base = { type, length, nullCount: a.nullCount + b.nullCount, validity: joinValidity(a, b), dictionary: a.dictionary };
  switch (layout.kind) {
    case 'none':
      return column(base);
    case 'bits':
      return column({ ...base, values: joinBits(a.values as Uint8Array, a.length, b.values as Uint8Array, b.length) });
    case 'fixed': {
      const values = new layout.array(length * layout.stride);
      setAll(values, a.values!.subarray(0, a.length * layout.stride), 0);
      setAll(values, b.values!.subarray(0, b.length * layout.stride), a.length * layout.stride);
      return column({ ...base, values });
    }
    case 'variable': {
      const left = usedBytes(a);
      const right = usedBytes(b);
      const values = new Uint8Array(left.byteLength + right.byteLength);
      values.set(left);
      values.set(right, left.byteLength);
      return column({ ...base, offsets: joinOffsets(a, b, left.byteLength), values });
    }
    case 'list': {
      const left = usedItems(a);
      return column({ ...base, offsets: joinOffsets(a, b, left.length), children: [joinColumns(left, usedItems(b))] });
    }
    case 'fixed-list': {
      const item = (part: Column): Column => sliceColumn(part.children[0]!, 0, part.length * layout.size);
      return column({ ...base, children: [joinColumns(item(a), item(b))] });
    }
    case 'struct':
      return column({
        ...base,
        children: a.children.map((child, i) => joinColumns(sliceColumn(child, 0, a.length), sliceColumn(b.children[i]!, 0, b.length))),
      });
  }
}

/** The bytes between the first and the last offset of a text or binary column. */
export function usedBytes(source: Column): Uint8Array {
  return (source.values as Uint8Array).subarray(source.offsets![0]!, source.offsets![source.length]!);
}

/** The items between the first and the last offset of a list column. */
export function usedItems(source: Column): Column {
  return sliceColumn(source.children[0]!, source.offsets![0]!, source.offsets![source.length]!);
}

/** Bytes of all buffers of a column and of what is below it, its dictionary included. */
export function columnBytes(source: Column): number {
  const own = (source.validity?.byteLength ?? 0) + (source.offsets?.byteLength ?? 0) + (source.values?.byteLength ?? 0);
  const below = source.children.reduce((sum, child) => sum + columnBytes(child), own);
  return source.dictionary === null ? below : below + columnBytes(source.dictionary);
}

function joinValidity(a: Column, b: Column): Uint8Array | null {
  return a.validity === null && b.validity === null ? null : joinBits(a.validity, a.length, b.validity, b.length);
}

/** Bits of two bitmaps end to end; a missing bitmap is all ones. */
function joinBits(a: Uint8Array | null, aLength: number, b: Uint8Array | null, bLength: number): Uint8Array {
  const joined = new Uint8Array(bitmapBytes(aLength + bLength));
  for (let i = 0; i < aLength; i++) if (a === null || bitAt(a, i)) setBit(joined, i);
  for (let i = 0; i < bLength; i++) if (b === null || bitAt(b, i)) setBit(joined, aLength + i);
  return joined;
}

/** Offsets from 0 over both parts; the items of `b` start at `start`. */
function joinOffsets(a: Column, b: Column, start: number): Int32Array {
  const offsets = new Int32Array(a.length + b.length + 1);
  for (let i = 0; i <= a.length; i++) offsets[i] = a.offsets![i]! - a.offsets![0]!;
  for (let i = 0; i <= b.length; i++) offsets[a.length + i] = b.offsets![i]! - b.offsets![0]! + start;
  return offsets;
}

/** `set` across the union of array types; both arrays come from the same layout. */
function setAll(target: FixedArray, source: FixedArray, at: number): void {
  (target as Uint8Array).set(source as Uint8Array, at);
}
