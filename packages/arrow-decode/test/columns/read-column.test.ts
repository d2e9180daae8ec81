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

test('an entry of a dictionary is made once, however many slots ask for it', () => {
  const type = { kind: 'dictionary', id: 0, index: int(32), value: { kind: 'list', item: field('item', int(8)) }, ordered: false } as const;
  const dictionary = columnFromValues(
    type.value,
    Array.from({ length: 70_000 }, (_, i) => (i === 0 ? [1, 2] : [])),
  );
  const column = { ...columnFromValues(int(32), new Array(100).fill(0)), type, dictionary };
  const values = toArray(column);
  expect(values[99]).toEqual([1, 2]);
  // The first few are read directly; from then on it is one and the same.
  expect(new Set(values.slice(20)).size).toBe(1);
});
