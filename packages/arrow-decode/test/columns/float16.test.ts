import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromFloat16, toFloat16 } from '../../src/columns/float16.ts';

test('all 65,536 halves survive the way through a number', () => {
  for (let bits = 0; bits < 65_536; bits++) {
    const value = fromFloat16(bits);
    if (Number.isNaN(value)) expect(toFloat16(value)).toBe(0x7e00);
    else if (toFloat16(value) !== bits) expect(toFloat16(value)).toBe(bits);
  }
});

test('known values', () => {
  expect([0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x7c00, 0xfc00].map(fromFloat16)).toEqual([
    1,
    -2,
    65504,
    2 ** -14,
    2 ** -24,
    Infinity,
    -Infinity,
  ]);
  expect(Object.is(fromFloat16(0x8000), -0)).toBe(true);
});

test('rounding goes to the nearest half, ties to the even one', () => {
  // Halves are ordered like their bits, so the neighbours of any value can be looked at.
  fc.assert(
    fc.property(fc.oneof(fc.double({ min: 0, max: 65519, noNaN: true }), fc.double({ min: 0, max: 1e-4, noNaN: true })), (value) => {
      const bits = toFloat16(value);
      const error = Math.abs(fromFloat16(bits) - value);
      for (const other of [bits - 1, bits + 1]) {
        if (other < 0 || other >= 0x7c00) continue;
        const otherError = Math.abs(fromFloat16(other) - value);
        expect(otherError).toBeGreaterThanOrEqual(error);
        if (otherError === error) expect(bits % 2).toBe(0);
      }
    }),
    { numRuns: 2_000 },
  );
  expect(toFloat16(65519.99)).toBe(0x7bff);
  expect(toFloat16(65520)).toBe(0x7c00);
  expect(toFloat16(-1e9)).toBe(0xfc00);
});
