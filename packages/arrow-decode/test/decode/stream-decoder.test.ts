import fc from 'fast-check';
import { expect, test } from 'vitest';
import { field, int, schema } from '../../src/arrow-type.ts';
import { batchFromValues } from '../../src/build/column-from-values.ts';
import { toArray } from '../../src/columns/read-column.ts';
import { createStreamDecoder } from '../../src/decode/stream-decoder.ts';
import { createStreamEncoder, encodeStream } from '../../src/encode/encode-stream.ts';
import { randomTable } from '../oracle/random-table.ts';

const ints = schema(field('n', int(64)));
const first = batchFromValues(ints, [[1n, 2n]]);
const bytes = encodeStream({ schema: ints, batches: [first, batchFromValues(ints, [[3n]])] });

test('however the stream is cut, the batches are the same', () => {
  fc.assert(
    fc.property(randomTable, fc.array(fc.nat(4000), { maxLength: 20 }), (table, cuts) => {
      const whole = encodeStream(table);
      const decoder = createStreamDecoder();
      const marks = [...new Set([0, ...cuts.filter((cut) => cut < whole.byteLength), whole.byteLength])].sort((a, b) => a - b);
      const batches = marks.slice(1).flatMap((end, i) => decoder.push(whole.subarray(marks[i], end)));
      expect(decoder.end()).toEqual({ schema: table.schema, end: 'marker' });
      expect(batches.map((batch) => batch.columns.map(toArray))).toEqual(table.values);
    }),
    { numRuns: 150 },
  );
});

test('byte by byte, batches come as soon as they are complete', () => {
  const decoder = createStreamDecoder();
  const arrivals: number[] = [];
  bytes.forEach((_, i) => {
    // A view on an odd address, which columns cannot be views of.
    if (decoder.push(new Uint8Array(bytes.buffer, i, 1)).length > 0) arrivals.push(i + 1);
  });
  expect(arrivals).toEqual([createStreamEncoder(ints).write(first).byteLength, bytes.byteLength - 8]);
  expect(decoder.schema()).toEqual(ints);
  expect(decoder.end().end).toBe('marker');
});

test('an end inside a message is an error that says where', () => {
  const decoder = createStreamDecoder();
  decoder.push(bytes.subarray(0, bytes.byteLength - 20));
  expect(() => decoder.end()).toThrow(/MOLT7018/);
});

test('an end between messages is told apart from a finished stream', () => {
  const cut = bytes.subarray(0, bytes.byteLength - 8);
  const lenient = createStreamDecoder();
  expect(lenient.push(cut)).toHaveLength(2);
  expect(lenient.end().end).toBe('input');
  const strict = createStreamDecoder({ requireEndMarker: true });
  strict.push(cut);
  expect(() => strict.end()).toThrow(/expected an end marker/);
  expect(() => createStreamDecoder().end()).toThrow(/expected a schema/);
});

test('bytes after the end are refused, in the same piece, in a later one, and after end()', () => {
  const extra = new Uint8Array(bytes.byteLength + 1);
  extra.set(bytes);
  expect(() => createStreamDecoder().push(extra)).toThrow(/MOLT7017/);
  const decoder = createStreamDecoder();
  decoder.push(bytes);
  expect(() => decoder.push(Uint8Array.of(1))).toThrow(/MOLT7017.*after the end marker/);
  const ended = createStreamDecoder();
  ended.push(bytes);
  ended.end();
  expect(() => ended.push(Uint8Array.of(1))).toThrow(/MOLT7017/);
});

test('after an error nothing more is taken, and offsets count from the start of the stream', () => {
  const decoder = createStreamDecoder({ limits: { maxInputBytes: bytes.byteLength - 1 } });
  decoder.push(bytes.subarray(0, 64));
  expect(() => decoder.push(bytes.subarray(64))).toThrow(/maxInputBytes/);
  expect(() => decoder.push(Uint8Array.of(0))).toThrow(/MOLT7017/);
  const unfinished = createStreamDecoder();
  unfinished.push(bytes.subarray(0, bytes.byteLength - 8));
  expect(() => unfinished.push(Uint8Array.of(5, 0, 0, 0))).toThrow(
    expect.objectContaining({ code: 'MOLT7003', offset: bytes.byteLength - 8 }),
  );
});
