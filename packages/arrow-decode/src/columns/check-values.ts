/**
 * Checks of what buffers contain: offsets, text, dictionary indices.
 *
 * After these, reading any slot stays inside the column's buffers, which is what lets accessors and compiled code do
 * without checks of their own. Value ranges of decimals, dates and times are left alone: any bits are safe to read.
 */
import { fail, type Place, within } from '../arrow-error.ts';
import { bitAt } from './bitmap.ts';
import type { Column } from './column.ts';
import { invalidUtf8At } from './utf8.ts';

/** Offsets must start at 0 or later, never fall, and end inside `limit`. */
export function checkOffsets(offsets: Int32Array, limit: number, place: Place): void {
  let previous = 0;
  for (let i = 0; i < offsets.length; i++) {
    const offset = offsets[i]!;
    if (offset < previous) fail('MOLT7012', { place: within(place, `[${i}]`), expected: `at least ${previous}`, actual: offset });
    previous = offset;
  }
  if (previous > limit)
    fail('MOLT7012', { place: within(place, `[${offsets.length - 1}]`), expected: `at most ${limit}`, actual: previous });
}

/** Every value must be UTF-8 of its own; what stands under nulls is not text and may be anything. */
export function checkText(column: Column, place: Place): void {
  const bytes = column.values as Uint8Array;
  const offsets = column.offsets!;
  const first = offsets[0]!;
  const last = offsets[column.length]!;
  // The whole range at once, then only the seams: far cheaper than value by value.
  if (invalidUtf8At(bytes, first, last) < 0 && seamsAreClean(bytes, offsets, last)) return;
  for (let i = 0; i < column.length; i++) {
    if (column.validity !== null && !bitAt(column.validity, i)) continue;
    const bad = invalidUtf8At(bytes, offsets[i]!, offsets[i + 1]!);
    if (bad >= 0)
      fail('MOLT7013', { place: within(place, `[${i}]`), expected: 'UTF-8', actual: `byte 0x${bytes[bad]!.toString(16)} at ${bad}` });
  }
}

function seamsAreClean(bytes: Uint8Array, offsets: Int32Array, last: number): boolean {
  for (let i = 0; i < offsets.length; i++) {
    const offset = offsets[i]!;
    if (offset < last && (bytes[offset]! & 0xc0) === 0x80) return false;
  }
  return true;
}

/** Indices of slots that are not null must name an entry of the dictionary. */
export function checkDictionaryIndices(column: Column, place: Place): void {
  const indices = column.values!;
  const size = column.dictionary!.length;
  const { validity, length } = column;
  for (let i = 0; i < length; i++) {
    const index = indices[i]!;
    if (index >= 0 && index < size) continue;
    if (validity !== null && !bitAt(validity, i)) continue;
    fail('MOLT7014', { place: within(place, `[${i}]`), expected: `an index below ${size}`, actual: index });
  }
}
