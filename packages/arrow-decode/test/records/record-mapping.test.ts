import {
  array,
  bool,
  bytes,
  float,
  float32,
  int,
  list,
  literals,
  map,
  none,
  optional,
  type RecordSchema,
  record,
  ref,
  sized,
  str,
  tuple,
  union,
  withDefault,
} from '@molt/schema-ir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { int as arrowInt, field, schema, typeText } from '../../src/arrow-type.ts';
import { batchFromValues } from '../../src/build/column-from-values.ts';
import { decodeStream } from '../../src/decode/decode-stream.ts';
import { encodeStream } from '../../src/encode/encode-stream.ts';
import { arrowSchemaOf, columnsFromRecords, recordsFromBatch } from '../../src/records/record-mapping.ts';

const point = record('Point', { x: float(), y: float() });
const order = record('Order', {
  id: int(),
  count: sized('u16'),
  price: float(),
  paid: bool(),
  label: str(20),
  raw: bytes(4),
  note: optional(str()),
  nothing: none(),
  tags: list(str(), 3),
  by: map(str(), sized('i8')),
  pair: tuple(int(0, 9), optional(bool())),
  at: point,
  state: literals('State', 'new', 'done'),
  level: literals('Level', 1, 2n, 30),
  home: ref('Point'),
  half: float32(),
  vector: array(float(), 3),
});
const types = { Point: point };

const orderValue = fc.record({
  id: fc.oneof(fc.maxSafeInteger(), fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n)),
  count: fc.integer({ min: 0, max: 65535 }),
  price: fc.double(),
  paid: fc.boolean(),
  label: fc.string({ maxLength: 10 }),
  raw: fc.uint8Array({ maxLength: 4 }),
  note: fc.option(fc.string({ unit: 'binary' }), { nil: null }),
  nothing: fc.constant(null),
  tags: fc.array(fc.string(), { maxLength: 3 }),
  by: fc.array(fc.tuple(fc.string(), fc.integer({ min: -128, max: 127 })), { maxLength: 3 }).map((pairs) => new Map(pairs)),
  pair: fc.tuple(fc.integer({ min: 0, max: 9 }), fc.option(fc.boolean(), { nil: null })),
  at: fc.record({ x: fc.double(), y: fc.double() }),
  state: fc.constantFrom('new', 'done'),
  level: fc.constantFrom(1, 2n, 30),
  home: fc.record({ x: fc.double(), y: fc.double() }),
  half: fc.float(),
  vector: fc.array(fc.double(), { minLength: 3, maxLength: 3 }),
});

test('each kind has its Arrow type', () => {
  expect(arrowSchemaOf(order, types).fields.map(({ name, type, nullable }) => `${name}: ${typeText(type)}${nullable ? '?' : ''}`)).toEqual([
    'id: int64',
    'count: uint16',
    'price: float64',
    'paid: bool',
    'label: utf8',
    'raw: binary',
    'note: utf8?',
    'nothing: null?',
    'tags: list<utf8>',
    'by: map<struct<key: utf8, value: int8>>',
    'pair: struct<0: uint8, 1: bool>',
    'at: struct<x: float64, y: float64>',
    'state: dictionary<int8, utf8>',
    'level: dictionary<int8, int64>',
    'home: struct<x: float64, y: float64>',
    'half: float32',
    'vector: fixed_size_list<float64, 3>',
  ]);
});

test('records survive the way through a batch and a stream', () => {
  fc.assert(
    fc.property(fc.array(orderValue, { maxLength: 6 }), (rows) => {
      const batch = columnsFromRecords(order, rows, types);
      expect(recordsFromBatch(batch, order, types)).toEqual(rows);
      const read = decodeStream(encodeStream({ schema: batch.schema, batches: [batch, batch] }));
      for (const again of read.batches) expect(recordsFromBatch(again, order, types)).toEqual(rows);
    }),
    { numRuns: 200 },
  );
});

test('batches of one schema share the dictionaries of its enums, which are the literals in order', () => {
  const one = columnsFromRecords(record('S', { s: literals('State', 'new', 'done') }), [{ s: 'done' }]);
  expect([...one.columns[0]!.values!]).toEqual([1]);
  const first = columnsFromRecords(order, [], types);
  const second = columnsFromRecords(order, [], types);
  expect(first.columns[12]!.dictionary).toBe(second.columns[12]!.dictionary);
});

const small = record('Small', [
  { name: 'n', schema: int(0, 100) },
  { name: 's', schema: str(3) },
  withDefault('d', sized('i8'), 7),
  { name: 'l', schema: list(list(int()), 2) },
]);

test('values outside of their schema are refused with row and field', () => {
  const good = { n: 1, s: 'abc', d: 2, l: [[1]] };
  const refusal = (row: object): { code: string; path: string; message: string } => {
    try {
      columnsFromRecords(small, [good, row]);
    } catch (error) {
      return error as never;
    }
    throw new Error('nothing was refused');
  };
  const cases: [object, string, string][] = [
    [{ ...good, n: 101 }, '[1].n', 'expected int from 0 to 100, got number 101'],
    [{ ...good, n: 1.5 }, '[1].n', 'got number 1.5'],
    [{ ...good, n: null }, '[1].n', 'got none'],
    [{ s: 'a', l: [] }, '[1].n', 'got none'],
    [{ ...good, s: 'žž' }, '[1].s', 'expected str of at most 3 bytes'],
    [{ ...good, s: 5 }, '[1].s', 'got number 5'],
    [{ ...good, l: [[1], ['x']] }, '[1].l[1][0]', 'got "x"'],
    [{ ...good, l: [[], [], []] }, '[1].l', 'a list of at most 2 items, got a list of 3'],
    [{ ...good, extra: 1 }, '[1]', 'got "extra"'],
    [5 as unknown as object, '[1]', 'expected a record, got number'],
  ];
  for (const [row, path, text] of cases) {
    const error = refusal(row);
    expect({ code: error.code, path: error.path }).toEqual({ code: 'MOLT7020', path });
    expect(error.message).toContain(text);
  }
});

test('the bound of text counts bytes', () => {
  const of = (maxBytes: number): RecordSchema => record('T', { t: str(maxBytes) });
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 6 }), (text) => {
      const size = Buffer.byteLength(text);
      expect(recordsFromBatch(columnsFromRecords(of(size), [{ t: text }]))).toEqual([{ t: text }]);
      if (size > 0) expect(() => columnsFromRecords(of(size - 1), [{ t: text }])).toThrow(/at most/);
    }),
  );
});

test('defaults fill what a row or a batch lacks', () => {
  expect(recordsFromBatch(columnsFromRecords(small, [{ n: 1, s: '', l: [] }]), small)).toEqual([{ n: 1, s: '', d: 7, l: [] }]);
  const part = record('Part', [{ name: 'n', schema: int() }, withDefault('d', list(int()), [1])]);
  const rows = recordsFromBatch(batchFromValues(schema(field('n', arrowInt(64))), [[1n, 2n]]), part);
  expect(rows).toEqual([
    { n: 1, d: [1] },
    { n: 2, d: [1] },
  ]);
  expect(rows[0]!.d).not.toBe(rows[1]!.d);
});

test('foreign batches are read by name, through wider and narrower types, and checked', () => {
  const flight = record('Flight', { delay: sized('i16'), time: float(), carrier: literals('Carrier', 'AA', 'UA'), from: optional(str(3)) });
  const fields = schema(
    field('time', { kind: 'float', bits: 32 }),
    field('from', { kind: 'dictionary', id: 0, index: arrowInt(8), value: { kind: 'large_utf8' }, ordered: false }),
    field('delay', arrowInt(64)),
    field('carrier', { kind: 'utf8' }),
  );
  const batch = batchFromValues(fields, [
    [0.5, 1],
    ['JFK', null],
    [-3, 4],
    ['AA', 'UA'],
  ]);
  expect(recordsFromBatch(batch, flight)).toEqual([
    { delay: -3, time: 0.5, carrier: 'AA', from: 'JFK' },
    { delay: 4, time: 1, carrier: 'UA', from: null },
  ]);
  const changed = (i: number, values: unknown[]) =>
    batchFromValues(
      fields,
      [
        [0.5, 1],
        ['JFK', null],
        [-3, 4],
        ['AA', 'UA'],
      ].map((column, j) => (i === j ? values : column)),
    );
  expect(() => recordsFromBatch(changed(2, [1, 40000]), flight)).toThrow(expect.objectContaining({ code: 'MOLT7020', path: '[1].delay' }));
  expect(() => recordsFromBatch(changed(2, [1, null]), flight)).toThrow(expect.objectContaining({ code: 'MOLT7020', path: '[1].delay' }));
  expect(() => recordsFromBatch(changed(3, ['AA', 'XX']), flight)).toThrow(/\[1\]\.carrier.*one of 2 literals, got "XX"/);
  expect(() => recordsFromBatch(changed(1, ['LONG', null]), flight)).toThrow(/at most 3 bytes/);
});

test('batches whose columns do not fit the record are refused', () => {
  const batch = batchFromValues(schema(field('n', { kind: 'utf8' })), [['1']]);
  expect(() => recordsFromBatch(batch, record('R', { n: int() }))).toThrow(/MOLT7023.*at n: expected a column of int64, got utf8/);
  expect(() => recordsFromBatch(batch, record('R', { n: str(), m: int() }))).toThrow(
    /MOLT7023.*at m: expected a column of int64, got none/,
  );
  expect(() => recordsFromBatch(batch, record('R', {}))).toThrow(/MOLT7023.*expected a field of R/);
  const twice = batchFromValues(schema(field('n', arrowInt(8)), field('n', arrowInt(8))), [[1], [2]]);
  expect(() => recordsFromBatch(twice)).toThrow(/MOLT7023.*one column of that name, got two/);
});

test('schemas without an Arrow form say which part has none', () => {
  expect(() => arrowSchemaOf(record('R', { u: union('U', { a: int(), b: str() }) }))).toThrow(/MOLT7022.*at u: .*got union/);
  expect(() => arrowSchemaOf(record('R', { e: literals('E', 1, 'a') }))).toThrow(/MOLT7022.*at e/);
  expect(() => arrowSchemaOf(record('R', { wide: int(-1, 2n ** 63n) }))).toThrow(/MOLT7022.*fits into 64 bits/);
  const tree: RecordSchema = record('Tree', { below: list(ref('Tree')) });
  expect(() => arrowSchemaOf(tree)).toThrow(/MOLT7022.*does not contain itself, got Tree/);
});

test('a field called __proto__ is a field', () => {
  const rows = recordsFromBatch(batchFromValues(schema(field('__proto__', arrowInt(8))), [[1]]));
  expect(Object.keys(rows[0]!)).toEqual(['__proto__']);
});
