import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bitAt, bitmapBytes, copyBits, countNulls, countOnes, setBit } from '../../src/columns/bitmap.ts';

const bits = fc.array(fc.boolean(), { maxLength: 300 });

function bitmapOf(values: readonly boolean[], padding = 0): Uint8Array {
  const bitmap = new Uint8Array(bitmapBytes(values.length)).fill(padding);
  for (let i = 0; i < values.length; i++) {
    if (values[i]) setBit(bitmap, i);
    else bitmap[i >> 3]! &= ~(1 << (i & 7));
  }
  return bitmap;
}

test('bits are read as they were set', () => {
  fc.assert(
    fc.property(bits, (values) => {
      const bitmap = bitmapOf(values);
      expect(values.map((_, i) => bitAt(bitmap, i))).toEqual(values);
    }),
  );
});

test('ones are counted up to the last bit, whatever the padding holds', () => {
  fc.assert(
    fc.property(bits, fc.constantFrom(0, 0xff), (values, padding) => {
      const ones = values.filter(Boolean).length;
      expect(countOnes(bitmapOf(values, padding), values.length)).toBe(ones);
      expect(countNulls(bitmapOf(values, padding), values.length)).toBe(values.length - ones);
    }),
  );
});

test('a copy starts at any bit and has zero padding', () => {
  fc.assert(
    fc.property(bits, fc.nat(40), fc.constantFrom(0, 0xff), (values, start, padding) => {
      const from = Math.min(start, values.length);
      const copy = copyBits(bitmapOf(values, padding), from, values.length - from);
      expect(copy).toEqual(bitmapOf(values.slice(from)));
    }),
  );
});
