/**
 * Reads flatbuffers from untrusted bytes: the part of the format that Arrow metadata uses.
 *
 * A table starts with a signed offset back to its vtable; the vtable lists, per field slot, where the value lies inside
 * the table (0 = absent, use the default). Strings, vectors and tables are reached through unsigned forward offsets.
 * Every position is checked before it is read. Parts may legally be shared, so a small message can describe an
 * exponentially large tree: each table and string visited is charged against `work`, which is tied to the message size.
 * Spec: flatbuffers internals, https://flatbuffers.dev/internals/.
 */
import { fail, type Place } from '../arrow-error.ts';

/** The metadata of one message: its bytes, where they lie in the input, and the visits still allowed. */
export type FlatBuffer = { readonly bytes: Uint8Array; readonly view: DataView; readonly base: number; work: number };

/** An opened table: checked positions of the table and of its vtable. */
export type FlatTable = {
  readonly buffer: FlatBuffer;
  readonly at: number;
  readonly size: number;
  readonly vtable: number;
  readonly vtableSize: number;
};

/** A checked vector: `length` elements from position `at`. */
export type FlatVector = { readonly at: number; readonly length: number };

/** How many times over a message may be visited through shared parts before it is refused. */
const SHARING_FACTOR = 8;

/** Wraps metadata bytes; `base` is their offset in the input, for error messages. */
export function flatBuffer(bytes: Uint8Array, base: number): FlatBuffer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes, view, base, work: bytes.byteLength * SHARING_FACTOR + 1024 };
}

/** The root table. */
export function rootTable(buffer: FlatBuffer, place: Place): FlatTable {
  // 0: uoffset root
  need(buffer, 0, 4, place);
  return openTable(buffer, follow(buffer, 0, place), place);
}

/** Opens the table at a checked position. */
export function openTable(buffer: FlatBuffer, at: number, place: Place): FlatTable {
  charge(buffer, 1, at, place);
  // table:   0: soffset vtable = table - soffset
  // vtable:  0: uint16 vtable bytes   2: uint16 table bytes   4: uint16 field offset per slot
  need(buffer, at, 4, place);
  const vtable = at - buffer.view.getInt32(at, true);
  need(buffer, vtable, 4, place);
  const vtableSize = buffer.view.getUint16(vtable, true);
  const size = buffer.view.getUint16(vtable + 2, true);
  if (vtableSize < 4 || vtableSize % 2 !== 0) bad(buffer, vtable, place, 'an even vtable size of at least 4', vtableSize);
  if (size < 4) bad(buffer, vtable + 2, place, 'a table size of at least 4', size);
  need(buffer, vtable, vtableSize, place);
  need(buffer, at, size, place);
  return { buffer, at, size, vtable, vtableSize };
}

/** Position of the field in `slot`, which is `width` bytes wide, or -1 when it is absent. */
export function fieldAt(table: FlatTable, slot: number, width: number, place: Place): number {
  const entry = 4 + 2 * slot;
  if (entry + 2 > table.vtableSize) return -1;
  const offset = table.buffer.view.getUint16(table.vtable + entry, true);
  if (offset === 0) return -1;
  if (offset < 4 || offset + width > table.size) {
    bad(table.buffer, table.vtable + entry, place, `a field of ${width} bytes inside a table of ${table.size}`, `offset ${offset}`);
  }
  return table.at + offset;
}

/** An unsigned byte, used for union tags. */
export function readUint8(table: FlatTable, slot: number, fallback: number, place: Place): number {
  const at = fieldAt(table, slot, 1, place);
  return at < 0 ? fallback : table.buffer.bytes[at]!;
}

/** A bool; any byte but 0 and 1 is refused. */
export function readBool(table: FlatTable, slot: number, fallback: boolean, place: Place): boolean {
  const at = fieldAt(table, slot, 1, place);
  if (at < 0) return fallback;
  const value = table.buffer.bytes[at]!;
  if (value > 1) bad(table.buffer, at, place, 'a bool of 0 or 1', value);
  return value === 1;
}

/** A signed 16-bit integer, used for enums. */
export function readInt16(table: FlatTable, slot: number, fallback: number, place: Place): number {
  const at = fieldAt(table, slot, 2, place);
  return at < 0 ? fallback : table.buffer.view.getInt16(at, true);
}

/** A signed 32-bit integer. */
export function readInt32(table: FlatTable, slot: number, fallback: number, place: Place): number {
  const at = fieldAt(table, slot, 4, place);
  return at < 0 ? fallback : table.buffer.view.getInt32(at, true);
}

/** A 64-bit count or length: must be a whole number from 0 to 2^53 - 1. */
export function readCount(table: FlatTable, slot: number, place: Place): number {
  const at = fieldAt(table, slot, 8, place);
  return at < 0 ? 0 : countAt(table.buffer, at, place);
}

/** The 64-bit count at a checked position. Avoids BigInt: the high word alone tells whether the value is usable. */
export function countAt(buffer: FlatBuffer, at: number, place: Place): number {
  const high = buffer.view.getInt32(at + 4, true);
  if (high < 0 || high >= 2 ** 21) bad(buffer, at, place, 'a count from 0 to 2^53 - 1', String(buffer.view.getBigInt64(at, true)));
  return high * 2 ** 32 + buffer.view.getUint32(at, true);
}

/** The table in `slot`, or null when absent. */
export function readTable(table: FlatTable, slot: number, place: Place): FlatTable | null {
  const at = fieldAt(table, slot, 4, place);
  return at < 0 ? null : openTable(table.buffer, follow(table.buffer, at, place), place);
}

/** The vector in `slot` with elements of `width` bytes; absent reads as empty. */
export function readVector(table: FlatTable, slot: number, width: number, place: Place): FlatVector {
  const field = fieldAt(table, slot, 4, place);
  if (field < 0) return { at: 0, length: 0 };
  // 0: uint32 count   4: elements
  const at = follow(table.buffer, field, place);
  need(table.buffer, at, 4, place);
  const length = table.buffer.view.getUint32(at, true);
  need(table.buffer, at + 4, length * width, place);
  return { at: at + 4, length };
}

/** The table that element `index` of a vector of tables points at. */
export function tableInVector(buffer: FlatBuffer, vector: FlatVector, index: number, place: Place): FlatTable {
  return openTable(buffer, follow(buffer, vector.at + 4 * index, place), place);
}

const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The UTF-8 string in `slot`, or null when absent. */
export function readString(table: FlatTable, slot: number, place: Place): string | null {
  const { length, at } = readVector(table, slot, 1, place);
  if (at === 0) return null;
  charge(table.buffer, length + 1, at, place);
  try {
    return text.decode(table.buffer.bytes.subarray(at, at + length));
  } catch {
    return bad(table.buffer, at, place, 'UTF-8 text', 'other bytes');
  }
}

function follow(buffer: FlatBuffer, at: number, place: Place): number {
  const offset = buffer.view.getUint32(at, true);
  if (offset === 0) bad(buffer, at, place, 'a forward offset', '0');
  return at + offset;
}

function need(buffer: FlatBuffer, at: number, bytes: number, place: Place): void {
  if (at >= 0 && at + bytes <= buffer.bytes.byteLength) return;
  // The blamed byte is the nearest one that exists; the position itself is in the message.
  const nearest = Math.min(Math.max(at, 0), buffer.bytes.byteLength);
  bad(buffer, nearest, place, `${bytes} bytes inside metadata of ${buffer.bytes.byteLength}`, `position ${at}`);
}

function charge(buffer: FlatBuffer, work: number, at: number, place: Place): void {
  buffer.work -= work;
  if (buffer.work < 0) bad(buffer, at, place, `at most ${SHARING_FACTOR} visits per metadata byte`, 'more, through shared parts');
}

function bad(buffer: FlatBuffer, at: number, place: Place, expected: string, actual: string | number): never {
  return fail('MOLT7002', { place, offset: buffer.base + at, expected, actual });
}
