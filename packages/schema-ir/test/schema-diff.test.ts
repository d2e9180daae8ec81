/** What changed between two sets, and what a registry says about a set. */
import { describe, expect, test } from 'vitest';
import {
  bindName,
  bindSchema,
  checkRegistry,
  diffSchemaSets,
  EMPTY_REGISTRY,
  type ExportSchema,
  exportIds,
  float,
  formatRegistry,
  int,
  list,
  literals,
  parseRegistry,
  type RecordSchema,
  type RegistryFinding,
  record,
  ref,
  type SchemaSet,
  sized,
  str,
  typesOf,
  withDefault,
} from '../src/index.ts';

const item = (fields: Parameters<typeof record>[1]): SchemaSet['types'] => typesOf(record('Item', fields));
const set = (types: SchemaSet['types'], ...exports: ExportSchema[]): SchemaSet => ({ version: 1, types, exports });
const total: ExportSchema = { name: 'total', params: [{ name: 'items', schema: list(ref('Item')) }], result: ref('Item') };
const old = set(item({ sku: str(10), price: float() }), total);

describe('differences', () => {
  test('none, of sets that say the same in other words', () => {
    const inPlace = record('Item', { sku: str(10), price: float() });
    const same = set({}, { name: 'total', params: [{ name: 'items', schema: list(inPlace) }], result: inPlace });
    expect(diffSchemaSets(old, same)).toEqual([{ name: 'total', change: 'same' }]);
  });

  test('exports that came and went', () => {
    const other = set(old.types, { ...total, name: 'sum' });
    expect(diffSchemaSets(old, other)).toEqual([
      { name: 'sum', change: 'added' },
      { name: 'total', change: 'removed' },
    ]);
  });

  test('a field with a default breaks no caller; one without breaks all', () => {
    const grown = set(item([...(old.types['Item'] as RecordSchema).fields, withDefault('size', int(), 1)]), total);
    const [found] = diffSchemaSets(old, grown, 'CONTRACT');
    expect(found).toMatchObject({
      change: 'changed',
      sides: [
        { side: 'input', breaks: [], rollback: [] },
        { side: 'output', breaks: [], rollback: [] },
      ],
    });
    const needy = set(item({ sku: str(10), price: float(), size: int() }), total);
    const [broken] = diffSchemaSets(old, needy, 'WIRE');
    expect(broken).toMatchObject({
      sides: [
        { side: 'input', breaks: [{ path: '$.items[]', rule: 'required-field' }], rollback: [] },
        { side: 'output', breaks: [], rollback: [{ path: '$', rule: 'required-field' }] },
      ],
    });
  });

  test('ids are those of the exports', () => {
    const wide = set(item({ sku: str(20), price: float() }), total);
    const [found] = diffSchemaSets(old, wide);
    const sides = found?.change === 'changed' ? found.sides : [];
    expect(sides.map(({ side, before, after }) => [side, before, after])).toEqual([
      ['input', exportIds(total, old.types).input, exportIds(total, wide.types).input],
      ['output', exportIds(total, old.types).output, exportIds(total, wide.types).output],
    ]);
  });

  test('promises count in the tier CONTRACT', () => {
    const before = set(old.types, { ...total, idempotent: true, errors: ['ValueError'] });
    const after = set(old.types, { ...total, errors: ['ValueError', 'KeyError'] });
    expect(diffSchemaSets(before, after, 'WIRE')).toEqual([{ name: 'total', change: 'same' }]);
    expect(diffSchemaSets(before, after, 'CONTRACT')).toMatchObject([
      {
        sides: [
          { breaks: [{ rule: 'idempotence-withdrawn', tier: 'CONTRACT' }] },
          { breaks: [{ rule: 'error-added', message: 'KeyError was not announced before' }] },
        ],
      },
    ]);
    expect(diffSchemaSets(after, before, 'CONTRACT')).toEqual([{ name: 'total', change: 'same' }]);
  });
});

describe('a registry', () => {
  const states = (findings: readonly RegistryFinding[]): string[] => findings.map(({ state, key }) => `${state} ${key}`);
  const published = checkRegistry(EMPTY_REGISTRY, old).registry;

  test('takes a new set as 1.0, and knows it afterwards', () => {
    expect(states(checkRegistry(EMPTY_REGISTRY, old).findings)).toEqual(['new total.input@1.0', 'new total.output@1.0']);
    const again = checkRegistry(parseRegistry(formatRegistry(published)), old);
    expect(states(again.findings)).toEqual(['published total.input@1.0', 'published total.output@1.0']);
    expect([...again.registry.bindings]).toEqual([...published.bindings]);
  });

  const wide = set(item({ sku: str(20), price: float() }), total);

  test('judges inputs and outputs by the modes of their boundaries', () => {
    const { findings, registry } = checkRegistry(published, wide);
    // A longer text may come in, but callers of today cannot take it.
    expect(states(findings)).toEqual(['new total.input@1.1', 'breaks total.output@2.0']);
    expect(findings[1]).toMatchObject({
      failures: [{ against: 'total.output@1.0', direction: 'forward', obstacles: [{ path: '$.sku', rule: 'byte-bound' }] }],
    });
    expect([...registry.bindings.keys()]).toEqual(['total.input@1.0', 'total.output@1.0', 'total.input@1.1']);
    expect(states(checkRegistry(published, wide, { modes: { input: 'FULL', output: 'NONE' } }).findings)).toEqual([
      'breaks total.input@2.0',
      'new total.output@1.1',
    ]);
  });

  test('publishes a break only on purpose, as a new major version, whose history starts anew', () => {
    const { registry } = checkRegistry(published, wide, { breaking: true });
    expect([...registry.bindings.keys()]).toContain('total.output@2.0');
    expect(states(checkRegistry(registry, wide).findings)).toEqual(['published total.input@1.1', 'published total.output@2.0']);
    const shorter = set(item({ sku: str(15), price: float() }), total);
    expect(states(checkRegistry(registry, shorter).findings)).toEqual(['breaks total.input@2.0', 'new total.output@2.1']);
    // The old output is no version of the new major number, though a shorter text is fine there.
    expect(states(checkRegistry(registry, old, { modes: { input: 'NONE' } }).findings)).toEqual([
      'published total.input@1.0',
      'new total.output@2.1',
    ]);
  });

  test('asks all versions, not the last alone', () => {
    const enums = (...values: string[]): SchemaSet =>
      set({}, { name: 'f', params: [{ name: 'x', schema: literals('E', ...values) }], result: int() });
    let registry = checkRegistry(EMPTY_REGISTRY, enums('a', 'b')).registry;
    registry = bindSchema(registry, 'f.input@1.1', record('f.input', { x: literals('E', 'b') }));
    expect(states(checkRegistry(registry, enums('b', 'c')).findings)[0]).toBe('breaks f.input@2.0');
    expect(states(checkRegistry(registry, enums('b', 'c'), { modes: { input: 'BACKWARD' } }).findings)[0]).toBe('new f.input@1.2');
    expect(states(checkRegistry(registry, enums('b'), { tier: 'SOURCE' }).findings)[0]).toBe('published f.input@1.1');
  });

  test('counts lower tiers when asked', () => {
    const renamed = set(typesOf(record('Thing', { sku: str(5), price: float() })), {
      ...total,
      params: [{ name: 'items', schema: list(ref('Thing')) }],
      result: ref('Thing'),
    });
    expect(checkRegistry(published, renamed).findings[1]).toMatchObject({ state: 'new' });
    expect(checkRegistry(published, renamed, { tier: 'SOURCE' }).findings[1]).toMatchObject({
      state: 'breaks',
      failures: [{ obstacles: [{ rule: 'type-name' }] }],
    });
  });

  test('never binds a key anew, also when only its id is known', () => {
    const bare = bindName(EMPTY_REGISTRY, 'f.output@1.0', exportIds(total, old.types).input);
    const f = set({}, { name: 'f', params: [], result: sized('u8') });
    expect(states(checkRegistry(bare, f).findings)).toEqual(['new f.input@1.0', 'new f.output@1.1']);
    expect(checkRegistry(bare, f).registry.bindings.get('f.output@1.0')).toBe(exportIds(total, old.types).input);
  });
});
