/** What is written: aligned, without stale bytes, and only from consistent columns. */
import { expect, test } from 'vitest';
import { field, int, schema } from '../../src/arrow-type.ts';
import { batchFromValues, columnFromValues } from '../../src/build/column-from-values.ts';
import { type Column, column } from '../../src/columns/column.ts';
import { toArray } from '../../src/columns/read-column.ts';
import { decodeStream } from '../../src/decode/decode-stream.ts';
import { createStreamEncoder, encodeStream } from '../../src/encode/encode-stream.ts';

const ints = schema(field('n', int(32)));
const texts = schema(field('t', { kind: 'utf8' }));

test('every buffer of a stream starts on a multiple of 64', () => {
  const fields = schema(field('a', int(8)), field('b', { kind: 'utf8' }), field('c', { kind: 'bool' }));
  const bytes = encodeStream({
    schema: fields,
    batches: [
      batchFromValues(fields, [
        [1, null],
        ['x', 'yz'],
        [true, null],
      ]),
    ],
  });
  for (const part of decodeStream(bytes).batches[0]!.columns) {
    for (const buffer of [part.validity, part.offsets, part.values]) if (buffer !== null) expect(buffer.byteOffset % 64).toBe(0);
  }
});

test('what stands under nulls and past the end does not leave the process', () => {
  const secret = 0x5ec2e7;
  const dirty = column({
    type: int(32),
    length: 2,
    nullCount: 1,
    validity: Uint8Array.of(0b11111101),
    values: Int32Array.of(1, secret, secret),
  });
  const clean = columnFromValues(int(32), [1, null]);
  const write = (one: Column): Uint8Array => encodeStream({ schema: ints, batches: [{ schema: ints, length: 2, columns: [one] }] });
  expect(Buffer.compare(write(dirty), write(clean))).toBe(0);

  const text = new TextEncoder().encode('asecretb');
  const dirtyText = column({
    type: { kind: 'utf8' },
    length: 3,
    nullCount: 1,
    validity: Uint8Array.of(0b101),
    offsets: Int32Array.of(0, 1, 7, 8),
    values: text,
  });
  const bytes = encodeStream({ schema: texts, batches: [{ schema: texts, length: 3, columns: [dirtyText] }] });
  expect(new TextDecoder().decode(bytes)).not.toContain('secret');
  expect(toArray(decodeStream(bytes).batches[0]!.columns[0]!)).toEqual(['a', null, 'b']);
});

test('batch by batch gives the same bytes as all at once', () => {
  const batches = [batchFromValues(ints, [[1]]), batchFromValues(ints, [[2, null]])];
  const encoder = createStreamEncoder(ints);
  const parts = [...batches.map(encoder.write), encoder.end()];
  expect(Buffer.concat(parts).equals(encodeStream({ schema: ints, batches }))).toBe(true);
  expect(decodeStream(createStreamEncoder(ints).end())).toMatchObject({ batches: [], end: 'marker' });
});

test('columns that break their own rules are not written', () => {
  const write = (one: Column, length = one.length) => encodeStream({ schema: ints, batches: [{ schema: ints, length, columns: [one] }] });
  const base = columnFromValues(int(32), [1, null, 3]);
  expect(() => write({ ...base, values: new Int32Array(2) })).toThrow(
    /MOLT7021.*batches\[0\]\.n\.values.*Int32Array of at least 3 elements, got Int32Array of 2/,
  );
  expect(() => write({ ...base, values: new Float32Array(3) })).toThrow(/got Float32Array of 3/);
  expect(() => write({ ...base, values: null })).toThrow(/MOLT7021/);
  expect(() => write({ ...base, nullCount: 2 })).toThrow(/MOLT7011.*expected 2 zero bits/);
  expect(() => write({ ...base, validity: null })).toThrow(/MOLT7021.*validity bitmap/);
  expect(() => write(base, 4)).toThrow(/MOLT7021.*expected 4 slots/);
  expect(() => write(columnFromValues(int(64), [1]))).toThrow(/MOLT7021.*expected int32, got int64/);
  const strict = schema(field('n', int(32), { nullable: false }));
  expect(() => encodeStream({ schema: strict, batches: [{ schema: strict, length: 3, columns: [base] }] })).toThrow(
    /MOLT7011.*not nullable/,
  );
  expect(() => encodeStream({ schema: strict, batches: [batchFromValues(ints, [[1]])] })).toThrow(/MOLT7021.*another schema/);
  const broken = column({ type: { kind: 'utf8' }, length: 1, offsets: Int32Array.of(0, 1), values: Uint8Array.of(0xff) });
  expect(() => encodeStream({ schema: texts, batches: [{ schema: texts, length: 1, columns: [broken] }] })).toThrow(/MOLT7013/);
});
