import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ArrowError } from '../../src/arrow-error.ts';
import {
  flatBuffer,
  readBool,
  readCount,
  readInt16,
  readInt32,
  readString,
  readTable,
  readUint8,
  readVector,
  rootTable,
  tableInVector,
} from '../../src/metadata/flatbuffer-reader.ts';
import { flatTable, writeFlatBuffer } from '../../src/metadata/flatbuffer-writer.ts';

test('what is written is read, in any slot, and absent slots read as their default', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.integer(),
      fc.maxSafeNat(),
      fc.integer({ min: -32768, max: 32767 }),
      fc.array(fc.string(), { maxLength: 5 }),
      (text, word, count, half, names) => {
        const bytes = writeFlatBuffer(
          flatTable(
            { kind: 'i16', value: half },
            null,
            { kind: 'i64', value: count },
            { kind: 'string', value: text },
            { kind: 'u8', value: 1 },
            { kind: 'i32', value: word },
            { kind: 'tables', items: names.map((name) => flatTable({ kind: 'string', value: name })) },
            flatTable(null, { kind: 'u8', value: 200 }),
          ),
        );
        expect(bytes.byteLength % 8).toBe(0);
        const buffer = flatBuffer(bytes, 0);
        const root = rootTable(buffer, null);
        expect(readInt16(root, 0, 0, null)).toBe(half);
        expect(readInt16(root, 1, -7, null)).toBe(-7);
        expect(readCount(root, 2, null)).toBe(count);
        expect(readString(root, 3, null)).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text)));
        expect(readBool(root, 4, false, null)).toBe(true);
        expect(readInt32(root, 5, 0, null)).toBe(word);
        const vector = readVector(root, 6, 4, null);
        expect(Array.from({ length: vector.length }, (_, i) => readString(tableInVector(buffer, vector, i, null), 0, null))).toHaveLength(
          names.length,
        );
        const inner = readTable(root, 7, null)!;
        expect(readUint8(inner, 1, 0, null)).toBe(200);
        expect(readTable(root, 8, null)).toBeNull();
        expect(readString(root, 99, null)).toBeNull();
      },
    ),
  );
});

test('scalars lie on multiples of their size, as other readers rely on', () => {
  const bytes = writeFlatBuffer(
    flatTable({ kind: 'u8', value: 1 }, { kind: 'i64', value: 0x0102030405 }, { kind: 'i16', value: 3 }, { kind: 'i32', value: 4 }),
  );
  const view = new DataView(bytes.buffer);
  const table = view.getUint32(0, true);
  const vtable = table - view.getInt32(table, true);
  const at = (slot: number): number => table + view.getUint16(vtable + 4 + 2 * slot, true);
  expect(at(1) % 8).toBe(0);
  expect(at(3) % 4).toBe(0);
  expect(at(2) % 2).toBe(0);
  expect(view.getBigInt64(at(1), true)).toBe(0x0102030405n);
});

function refused(bytes: Uint8Array, read: (root: ReturnType<typeof rootTable>) => unknown): ArrowError {
  try {
    read(rootTable(flatBuffer(bytes, 1000), null));
  } catch (error) {
    expect(error).toBeInstanceOf(ArrowError);
    expect((error as ArrowError).code).toBe('MOLT7002');
    return error as ArrowError;
  }
  throw new Error('nothing was refused');
}

test('positions outside of the message are refused, with the offset in the whole input', () => {
  expect(refused(Uint8Array.of(200, 0, 0, 0), () => 0).offset).toBe(1004);
  expect(refused(Uint8Array.of(0, 0, 0, 0), () => 0).message).toContain('expected a forward offset, got 0');
  expect(refused(new Uint8Array(3), () => 0).offset).toBe(1000);
  // A vtable before the start.
  expect(refused(Uint8Array.of(4, 0, 0, 0, 100, 0, 0, 0), () => 0).message).toContain('position -96');
  // A vtable of 3 bytes.
  expect(refused(Uint8Array.of(8, 0, 0, 0, 3, 0, 4, 0, 4, 0, 0, 0), () => 0).message).toContain('even vtable size');
});

test('fields, counts and strings are kept inside their table and the message', () => {
  // vtable at 4: 6 bytes, table of 8 bytes, slot 0 at `offset`; table at 12.
  const table = (offset: number, ...rest: number[]): Uint8Array =>
    Uint8Array.of(12, 0, 0, 0, 6, 0, 8, 0, offset, 0, 0, 0, 8, 0, 0, 0, ...rest);
  expect(refused(table(6, 0, 0, 0, 0), (root) => readInt32(root, 0, 0, null)).message).toContain('a field of 4 bytes inside a table of 8');
  expect(refused(table(2, 0, 0, 0, 0), (root) => readInt32(root, 0, 0, null)).message).toContain('offset 2');
  expect(refused(table(4, 2, 0, 0, 0), (root) => readBool(root, 0, false, null)).message).toContain('a bool of 0 or 1, got 2');
  expect(refused(table(4, 4, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f), (root) => readVector(root, 0, 16, null)).message).toContain('position 24');
  expect(refused(table(4, 4, 0, 0, 0, 2, 0, 0, 0, 0xc3, 0x28), (root) => readString(root, 0, null)).message).toContain('UTF-8 text');
});

test('a small message cannot be visited without end through shared parts', () => {
  // A chain of tables, each pointing twice at the next: 2^30 paths in under 1 kB.
  const levels = 30;
  const bytes = new Uint8Array(4 + levels * 24 + 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 12, true);
  for (let i = 0; i < levels; i++) {
    const vtable = 4 + 24 * i;
    view.setUint16(vtable, 8, true);
    view.setUint16(vtable + 2, 12, true);
    view.setUint16(vtable + 4, 4, true);
    view.setUint16(vtable + 6, 8, true);
    view.setInt32(vtable + 8, 8, true);
    if (i === levels - 1) continue;
    view.setUint32(vtable + 12, 20, true);
    view.setUint32(vtable + 16, 16, true);
  }
  // The last table has no children: shorten its vtable.
  view.setUint16(4 + 24 * (levels - 1), 4, true);
  const walk = (table: ReturnType<typeof rootTable>): void => {
    for (const slot of [0, 1]) {
      const child = readTable(table, slot, null);
      if (child !== null) walk(child);
    }
  };
  expect(refused(bytes, walk).message).toContain('visits per metadata byte');
});
