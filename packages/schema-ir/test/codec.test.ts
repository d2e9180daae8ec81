/** Codecs: round trips of random values, every form of refusal, and survival of hostile bytes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Schema } from '../src/index.ts';
import {
  bool,
  bytes,
  compileCodec,
  float,
  int,
  list,
  literals,
  map,
  none,
  optional,
  record,
  ref,
  SchemaError,
  sized,
  str,
  tuple,
  typesOf,
  union,
  withDefault,
} from '../src/index.ts';
import { schemas, valuesOf } from './schema-arbitraries.ts';

const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');
const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

function fault(work: () => unknown): SchemaError {
  try {
    work();
  } catch (error) {
    if (error instanceof SchemaError) return error;
    throw error;
  }
  throw new Error('expected a SchemaError, nothing was thrown');
}

describe('known bytes', () => {
  const cases: [string, Schema, unknown, string][] = [
    ['none', none(), null, 'c0'],
    ['true', bool(), true, 'c3'],
    ['fixint', int(), 127, '7f'],
    ['u8', int(), 128, 'cc80'],
    ['u16', int(), 256, 'cd0100'],
    ['u32', int(), 65536, 'ce00010000'],
    ['u64', int(), 2 ** 32, 'cf0000000100000000'],
    ['negative fixint', int(), -32, 'e0'],
    ['i8', int(), -33, 'd0df'],
    ['i16', int(), -129, 'd1ff7f'],
    ['i32', int(), -32769, 'd2ffff7fff'],
    ['i64', int(), -(2 ** 31) - 1, 'd3ffffffff7fffffff'],
    ['i64 min', int(), -(2n ** 63n), 'd38000000000000000'],
    ['-2^53', int(), -(2n ** 53n), 'd3ffe0000000000000'],
    ['u64 max', sized('u64'), 2n ** 64n - 1n, 'cfffffffffffffffff'],
    ['whole float', float(), 1, 'cb3ff0000000000000'],
    ['NaN', float(), Number.NaN, 'cb7ff8000000000000'],
    ['negative zero', float(), -0, 'cb8000000000000000'],
    ['text', str(), 'é', 'a2c3a9'],
    ['bytes', bytes(), unhex('0102'), 'c4020102'],
    ['absent', optional(int()), null, 'c0'],
    ['list', list(int()), [1, 2], '920102'],
    [
      'map',
      map(str(), int()),
      new Map([
        ['b', 1],
        ['a', 2],
      ]),
      '82a16201a16102',
    ],
    ['tuple', tuple(int(), str()), [1, 'a'], '9201a161'],
    ['record', record('P', { x: int(), y: int() }), { x: 1, y: 2 }, '920102'],
    ['enum', literals('C', 'red', 7, true), 7, '01'],
    ['union', union('U', { int: int(), str: str() }), { tag: 'str', value: 'a' }, '9201a161'],
  ];
  test.each(cases)('%s', (_, schema, value, expected) => {
    const codec = compileCodec(schema);
    expect(hex(codec.encode(value))).toBe(expected);
    expect(codec.decode(unhex(expected))).toEqual(value);
  });
});

test('random values of random schemas survive, in one form only', () => {
  fc.assert(
    fc.property(
      schemas.chain((schema) => fc.tuple(fc.constant(schema), valuesOf(schema))),
      ([schema, value]) => {
        const codec = compileCodec(schema);
        const encoded = codec.encode(value);
        const decoded = codec.decode(encoded);
        expect(decoded).toEqual(value);
        expect(hex(codec.encode(decoded))).toBe(hex(encoded));
      },
    ),
    { numRuns: 1500 },
  );
});

test('random bytes decode to their one form or end in a SchemaError', () => {
  fc.assert(
    fc.property(
      schemas.chain((schema) =>
        fc.tuple(fc.constant(schema), valuesOf(schema), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }), fc.nat(4)),
      ),
      ([schema, value, edits, cut]) => {
        const codec = compileCodec(schema);
        const bytes = codec.encode(value);
        for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
        const input = bytes.subarray(0, Math.max(0, bytes.length - cut));
        let decoded: unknown;
        try {
          decoded = codec.decode(input);
        } catch (error) {
          expect(error).toBeInstanceOf(SchemaError);
          return;
        }
        expect(hex(codec.encode(decoded))).toBe(hex(input));
      },
    ),
    { numRuns: 3000 },
  );
});

describe('refusals', () => {
  const decoding: [string, Schema, string, string, number?][] = [
    ['a longer int', int(), 'cc7f', 'MOLT4022', 0],
    ['an int of 64 bits that needs 32', int(), 'cf00000000ffffffff', 'MOLT4022', 0],
    ['a positive number in a signed form', int(), 'd001', 'MOLT4022', 0],
    ['float32', float(), 'ca3f800000', 'MOLT4022', 0],
    ['another NaN', float(), 'cb7ff8000000000001', 'MOLT4022', 0],
    ['an int for a float', float(), '01', 'MOLT4023', 0],
    ['a longer text head', str(), 'd90161', 'MOLT4022', 0],
    ['a longer list head', list(int()), 'dc000101', 'MOLT4022', 0],
    ['bytes after the value', int(), '0102', 'MOLT4021'],
    ['an end within the value', list(int()), '9301', 'MOLT4020'],
    ['nothing', int(), '', 'MOLT4020'],
    ['a key that occurs twice', map(str(), int()), '82a16101a16102', 'MOLT4007', 4],
    ['text that is not UTF-8', str(), 'a1ff', 'MOLT4008', 1],
    ['an encoded surrogate', str(), 'a3eda080', 'MOLT4008', 1],
    ['too long a text', str(2), 'a3616263', 'MOLT4003', 0],
    ['four billion items', list(int()), 'ddffffffff', 'MOLT4003', 0],
    ['a million items in five bytes', list(int()), 'dd000f4240', 'MOLT4020'],
    ['four billion bytes', bytes(), 'c6ffffffff', 'MOLT4003', 0],
    ['a number out of range', sized('i8'), 'cc80', 'MOLT4002', 0],
    ['a literal that is not there', literals('C', 'a'), '01', 'MOLT4002', 0],
    ['a variant that is not there', union('U', { a: int() }), '920101', 'MOLT4002', 1],
    ['a field too few', record('P', { x: int(), y: int() }), '9101', 'MOLT4001', 0],
    ['ext', int(), 'd40000', 'MOLT4023', 0],
    ['the reserved byte', bool(), 'c1', 'MOLT4023', 0],
  ];
  test.each(decoding)('decoding %s', (_, schema, input, code, offset) => {
    const error = fault(() => compileCodec(schema).decode(unhex(input)));
    expect(error.code).toBe(code);
    if (offset !== undefined) expect(error.offset).toBe(offset);
  });

  const point = record('P', { x: int(), y: int() });
  const encoding: [string, Schema, unknown, string, string][] = [
    ['a float for an int', int(), 1.5, 'MOLT4001', '$'],
    ['a rounded number for an int', int(), 2 ** 60, 'MOLT4001', '$'],
    ['an int too large', int(), 2n ** 63n, 'MOLT4002', '$'],
    ['a lone surrogate', str(), '\ud800', 'MOLT4008', '$'],
    ['a long text with a lone surrogate', str(), `${'x'.repeat(99)}\udc00`, 'MOLT4008', '$'],
    ['text that is short in units but long in bytes', str(3), 'éé', 'MOLT4003', '$'],
    ['too many items', list(int(), 2), [1, 2, 3], 'MOLT4003', '$'],
    ['a nested place', list(map(str(), point)), [new Map([['a', { x: 1, y: 'no' }]])], 'MOLT4001', '$[0]["a"].y'],
    ['a missing field', point, { x: 1 }, 'MOLT4005', '$.x'.replace('x', 'y')],
    ['an unknown field', point, { x: 1, y: 2, z: 3 }, 'MOLT4006', '$'],
    ['a Map for a record', point, new Map(), 'MOLT4001', '$'],
    ['an array for a record', point, [1, 2], 'MOLT4001', '$'],
    [
      '1 and 1n as keys',
      map(int(), int()),
      new Map<unknown, number>([
        [1, 1],
        [1n, 2],
      ]),
      'MOLT4007',
      '$[1]',
    ],
    ['an unknown literal', literals('C', 'a'), 'b', 'MOLT4001', '$'],
    ['an unknown tag', union('U', { a: int() }), { tag: 'b', value: 1 }, 'MOLT4001', '$'],
    ['a wrong value in a union', union('U', { a: int() }), { tag: 'a', value: 'x' }, 'MOLT4001', '$<a>'],
  ];
  test.each(encoding)('encoding %s', (_, schema, value, code, path) => {
    const error = fault(() => compileCodec(schema).encode(value));
    expect([error.code, error.path]).toEqual([code, path]);
    expect(error.message.startsWith(code)).toBe(true);
  });

  test('messages have a size limit, both ways', () => {
    const codec = compileCodec(bytes(), undefined, { maxBytes: 100 });
    expect(codec.encode(new Uint8Array(98)).length).toBe(100);
    expect(fault(() => codec.encode(new Uint8Array(99))).code).toBe('MOLT4003');
    expect(fault(() => codec.decode(new Uint8Array(101))).code).toBe('MOLT4003');
  });
});

describe('recursion', () => {
  const types = typesOf(record('Tree', { value: int(), children: list(ref('Tree')) }));
  const codec = compileCodec(ref('Tree'), types);

  test('a type may contain itself', () => {
    const tree = {
      value: 1,
      children: [
        { value: 2, children: [] },
        { value: 3, children: [{ value: 4, children: [] }] },
      ],
    };
    expect(codec.decode(codec.encode(tree))).toEqual(tree);
  });

  test('depth is bounded, both ways', () => {
    let tree: { value: number; children: unknown[] } = { value: 0, children: [] };
    for (let i = 0; i < 40; i++) tree = { value: i, children: [tree] };
    expect(fault(() => codec.encode(tree)).code).toBe('MOLT4004');
    expect(fault(() => codec.decode(unhex('920191'.repeat(5000)))).code).toBe('MOLT4004');
  });

  test('a codec still works after a failure', () => {
    expect(fault(() => codec.encode({ value: 'x', children: [] })).path).toBe('$.value');
    expect(hex(codec.encode({ value: 1, children: [] }))).toBe('920190');
  });
});

test('defaults fill absent fields', () => {
  const codec = compileCodec(record('P', [{ name: 'x', schema: int() }, withDefault('tags', list(str()), ['a'])]));
  expect(hex(codec.encode({ x: 1 }))).toBe('920191a161');
  expect(codec.decode(unhex('920190'))).toEqual({ x: 1, tags: [] });
});

test('a getter may encode with the codec that is reading it', () => {
  const codec = compileCodec(record('P', { x: int(), y: bytes() }));
  const value = {
    x: 1,
    get y() {
      return codec.encode({ x: 2, y: new Uint8Array(1) });
    },
  };
  expect(hex(codec.encode(value))).toBe('9201c4059202c40100');
});

test('plain objects serve as maps with text keys, in their own order', () => {
  expect(hex(compileCodec(map(str(), int())).encode({ b: 1, a: 2 }))).toBe('82a16201a16102');
});
