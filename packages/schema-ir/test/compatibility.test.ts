/** What verdicts mean: a yes holds for every value that the writer can send, a no has a value that shows it; modes, tiers, histories. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  array,
  BOUNDARY_MODES,
  bool,
  bytes,
  COMPATIBILITY_MODES,
  canRead,
  capability,
  compatible,
  compileCodec,
  compileReader,
  decimal,
  duration,
  float,
  float32,
  int,
  list,
  literals,
  map,
  optional,
  READ_RULES,
  type ReadRuleName,
  type RecordSchema,
  record,
  ref,
  result,
  type Schema,
  SchemaError,
  type SchemaVersion,
  sized,
  str,
  table,
  time,
  timestamp,
  tuple,
  typesOf,
  union,
  withDefault,
} from '../src/index.ts';
import { schemas, valuesOf } from './schema-arbitraries.ts';

describe('a no has a value that shows it', () => {
  const cases: [ReadRuleName, string, Schema, Schema, unknown][] = [
    ['kind', '$', int(), float(), 1.5],
    ['kind', '$', int(), optional(int()), null],
    ['int-range', '$', sized('i8'), int(), 128],
    ['duration-range', '$', duration('ms', 0, 5), duration('ms'), 6],
    ['byte-bound', '$', str(2), str(3), 'abc'],
    ['byte-bound', '$', bytes(2), bytes(3), new Uint8Array(3)],
    ['item-bound', '$', list(int(), 1), list(int(), 2), [1, 2]],
    ['item-bound', '$', list(int(), 1), array(int(), 2), [1, 2]],
    ['item-bound', '$', map(str(), int(), 0), map(str(), int(), 1), new Map([['a', 1]])],
    ['row-bound', '$', table({ a: int() }, 1), table({ a: int() }, 2), { a: [1, 2] }],
    ['decimal-precision', '$', decimal(4, 2), decimal(5, 2), '123.00'],
    ['decimal-scale', '$', decimal(5, 2), decimal(5, 3), '1.000'],
    ['time-unit', '$', time('us'), time('ms'), '00:00:00'],
    ['time-unit', '$', timestamp('us'), timestamp('s'), '1970-01-01T00:00:00Z'],
    ['time-unit', '$', duration('us'), duration('s'), 1],
    ['time-zone', '$', timestamp('us', 'utc'), timestamp('us', 'naive'), '1970-01-01T00:00:00'],
    ['array-length', '$', array(int(), 2), array(int(), 3), [1, 2, 3]],
    ['tuple-length', '$', tuple(int()), tuple(int(), int()), [1, 2]],
    ['required-field', '$', record('R', { x: int(), y: int() }), record('R', { x: int() }), { x: 1 }],
    ['required-field', '$', table({ a: int(), b: int() }), table({ a: int() }), { a: [] }],
    ['field-name', '$', record('R', { x: int() }), record('R', { y: int() }), { y: 1 }],
    ['enum-literal', '$', literals('E', 'a'), literals('E', 'a', 'b'), 'b'],
    ['union-variant', '$', union('U', { a: int() }), union('U', { a: int(), b: int() }), { tag: 'b', value: 1 }],
    ['grant', '$', capability('a'), capability('b'), { capability: 0 }],
    ['int-range', '$<ok>', result(sized('u8'), str()), result(int(), str()), { ok: -1 }],
    ['byte-bound', '$<error>', result(int(), str(1)), result(int(), str()), { error: 'ab' }],
  ];
  test.each(cases)('%s at %s', (rule, path, reader, writer, witness) => {
    expect(canRead(reader, writer).obstacles.map((item) => [item.rule, item.path, item.tier])).toEqual([[rule, path, 'WIRE']]);
    const bytes = compileCodec(writer).encode(witness);
    expect(() => compileReader(reader, writer)(bytes)).toThrow(SchemaError);
  });

  test('every rule of the tier WIRE is among them', () => {
    const shown = new Set(cases.map(([rule]) => rule));
    const rules = Object.entries(READ_RULES).filter(([, { tier }]) => tier === 'WIRE');
    expect(rules.map(([name]) => name).filter((name) => !shown.has(name as ReadRuleName))).toEqual([]);
  });
});

describe('a yes holds', () => {
  test('for what was written before the schema grew', () => {
    const writer = record('Item', {
      sku: str(10),
      kind: literals('Kind', 'a', 'b'),
      price: union('Price', { int: sized('u8') }),
      size: int(),
    });
    const reader = record('Item', [
      { name: 'sku', schema: optional(str(20)) },
      { name: 'kind', schema: literals('Kind', 'z', 'b', 'a') },
      { name: 'price', schema: union('Price', { none: str(), int: int() }) },
    ]);
    const longer = record('Item', [...reader.fields, { name: 'size', schema: int() }, withDefault('tags', list(str()), ['new'])]);
    const bytes = compileCodec(writer).encode({ sku: 'x', kind: 'b', price: { tag: 'int', value: 5 }, size: 1 });
    const kept = { sku: 'x', kind: 'b', price: { tag: 'int', value: 5 } };
    expect(canRead(reader, writer).ok).toBe(true);
    expect(compileReader(reader, writer)(bytes)).toEqual(kept);
    expect(canRead(longer, writer).ok).toBe(true);
    expect(compileReader(longer, writer)(bytes)).toEqual({ ...kept, size: 1, tags: ['new'] });
  });

  test('for types that contain themselves', () => {
    const old = typesOf(record('Tree', { value: sized('u8'), below: list(ref('Tree'), 5) }));
    const now = typesOf(record('Tree', [...(old['Tree'] as RecordSchema).fields, withDefault('name', str(), 'none')]));
    const bytes = compileCodec(ref('Tree'), old).encode({ value: 1, below: [{ value: 2, below: [] }] });
    expect(canRead(ref('Tree'), ref('Tree'), now, old).ok).toBe(true);
    expect(compileReader(ref('Tree'), ref('Tree'), now, old)(bytes)).toEqual({
      value: 1,
      below: [{ value: 2, below: [], name: 'none' }],
      name: 'none',
    });
  });

  test('for random values of random pairs, and wherever it does not hold the verdict is no', () => {
    const pair = schemas.chain((writer) =>
      fc.tuple(evolved(writer), fc.constant(writer), fc.array(valuesOf(writer), { minLength: 4, maxLength: 4 })),
    );
    let [yes, no] = [0, 0];
    fc.assert(
      fc.property(pair, ([reader, writer, values]) => {
        const { ok, obstacles } = canRead(reader, writer);
        if (ok) yes++;
        else no++;
        const read = compileReader(reader, writer);
        for (const value of values) {
          const bytes = compileCodec(writer).encode(value);
          let decoded: unknown;
          try {
            decoded = read(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(SchemaError);
            expect([ok, obstacles.length > 0]).toEqual([false, true]);
            continue;
          }
          // Whatever the verdict, what is returned is a value of the reader.
          compileCodec(reader).encode(decoded);
        }
      }),
      { numRuns: 2500 },
    );
    expect([yes > 300, no > 300]).toEqual([true, true]);
  });
});

/** The schema after a few random changes, harmless ones and others. */
function evolved(schema: Schema): fc.Arbitrary<Schema> {
  const change = fc.constantFrom('widen', 'narrow', 'optional', 'grow', 'shrink', 'other', 'none', 'none');
  return fc.tuple(change, fc.nat(5)).map(([kind, skip]) => {
    let left = skip;
    const go = (node: Schema): Schema => {
      const here = left-- <= 0 ? changed(node, kind) : node;
      if (here !== node) left = Number.POSITIVE_INFINITY;
      switch (here.kind) {
        case 'list':
        case 'array':
          return { ...here, of: go(here.of) };
        case 'optional': {
          const of = go(here.of);
          return of.kind === 'optional' || of.kind === 'none' ? of : { ...here, of };
        }
        case 'map':
          return { ...here, value: go(here.value) };
        case 'tuple':
          return { ...here, items: here.items.map(go) };
        case 'result':
          return { ...here, ok: go(here.ok), error: go(here.error) };
        case 'record':
          return { ...here, fields: here.fields.map((field) => ({ ...field, schema: go(field.schema) })) };
        case 'union':
          return { ...here, variants: here.variants.map((variant) => ({ ...variant, schema: go(variant.schema) })) };
        default:
          return here;
      }
    };
    return go(schema);
  });
}

function changed(node: Schema, kind: string): Schema {
  if (kind === 'optional') return node.kind === 'optional' || node.kind === 'none' ? node : optional(node);
  if (kind === 'other') return node.kind === 'bool' ? str() : bool();
  const wide = kind === 'widen';
  switch (node.kind) {
    case 'int':
      return wide ? int(-(2n ** 63n), 2n ** 64n - 1n) : kind === 'narrow' ? int(0, 1) : node;
    case 'str':
    case 'bytes':
      return { ...node, maxBytes: wide ? 1 << 24 : kind === 'narrow' ? 1 : node.maxBytes };
    case 'list':
      return { ...node, maxItems: wide ? 1 << 24 : kind === 'narrow' ? 1 : node.maxItems };
    case 'map':
      return { ...node, maxItems: wide ? 1 << 24 : kind === 'narrow' ? 1 : node.maxItems };
    case 'array':
      return wide ? list(node.of) : node;
    case 'float32':
      return wide ? float() : node;
    case 'float':
      return kind === 'narrow' ? float32() : node;
    case 'decimal':
      return wide ? decimal(38, node.scale) : kind === 'narrow' ? decimal(Math.min(node.scale + 1, 38), node.scale) : node;
    case 'enum':
      return kind === 'grow'
        ? { ...node, literals: ['a new literal', ...node.literals] }
        : kind === 'shrink'
          ? { ...node, literals: node.literals.slice(0, 1) }
          : node;
    case 'record':
      if (kind === 'grow') return { ...node, fields: [...node.fields, withDefault('added', int(), 7)] };
      return kind === 'shrink' ? { ...node, fields: node.fields.slice(0, -1) } : node;
    case 'union':
      if (kind === 'grow') return { ...node, variants: [{ tag: 'added', schema: int() }, ...node.variants] };
      return kind === 'shrink' ? { ...node, variants: node.variants.slice(0, 1) } : node;
    default:
      return node;
  }
}

describe('tiers', () => {
  const was = record('R', [
    { name: 'x', schema: int(0, 9) },
    withDefault('y', int(), 1),
    withDefault('z', int(), 1),
    { name: 'gone', schema: int() },
  ]);
  const is = record('S', [{ name: 'x', schema: int() }, withDefault('y', int(), 2), { name: 'z', schema: int() }]);
  const rules = (tier?: 'WIRE' | 'CONTRACT' | 'SOURCE'): string[] =>
    canRead(is, was, {}, {}, tier).obstacles.map((item) => `${item.tier} ${item.rule}`);

  test('nest', () => {
    expect(rules()).toEqual([]);
    expect(rules('CONTRACT')).toEqual(['CONTRACT default-changed', 'CONTRACT default-removed', 'CONTRACT field-dropped']);
    expect(rules('SOURCE').sort()).toEqual([
      'CONTRACT default-changed',
      'CONTRACT default-removed',
      'CONTRACT field-dropped',
      'SOURCE declared-type',
      'SOURCE type-name',
    ]);
  });
});

describe('modes', () => {
  const version = (name: string, schema: Schema): SchemaVersion => ({ version: name, schema, types: {} });
  const [narrow, wide, other] = [version('a@1.0', sized('u8')), version('a@1.1', sized('u16')), version('a@1.2', str())];

  test('say who reads whom', () => {
    expect(compatible('BACKWARD', wide, [narrow]).ok).toBe(true);
    expect(compatible('BACKWARD', narrow, [wide])).toMatchObject({ ok: false, failures: [{ against: 'a@1.1', direction: 'backward' }] });
    expect(compatible('FORWARD', narrow, [wide]).ok).toBe(true);
    expect(compatible('FORWARD', wide, [narrow])).toMatchObject({
      failures: [
        {
          direction: 'forward',
          obstacles: [{ path: '$', rule: 'int-range', message: 'the reader takes 0 to 255, the writer may send 0 to 65535' }],
        },
      ],
    });
    expect(compatible('FULL', wide, [narrow]).failures.map((item) => item.direction)).toEqual(['forward']);
    expect(compatible('NONE', other, [narrow, wide]).ok).toBe(true);
  });

  test('transitive ones ask all earlier versions, the others the last', () => {
    expect(compatible('BACKWARD', wide, [other, narrow]).ok).toBe(true);
    expect(compatible('BACKWARD_TRANSITIVE', wide, [other, narrow]).failures.map((item) => item.against)).toEqual(['a@1.2']);
    expect(compatible('FULL_TRANSITIVE', wide, []).ok).toBe(true);
  });

  test('each boundary has one', () => {
    expect(BOUNDARY_MODES).toEqual({
      request: 'BACKWARD_TRANSITIVE',
      response: 'FORWARD_TRANSITIVE',
      stored: 'FULL_TRANSITIVE',
      public: 'FULL_TRANSITIVE',
    });
    for (const mode of Object.values(BOUNDARY_MODES)) expect(COMPATIBILITY_MODES[mode].transitive).toBe(true);
  });
});
