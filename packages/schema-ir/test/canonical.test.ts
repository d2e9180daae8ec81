/** Ids: what changes them, what does not, and that they never change by accident. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bool,
  canonicalBytes,
  contractId,
  float,
  int,
  list,
  literals,
  map,
  optional,
  record,
  ref,
  type Schema,
  sized,
  str,
  tuple,
  typesOf,
  union,
  wireId,
  withDefault,
} from '../src/index.ts';
import { schemas } from './schema-arbitraries.ts';

describe('wire ids', () => {
  test('are fixed for ever', () => {
    expect(Buffer.from(canonicalBytes(list(int(0, 9), 5))).toString('latin1')).toBe('molt-schema/1\0wire\0\x08\x05\x03\x010\x019');
    expect(wireId(int())).toBe('2ab648d2670254a9f316d35e7a14505033243cfe9d2d93f6679847ae825269ea');
    expect(wireId(record('P', { x: int(), y: optional(str(5)) }))).toBe('c7a85fffbe62b7005cae5ae508d1b4e89683bf6350ace3a7ff4c5bd91b1f2c23');
  });

  const base = record('P', [
    { name: 'x', schema: int() },
    { name: 'y', schema: float() },
  ]);
  const changes: [string, Schema][] = [
    ['another field name', record('P', { x: int(), z: float() })],
    ['fields in another order', record('P', { y: float(), x: int() })],
    ['one more field', record('P', { x: int(), y: float(), z: bool() })],
    ['another bound', record('P', { x: sized('i32'), y: float() })],
    ['a default', record('P', [{ name: 'x', schema: int() }, withDefault('y', float(), 1)])],
    ['an optional field', record('P', { x: int(), y: optional(float()) })],
  ];
  test.each(changes)('change with %s', (_, changed) => expect(wireId(changed)).not.toBe(wireId(base)));

  test('another default is another id', () => {
    expect(wireId(record('P', [withDefault('y', int(), 1)]))).not.toBe(wireId(record('P', [withDefault('y', int(), 2)])));
  });

  test('names of types count for the contract only', () => {
    const renamed = record('Q', { x: int(), y: float() });
    expect(wireId(renamed)).toBe(wireId(base));
    expect(contractId(renamed)).not.toBe(contractId(base));
    expect(contractId(base)).not.toBe(wireId(base));
  });

  test('names of types within count for the contract only', () => {
    const of = (name: string): Schema => list(record(name, { x: int() }));
    expect(wireId(of('A'))).toBe(wireId(of('B')));
    expect(contractId(of('A'))).not.toBe(contractId(of('B')));
  });

  test('literals and tags count', () => {
    expect(wireId(literals('E', 'a', 'b'))).not.toBe(wireId(literals('E', 'b', 'a')));
    expect(wireId(literals('E', 1))).not.toBe(wireId(literals('E', '1')));
    expect(wireId(literals('E', 1))).not.toBe(wireId(literals('E', true)));
    expect(wireId(union('U', { a: int() }))).not.toBe(wireId(union('U', { b: int() })));
  });

  test('it does not matter whether a type is written in place, twice, or by name', () => {
    const point = record('Point', { x: int(), y: int() });
    const again = record('Point', { x: int(), y: int() });
    const inPlace = tuple(point, again);
    const byName = tuple(ref('Point'), ref('Point'));
    const mixed = tuple(point, ref('Point'));
    const types = typesOf(point);
    expect(wireId(byName, types)).toBe(wireId(inPlace));
    expect(wireId(mixed)).toBe(wireId(inPlace));
    expect(wireId(ref('Point'), types)).toBe(wireId(point));
  });

  test('twins with two names are the same on the wire', () => {
    expect(wireId(tuple(record('A', { x: int() }), record('B', { x: int() })))).toBe(wireId(tuple(record('A', { x: int() }), ref('A'))));
  });

  test('types that contain each other have ids of their own, whatever they are called and wherever one starts', () => {
    const group = (a: string, b: string) =>
      typesOf(record(a, { next: optional(ref(b)), value: int() }), record(b, { back: list(ref(a)), other: optional(ref(b)) }));
    const one = group('A', 'B');
    const two = group('X', 'Y');
    expect(wireId(ref('A'), one)).toBe(wireId(ref('X'), two));
    expect(wireId(ref('B'), one)).toBe(wireId(ref('Y'), two));
    expect(wireId(ref('A'), one)).not.toBe(wireId(ref('B'), one));
    expect(contractId(ref('A'), one)).not.toBe(contractId(ref('X'), two));
    expect(wireId(record('Outer', { a: ref('A') }), one)).toBe(wireId(record('Outer', { a: ref('X') }), two));
  });

  test('many shared types cost little', () => {
    const types = typesOf(
      record('T0', { v: int() }),
      ...Array.from({ length: 60 }, (_, i) => record(`T${i + 1}`, { a: ref(`T${i}`), b: ref(`T${i}`) })),
    );
    expect(wireId(ref('T60'), types)).toMatch(/^[0-9a-f]{64}$/);
    expect(canonicalBytes(ref('T60'), types).length).toBeLessThan(200);
  });
});

test('different schemas have different canonical bytes', () => {
  const seen = new Map<string, string>();
  const plain = (schema: Schema): string =>
    JSON.stringify(schema, (key, value: unknown) =>
      typeof value === 'bigint' ? `${value}n` : key === 'name' && /^[RUE]\d+$/.test(String(value)) ? '' : value,
    );
  fc.assert(
    fc.property(schemas, (schema) => {
      const id = wireId(schema);
      const text = plain(schema);
      expect(seen.get(id) ?? text).toBe(text);
      seen.set(id, text);
    }),
    { numRuns: 2000 },
  );
  expect(map(str(), int()).kind).toBe('map');
});
