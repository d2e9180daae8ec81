/**
 * Golden vectors of every kind: values with their one encoding, and bytes that must be refused.
 *
 * The file golden/kinds.json is read by the tests of every language that implements the profile. This test builds it from the schemas
 * below and checks each line; MOLT_GOLDEN=1 writes it. A line that changes breaks messages that were written before.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  array,
  bool,
  bytes,
  capability,
  compileCodec,
  date,
  decimal,
  duration,
  float,
  float32,
  int,
  type Json,
  list,
  literals,
  map,
  type NamedSchema,
  none,
  optional,
  record,
  ref,
  result,
  type Schema,
  SchemaError,
  type SchemaKind,
  type SchemaTypes,
  schemaFromJson,
  schemaToJson,
  sized,
  str,
  stream,
  table,
  time,
  timestamp,
  tuple,
  typesOf,
  union,
  uuid,
  valueFromJson,
  valueToJson,
} from '../src/index.ts';
import { KINDS } from '../src/kind-table.ts';

interface Golden {
  readonly name: string;
  readonly schema: Json;
  readonly types: { readonly [name: string]: Json };
  readonly values: readonly { readonly value: unknown; readonly hex: string }[];
  readonly refused: readonly { readonly hex: string; readonly why: string }[];
}

const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');
const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

/** Values in their JSON form; refused bytes with the reason. */
function golden(
  name: string,
  schema: Schema,
  values: readonly unknown[],
  refused: Readonly<Record<string, string>>,
  types: SchemaTypes = {},
): Golden {
  const codec = compileCodec(schema, types);
  return {
    name,
    schema: schemaToJson(schema),
    types: Object.fromEntries(Object.entries(types).map(([key, type]) => [key, schemaToJson(type)])),
    values: values.map((value) => ({ value, hex: hex(codec.encode(valueFromJson(schema, value, types))) })),
    refused: Object.entries(refused).map(([bytes, why]) => ({ hex: bytes, why })),
  };
}

const text = (value: string): string => hex(compileCodec(str()).encode(value));
const number = (value: bigint): string => hex(compileCodec(int(-(2n ** 63n), 2n ** 64n - 1n)).encode(value));
const DAY = 86_400_000_000n;

const point = typesOf(record('Point', { x: int(), y: int() }));
const shapes = typesOf(...Object.values(point), union('Shape', { Point: ref('Point'), int: int(), none: none() }));
const tree = typesOf(record('Tree', { value: int(), below: list(ref('Tree'), 10) }));
const color = typesOf(literals('Color', 'red', 7, true, 2n ** 60n));

const built: readonly Golden[] = [
  golden('none', none(), [null], { c2: 'false for nil', '': 'nothing' }),
  golden('bool', bool(), [true, false], { '01': 'an int', c0: 'nil' }),
  golden('int', int(), [0, 127, 128, 255, 256, 65535, 65536, '9007199254740993', '-9223372036854775808', -32, -33, -129, -32769], {
    cc7f: 'a shorter form exists',
    d001: 'a positive number in a signed form',
    cf8000000000000000: 'beyond 64 bits with a sign',
    cb3ff0000000000000: 'a float',
  }),
  golden('int of bounds', int(-5, 1000), [-5, 0, 1000], { fa: 'below the bound', cd03e9: 'above the bound' }),
  golden('u64', sized('u64'), ['18446744073709551615', 0], { ff: 'negative' }),
  golden('float', float(), [0, 1.5, -0.25, 'NaN', 'Infinity', '-Infinity', 5e-324], {
    cb7ff8000000000001: 'another NaN',
    ca3f800000: 'the form of 32 bits',
    '01': 'an int',
  }),
  golden('float32', float32(), [0, 1.5, -0.25, 'NaN', '-Infinity', 3.4028234663852886e38, 1.401298464324817e-45, 0.10000000149011612], {
    cb3fb999999999999a: 'a value that 32 bits do not hold',
    cb7ff8000000000001: 'another NaN',
    ca3f800000: 'the form of 32 bits',
    cb47efffffe0000001: 'between two floats of 32 bits',
    cb47f0000000000000: 'beyond the largest float of 32 bits',
    '01': 'an int',
  }),
  golden('str', str(5), ['', 'abcde', 'é', '\u{1f600}'], {
    a6616263646566: 'too long',
    a1ff: 'not UTF-8',
    d90161: 'a longer head',
    c40161: 'bytes',
  }),
  golden('bytes', bytes(3), ['', 'AAH/'], { c40400000000: 'too long', c500010a: 'a longer head', a161: 'text' }),
  golden('decimal', decimal(), ['0.000000', '1.500000', '-12345678901234567890.123456', '9999999999999999999999.999999', '-0.000001'], {
    [text('1.5')]: 'too few digits after the point',
    [text('1.5000000')]: 'too many digits after the point',
    [text('-0.000000')]: 'a zero with a sign',
    [text('01.000000')]: 'a leading zero',
    [text('+1.000000')]: 'a plus sign',
    [text('.500000')]: 'no digit before the point',
    [text('1')]: 'no point',
    [text('1e5')]: 'an exponent',
    [text('NaN')]: 'no number',
    [text('١.000000')]: 'digits outside ASCII',
    [text('1.000000 ')]: 'a space',
    [text('12345678901234567890123.000000')]: 'too many digits before the point',
    cb3ff8000000000000: 'a float',
  }),
  golden('decimal without a fraction', decimal(5, 0), ['0', '99999', '-7'], {
    [text('100000')]: 'too many digits',
    [text('1.')]: 'a point',
    [text('-0')]: 'a zero with a sign',
    '07': 'an int',
  }),
  golden('decimal below one', decimal(3, 3), ['0.999', '-0.001'], { [text('1.000')]: 'too many digits before the point' }),
  golden('date', date(), ['1970-01-01', '1969-12-31', '0001-01-01', '9999-12-31', '2024-02-29'], {
    [number(-719_163n)]: 'before the year 1',
    [number(2_932_897n)]: 'after the year 9999',
    cc01: 'a longer form',
    [text('2024-02-29')]: 'text',
  }),
  golden('time', time(), ['00:00:00', '23:59:59.999999', '12:30:00.500000'], {
    [number(DAY)]: 'midnight of the next day',
    ff: 'negative',
    [text('12:30:00')]: 'text',
  }),
  golden('time in ms', time('ms'), ['00:00:00', '23:59:59.999', '12:30:00.500'], { [number(86_400_000n)]: 'midnight of the next day' }),
  golden('time in s', time('s'), ['00:00:00', '23:59:59'], { [number(86_400n)]: 'midnight of the next day' }),
  golden(
    'timestamp',
    timestamp(),
    [
      '1970-01-01T00:00:00Z',
      '1969-12-31T23:59:59.999999Z',
      '2024-02-29T12:30:00.000001Z',
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999999Z',
    ],
    {
      [number(-719_162n * DAY - 1n)]: 'before the year 1',
      [number(2_932_897n * DAY)]: 'after the year 9999',
      [number(-(2n ** 63n))]: 'far before the year 1',
      [number(2n ** 64n - 1n)]: 'far after the year 9999',
      cb0000000000000000: 'a float',
    },
  ),
  golden(
    'timestamp, naive, in ms',
    timestamp('ms', 'naive'),
    ['1970-01-01T00:00:00', '2024-02-29T12:30:00.001', '9999-12-31T23:59:59.999'],
    {
      [number(2_932_897n * 86_400_000n)]: 'after the year 9999',
    },
  ),
  golden('timestamp in s', timestamp('s'), ['1970-01-01T00:00:00Z', '0001-01-01T00:00:00Z'], {
    [number(-719_162n * 86_400n - 1n)]: 'before the year 1',
  }),
  golden('duration', duration(), [0, 1, -1, '9223372036854775807', '-9223372036854775808'], {
    cf8000000000000000: 'beyond 64 bits with a sign',
    cb0000000000000000: 'a float',
  }),
  golden('duration in s', duration('s'), [86_399_999_999_999, -86_399_999_913_600], {
    [number(86_400_000_000_000n)]: 'more than a timedelta holds',
    [number(-86_399_999_913_601n)]: 'less than a timedelta holds',
  }),
  golden('duration of bounds', duration('ms', 0, 1000), [0, 1000], { ff: 'below the bound', cd03e9: 'above the bound' }),
  golden(
    'uuid',
    uuid(),
    ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '6ba7b810-9dad-11d1-80b4-00c04fd430c8'],
    {
      [`c40f${'00'.repeat(15)}`]: '15 bytes',
      [`c411${'00'.repeat(17)}`]: '17 bytes',
      [`c50010${'00'.repeat(16)}`]: 'a longer head',
      [text('6ba7b810-9dad-11d1-80b4-00c04fd430c8')]: 'text',
    },
  ),
  golden('optional', optional(date()), [null, '1970-01-02'], { c2: 'a bool' }),
  golden('list', list(int(), 3), [[], [1, 2, 3]], {
    '9401020304': 'too many items',
    dc000101: 'a longer head',
    ddffffffff: 'four billion items',
  }),
  golden('array', array(float32(), 2), [[1, 'NaN']], {
    '91cb3ff0000000000000': 'one item too few',
    '93cb3ff0000000000000cb3ff0000000000000cb3ff0000000000000': 'one item too many',
    c0: 'nil',
  }),
  golden('array of none', array(int(), 0), [[]], { '9101': 'an item' }),
  golden('array of 16', array(sized('u8'), 16), [Array.from({ length: 16 }, (_, i) => i * 17)], {
    '9101': 'one item',
    dc000f000102030405060708090a0b0c0d0e: '15 items',
  }),
  golden('map', map(str(10), int(), 2), [{}, { b: 1, a: 2 }], {
    '82a16101a16102': 'a key twice',
    '83a16101a16201a16301': 'too many entries',
  }),
  golden('tuple', tuple(int(), str(5)), [[1, 'a']], { '9101': 'an item too few', '9301a16101': 'an item too many' }),
  golden(
    'record',
    ref('Point'),
    [{ x: 1, y: 2 }],
    { '9101': 'a field too few', '93010203': 'a field too many', '920102ff': 'a byte more' },
    point,
  ),
  golden(
    'record in a record',
    ref('Tree'),
    [{ value: 1, below: [{ value: 2, below: [] }] }],
    { '920191': 'the end within the value' },
    tree,
  ),
  golden('enum', ref('Color'), ['red', 7, true, '1152921504606846976'], { '04': 'no such literal', a3726564: 'the literal itself' }, color),
  golden(
    'union',
    ref('Shape'),
    [
      { tag: 'Point', value: { x: 1, y: 2 } },
      { tag: 'int', value: 3 },
      { tag: 'none', value: null },
    ],
    { '9203c0': 'no such variant', '9101': 'no value', '92ff01': 'a negative index' },
    shapes,
  ),
  golden('result', result(list(int(), 5), str(10)), [{ ok: [1, 2] }, { error: 'full' }], {
    '9202c0': 'neither 0 nor 1',
    '92c29101': 'false for 0',
    '9100': 'no value',
    '9200a161': 'an error where the value should be',
    '930090c0': 'three items',
  }),
  golden(
    'result of none',
    result(none(), ref('Point')),
    [{ ok: null }, { error: { x: 1, y: 2 } }],
    { '9201c0': 'nil for a record' },
    point,
  ),
  golden('stream', stream(int(), 100), [null], { '90': 'a list', c2: 'false' }),
  golden(
    'table',
    table({ id: sized('u32'), name: optional(str(10)), day: date() }, 3),
    [
      { id: [], name: [], day: [] },
      { id: [1, 2], name: ['a', null], day: ['1970-01-01', '1970-01-02'] },
    ],
    {
      '929101a161': 'a column too few',
      '939101909100': 'columns of different lengths',
      '9490909090': 'a column too many',
      '93940102030494c0c0c0c09400000000': 'too many rows',
      '93c09090': 'nil for a column',
      '9391ff91c09100': 'a value that does not fit',
    },
  ),
  golden('table with an enum', table({ color: ref('Color') }, 10), [{ color: ['red', true] }], { '919104': 'no such literal' }, color),
  golden('capability', capability('db.read'), [{ capability: 0 }, { capability: 4294967295 }], {
    ff: 'negative',
    cf0000000100000000: 'beyond 32 bits',
    a0: 'text',
  }),
];

const path = new URL('../golden/kinds.json', import.meta.url);
// Only what differs in meaning is written: the layout of the file belongs to the formatter.
if (process.env['MOLT_GOLDEN'] === '1' && !isDeepStrictEqual(read(), JSON.parse(JSON.stringify(built)))) {
  writeFileSync(path, `${JSON.stringify(built, null, 1)}\n`);
}

function read(): readonly Golden[] {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as readonly Golden[];
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return [];
    throw error;
  }
}

describe('golden/kinds.json', () => {
  test('is what this package writes', () => expect(read()).toEqual(JSON.parse(JSON.stringify(built))));

  test('has every kind, with values and with refused bytes', () => {
    const kinds = new Set(JSON.stringify(built).match(/(?<="kind":")\w+/g));
    expect([...kinds].sort()).toEqual((Object.keys(KINDS) as SchemaKind[]).sort());
    for (const item of built) expect([item.values.length > 0, item.refused.length > 0, item.name]).toEqual([true, true, item.name]);
  });

  test.each(built.map((item) => [item.name, item] as const))('%s', (_, item) => {
    const schema = schemaFromJson(item.schema);
    const types = Object.fromEntries(Object.entries(item.types).map(([name, type]) => [name, schemaFromJson(type) as NamedSchema]));
    const codec = compileCodec(schema, types);
    for (const { value, hex: encoded } of item.values) {
      const decoded = codec.decode(unhex(encoded));
      expect(valueToJson(schema, decoded, types)).toEqual(value);
      expect(hex(codec.encode(decoded))).toBe(encoded);
    }
    for (const { hex: encoded, why } of item.refused) {
      expect(() => codec.decode(unhex(encoded)), `${encoded}: ${why}`).toThrow(SchemaError);
    }
  });
});
