/** Python declarations that are made from schemas say the same schemas when they are read: one definition, both ways. */
import {
  array,
  bool,
  bytes,
  capability,
  date,
  decimal,
  duration,
  type EmitPythonOptions,
  emitPython,
  exportIds,
  float,
  float32,
  int,
  list,
  literals,
  map,
  none,
  optional,
  record,
  ref,
  result,
  type SchemaSet,
  sized,
  str,
  stream,
  time,
  timestamp,
  tuple,
  typesOf,
  union,
  uuid,
  withDefault,
} from '@molt/schema-ir';
import { expect, it } from 'vitest';
import { schemasOfSource } from '../../src/index.ts';

const set: SchemaSet = {
  version: 1,
  types: typesOf(
    record('Item', [
      { name: 'sku', schema: str(64) },
      { name: 'price', schema: decimal(12, 2) },
      { name: 'default_price', schema: decimal() },
      { name: 'data', schema: optional(bytes(10)) },
      { name: 'count', schema: sized('u32') },
      withDefault('tags', list(str(), 5), []),
      withDefault('by_name', map(str(), int(0, 9), 5), new Map()),
      withDefault('limit', optional(int()), null),
      withDefault('ratio', float(), 0.5),
      withDefault('name', str(), 'é"\u{1f600}'),
    ]),
    record('Times', {
      day: date(),
      clock: time('ms'),
      at: timestamp(),
      local: timestamp('s', 'naive'),
      span: duration(),
      short: duration('ms', 0, 5),
      seconds: duration('s'),
    }),
    record('Rest', {
      half: float32(),
      vector: array(float(), 3),
      id: uuid(),
      outcome: result(int(), ref('Color')),
      grant: capability('db.read'),
      pair: tuple(int(), str()),
      unit: tuple(),
      flag: bool(),
      nothing: none(),
      more: list(ref('Rest')),
    }),
    literals('Color', 'red', 7n, 'a"\u{1f600}'),
    union('Shape', { Item: ref('Item'), int: int(), list: list(ref('Shape')) }),
  ),
  exports: [
    { name: 'total', params: [{ name: 'items', schema: list(ref('Item')) }, withDefault('tax', float(), 0.2)], result: float() },
    { name: 'each', params: [{ name: 'values', schema: stream(ref('Rest')) }], result: stream(ref('Times'), 10) },
    { name: 'draw', params: [withDefault('n', int(), 5), { name: 'shape', schema: ref('Shape') }], result: optional(ref('Shape')) },
  ],
};

it.each<EmitPythonOptions>([{ records: 'dataclass' }, { records: 'msgspec' }])('of %o', (options) => {
  const { schemas, diagnostics } = schemasOfSource({ files: new Map([['shop.py', emitPython(set, options)]]), entry: 'shop.py' });
  expect(diagnostics).toEqual([]);
  for (const [i, item] of set.exports.entries()) {
    expect(schemas?.exports[i]?.name).toBe(item.name);
    expect(exportIds(schemas!.exports[i]!, schemas!.types), item.name).toEqual(exportIds(item, set.types));
  }
});
