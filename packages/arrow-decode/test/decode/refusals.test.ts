/** Each way for a message to be wrong: the code, the path, and what was expected. */
import { expect, test } from 'vitest';
import { ARROW_CODES, type ArrowCode } from '../../src/arrow-codes.ts';
import { type ArrowError, isArrowError } from '../../src/arrow-error.ts';
import { type Field, field, int, type Schema, schema } from '../../src/arrow-type.ts';
import { batchFromValues } from '../../src/build/column-from-values.ts';
import { toArray } from '../../src/columns/read-column.ts';
import { decodeArrow, decodeFile } from '../../src/decode/decode-file.ts';
import { type DecodeOptions, decodeStream } from '../../src/decode/decode-stream.ts';
import { encodeFile } from '../../src/encode/encode-file.ts';
import { encodeStream } from '../../src/encode/encode-stream.ts';
import { joinParts, partBytes } from '../../src/encode/join-parts.ts';
import { END_MARKER, schemaMessage } from '../../src/encode/message-frame.ts';
import { type FlatValue, flatTable } from '../../src/metadata/flatbuffer-writer.ts';
import { batchMessage, message, stream, words } from './messages.ts';

function refused(bytes: Uint8Array, options: DecodeOptions = {}): ArrowError {
  try {
    decodeArrow(bytes, options);
  } catch (error) {
    if (isArrowError(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

function expectRefusal(bytes: Uint8Array, code: ArrowCode, path: string, text: string, options: DecodeOptions = {}): void {
  const error = refused(bytes, options);
  expect({ code: error.code, path: error.path }).toEqual({ code, path });
  expect(error.message).toContain(text);
  expect(error.message).toContain(ARROW_CODES[code].message.split('{')[0]);
}

const ints = schema(field('n', int(32)));
const notNull = schema(field('n', int(32), { nullable: false }));
const texts = schema(field('t', { kind: 'utf8' }));
const good = {
  length: 2,
  nodes: [[2, 0]],
  buffers: [
    [0, 0],
    [0, 8],
  ],
  body: words(1, 2),
} as const;

test('the hand-made stream is right to begin with', () => {
  expect(toArray(decodeStream(stream(ints, good)).batches[0]!.columns[0]!)).toEqual([1, 2]);
});

test('compressed bodies are refused by the name of their codec', () => {
  for (const [codec, name] of [
    [0, 'LZ4_FRAME'],
    [1, 'ZSTD'],
  ] as const) {
    const compression = flatTable({ kind: 'u8', value: codec }, { kind: 'u8', value: 0 });
    expectRefusal(stream(ints, { ...good, compression }), 'MOLT7007', 'messages[1]', `expected no compression, got ${name}`);
  }
  expect(refused(stream(ints, { ...good, compression: flatTable() })).hint).toContain('without buffer compression');
});

test('lengths and counts must match the schema', () => {
  expectRefusal(stream(ints, { ...good, nodes: [] }), 'MOLT7010', 'batches[0]', 'expected 1 field nodes, got 0');
  expectRefusal(stream(ints, { ...good, buffers: [[0, 8]] }), 'MOLT7010', 'batches[0]', 'expected 2 buffers, got 1');
  expectRefusal(stream(ints, { ...good, length: 3 }), 'MOLT7010', 'batches[0].n', 'expected 3 slots, as the batch has rows, got 2');
});

test('buffers must lie in the body, aligned, long enough, and apart', () => {
  expectRefusal(
    stream(ints, {
      ...good,
      buffers: [
        [0, 0],
        [0, 16],
      ],
    }),
    'MOLT7009',
    'batches[0].buffers[1]',
    '16 bytes from 0',
  );
  expectRefusal(
    stream(ints, {
      ...good,
      buffers: [
        [0, 0],
        [2 ** 53 - 1, 8],
      ],
    }),
    'MOLT7009',
    'batches[0].buffers[1]',
    'inside a body of 8 bytes',
  );
  expectRefusal(
    stream(ints, {
      ...good,
      buffers: [
        [0, 0],
        [4, 4],
      ],
    }),
    'MOLT7009',
    'batches[0].buffers[1]',
    '8-byte aligned',
  );
  expectRefusal(
    stream(ints, {
      ...good,
      buffers: [
        [0, 0],
        [0, 4],
      ],
    }),
    'MOLT7009',
    'batches[0].n.values',
    'at least 8 bytes, got 4',
  );
  expectRefusal(
    stream(ints, {
      ...good,
      buffers: [
        [0, 8],
        [0, 8],
      ],
    }),
    'MOLT7009',
    'batches[0]',
    'share no bytes',
  );
  expectRefusal(stream(ints, { ...good, nodes: [[2, 1]] }), 'MOLT7009', 'batches[0].n.validity', 'a bitmap of 1 bytes, got 0');
});

test('nulls must be as many as declared, and allowed', () => {
  const withBitmap = {
    length: 2,
    nodes: [[2, 1]],
    buffers: [
      [0, 1],
      [8, 8],
    ],
    body: words(0b11, 0, 1, 2),
  } as const;
  expectRefusal(stream(ints, withBitmap), 'MOLT7011', 'batches[0].n.validity', 'expected 1 zero bits, as the null count says, got 0');
  expectRefusal(stream(ints, { ...withBitmap, nodes: [[2, 3]] }), 'MOLT7011', 'batches[0].n', 'at most 2 nulls, got 3');
  expectRefusal(stream(notNull, { ...withBitmap, body: words(0b01, 0, 1, 2) }), 'MOLT7011', 'batches[0].n', 'not nullable, got 1');
});

test('offsets must rise inside their data', () => {
  const text = (first: number, second: number, third: number) =>
    ({
      length: 2,
      nodes: [[2, 0]],
      buffers: [
        [0, 0],
        [0, 12],
        [16, 3],
      ],
      body: words(first, second, third, 0, 0x636261, 0),
    }) as const;
  expect(toArray(decodeStream(stream(texts, text(0, 1, 3))).batches[0]!.columns[0]!)).toEqual(['a', 'bc']);
  expectRefusal(stream(texts, text(0, 2, 1)), 'MOLT7012', 'batches[0].t.offsets[2]', 'expected at least 2, got 1');
  expectRefusal(stream(texts, text(-1, 0, 1)), 'MOLT7012', 'batches[0].t.offsets[0]', 'expected at least 0, got -1');
  expectRefusal(stream(texts, text(0, 1, 4)), 'MOLT7012', 'batches[0].t.offsets[2]', 'expected at most 3, got 4');
  const large = schema(field('t', { kind: 'large_utf8' }));
  expectRefusal(
    stream(large, {
      length: 0,
      nodes: [[0, 0]],
      buffers: [
        [0, 0],
        [0, 8],
        [8, 0],
      ],
      body: words(0, 1),
    }),
    'MOLT7012',
    'batches[0].t.offsets[0]',
    'got 4294967296',
  );
});

test('text must be UTF-8 value by value, but not under nulls', () => {
  // The bytes of one character, cut between two values.
  const split = {
    length: 2,
    nodes: [[2, 0]],
    buffers: [
      [0, 0],
      [0, 12],
      [16, 2],
    ],
    body: words(0, 1, 2, 0, 0xbec5, 0),
  } as const;
  expectRefusal(stream(texts, split), 'MOLT7013', 'batches[0].t.values[0]', 'byte 0xc5');
  const underNull = {
    length: 2,
    nodes: [[2, 1]],
    buffers: [
      [0, 1],
      [8, 12],
      [24, 2],
    ],
    body: words(0b10, 0, 0, 1, 2, 0, 0x41ff, 0),
  } as const;
  expect(toArray(decodeStream(stream(texts, underNull)).batches[0]!.columns[0]!)).toEqual([null, 'A']);
});

test('dictionaries must be there before use, belong to the schema and be large enough', () => {
  const words8: Schema = schema(field('d', { kind: 'dictionary', id: 5, index: int(8), value: { kind: 'utf8' }, ordered: false }));
  const rows = (nulls: number, index: number) =>
    ({
      length: 1,
      nodes: [[1, nulls]],
      buffers: [
        [0, nulls],
        [8, 1],
      ],
      body: words(0, 0, index, 0),
    }) as const;
  const values = {
    length: 1,
    nodes: [[1, 0]],
    buffers: [
      [0, 0],
      [0, 8],
      [8, 1],
    ],
    body: words(0, 1, 0x61, 0),
    dictionary: { id: 5, isDelta: false },
  } as const;
  expect(toArray(decodeStream(stream(words8, values, rows(0, 0))).batches[0]!.columns[0]!)).toEqual(['a']);
  expectRefusal(stream(words8, rows(0, 0)), 'MOLT7014', 'batches[0].d', 'expected dictionary 5 (utf8) before this batch, got none');
  expectRefusal(stream(words8, values, rows(0, 1)), 'MOLT7014', 'batches[0].d[0]', 'an index below 1, got 1');
  expectRefusal(stream(words8, values, rows(0, -1)), 'MOLT7014', 'batches[0].d[0]', 'got -1');
  expectRefusal(
    stream(words8, { ...values, dictionary: { id: 6, isDelta: false } }),
    'MOLT7014',
    'dictionaries[0]',
    'a dictionary of the schema, got id 6',
  );
  expectRefusal(stream(words8, { ...values, dictionary: { id: 5, isDelta: true } }), 'MOLT7014', 'dictionaries[0]', 'before its delta');
  // An index under a null is never followed, and an all-null column needs no dictionary.
  expect(toArray(decodeStream(stream(words8, values, rows(1, 77))).batches[0]!.columns[0]!)).toEqual([null]);
  expect(toArray(decodeStream(stream(words8, rows(1, 77))).batches[0]!.columns[0]!)).toEqual([null]);
  const delta = { ...values, dictionary: { id: 5, isDelta: true } };
  expect(toArray(decodeStream(stream(words8, values, delta, rows(0, 1))).batches[0]!.columns[0]!)).toEqual(['a']);
});

test('columns that share a dictionary must agree on its values', () => {
  const of = (value: 'utf8' | 'binary') => ({ kind: 'dictionary', id: 1, index: int(8), value: { kind: value }, ordered: false }) as const;
  expectRefusal(
    stream(schema(field('a', of('utf8')), field('b', of('binary')))),
    'MOLT7015',
    'messages[0].schema.b',
    'values of utf8 in dictionary 1, got binary',
  );
});

test('a map has entries of key and value', () => {
  const of = (fields: readonly Field[]): Schema =>
    schema(field('m', { kind: 'map', item: field('entries', { kind: 'struct', fields }), keysSorted: false }));
  expectRefusal(stream(of([field('key', int(8))])), 'MOLT7015', 'messages[0].schema.m', 'a struct of key and value, got struct<key: int8>');
  expect(decodeStream(stream(of([field('k', int(8)), field('v', int(8))]))).schema.fields).toHaveLength(1);
});

test('what the input supplies does not flood messages', () => {
  const wide = schema(
    field('x'.repeat(500), {
      kind: 'map',
      item: field('entries', { kind: 'struct', fields: [field('y'.repeat(5000), int(8))] }),
      keysSorted: false,
    }),
  );
  const error = refused(stream(wide));
  expect(error.path).toBe(`messages[0].schema.${'x'.repeat(61)}...`);
  expect(error.message.length).toBeLessThan(600);
});

test('messages come in order', () => {
  expectRefusal(joinParts([batchMessage(good), END_MARKER]), 'MOLT7003', 'messages[0]', 'expected a schema first, got a record-batch');
  expectRefusal(stream(ints, joinParts([schemaMessage(ints)])), 'MOLT7003', 'messages[1]', 'got a second schema');
  expectRefusal(joinParts([message(4, flatTable())]), 'MOLT7003', 'messages[0]', 'got Tensor');
  expectRefusal(END_MARKER, 'MOLT7018', '', 'expected a schema');
  expectRefusal(new Uint8Array(0), 'MOLT7018', '', 'expected a schema');
  expectRefusal(joinParts([stream(ints, good), Uint8Array.of(0)]), 'MOLT7017', '', 'got 1 more bytes');
});

test('old and foreign metadata is refused by name', () => {
  const empty: FlatValue = { kind: 'tables', items: [] };
  expectRefusal(
    message(1, flatTable({ kind: 'i16', value: 0 }, empty), new Uint8Array(0), 0, 2),
    'MOLT7004',
    'messages[0]',
    'expected V4 or V5, got V3',
  );
  expectRefusal(message(1, flatTable({ kind: 'i16', value: 1 }, empty)), 'MOLT7005', 'messages[0].schema', 'got big-endian');
  const fieldOf = (tag: number, type: FlatValue): FlatValue => ({
    kind: 'tables',
    items: [flatTable({ kind: 'string', value: 'c' }, null, { kind: 'u8', value: tag }, type)],
  });
  const typed = (tag: number, ...slots: FlatValue[]): Uint8Array =>
    message(1, flatTable({ kind: 'i16', value: 0 }, fieldOf(tag, flatTable(...slots))));
  expectRefusal(typed(14), 'MOLT7006', 'messages[0].schema.c', 'got union');
  expectRefusal(typed(99), 'MOLT7006', 'messages[0].schema.c', 'got type 99');
  expectRefusal(typed(2, { kind: 'i32', value: 24 }), 'MOLT7015', 'messages[0].schema.c', 'got 24');
  expectRefusal(typed(3, { kind: 'i16', value: -1 }), 'MOLT7015', 'messages[0].schema.c', 'got -1');
  expectRefusal(typed(7, { kind: 'i32', value: 39 }), 'MOLT7015', 'messages[0].schema.c', 'a precision of 1 to 38, got 39');
  expectRefusal(
    typed(7, { kind: 'i32', value: 5 }, { kind: 'i32', value: 0 }, { kind: 'i32', value: 256 }),
    'MOLT7006',
    'messages[0].schema.c',
    '256 bits',
  );
  expectRefusal(typed(9, { kind: 'i16', value: 3 }, { kind: 'i32', value: 32 }), 'MOLT7015', 'messages[0].schema.c', '32 bits for ns');
  expectRefusal(typed(17), 'MOLT7015', 'messages[0].schema.c', 'expected 1 child fields, got 0');
  expectRefusal(typed(12), 'MOLT7015', 'messages[0].schema.c', 'expected 1 child fields, got 0');
  expectRefusal(typed(15, { kind: 'i32', value: -1 }), 'MOLT7015', 'messages[0].schema.c', 'got -1');
});

test('a cut anywhere but between messages is noticed, and there too on demand', () => {
  const bytes = encodeStream({ schema: ints, batches: [batchFromValues(ints, [[1, null, 3]])] });
  const boundaries = new Set([partBytes(schemaMessage(ints)), bytes.byteLength - 8]);
  for (let length = 0; length < bytes.byteLength; length++) {
    if (!boundaries.has(length)) expect(refused(bytes.subarray(0, length)).code, `cut at ${length}`).toBe('MOLT7018');
    expect(refused(bytes.subarray(0, length), { requireEndMarker: true }).code, `cut at ${length}`).toBe('MOLT7018');
  }
  expect(decodeStream(bytes.subarray(0, bytes.byteLength - 8)).end).toBe('input');
});

test('files are refused when their frame or their blocks are wrong', () => {
  const bytes = encodeFile({ schema: ints, batches: [batchFromValues(ints, [[1]])] });
  const changed = (at: number, value: number): Uint8Array => {
    const copy = bytes.slice();
    new DataView(copy.buffer).setInt32(at < 0 ? copy.byteLength + at : at, value, true);
    return copy;
  };
  expectRefusal(bytes.subarray(0, bytes.byteLength - 1), 'MOLT7016', '', 'as in a file that was cut off');
  expectRefusal(changed(-10, 1 << 30), 'MOLT7016', '', 'expected a footer of 8 to');
  expectRefusal(changed(-10, -5), 'MOLT7016', '', 'got -5');
  expect(() => decodeFile(encodeStream({ schema: ints, batches: [] }))).toThrow(/MOLT7016.*"ARROW1" at the start/);
  // The footer's blocks are its last structs: find the block by its offset.
  const view = new DataView(bytes.buffer);
  const footer = bytes.byteLength - 10 - view.getInt32(bytes.byteLength - 10, true);
  const offset = 8 + partBytes(schemaMessage(ints));
  let block = footer;
  while (view.getUint32(block, true) !== offset) block += 4;
  expectRefusal(changed(block, 0), 'MOLT7016', 'footer.recordBatches[0]', 'a block between bytes 8 and');
  expectRefusal(changed(block, 8), 'MOLT7016', 'footer.recordBatches[0]', 'expected a record-batch, got a schema');
  expectRefusal(changed(block + 8, 16), 'MOLT7016', 'footer.recordBatches[0]', 'a whole message in the block');
});
