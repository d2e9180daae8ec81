/** JSON Schema and OpenAPI: an independent validator accepts the JSON form of random values, and refuses it once any part is damaged. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  capability,
  date,
  decimal,
  emitJsonSchema,
  emitOpenApi,
  exportIds,
  float,
  int,
  type Json,
  list,
  literals,
  map,
  optional,
  record,
  ref,
  result,
  type Schema,
  type SchemaSet,
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
  valueToJson,
  withDefault,
} from '../src/index.ts';
import { schemas, valuesOf } from './schema-arbitraries.ts';

/** A validator; formats only annotate here, the patterns say it all. */
function validator(schema: Schema, types: SchemaSet['types'] = {}): (value: unknown) => boolean {
  const set: SchemaSet = { version: 1, types, exports: [{ name: 'f', params: [], result: schema }] };
  const document = emitJsonSchema(set) as { readonly $defs: { readonly [name: string]: Json } };
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictTypes: false, validateFormats: false });
  return ajv.compile({ ...document, $ref: '#/$defs/f.output' });
}

/** What no schema allows: an object of a key and a list of which no two items are of one type. */
const BROKEN = { '\u0000': [null, 'x', { '': [] }] };

/** Every copy of a value with one node replaced by what no schema allows. */
function damaged(value: unknown): unknown[] {
  const inner =
    typeof value !== 'object' || value === null
      ? []
      : Object.entries(value).flatMap(([key, part]) =>
          damaged(part).map((broken) =>
            Array.isArray(value) ? value.map((item: unknown, i) => (String(i) === key ? broken : item)) : { ...value, [key]: broken },
          ),
        );
  return [BROKEN, ...inner];
}

describe('JSON Schema', () => {
  test('takes the values of random schemas, and none of them once a part is damaged', () => {
    fc.assert(
      fc.property(
        schemas.chain((schema) => fc.tuple(fc.constant(schema), fc.array(valuesOf(schema), { minLength: 3, maxLength: 3 }))),
        ([schema, values]) => {
          const validate = validator(schema);
          for (const value of values) {
            const json = valueToJson(schema, value, {});
            expect(validate(json), JSON.stringify(json)).toBe(true);
            for (const broken of damaged(json).slice(0, 40)) expect(validate(broken), JSON.stringify(broken)).toBe(false);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  const shop = typesOf(
    record('Item', [
      { name: 'sku', schema: str(4) },
      withDefault('tags', list(str()), ['a']),
      { name: 'more', schema: optional(ref('Item')) },
    ]),
    literals('Color', 'red', 2n ** 60n, true),
    union('Shape', { Item: ref('Item'), int: int() }),
  );
  const refused: [string, Schema, unknown][] = [
    ['an int out of bounds', int(0, 9), 10],
    ['a fraction for an int', int(0, 9), 1.5],
    ['digits with a zero before them', sized('u64'), '007'],
    ['a word for a float', float(), 'nan'],
    ['too many digits', decimal(5, 2), '1.234'],
    ['too many digits before the point', decimal(5, 2), '1234.5'],
    ['a 13th month', date(), '2024-13-01'],
    ['a 25th hour', time(), '25:00:00'],
    ['a fraction finer than the unit', time('ms'), '12:00:00.1234'],
    ['a moment without Z', timestamp(), '2024-01-01T00:00:00'],
    ['a zone for a time without', timestamp('us', 'naive'), '2024-01-01T00:00:00Z'],
    ['a uuid in capitals', uuid(), 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'],
    ['a tuple too long', tuple(int()), [1, 2]],
    ['an array too short', { kind: 'array', of: int(), length: 2 }, [1]],
    ['too many items', list(int(), 1), [1, 2]],
    ['too many entries', map(str(), int(), 1), { a: 1, b: 2 }],
    ['a key that is no int', map(int(), int()), { a: 1 }],
    ['both sides of a result', result(int(), str()), { ok: 1, error: 'x' }],
    ['a column too few', table({ a: int(), b: int() }), { a: [] }],
    ['a bare index', capability('db.read'), 5],
    ['a missing field', ref('Item'), { tags: [] }],
    ['an unknown field', ref('Item'), { sku: 'a', more: null, x: 1 }],
    ['a text too long', ref('Item'), { sku: 'abcde', more: null }],
    ['something deep', ref('Item'), { sku: 'a', more: { sku: 5, more: null } }],
    ['a literal that is none', ref('Color'), 'blue'],
    ['an unknown tag', ref('Shape'), { tag: 'str', value: 'a' }],
    ['the value of another variant', ref('Shape'), { tag: 'int', value: { sku: 'a', more: null } }],
  ];
  test.each(refused)('refuses %s', (_, schema, value) => expect(validator(schema, shop)(value)).toBe(false));

  test('knows defaults, and leaves fields with one away from what is required', () => {
    const validate = validator(ref('Item'), shop);
    expect(validate({ sku: 'a', more: null })).toBe(true);
    const { $defs } = emitJsonSchema({ version: 1, types: shop, exports: [] }) as unknown as {
      $defs: Record<string, { properties: Record<string, unknown> }>;
    };
    expect($defs['Item']?.properties['tags']).toMatchObject({ default: ['a'] });
  });

  test('has the inputs and outputs of exports with their ids', () => {
    const set: SchemaSet = {
      version: 1,
      types: shop,
      exports: [
        {
          name: 'shop.total',
          params: [
            { name: 'items', schema: list(ref('Item')) },
            { name: 'rest', schema: stream(int()) },
          ],
          result: float(),
        },
      ],
    };
    const { $defs } = emitJsonSchema(set) as unknown as { $defs: Record<string, unknown> };
    const ids = exportIds(set.exports[0]!, shop);
    expect(Object.keys($defs).sort()).toEqual(['Color', 'Item', 'Shape', 'shop.total.input', 'shop.total.output']);
    expect($defs['shop.total.input']).toMatchObject({
      $comment: `wire id ${ids.input}`,
      required: ['items', 'rest'],
      properties: { items: { type: 'array', items: { $ref: '#/$defs/Item' } }, rest: { type: 'null' } },
    });
  });
});

test('OpenAPI documents have the same schemas as components, in the names that OpenAPI allows', () => {
  const types = typesOf(record('shop.Größe', { x: int(0, 5), next: optional(ref('shop.Größe')) }));
  const document = emitOpenApi(
    { version: 1, types, exports: [{ name: 'f', params: [], result: ref('shop.Größe') }] },
    { title: 'Shop', version: '2' },
  );
  expect(document).toMatchObject({
    openapi: '3.1.0',
    info: { title: 'Shop', version: '2' },
    components: {
      schemas: {
        'shop.Gr-uf6--udf-e': { properties: { next: { anyOf: [{ $ref: '#/components/schemas/shop.Gr-uf6--udf-e' }, { type: 'null' }] } } },
        'f.output': { $ref: '#/components/schemas/shop.Gr-uf6--udf-e' },
      },
    },
  });
  const { components } = document as unknown as { components: { schemas: Record<string, unknown> } };
  for (const name of Object.keys(components.schemas)) expect(name).toMatch(/^[a-zA-Z0-9._-]+$/);
});
