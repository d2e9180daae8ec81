/**
 * Columns to the parts of a batch message: counts, buffer ranges and the body.
 *
 * The body is canonical: buffers are 64-byte aligned, start at slot 0, hold nothing past the last slot, and slots that
 * are null hold zero bytes. So equal values give equal bytes, and no stale memory leaves the process.
 */
import { fail, type Place } from '../arrow-error.ts';
import { layoutOf } from '../arrow-type.ts';
import { bitAt, copyBits } from '../columns/bitmap.ts';
import type { Column } from '../columns/column.ts';
import { sliceColumn, usedBytes, usedItems } from '../columns/slice-column.ts';

/** What a batch header and its body are made of. `nodes` and `buffers` are pairs, flattened. */
export type BatchParts = {
  readonly nodes: readonly number[];
  readonly buffers: readonly number[];
  readonly chunks: readonly Chunk[];
  readonly bodyLength: number;
};

/** Bytes at a position of the body; what lies between chunks is zero padding. */
export type Chunk = { readonly at: number; readonly bytes: Uint8Array };

/** Buffers start on multiples of this, as SIMD consumers like it and the format recommends. */
export const BODY_ALIGNMENT = 64;

type Output = { readonly nodes: number[]; readonly buffers: number[]; readonly chunks: Chunk[]; end: number };

/** Lays out the buffers of checked columns, depth first. */
export function layOutBody(columns: readonly Column[], place: Place): BatchParts {
  const out: Output = { nodes: [], buffers: [], chunks: [], end: 0 };
  for (const column of columns) addColumn(out, column);
  // Readers, ours included, keep 32-bit positions into a body.
  if (out.end > 0x7fffffff) fail('MOLT7008', { place, expected: 'a body below 2^31 bytes; split the batch', actual: out.end });
  return { nodes: out.nodes, buffers: out.buffers, chunks: out.chunks, bodyLength: out.end };
}

function addColumn(out: Output, column: Column): void {
  const { length, nullCount } = column;
  const layout = layoutOf(column.type);
  out.nodes.push(length, layout.kind === 'none' ? length : nullCount);
  if (layout.kind === 'none') return;
  const validity = nullCount === 0 ? null : copyBits(column.validity!, 0, length);
  addBuffer(out, validity ?? new Uint8Array(0));
  switch (layout.kind) {
    case 'bits': {
      const bits = copyBits(column.values as Uint8Array, 0, length);
      if (validity !== null) for (let i = 0; i < bits.byteLength; i++) bits[i]! &= validity[i]!;
      return addBuffer(out, bits);
    }
    case 'fixed': {
      const values = column.values!.subarray(0, length * layout.stride);
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      return addBuffer(out, validity === null ? bytes : zeroNulls(bytes, validity, length));
    }
    case 'variable': {
      const { offsets, bytes } = validity === null ? rebased(column) : withoutNulls(column, validity);
      addBuffer(out, offsetBytes(offsets, layout.offsetBytes));
      return addBuffer(out, bytes);
    }
    case 'list':
      addBuffer(out, offsetBytes(rebasedOffsets(column), layout.offsetBytes));
      return addColumn(out, usedItems(column));
    case 'fixed-list':
      return addColumn(out, sliceColumn(column.children[0]!, 0, length * layout.size));
    case 'struct':
      for (const child of column.children) addColumn(out, sliceColumn(child, 0, length));
  }
}

function addBuffer(out: Output, bytes: Uint8Array): void {
  out.buffers.push(out.end, bytes.byteLength);
  if (bytes.byteLength > 0) out.chunks.push({ at: out.end, bytes });
  out.end = Math.ceil((out.end + bytes.byteLength) / BODY_ALIGNMENT) * BODY_ALIGNMENT;
}

function zeroNulls(bytes: Uint8Array, validity: Uint8Array, length: number): Uint8Array {
  const copy = bytes.slice();
  const width = bytes.byteLength / length;
  for (let i = 0; i < length; i++) if (!bitAt(validity, i)) copy.fill(0, i * width, (i + 1) * width);
  return copy;
}

function rebased(column: Column): { offsets: Int32Array; bytes: Uint8Array } {
  return { offsets: rebasedOffsets(column), bytes: usedBytes(column) };
}

function rebasedOffsets({ offsets, length }: Column): Int32Array {
  const first = offsets![0]!;
  const used = offsets!.subarray(0, length + 1);
  return first === 0 ? used : used.map((offset) => offset - first);
}

/** Offsets and bytes without what stands under nulls. */
function withoutNulls(column: Column, validity: Uint8Array): { offsets: Int32Array; bytes: Uint8Array } {
  const from = column.offsets!;
  const { length } = column;
  const offsets = new Int32Array(length + 1);
  for (let i = 0; i < length; i++) offsets[i + 1] = offsets[i]! + (bitAt(validity, i) ? from[i + 1]! - from[i]! : 0);
  if (offsets[length] === from[length]! - from[0]!) return rebased(column);
  const bytes = new Uint8Array(offsets[length]!);
  const source = column.values as Uint8Array;
  for (let i = 0; i < length; i++) if (bitAt(validity, i)) bytes.set(source.subarray(from[i]!, from[i + 1]!), offsets[i]!);
  return { offsets, bytes };
}

function offsetBytes(offsets: Int32Array, width: 4 | 8): Uint8Array {
  if (width === 4) return new Uint8Array(offsets.buffer, offsets.byteOffset, offsets.byteLength);
  return new Uint8Array(BigInt64Array.from(offsets, BigInt).buffer);
}
