import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ArrowType, field, int, layoutOf, schema } from '../src/arrow-type.ts';
import { batchFromValues } from '../src/build/column-from-values.ts';
import { type Column, column } from '../src/columns/column.ts';
import { toArray } from '../src/columns/read-column.ts';
import { batchToLinearMemory, type LinearMemory, type MemoryColumn, type MemoryRange } from '../src/linear-memory.ts';
import { randomTable } from './oracle/random-table.ts';

type Memory = { readonly buffer: ArrayBuffer; grow(pages: number): number };
const { WebAssembly } = globalThis as unknown as { WebAssembly: { Memory: new (limits: { initial: number }) => Memory } };

/** A bump allocator over a real WebAssembly memory that grows, and so detaches views, at every allocation. */
function growing(): LinearMemory & { memory: Memory } {
  const memory = new WebAssembly.Memory({ initial: 1 });
  let next = 1000;
  return {
    memory,
    alloc: (bytes, align) => {
      const at = Math.ceil(next / align) * align;
      next = at + bytes;
      memory.grow(Math.max(1, Math.ceil((next - memory.buffer.byteLength) / 65536)));
      new Uint8Array(memory.buffer, at, bytes).fill(0xaa);
      return at;
    },
    buffer: () => memory.buffer,
  };
}

/** A column over the memory, as a reader on the other side would make it. */
function columnAt(placed: MemoryColumn, buffer: ArrayBufferLike): Column {
  const layout = layoutOf(placed.type);
  const bytes = ({ pointer, bytes: size }: MemoryRange): Uint8Array => new Uint8Array(buffer, pointer, size);
  const values =
    layout.kind === 'fixed'
      ? new layout.array(buffer, placed.values.pointer, placed.values.bytes / layout.array.BYTES_PER_ELEMENT)
      : layout.kind === 'bits' || layout.kind === 'variable'
        ? bytes(placed.values)
        : null;
  return column({
    type: placed.type,
    length: placed.length,
    nullCount: placed.nullCount,
    validity: placed.validity.pointer === 0 ? null : bytes(placed.validity),
    offsets: placed.offsets.pointer === 0 ? null : new Int32Array(buffer, placed.offsets.pointer, placed.length + 1),
    values,
    children: placed.children.map((child) => columnAt(child, buffer)),
    dictionary: placed.dictionary === null ? null : columnAt(placed.dictionary, buffer),
  });
}

function rangesOf(placed: MemoryColumn): MemoryRange[] {
  return [
    placed.validity,
    placed.offsets,
    placed.values,
    ...placed.children.flatMap(rangesOf),
    ...(placed.dictionary === null ? [] : rangesOf(placed.dictionary)),
  ];
}

test('the columns can be read back from the memory alone', () => {
  fc.assert(
    fc.property(randomTable, (table) => {
      table.batches.forEach((batch, i) => {
        const memory = growing();
        const placed = batchToLinearMemory(batch, memory);
        expect(placed.columns.map((part) => toArray(columnAt(part, memory.buffer())))).toEqual(table.values[i]);
        for (const { pointer, bytes } of placed.columns.flatMap(rangesOf)) {
          if (bytes === 0) continue;
          expect(pointer % 64).toBe(0);
          expect(pointer).toBeGreaterThanOrEqual(placed.range.pointer);
          expect(pointer + bytes).toBeLessThanOrEqual(placed.range.pointer + placed.range.bytes);
        }
      });
    }),
    { numRuns: 100 },
  );
});

test('padding is zero, whatever the memory held', () => {
  const fields = schema(field('a', int(8)), field('t', { kind: 'utf8' }));
  const memory = growing();
  const { range } = batchToLinearMemory(
    batchFromValues(fields, [
      [1, null],
      ['xy', 'z'],
    ]),
    memory,
  );
  const bytes = new Uint8Array(memory.buffer(), range.pointer, range.bytes);
  expect(range.bytes).toBe(4 * 64);
  expect([...bytes.subarray(0, 64)]).toEqual([0b01, ...new Array(63).fill(0)]);
  expect([...bytes.subarray(64 * 3)]).toEqual([0x78, 0x79, 0x7a, ...new Array(61).fill(0)]);
});

test('a shared dictionary is copied once', () => {
  const type: ArrowType = { kind: 'dictionary', id: 0, index: int(8), value: { kind: 'utf8' }, ordered: false };
  const one = batchFromValues(schema(field('a', type)), [['x', 'y']]);
  const two = { schema: schema(field('a', type), field('b', type)), length: 2, columns: [one.columns[0]!, { ...one.columns[0]! }] };
  const placed = batchToLinearMemory(two, growing());
  expect(placed.columns[0]!.dictionary).toBe(placed.columns[1]!.dictionary);
});

test('an allocator that breaks its contract is found out before anything is written', () => {
  const batch = batchFromValues(schema(field('a', int(8))), [[1, 2, 3]]);
  const buffer = new ArrayBuffer(128);
  for (const pointer of [-64, 8, 128, 0.5, Number.NaN, 2 ** 40]) {
    expect(() => batchToLinearMemory(batch, { alloc: () => pointer, buffer: () => buffer })).toThrow(
      expect.objectContaining({ code: 'MOLT7024' }),
    );
  }
  expect(new Uint8Array(buffer).every((byte) => byte === 0)).toBe(true);
});

test('inconsistent columns are not copied', () => {
  const batch = batchFromValues(schema(field('a', int(8))), [[1, 2, 3]]);
  const broken = { ...batch, columns: [{ ...batch.columns[0]!, values: new Int8Array(1) }] };
  expect(() => batchToLinearMemory(broken, growing())).toThrow(/MOLT7021/);
});
