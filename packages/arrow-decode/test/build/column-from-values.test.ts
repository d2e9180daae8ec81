import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ArrowType, field, int, schema, uint } from '../../src/arrow-type.ts';
import { batchFromValues, columnFromValues } from '../../src/build/column-from-values.ts';
import { toArray } from '../../src/columns/read-column.ts';
import { randomTable } from '../oracle/random-table.ts';

test('a column gives back the values that it was made from', () => {
  fc.assert(
    fc.property(randomTable, (table) => {
      table.batches.forEach((batch, i) => expect(batch.columns.map(toArray)).toEqual(table.values[i]));
    }),
  );
});

test('values that the type cannot hold exactly are refused with their place', () => {
  const cases: [ArrowType, unknown, string][] = [
    [int(8), 128, 'expected int8, got number 128'],
    [uint(8), -1, 'expected uint8, got number -1'],
    [int(32), 1.5, 'expected int32, got number 1.5'],
    [int(32), Number.NaN, 'expected int32'],
    [int(32), '1', 'expected int32, got string "1"'],
    [int(64), 2 ** 53, 'expected int64'],
    [int(64), 2n ** 63n, 'expected int64, got bigint 9223372036854775808'],
    [uint(64), -1n, 'expected uint64'],
    [{ kind: 'bool' }, 1, 'expected bool'],
    [{ kind: 'null' }, 0, 'expected null'],
    [{ kind: 'float', bits: 32 }, 1n, 'expected float32'],
    [{ kind: 'utf8' }, '\ud800', 'expected utf8'],
    [{ kind: 'utf8' }, new Uint8Array(1), 'expected utf8, got a Uint8Array'],
    [{ kind: 'binary' }, 'a', 'expected binary'],
    [{ kind: 'fixed_size_binary', width: 2 }, new Uint8Array(3), 'expected fixed_size_binary(2)'],
    [{ kind: 'decimal128', precision: 3, scale: 1 }, '100.0', 'expected decimal128(3, 1)'],
    [{ kind: 'decimal128', precision: 3, scale: 1 }, '1.25', 'expected decimal128(3, 1)'],
    [{ kind: 'list', item: field('item', int(8)) }, 1, 'expected list<int8>'],
    [{ kind: 'fixed_size_list', item: field('item', int(8)), size: 2 }, [1], 'expected fixed_size_list<int8, 2>'],
    [{ kind: 'struct', fields: [field('a', int(8))] }, 5, 'expected struct<a: int8>'],
    [{ kind: 'dictionary', id: 0, index: int(8), value: { kind: 'utf8' }, ordered: false }, 5, 'expected utf8'],
  ];
  for (const [type, value, text] of cases) {
    expect(() => columnFromValues(type, [null, value]), text).toThrow(expect.objectContaining({ code: 'MOLT7020' }));
    expect(() => columnFromValues(type, [null, value])).toThrow(text);
  }
  expect(() => columnFromValues(int(8), [0, 300])).toThrow(expect.objectContaining({ path: '[1]' }));
});

test('a dictionary grows only as far as its indices reach', () => {
  const type: ArrowType = { kind: 'dictionary', id: 0, index: int(8), value: int(32), ordered: false };
  expect(
    columnFromValues(
      type,
      Array.from({ length: 128 }, (_, i) => i),
    ).dictionary!.length,
  ).toBe(128);
  expect(() =>
    columnFromValues(
      type,
      Array.from({ length: 129 }, (_, i) => i),
    ),
  ).toThrow(expect.objectContaining({ code: 'MOLT7020', path: 'indices[128]' }));
});

test('fields that are not nullable take no nulls, nested ones neither', () => {
  const strict = field('x', int(8), { nullable: false });
  expect(() => batchFromValues(schema(strict), [[1, null]])).toThrow(/MOLT7011 ?.*at x/);
  expect(() => columnFromValues({ kind: 'struct', fields: [strict] }, [{ x: 1 }, {}])).toThrow(/MOLT7011.*x\[1\]/);
  expect(() => columnFromValues({ kind: 'list', item: strict }, [[1, null]])).toThrow(/MOLT7011/);
  // Under a null struct there is nothing to ask for.
  expect(toArray(columnFromValues({ kind: 'struct', fields: [strict] }, [null]))).toEqual([null]);
  expect(() => batchFromValues(schema(strict), [])).toThrow(/MOLT7021/);
  expect(() => batchFromValues(schema(strict, field('y', int(8))), [[1], []])).toThrow(/MOLT7021.*expected 1 values/);
});
