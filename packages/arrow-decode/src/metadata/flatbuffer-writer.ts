/**
 * Writes flatbuffers front to back from a plain description of tables.
 *
 * The usual builders write back to front so that offsets are known; describing the whole tree first lets us write
 * forwards, parents before children, and patch each offset when its target is placed. The same description always
 * gives the same bytes. Scalars are aligned to their size relative to the start, as the format asks.
 */

/** One field of a table; `null` leaves the slot absent. */
export type FlatValue =
  | { readonly kind: 'u8' | 'i16' | 'i32' | 'i64'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'table'; readonly slots: readonly (FlatValue | null)[] }
  | { readonly kind: 'tables'; readonly items: readonly FlatTableValue[] }
  | { readonly kind: 'structs'; readonly count: number; readonly bytes: Uint8Array };

/** A table to write. */
export type FlatTableValue = Extract<FlatValue, { kind: 'table' }>;

/** A table with the given slots. */
export function flatTable(...slots: (FlatValue | null)[]): FlatTableValue {
  return { kind: 'table', slots };
}

type Output = { bytes: Uint8Array; view: DataView; end: number };
type Pending = { readonly patch: number; readonly value: FlatValue };

/** The flatbuffer with `root` as its root table, padded to a multiple of 8 bytes. */
export function writeFlatBuffer(root: FlatTableValue): Uint8Array {
  const bytes = new Uint8Array(1024);
  const out: Output = { bytes, view: new DataView(bytes.buffer), end: 4 };
  // A queue, not recursion: targets always follow the offset that points at them, as forward offsets demand.
  const queue: Pending[] = [{ patch: 0, value: root }];
  for (let next = 0; next < queue.length; next++) {
    const { patch, value } = queue[next]!;
    const at = writeValue(out, value, queue);
    out.view.setUint32(patch, at - patch, true);
  }
  align(out, 8, 0);
  return out.bytes.slice(0, out.end);
}

const WIDTH = { u8: 1, i16: 2, i32: 4, i64: 8, string: 4, table: 4, tables: 4, structs: 4 } as const;
const encoder = new TextEncoder();

function writeValue(out: Output, value: FlatValue, queue: Pending[]): number {
  switch (value.kind) {
    case 'table':
      return writeTable(out, value.slots, queue);
    case 'string': {
      const utf8 = encoder.encode(value.value);
      align(out, 4, 0);
      const at = reserve(out, 4 + utf8.byteLength + 1);
      out.view.setUint32(at, utf8.byteLength, true);
      out.bytes.set(utf8, at + 4);
      return at;
    }
    case 'tables': {
      align(out, 4, 0);
      const at = reserve(out, 4 + 4 * value.items.length);
      out.view.setUint32(at, value.items.length, true);
      value.items.forEach((item, index) => {
        queue.push({ patch: at + 4 + 4 * index, value: item });
      });
      return at;
    }
    case 'structs': {
      // The elements, not the count, sit on the 8-byte boundary.
      align(out, 8, 4);
      const at = reserve(out, 4 + value.bytes.byteLength);
      out.view.setUint32(at, value.count, true);
      out.bytes.set(value.bytes, at + 4);
      return at;
    }
    default:
      throw new Error(`a ${value.kind} is written inline, never by offset`);
  }
}

function writeTable(out: Output, slots: readonly (FlatValue | null)[], queue: Pending[]): number {
  const present = slots.flatMap((value, slot) => (value === null ? [] : [{ slot, value, width: WIDTH[value.kind] }]));
  present.sort((a, b) => b.width - a.width || a.slot - b.slot);
  const size = present.reduce((sum, field) => sum + field.width, 4);
  align(out, 2, 0);
  const vtable = reserve(out, 4 + 2 * slots.length);
  // Widest first after the 4-byte vtable offset: with the table at 4 mod 8, every field lands on its own boundary.
  align(out, 8, 4);
  const table = reserve(out, size);
  out.view.setInt32(table, table - vtable, true);
  out.view.setUint16(vtable, 4 + 2 * slots.length, true);
  out.view.setUint16(vtable + 2, size, true);
  let at = table + 4;
  for (const { slot, value, width } of present) {
    out.view.setUint16(vtable + 4 + 2 * slot, at - table, true);
    switch (value.kind) {
      case 'u8':
        out.view.setUint8(at, value.value);
        break;
      case 'i16':
        out.view.setInt16(at, value.value, true);
        break;
      case 'i32':
        out.view.setInt32(at, value.value, true);
        break;
      case 'i64':
        out.view.setBigInt64(at, BigInt(value.value), true);
        break;
      default:
        queue.push({ patch: at, value });
    }
    at += width;
  }
  return table;
}

/** Pads with zeros until the end is `remainder` modulo `boundary`. */
function align(out: Output, boundary: number, remainder: number): void {
  reserve(out, (((remainder - out.end) % boundary) + boundary) % boundary);
}

function reserve(out: Output, bytes: number): number {
  const at = out.end;
  out.end += bytes;
  if (out.end > out.bytes.byteLength) {
    const grown = new Uint8Array(Math.max(out.end, out.bytes.byteLength * 2));
    grown.set(out.bytes);
    out.bytes = grown;
    out.view = new DataView(grown.buffer);
  }
  return at;
}
