/** The registry: bindings are added and never changed. */
import { describe, expect, test } from 'vitest';
import { bindName, EMPTY_REGISTRY, formatRegistry, int, parseRegistry, SchemaError, str, wireId } from '../src/index.ts';

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
    ['an id that is a number', '{"format":"molt-registry/1","bindings":{"a@1.0":5}}'],
  ])('refuses %s', (_, text) => {
    expect(() => parseRegistry(text)).toThrow('MOLT4061');
  });
});
