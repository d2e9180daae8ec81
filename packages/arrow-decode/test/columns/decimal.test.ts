import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimalText, parseDecimal, setUnscaled, unscaledAt } from '../../src/columns/decimal.ts';

const unscaled = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n });

test('words hold any 128-bit integer', () => {
  fc.assert(
    fc.property(unscaled, unscaled, (first, second) => {
      const words = new BigUint64Array(4);
      setUnscaled(words, 0, first);
      setUnscaled(words, 1, second);
      expect([unscaledAt(words, 0), unscaledAt(words, 1)]).toEqual([first, second]);
    }),
  );
});

test('text parses back to the same integer', () => {
  fc.assert(
    fc.property(unscaled, fc.integer({ min: 0, max: 38 }), (value, scale) => {
      expect(parseDecimal(decimalText(value, scale), scale)).toBe(value);
    }),
  );
});

test('negative scales stand for powers of ten', () => {
  expect(decimalText(12n, -2)).toBe('1200');
  expect(decimalText(0n, -2)).toBe('0');
  expect(parseDecimal('1200', -2)).toBe(12n);
  expect(parseDecimal('1250', -2)).toBeNull();
});

test('text that would lose digits or is no number is refused', () => {
  expect(decimalText(-5n, 3)).toBe('-0.005');
  expect(parseDecimal('-0.005', 3)).toBe(-5n);
  expect(parseDecimal('1.500', 1)).toBe(15n);
  expect(parseDecimal('1.55', 1)).toBeNull();
  for (const text of ['', '.', '-', '1e3', 'NaN', ' 1', '0x1', '1.2.3']) expect(parseDecimal(text, 2), text).toBeNull();
});
