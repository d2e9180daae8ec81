import { expect, test } from 'vitest';
import { field, int } from '../../src/arrow-type.ts';
import { columnFromValues } from '../../src/build/column-from-values.ts';
import { get, isNull, iterate, toArray } from '../../src/columns/read-column.ts';

test('one slot, all in turn and the array agree', () => {
  const column = columnFromValues({ kind: 'list', item: field('item', int(64)) }, [[1n, null], null, []]);
  expect(toArray(column)).toEqual([[1n, null], null, []]);
  expect([...iterate(column)]).toEqual(toArray(column));
  expect([0, 1, 2].map((i) => get(column, i))).toEqual(toArray(column));
  expect([0, 1, 2].map((i) => isNull(column, i))).toEqual([false, true, false]);
});

test('outside of the column there is nothing', () => {
  const column = columnFromValues(int(8), [1]);
  expect(get(column, 1)).toBeNull();
  expect(get(column, -1)).toBeNull();
});

test('a member called __proto__ is a member and no prototype', () => {
  const column = columnFromValues({ kind: 'struct', fields: [field('__proto__', int(8)), field('b', int(8))] }, [
    JSON.parse('{"__proto__": 1, "b": 2}'),
  ]);
  const value = get(column, 0) as Record<string, unknown>;
  expect(Object.keys(value)).toEqual(['__proto__', 'b']);
  expect(Object.values(value)).toEqual([1, 2]);
});
