/** What other writers do and ours does not: old prefixes, dictionary deltas and replacements, padding, loose ends. */
import * as arrow from 'apache-arrow';
import { expect, test } from 'vitest';
import { type DictionaryType, field, int, schema } from '../../src/arrow-type.ts';
import { batchFromValues, columnFromValues } from '../../src/build/column-from-values.ts';
import { get, toArray } from '../../src/columns/read-column.ts';
import { decodeFile } from '../../src/decode/decode-file.ts';
import { decodeStream } from '../../src/decode/decode-stream.ts';
import { readFrame } from '../../src/decode/frame.ts';
import { encodeFile } from '../../src/encode/encode-file.ts';
import { encodeStream } from '../../src/encode/encode-stream.ts';
import { joinParts } from '../../src/encode/join-parts.ts';
import { budgetFor } from '../../src/limits.ts';
import { stream, words } from './messages.ts';

const longs = schema(field('n', int(64)));

test('streams from before Arrow 0.15 have no continuation marker', () => {
  const batch = {
    length: 2,
    nodes: [[2, 0]],
    buffers: [
      [0, 0],
      [0, 16],
    ],
    body: words(7, 0, 8, 0),
  } as const;
  const modern = stream(longs, batch);
  // Drop the marker of each message and shorten the end marker to a zero.
  const parts: Uint8Array[] = [];
  const view = new DataView(modern.buffer);
  for (let at = 0; at < modern.byteLength; ) {
    const metadata = view.getInt32(at + 4, true);
    const body = at + 8 + metadata;
    const isBatch = at > 0 && metadata > 0;
    const next = body + (isBatch ? 16 : 0);
    parts.push(modern.subarray(at + 4, next));
    at = next;
  }
  const table = decodeStream(joinParts(parts));
  expect(table.end).toBe('marker');
  expect(toArray(table.batches[0]!.columns[0]!)).toEqual([7n, 8n]);
});

test('apache-arrow adds to a dictionary by delta batches', () => {
  const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), 0);
  const textOf = (...values: string[]): arrow.Vector<arrow.Utf8> => arrow.vectorFromArray(values, new arrow.Utf8());
  const first = textOf('a', 'b');
  const both = first.concat(textOf('c'));
  const batchOf = (indices: number[], dictionary: arrow.Vector<arrow.Utf8>): arrow.RecordBatch => {
    const data = arrow.makeData({ type, length: indices.length, nullCount: 0, data: Int32Array.from(indices), dictionary } as never);
    const fields = new arrow.Schema([new arrow.Field('d', type, true)]);
    return new arrow.RecordBatch(
      fields,
      arrow.makeData({ type: new arrow.Struct(fields.fields), length: indices.length, nullCount: 0, children: [data] } as never) as never,
    );
  };
  const writer = new arrow.RecordBatchStreamWriter();
  writer.write(batchOf([0, 1], first));
  writer.write(batchOf([2, 0], both));
  writer.finish();
  const bytes = writer.toUint8Array(true);
  const deltas: boolean[] = [];
  for (let at = 0; ; ) {
    const read = readFrame(bytes, at, 0, budgetFor(), null);
    if (read.kind !== 'frame') break;
    if (read.frame.message.kind === 'dictionary-batch') deltas.push(read.frame.message.isDelta);
    at = read.frame.next;
  }
  expect(deltas).toEqual([false, true]);
  const { batches } = decodeStream(bytes);
  expect(batches.map((batch) => toArray(batch.columns[0]!))).toEqual([
    ['a', 'b'],
    ['c', 'a'],
  ]);
  expect(batches[1]!.columns[0]!.dictionary!.length).toBe(3);
});

const letters: DictionaryType = { kind: 'dictionary', id: 3, index: int(8), value: { kind: 'utf8' }, ordered: false };

test('a dictionary is replaced in a stream but not in a file, and written once when shared', () => {
  const fields = schema(field('d', letters));
  const one = batchFromValues(fields, [['a', 'b']]);
  const two = batchFromValues(fields, [['x', null]]);
  const table = decodeStream(encodeStream({ schema: fields, batches: [one, two] }));
  expect(table.batches.map((batch) => toArray(batch.columns[0]!))).toEqual([
    ['a', 'b'],
    ['x', null],
  ]);
  expect(() => encodeFile({ schema: fields, batches: [one, two] })).toThrow(/MOLT7021.*dictionary 3 to be the same in every batch/);
  const shared = decodeFile(encodeFile({ schema: fields, batches: [one, one] }));
  expect(shared.batches[0]!.columns[0]!.dictionary).toBe(shared.batches[1]!.columns[0]!.dictionary);
});

test('two columns may share one dictionary, but one id cannot mean two', () => {
  const fields = schema(field('a', letters), field('b', letters));
  const a = columnFromValues(letters, ['p', 'q']);
  const b = columnFromValues(letters, ['q', 'q'], null, new Map([[3, a.dictionary!]]));
  const table = decodeStream(encodeStream({ schema: fields, batches: [{ schema: fields, length: 2, columns: [a, b] }] }));
  expect(table.batches[0]!.columns.map(toArray)).toEqual([
    ['p', 'q'],
    ['q', 'q'],
  ]);
  const other = columnFromValues(letters, ['q', 'q']);
  expect(() => encodeStream({ schema: fields, batches: [{ schema: fields, length: 2, columns: [a, other] }] })).toThrow(
    /MOLT7021.*one dictionary for id 3/,
  );
  expect(() => columnFromValues(letters, ['z'], null, new Map([[3, a.dictionary!]]))).toThrow(
    /MOLT7020.*one of the 2 values of dictionary 3/,
  );
});

test('dictionaries inside dictionary values are written before the outer ones', () => {
  const inner: DictionaryType = { ...letters, id: 9 };
  const item = field('item', inner);
  const outer: DictionaryType = { ...letters, id: 1, value: { kind: 'list', item } };
  const fields = schema(field('d', outer));
  const values = columnFromValues(outer.value, [['a', 'b'], ['b']]);
  const column = { ...columnFromValues(int(8), [1, 0, 1]), type: outer, dictionary: values };
  const bytes = encodeStream({ schema: fields, batches: [{ schema: fields, length: 3, columns: [column] }] });
  const decoded = decodeStream(bytes).batches[0]!.columns[0]!;
  expect(toArray(decoded)).toEqual([['b'], ['a', 'b'], ['b']]);
});

test('lists may start anywhere in their items, and structs may use less than their members', () => {
  const lists = schema(field('l', { kind: 'list', item: field('item', int(32)) }));
  const batch = {
    length: 1,
    nodes: [
      [1, 0],
      [4, 0],
    ],
    buffers: [
      [0, 0],
      [0, 8],
      [8, 0],
      [8, 16],
    ],
    body: words(1, 3, 10, 11, 12, 13),
  } as const;
  const table = decodeStream(stream(lists, batch));
  expect(get(table.batches[0]!.columns[0]!, 0)).toEqual([11, 12]);
  // Written again, only what is used is there.
  const again = decodeStream(encodeStream(table)).batches[0]!.columns[0]!;
  expect(toArray(again)).toEqual([[11, 12]]);
  expect([...again.children[0]!.values!]).toEqual([11, 12]);

  const structs = schema(field('s', { kind: 'struct', fields: [field('a', int(32))] }));
  const members = decodeStream(
    stream(structs, {
      length: 1,
      nodes: [
        [1, 0],
        [2, 0],
      ],
      buffers: [
        [0, 0],
        [0, 0],
        [0, 8],
      ],
      body: words(5, 6),
    }),
  );
  expect(toArray(members.batches[0]!.columns[0]!)).toEqual([{ a: 5 }]);
  expect(decodeStream(encodeStream(members)).batches[0]!.columns[0]!.children[0]!.length).toBe(1);
});
