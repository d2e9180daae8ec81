/**
 * Batches into linear memory, where compiled code and any reader of 32-bit pointers can use the columns in place.
 *
 * All buffers of a batch go into one allocation, each on a 64-byte boundary and zero-padded to one, so SIMD code may
 * read whole lanes at the end. The result is (pointer, length) descriptors, never views: memory that grows detaches those.
 */
import { fail } from './arrow-error.ts';
import { type ArrowType, layoutOf } from './arrow-type.ts';
import { bitmapBytes } from './columns/bitmap.ts';
import { checkBatch } from './columns/check-column.ts';
import type { Column, RecordBatch } from './columns/column.ts';

/** The memory to write to. `buffer` is asked for after every allocation, because growing replaces it. */
export type LinearMemory = {
  /** Reserves `bytes` on a multiple of `align` and gives the address. */
  readonly alloc: (bytes: number, align: number) => number;
  readonly buffer: () => ArrayBufferLike;
};

/** Bytes in linear memory. A part that a column does not have is (0, 0). */
export type MemoryRange = { readonly pointer: number; readonly bytes: number };

/** A column in linear memory; the parts mean what they do in `Column`. */
export type MemoryColumn = {
  readonly type: ArrowType;
  readonly length: number;
  readonly nullCount: number;
  readonly validity: MemoryRange;
  readonly offsets: MemoryRange;
  readonly values: MemoryRange;
  readonly children: readonly MemoryColumn[];
  readonly dictionary: MemoryColumn | null;
};

/** A batch in linear memory; `range` is all of it, to be freed at once. */
export type MemoryBatch = { readonly length: number; readonly range: MemoryRange; readonly columns: readonly MemoryColumn[] };

const ALIGNMENT = 64;
const NOTHING: MemoryRange = { pointer: 0, bytes: 0 };

type Placement = { readonly at: number; readonly source: ArrayBufferView };
type Layout = { readonly placements: Placement[]; end: number };

/** Copies a checked batch. A dictionary that several columns share is copied once. */
export function batchToLinearMemory(batch: RecordBatch, memory: LinearMemory): MemoryBatch {
  checkBatch(batch, null);
  const layout: Layout = { placements: [], end: 0 };
  const shared = new Map<Column, MemoryColumn>();
  // Addresses are relative to the allocation until it exists.
  const relative = batch.columns.map((column) => layOut(column, layout, shared));
  const base = allocate(memory, layout.end);
  const target = new Uint8Array(memory.buffer(), base, layout.end);
  target.fill(0);
  for (const { at, source } of layout.placements) target.set(new Uint8Array(source.buffer, source.byteOffset, source.byteLength), at);
  const moved = new Map<MemoryColumn, MemoryColumn>();
  return {
    length: batch.length,
    range: { pointer: base, bytes: layout.end },
    columns: relative.map((column) => moveBy(column, base, moved)),
  };
}

function layOut(column: Column, layout: Layout, shared: Map<Column, MemoryColumn>): MemoryColumn {
  const known = shared.get(column);
  if (known !== undefined) return known;
  const { type, length, nullCount } = column;
  const physical = layoutOf(type);
  const values =
    physical.kind === 'bits'
      ? column.values!.subarray(0, bitmapBytes(length))
      : physical.kind === 'fixed'
        ? column.values!.subarray(0, length * physical.stride)
        : column.values;
  const placed: MemoryColumn = {
    type,
    length,
    nullCount,
    validity: place(nullCount === 0 ? null : (column.validity?.subarray(0, bitmapBytes(length)) ?? null), layout),
    offsets: place(column.offsets?.subarray(0, length + 1) ?? null, layout),
    values: place(values, layout),
    children: column.children.map((child) => layOut(child, layout, shared)),
    dictionary: column.dictionary === null ? null : layOut(column.dictionary, layout, shared),
  };
  shared.set(column, placed);
  return placed;
}

function place(source: ArrayBufferView | null, layout: Layout): MemoryRange {
  if (source === null) return NOTHING;
  const at = layout.end;
  layout.placements.push({ at, source });
  layout.end = Math.ceil((at + source.byteLength) / ALIGNMENT) * ALIGNMENT;
  return { pointer: at, bytes: source.byteLength };
}

/** An allocator that is wrong would let us overwrite what belongs to others, so its answer is checked. */
function allocate(memory: LinearMemory, bytes: number): number {
  const pointer = memory.alloc(bytes, ALIGNMENT);
  const { byteLength } = memory.buffer();
  if (!Number.isInteger(pointer) || pointer < 0 || pointer % ALIGNMENT !== 0 || pointer + bytes > byteLength) {
    fail('MOLT7024', { expected: `${bytes} bytes on a multiple of ${ALIGNMENT} inside a memory of ${byteLength}`, actual: pointer });
  }
  return pointer;
}

function moveBy(column: MemoryColumn, base: number, moved: Map<MemoryColumn, MemoryColumn>): MemoryColumn {
  const known = moved.get(column);
  if (known !== undefined) return known;
  const move = (range: MemoryRange): MemoryRange => (range === NOTHING ? NOTHING : { pointer: range.pointer + base, bytes: range.bytes });
  const result: MemoryColumn = {
    ...column,
    validity: move(column.validity),
    offsets: move(column.offsets),
    values: move(column.values),
    children: column.children.map((child) => moveBy(child, base, moved)),
    dictionary: column.dictionary === null ? null : moveBy(column.dictionary, base, moved),
  };
  moved.set(column, result);
  return result;
}
