/** schemas.json: round trips, and everything that a hostile or damaged file may hold. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  exportIds,
  float,
  int,
  linkSchemaSet,
  list,
  literals,
  map,
  optional,
  record,
  ref,
  SchemaError,
  type SchemaSet,
  schemaSetDigest,
  schemaSetFromJson,
  schemaSetToJson,
  sized,
  str,
  typesOf,
  union,
  withDefault,
} from '../src/index.ts';
import { schemas } from './schema-arbitraries.ts';

const types = typesOf(
  record('Item', { sku: str(64), price: float(), more: optional(ref('Item')) }),
  literals('Color', 'red', 2n ** 60n, true),
  union('Shape', { circle: float(), item: ref('Item') }),
);
const set: SchemaSet = {
  version: 1,
  types,
  exports: [
    {
      name: 'shop.total',
      params: [{ name: 'items', schema: list(ref('Item')) }, withDefault('tax', float(), 0.2)],
      result: float(),
      errors: ['ValueError'],
      idempotent: true,
    },
    {
      name: 'draw',
      params: [{ name: 'shape', schema: ref('Shape') }],
      result: map(sized('u64'), ref('Color')),
      errors: [],
      idempotent: false,
    },
  ],
};

test('a set survives the file', () => {
  const text = schemaSetToJson(set);
  const back = schemaSetFromJson(text);
  expect(back).toEqual(set);
  expect(schemaSetToJson(back)).toBe(text);
  expect(schemaSetDigest(back)).toBe(schemaSetDigest(set));
});

test('random schemas survive the file with their ids', () => {
  fc.assert(
    fc.property(schemas, schemas, (param, result) => {
      const one: SchemaSet = {
        version: 1,
        types: {},
        exports: [{ name: 'f', params: [{ name: 'x', schema: rename(param, 'P') }], result, errors: [], idempotent: false }],
      };
      const back = schemaSetFromJson(schemaSetToJson(one));
      expect(schemaSetToJson(back)).toBe(schemaSetToJson(one));
      expect(exportIds(back.exports[0]!, back.types)).toEqual(exportIds(one.exports[0]!, one.types));
    }),
    { numRuns: 300 },
  );
});

/** Both random schemas number their types from zero; one of them gets other names. */
function rename<T>(schema: T, prefix: string): T {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [
        key,
        key === 'name' && /^[RUE]\d+$/.test(String(part)) ? prefix + String(part) : walk(part),
      ]),
    );
  };
  return walk(schema) as T;
}

test('exports are linked with codecs and ids', () => {
  const total = linkSchemaSet(set).get('shop.total')!;
  expect(total.index).toBe(0);
  const input = total.input.encode({ items: [{ sku: 'a', price: 1, more: null }] });
  expect(total.input.decode(input)).toEqual({ items: [{ sku: 'a', price: 1, more: null }], tax: 0.2 });
  expect(total.output.decode(total.output.encode(1.2))).toBe(1.2);
});

describe('refuses', () => {
  // biome-ignore lint/suspicious/noExplicitAny: each case damages another part of the document
  type Doc = Record<string, any>;
  const cases: [string, (doc: Doc) => unknown, string, string][] = [
    ['another format', (doc) => ({ ...doc, format: 'x' }), 'MOLT4040', '"format": "molt-schemas"'],
    ['another version', (doc) => ({ ...doc, version: 2 }), 'MOLT4040', '"version": 1'],
    ['a list instead of an object', () => [], 'MOLT4040', 'expected an object, got array'],
    ['nothing', () => null, 'MOLT4040', 'expected an object, got null'],
    ['types that are a list', (doc) => ({ ...doc, types: [] }), 'MOLT4040', 'expected'],
    ['no exports', (doc) => ({ ...doc, exports: undefined }), 'MOLT4040', 'a list for exports'],
    [
      'an unknown kind',
      (doc) => {
        doc.exports[0].result.kind = 'number';
      },
      'MOLT4040',
      'a kind (',
    ],
    [
      'a kind that is a method of every object',
      (doc) => {
        doc.exports[0].result.kind = 'toString';
      },
      'MOLT4040',
      'a kind (',
    ],
    [
      'a wrong id',
      (doc) => {
        doc.exports[0].inputId = '00'.repeat(32);
      },
      'MOLT4044',
      'the file says id 0000000000000000',
    ],
    [
      'a changed schema',
      (doc) => {
        doc.exports[0].result.kind = 'bool';
      },
      'MOLT4044',
      'build it again',
    ],
    [
      'a reference to nothing',
      (doc) => {
        doc.exports[0].result = { kind: 'ref', name: 'Nope' };
      },
      'MOLT4041',
      'no type named Nope',
    ],
    [
      'a reference to what objects inherit',
      (doc) => {
        doc.exports[0].result = { kind: 'ref', name: 'constructor' };
      },
      'MOLT4041',
      'constructor',
    ],
    [
      'a type under another name',
      (doc) => {
        doc.types['Other'] = doc.types['Item'];
      },
      'MOLT4040',
      'a type named Other',
    ],
    [
      'a type that is no named type',
      (doc) => {
        doc.types['Int'] = { kind: 'int' };
      },
      'MOLT4040',
      'a type named Int',
    ],
    [
      'an endless type',
      (doc) => {
        doc.types['Item'].fields[2].schema = { kind: 'ref', name: 'Item' };
      },
      'MOLT4042',
      'contains itself',
    ],
    [
      'a negative bound',
      (doc) => {
        doc.types['Item'].fields[0].schema.maxBytes = -1;
      },
      'MOLT4040',
      'maxBytes from 0',
    ],
    [
      'a fractional bound',
      (doc) => {
        doc.types['Item'].fields[0].schema.maxBytes = 1.5;
      },
      'MOLT4040',
      'maxBytes from 0',
    ],
    [
      'a bound of gigabytes',
      (doc) => {
        doc.types['Item'].fields[0].schema.maxBytes = 2 ** 33;
      },
      'MOLT4040',
      'maxBytes from 0',
    ],
    [
      'min above max',
      (doc) => {
        doc.exports[1].result.key = { kind: 'int', min: 5, max: 4 };
      },
      'MOLT4040',
      'min <= max',
    ],
    [
      'an int of 65 bits',
      (doc) => {
        doc.exports[1].result.key = { kind: 'int', min: 0, max: '18446744073709551616' };
      },
      'MOLT4040',
      '2^64-1',
    ],
    [
      'a key that is a list',
      (doc) => {
        doc.exports[1].result.key = { kind: 'list', of: { kind: 'int' } };
      },
      'MOLT4040',
      'a map key',
    ],
    [
      'an optional of none',
      (doc) => {
        doc.exports[0].result = { kind: 'optional', of: { kind: 'none' } };
      },
      'MOLT4040',
      'optional',
    ],
    [
      'a field named __proto__',
      (doc) => {
        doc.types['Item'].fields[0].name = '__proto__';
      },
      'MOLT4040',
      'an identifier',
    ],
    [
      'a field that is no name',
      (doc) => {
        doc.types['Item'].fields[0].name = 'a b';
      },
      'MOLT4040',
      'an identifier',
    ],
    [
      'a field twice',
      (doc) => {
        doc.types['Item'].fields[1].name = 'sku';
      },
      'MOLT4040',
      'distinct field names',
    ],
    [
      'an export twice',
      (doc) => {
        doc.exports[1].name = 'shop.total';
      },
      'MOLT4040',
      'distinct export names',
    ],
    [
      'a literal twice',
      (doc) => {
        doc.types['Color'].literals = ['a', 'a'];
      },
      'MOLT4040',
      'distinct literals',
    ],
    [
      'no literals',
      (doc) => {
        doc.types['Color'].literals = [];
      },
      'MOLT4040',
      'literals',
    ],
    [
      'a fractional literal',
      (doc) => {
        doc.types['Color'].literals = [1.5];
      },
      'MOLT4040',
      'a literal',
    ],
    [
      'a union of nothing',
      (doc) => {
        doc.types['Shape'].variants = [];
      },
      'MOLT4040',
      'variants',
    ],
    [
      'a default that is no value',
      (doc) => {
        doc.exports[0].params[1].default = 'a161';
      },
      'MOLT4023',
      'expected float',
    ],
    [
      'a default that is no hexadecimal',
      (doc) => {
        doc.exports[0].params[1].default = 'zz';
      },
      'MOLT4040',
      'hexadecimal',
    ],
    [
      'two types of one name',
      (doc) => {
        doc.exports[0].result = { kind: 'record', name: 'Item', fields: [] };
      },
      'MOLT4043',
      'Item',
    ],
    [
      'a result that is missing',
      (doc) => {
        delete doc.exports[0].result;
      },
      'MOLT4040',
      'expected an object, got nothing',
    ],
    [
      'fields that are no list',
      (doc) => {
        doc.types['Item'].fields = { length: 3 };
      },
      'MOLT4040',
      'a list for fields',
    ],
  ];
  test.each(cases)('%s', (_, change, code, text) => {
    const doc = JSON.parse(schemaSetToJson(set)) as Doc;
    const changed = change(doc);
    const error = fault(JSON.stringify(changed === undefined ? doc : changed));
    expect(error.code).toBe(code);
    expect(`${error.message} ${error.hint ?? ''}`).toContain(text);
  });

  test('text that is no JSON', () => expect(fault('{').message).toContain('expected JSON'));
  test('too much text', () => expect(fault(' '.repeat((8 << 20) + 1)).code).toBe('MOLT4003'));
  test('too deep a schema', () => {
    const deep = `${'{"kind":"list","of":'.repeat(5000)}{"kind":"int"}${'}'.repeat(5000)}`;
    expect(fault(`{"format":"molt-schemas","version":1,"types":{"T":${deep}},"exports":[]}`).message).toContain('levels of nesting');
  });
  test('too many nodes', () => {
    const wide = `{"kind":"tuple","items":[${Array.from({ length: 100_001 }, () => '{"kind":"int"}').join(',')}]}`;
    expect(fault(`{"format":"molt-schemas","version":1,"types":{"T":${wide}},"exports":[]}`).message).toContain('schema nodes');
  });

  test('damaged files never end in anything but a SchemaError', () => {
    const text = schemaSetToJson(set);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(text.length - 1), fc.constantFrom(...'{}[]":,0-9aez\\ntrue')), { minLength: 1, maxLength: 3 }),
        (edits) => {
          const chars = [...text];
          for (const [at, char] of edits) chars[at] = char;
          try {
            schemaSetFromJson(chars.join(''));
          } catch (error) {
            expect(error).toBeInstanceOf(SchemaError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

test('paths lead to the export', () => {
  const bad: SchemaSet = { ...set, exports: [{ name: 'f', params: [{ name: 'x', schema: list(int(5, 4)) }], result: int() }] };
  expect(() => linkSchemaSet(bad)).toThrow('schemas.exports.f.x[]: expected int bounds');
});

function fault(text: string): SchemaError {
  try {
    schemaSetFromJson(text);
  } catch (error) {
    if (error instanceof SchemaError) return error;
    throw error;
  }
  throw new Error('expected a SchemaError');
}
