/** Small inputs that describe large things: each is stopped by a limit before anything is built. */
import { expect, test } from 'vitest';
import { type ArrowType, field, int, schema } from '../../src/arrow-type.ts';
import { decodeStream } from '../../src/decode/decode-stream.ts';
import { encodeStream } from '../../src/encode/encode-stream.ts';
import { joinParts } from '../../src/encode/join-parts.ts';
import { schemaMessage } from '../../src/encode/message-frame.ts';
import { DEFAULT_LIMITS, type DecodeLimits } from '../../src/limits.ts';
import { flatTable } from '../../src/metadata/flatbuffer-writer.ts';
import { type BatchSpec, message, stream, words } from './messages.ts';

const nulls = schema(field('n', { kind: 'null' }));

function expectLimit(bytes: Uint8Array, limits: Partial<DecodeLimits>, name: keyof DecodeLimits, path: string): void {
  const limit = limits[name] ?? DEFAULT_LIMITS[name];
  expect(() => decodeStream(bytes, { limits })).toThrow(`at most ${limit}`);
  expect(() => decodeStream(bytes, { limits })).toThrow(name);
  expect(() => decodeStream(bytes, { limits })).toThrow(expect.objectContaining({ code: 'MOLT7008', path }));
}

test('rows that take no bytes are counted all the same', () => {
  const rows = (length: number): BatchSpec => ({ length, nodes: [[length, length]], buffers: [], body: new Uint8Array(0) });
  expect(decodeStream(stream(nulls, rows(1000))).batches[0]!.columns[0]!.length).toBe(1000);
  expectLimit(stream(nulls, rows(2 ** 40)), {}, 'maxLength', 'batches[0]');
  expectLimit(stream(schema(), { length: 2 ** 52, nodes: [], buffers: [], body: new Uint8Array(0) }), {}, 'maxLength', 'batches[0]');
  // Below a list of one empty item.
  const list = schema(field('l', { kind: 'list', item: field('item', { kind: 'null' }) }));
  expectLimit(
    stream(list, {
      length: 1,
      nodes: [
        [1, 0],
        [2 ** 40, 0],
      ],
      buffers: [
        [0, 0],
        [0, 8],
      ],
      body: words(0, 0),
    }),
    {},
    'maxLength',
    'batches[0].l.item',
  );
});

test('declared bodies and metadata above the limit are refused without waiting for them', () => {
  const empty = { kind: 'tables', items: [] } as const;
  expectLimit(message(1, flatTable({ kind: 'i16', value: 0 }, empty), new Uint8Array(0), 2 ** 45), {}, 'maxBodyBytes', 'messages[0]');
  const prefix = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0x7f);
  expectLimit(prefix, {}, 'maxMetadataBytes', 'messages[0]');
  expectLimit(new Uint8Array(100), { maxInputBytes: 99 }, 'maxInputBytes', '');
});

test('the number of fields, their depth and the number of batches are bounded', () => {
  const wide = schema(...Array.from({ length: 5 }, (_, i) => field(`f${i}`, int(8))));
  expectLimit(stream(wide), { maxFields: 4 }, 'maxFields', 'messages[0].schema');
  expect(decodeStream(stream(wide), { limits: { maxFields: 5 } }).schema.fields).toHaveLength(5);
  const deep = (levels: number): ArrowType => (levels === 0 ? int(8) : { kind: 'list', item: field('item', deep(levels - 1)) });
  expect(decodeStream(stream(schema(field('d', deep(31))))).schema.fields).toHaveLength(1);
  expect(() => decodeStream(stream(schema(field('d', deep(32)))))).toThrow(/maxDepth of at most 32, got 33/);
  const row: BatchSpec = { length: 1, nodes: [[1, 1]], buffers: [], body: new Uint8Array(0) };
  expectLimit(stream(nulls, row, row, row), { maxBatches: 2 }, 'maxBatches', 'messages[3]');
});

test('dictionaries that grow by deltas are charged for every copy', () => {
  const letters = schema(field('d', { kind: 'dictionary', id: 0, index: int(32), value: { kind: 'binary' }, ordered: false }));
  const body = new Uint8Array(16 + 4096);
  body.set(words(0, 4096), 0);
  const values = (isDelta: boolean): BatchSpec => ({
    length: 1,
    nodes: [[1, 0]],
    buffers: [
      [0, 0],
      [0, 8],
      [16, 4096],
    ],
    body,
    dictionary: { id: 0, isDelta },
  });
  const bytes = stream(letters, values(false), ...Array.from({ length: 30 }, () => values(true)));
  expect(decodeStream(bytes).batches).toEqual([]);
  expectLimit(bytes, { maxAllocatedBytes: 1024 * 1024 }, 'maxAllocatedBytes', 'dictionaries[22]');
  expect(() => decodeStream(bytes, { limits: { maxLength: 20 } })).toThrow(/maxLength of at most 20, got 21/);
});

test('input that platform views cannot take is copied, and charged', () => {
  const bytes = encodeStream({ schema: schema(field('n', int(64))), batches: [] });
  expect(bytes.byteLength).toBeGreaterThan(0);
  const longs = stream(schema(field('n', int(64))), {
    length: 2,
    nodes: [[2, 0]],
    buffers: [
      [0, 0],
      [0, 16],
    ],
    body: words(7, 0, 8, 0),
  });
  const shifted = new Uint8Array(longs.byteLength + 1).subarray(1);
  shifted.set(longs);
  expect([...decodeStream(shifted).batches[0]!.columns[0]!.values!]).toEqual([7n, 8n]);
  expectLimit(shifted, { maxAllocatedBytes: 15 }, 'maxAllocatedBytes', 'batches[0].n.values');
});

test('limits that are no whole numbers are the caller’s mistake', () => {
  expect(() => decodeStream(joinParts([schemaMessage(nulls)]), { limits: { maxFields: -1 } })).toThrow(RangeError);
  expect(() => decodeStream(joinParts([schemaMessage(nulls)]), { limits: { maxDepth: 1.5 } })).toThrow(
    'Expected maxDepth to be a whole number, got 1.5',
  );
});
