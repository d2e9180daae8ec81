import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnFromValues } from '../../src/build/column-from-values.ts';
import { checkBatch } from '../../src/columns/check-column.ts';
import { column } from '../../src/columns/column.ts';
import { toArray } from '../../src/columns/read-column.ts';
import { joinColumns, sliceColumn } from '../../src/columns/slice-column.ts';
import { randomTable } from '../oracle/random-table.ts';

test('slices hold the values of their range and are consistent columns', () => {
  fc.assert(
    fc.property(randomTable, fc.nat(12), fc.nat(12), (table, a, b) => {
      for (const batch of table.batches) {
        const from = Math.min(a, b, batch.length);
        const to = Math.min(Math.max(a, b), batch.length);
        const columns = batch.columns.map((whole) => sliceColumn(whole, from, to));
        checkBatch({ ...batch, length: to - from, columns }, null);
        columns.forEach((part, i) => expect(toArray(part)).toEqual(toArray(batch.columns[i]!).slice(from, to)));
      }
    }),
    { numRuns: 200 },
  );
});

test('joined slices are the whole again', () => {
  fc.assert(
    fc.property(randomTable, fc.nat(12), (table, at) => {
      for (const batch of table.batches) {
        const cut = Math.min(at, batch.length);
        const columns = batch.columns.map((whole) => joinColumns(sliceColumn(whole, 0, cut), sliceColumn(whole, cut, batch.length)));
        checkBatch({ ...batch, columns }, null);
        columns.forEach((joined, i) => expect(toArray(joined)).toEqual(toArray(batch.columns[i]!)));
      }
    }),
    { numRuns: 200 },
  );
});

test('columns of different types do not join', () => {
  const text = columnFromValues({ kind: 'utf8' }, ['a']);
  expect(() => joinColumns(text, column({ type: { kind: 'null' }, length: 1, nullCount: 1 }))).toThrow(
    /MOLT7021.*expected a column of utf8/,
  );
});
