/** The registry: bindings are added and never changed. */
import { describe, expect, test } from 'vitest';
import {
  bindName,
  bindSchema,
  EMPTY_REGISTRY,
  formatRegistry,
  historyOf,
  int,
  latestOf,
  list,
  nextVersion,
  parseRegistry,
  printSchema,
  record,
  ref,
  registeredNames,
  SchemaError,
  str,
  typesOf,
  wireId,
} from '../src/index.ts';

const [a, b] = [wireId(int()), wireId(str())];

describe('registry', () => {
  test('binds, keeps, writes and reads', () => {
    const registry = bindName(bindName(EMPTY_REGISTRY, 'orders.Create@1.1', b), 'orders.Create@1.0', a);
    expect(bindName(registry, 'orders.Create@1.0', a)).toBe(registry);
    const text = formatRegistry(registry);
    expect(text.indexOf('@1.0')).toBeLessThan(text.indexOf('@1.1'));
    expect(formatRegistry(parseRegistry(text))).toBe(text);
    expect(EMPTY_REGISTRY.bindings.size).toBe(0);
  });

  test('refuses to bind anew, and says which version is next', () => {
    const registry = bindName(EMPTY_REGISTRY, 'orders.Create@2.9', a);
    expect(() => bindName(registry, 'orders.Create@2.9', b)).toThrow(SchemaError);
    try {
      bindName(registry, 'orders.Create@2.9', b);
    } catch (error) {
      expect((error as SchemaError).code).toBe('MOLT4060');
      expect((error as SchemaError).hint).toContain('orders.Create@2.10');
    }
  });

  test.each([
    ['no JSON', '{'],
    ['another format', '{"format":"x","bindings":{}}'],
    ['bindings that are a list', '{"format":"molt-registry/1","bindings":[]}'],
    ['a key without version', `{"format":"molt-registry/1","bindings":{"a":"${a}"}}`],
    ['a version with a leading zero', `{"format":"molt-registry/1","bindings":{"a@01.0":"${a}"}}`],
    ['a short id', '{"format":"molt-registry/1","bindings":{"a@1.0":"00"}}'],
    ['schemas that are a list', '{"format":"molt-registry/1","bindings":{},"schemas":[]}'],
    ['a schema under no id', '{"format":"molt-registry/1","bindings":{},"schemas":{"x":"int"}}'],
    ['a schema that is no text', `{"format":"molt-registry/1","bindings":{},"schemas":{"${a}":5}}`],
    ['an id that is a number', '{"format":"molt-registry/1","bindings":{"a@1.0":5}}'],
  ])('refuses %s', (_, text) => {
    expect(() => parseRegistry(text)).toThrow('MOLT4061');
  });

  test('keeps the text of schemas, so that old versions can be compared', () => {
    const types = typesOf(record('Item', { sku: str(5), more: list(ref('Item')) }));
    let registry = bindSchema(EMPTY_REGISTRY, 'Item@1.0', ref('Item'), types);
    registry = bindSchema(registry, 'Item@1.10', int());
    registry = bindSchema(registry, 'Item@1.9', str());
    registry = bindSchema(registry, 'f.input@2.0', int());
    const back = parseRegistry(formatRegistry(registry));
    expect(historyOf(back, 'Item').map(({ version, schema, types: known }) => [version, printSchema(schema, known)])).toEqual([
      ['Item@1.0', 'record Item {\n  sku: str(<=5)\n  more: list[Item]\n}\n'],
      ['Item@1.9', 'str\n'],
      ['Item@1.10', 'int\n'],
    ]);
    expect(latestOf(back, 'Item')).toEqual({ key: 'Item@1.10', id: wireId(int()) });
    expect(latestOf(back, 'Other')).toBeUndefined();
    expect([nextVersion(back, 'Item'), nextVersion(back, 'Item', true), nextVersion(back, 'Other')]).toEqual([
      'Item@1.11',
      'Item@2.0',
      'Other@1.0',
    ]);
    expect(registeredNames(back)).toEqual(['Item', 'f.input']);
    expect(back.schemas.size).toBe(3);
  });

  test('refuses a text of another schema than its id', () => {
    const text = formatRegistry(bindSchema(EMPTY_REGISTRY, 'a@1.0', int()));
    expect(() => parseRegistry(text.replace('"int\\n"', '"str\\n"'))).toThrow('MOLT4044');
    expect(() => parseRegistry(text.replace('"int\\n"', '"int ("'))).toThrow('MOLT4062');
  });
});
