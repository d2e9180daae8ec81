/** Values as JSON: what JSON can say is itself, the rest has one text, and both ways agree. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileCodec, type RecordSchema, type Schema, typesOf, valueFromJson, valueToJson } from '../src/index.ts';

const int: Schema = { kind: 'int', min: -(2n ** 63n), max: 2n ** 64n - 1n };
const str: Schema = { kind: 'str', maxBytes: 1000 };
const point: RecordSchema = {
  kind: 'record',
  name: 'Point',
  fields: [
    { name: 'x', schema: int },
    { name: 'label', schema: { kind: 'optional', of: str } },
  ],
};
const types = typesOf(point);

const CASES: readonly (readonly [Schema, unknown, unknown])[] = [
  [{ kind: 'none' }, null, null],
  [{ kind: 'bool' }, true, true],
  [int, 7, 7],
  [int, '18446744073709551615', 18446744073709551615n],
  [{ kind: 'float' }, 1.5, 1.5],
  [{ kind: 'float' }, 'Infinity', Number.POSITIVE_INFINITY],
  [{ kind: 'float' }, '-Infinity', Number.NEGATIVE_INFINITY],
  [{ kind: 'float' }, 'NaN', Number.NaN],
  [str, 'NaN', 'NaN'],
  [{ kind: 'bytes', maxBytes: 10 }, 'AAH/', Uint8Array.of(0, 1, 255)],
  [{ kind: 'list', of: int, maxItems: 5 }, [1, '9007199254740993'], [1, 9007199254740993n]],
  [{ kind: 'tuple', items: [int, { kind: 'float' }] }, [1, 'NaN'], [1, Number.NaN]],
  [
    { kind: 'map', key: str, value: int, maxItems: 5 },
    { b: 1, a: 2 },
    new Map([
      ['b', 1],
      ['a', 2],
    ]),
  ],
  [{ kind: 'map', key: int, value: str, maxItems: 5 }, { '12': 'x' }, new Map([[12n, 'x']])],
  [
    { kind: 'ref', name: 'Point' },
    { x: 1, label: null },
    { x: 1, label: null },
  ],
  [
    { kind: 'union', name: 'U', variants: [{ tag: 'big', schema: int }] },
    { tag: 'big', value: '9007199254740993' },
    { tag: 'big', value: 9007199254740993n },
  ],
];

describe('a value', () => {
  it.each(CASES.map(([schema, json, value]) => ({ kind: schema.kind, schema, json, value })))(
    'of a $kind comes from JSON and goes back: $json',
    ({ schema, json, value }) => {
      expect(valueFromJson(schema, json, types)).toEqual(value);
      const encoded = compileCodec(schema, types).encode(value);
      const decoded = compileCodec(schema, types).decode(encoded);
      expect(valueToJson(schema, decoded, types)).toEqual(json);
    },
  );

  it('that does not fit is left to the codec, which says where', () => {
    for (const json of [3, 'x', { x: 'y' }, [1], null]) {
      const value = valueFromJson(point, json, types);
      expect(() => compileCodec(point, types).encode(value)).toThrow(/MOLT40/);
    }
  });

  it('of any JSON never throws while it is read', () => {
    const schemas = CASES.map(([schema]) => schema);
    fc.assert(
      fc.property(fc.constantFrom(...schemas), fc.jsonValue(), (schema, json) => {
        valueFromJson(schema, json, types);
      }),
    );
  });

  it('does not take names from the prototype of objects', () => {
    expect(valueFromJson({ kind: 'ref', name: 'toString' }, 1, types)).toBe(1);
    expect(valueFromJson(point, JSON.parse('{"__proto__": 1, "x": "2"}'), types)).toMatchObject({ x: 2n });
  });
});
