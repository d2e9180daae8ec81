/** The text form: what is printed is read as the same schema, and damaged text ends in a SchemaError with its place. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  capability,
  contractId,
  duration,
  int,
  list,
  literals,
  optional,
  parseSchema,
  printSchema,
  record,
  ref,
  result,
  type Schema,
  SchemaError,
  type SchemaTypes,
  sized,
  str,
  stream,
  table,
  timestamp,
  tuple,
  typesOf,
  union,
  wireId,
  withDefault,
} from '../src/index.ts';
import { schemas } from './schema-arbitraries.ts';

function roundTrip(schema: Schema, types: SchemaTypes = {}): void {
  const text = printSchema(schema, types);
  const back = parseSchema(text);
  expect(printSchema(back.schema, back.types)).toBe(text);
  expect(wireId(back.schema, back.types)).toBe(wireId(schema, types));
  expect(contractId(back.schema, back.types)).toBe(contractId(schema, types));
}

describe('what is printed is read as the same schema', () => {
  test('random schemas', () => {
    fc.assert(
      fc.property(schemas, (schema) => roundTrip(schema)),
      { numRuns: 1500 },
    );
  });

  test('names, defaults, types within each other, and every bound', () => {
    const types = typesOf(
      record('shop.Item', [
        { name: 'größe', schema: sized('u8') },
        withDefault('tags', list(str(), 3), ['a']),
        { name: 'list', schema: ref('list') },
      ]),
      record('list', { of: optional(ref('shop.Item')), int: int() }),
      union('Shape', { Item: ref('shop.Item'), list: list(ref('Shape')) }),
      literals('Odd', 'a "b"\n\\{}', '\u2028', 2n ** 60n, -5, true),
      record('Empty', {}),
    );
    for (const name of Object.keys(types)) roundTrip(ref(name), types);
    roundTrip(
      tuple(
        ref('list'),
        ref('Odd'),
        ref('Empty'),
        result(duration('ms', -5, 5), ref('Shape')),
        table({ date: timestamp('s', 'naive') }, 5),
        capability('db.read'),
      ),
      types,
    );
    roundTrip(stream(int(), 5));
    roundTrip(types['Shape'] as Schema, types);
  });

  test('white space and the order of types do not matter', () => {
    const { schema, types } = parseSchema('record A{x:B?y:list[ A ; <= 5 ]}union B{int:int str:str}\n\n\tlist[A]');
    expect(printSchema(schema, types)).toBe(
      'record A {\n  x: B?\n  y: list[A; <=5]\n}\n\nunion B {\n  int: int\n  str: str\n}\n\nlist[A]\n',
    );
  });
});

describe('refuses', () => {
  test.each([
    ['', 'expected a schema in line 1, column 1, got the end'],
    ['int int', 'expected the end of the text in line 1, column 5, got "int"'],
    ['list[int', "expected ']' in line 1, column 9, got the end"],
    ['list(int)', "expected '['"],
    ['map[float, int]', 'a map key of kind str or int'],
    ['record R {\n  x int\n}', "expected ':' in line 2, column 5"],
    ['record R { x: int = zz }', 'hexadecimal digits'],
    ['record R { } record R { }', 'a name of its own'],
    ['enum E { "a }', 'True or False'],
    ['enum E { "\\q" }', 'a string as in JSON'],
    ['time(days)', 'us or ms or s'],
    ['str(<=-5)', 'not negative'],
    ['int(5..', 'a whole number'],
    ['table[]', 'a name'],
    ['`int', "expected '`'"],
    ['@', 'a name'],
  ])('%j', (text, message) => {
    expect(() => parseSchema(text)).toThrow(SchemaError);
    expect(() => parseSchema(text)).toThrow(message);
    expect(() => parseSchema(text)).toThrow('MOLT4062');
  });

  test.each([
    ['Nope', 'MOLT4041'],
    ['record R { x: R }', 'MOLT4042'],
    ['int(5..4)', 'MOLT4040'],
    ['record R { x: float = 01 }', 'MOLT4023'],
    ['list[stream[int]]', 'MOLT4040'],
    [`${'list['.repeat(100)}int${']'.repeat(100)}`, 'levels of nesting'],
    [`tuple[${'int,'.repeat(100_001)}int]`, 'schema nodes'],
    [' '.repeat((8 << 20) + 1), 'MOLT4003'],
  ])('what the text says, when it makes no sense', (text, code) => expect(() => parseSchema(text)).toThrow(code));

  test('damaged texts never end in anything but a SchemaError', () => {
    const text = printSchema(
      tuple(record('R', [withDefault('x', int(), 5), { name: 'y', schema: ref('R2') }]), table({ a: int() }, 5)),
      typesOf(literals('R2', 'a', 5)),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(text.length - 1), fc.constantFrom(...'{}[]":;,<=0-9aez\n `?.('))), (edits) => {
        const chars = [...text];
        for (const [at, char] of edits) chars[at] = char;
        try {
          parseSchema(chars.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(SchemaError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
