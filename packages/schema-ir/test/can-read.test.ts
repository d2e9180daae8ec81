/** Compatibility verdicts, rule by rule, and that a verdict of yes is true for random values. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bool,
  bytes,
  canRead,
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
  type Schema,
  sized,
  str,
  tuple,
  typesOf,
  union,
  withDefault,
} from '../src/index.ts';
import { schemas, valuesOf } from './schema-arbitraries.ts';

const verdict = (reader: Schema, writer: Schema): string[] => canRead(reader, writer).obstacles.map(({ path, rule }) => `${path} ${rule}`);

describe('a reader of the first can take what a writer of the second sends', () => {
  const cases: [string, Schema, Schema, string[]][] = [
    ['the same', list(int()), list(int()), []],
    ['a smaller range', int(), sized('i8'), []],
    ['a larger range', sized('i8'), int(), ['$ int-range']],
    ['a shorter text', str(10), str(5), []],
    ['a longer text', str(5), str(10), ['$ byte-bound']],
    ['longer bytes', bytes(5), bytes(10), ['$ byte-bound']],
    ['more items', list(int(), 5), list(int(), 6), ['$ item-bound']],
    ['more entries', map(str(), int(), 5), map(str(), int(), 6), ['$ item-bound']],
    ['other keys', map(str(5), int()), map(str(6), int()), ['$[key] byte-bound']],
    ['what is always there', optional(int()), int(), []],
    ['what is never there', optional(int()), none(), []],
    ['what may be missing', int(), optional(int()), ['$ kind']],
    ['int for float', float(), int(), ['$ kind']],
    ['a longer tuple', tuple(int()), tuple(int(), int()), ['$ tuple-length']],
    ['a place in a tuple', tuple(int(), sized('u8')), tuple(int(), int()), ['$[1] int-range']],
    ['a new literal', literals('E', 'a'), literals('E', 'a', 'b'), ['$ enum-literal']],
    ['fewer literals', literals('E', 'a', 'b'), literals('E', 'b'), []],
    ['a new variant', union('U', { a: int() }), union('U', { a: int(), b: int() }), ['$ union-variant']],
    ['a variant that changed', union('U', { a: sized('u8') }), union('U', { a: int() }), ['$<a> int-range']],
    ['a field more', record('R', { x: int() }), record('R', { x: int(), y: int() }), []],
    ['a field less', record('R', { x: int(), y: int() }), record('R', { x: int() }), ['$ required-field']],
    [
      'a field less that has a default',
      record('R', [{ name: 'x', schema: int() }, withDefault('y', int(), 1)]),
      record('R', { x: int() }),
      [],
    ],
    ['a renamed field', record('R', { x: int() }), record('R', { y: int() }), ['$ field-name']],
    ['something deep', list(record('R', { x: map(str(), bool()) })), list(record('R', { x: map(str(), int()) })), ['$[].x[value] kind']],
  ];
  test.each(cases)('%s', (_, reader, writer, expected) => expect(verdict(reader, writer)).toEqual(expected));

  test('types that contain themselves', () => {
    const tree = (value: Schema) => typesOf(record('Tree', { value, below: list(ref('Tree')) }));
    expect(canRead(ref('Tree'), ref('Tree'), tree(int()), tree(sized('u8'))).ok).toBe(true);
    expect(canRead(ref('Tree'), ref('Tree'), tree(sized('u8')), tree(int())).obstacles.map(({ path }) => path)).toEqual(['$.value']);
  });
});

test('every schema reads itself, and yes holds for random values when the shape is the same', () => {
  fc.assert(
    fc.property(
      schemas.chain((schema) => fc.tuple(fc.constant(schema), valuesOf(schema))),
      ([schema, value]) => {
        expect(verdict(schema, schema)).toEqual([]);
        const wider = widen(schema);
        expect(verdict(wider, schema)).toEqual([]);
        // Widening bounds keeps the wire form, so the wider codec must take the very bytes.
        expect(compileCodec(wider).decode(compileCodec(schema).encode(value))).toEqual(value);
      },
    ),
    { numRuns: 500 },
  );
});

/** The same shape with every bound at its widest. */
function widen(schema: Schema): Schema {
  switch (schema.kind) {
    case 'int':
      return int(-(2n ** 63n), 2n ** 64n - 1n);
    case 'str':
    case 'bytes':
      return { ...schema, maxBytes: 1 << 24 };
    case 'list':
      return { ...schema, of: widen(schema.of), maxItems: 1 << 24 };
    case 'optional':
      return { ...schema, of: widen(schema.of) };
    case 'map':
      return { ...schema, key: widen(schema.key) as typeof schema.key, value: widen(schema.value), maxItems: 1 << 24 };
    case 'tuple':
      return { ...schema, items: schema.items.map(widen) };
    case 'record':
      return { ...schema, fields: schema.fields.map((field) => ({ ...field, schema: widen(field.schema) })) };
    case 'union':
      return { ...schema, variants: schema.variants.map((variant) => ({ ...variant, schema: widen(variant.schema) })) };
    default:
      return schema;
  }
}
