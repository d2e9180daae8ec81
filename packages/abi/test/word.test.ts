import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFloatWord, decodeRefWord, encodeFloatWord, encodeRefWord, isSmallInt, wordKind } from '../src/index.ts';

describe('universal words', () => {
  it('holds doubles of middle magnitude inline', () => {
    for (const x of [1, -1, 0.1, 1e77, -1e-76, Math.PI, 2 ** 256 * 1.99, 2 ** -255]) {
      const word = encodeFloatWord(x) as bigint;
      expect(wordKind(word)).toBe('float');
      expect(decodeFloatWord(word)).toBe(x);
    }
  });

  it('boxes zeros, infinities, NaN and extremes', () => {
    for (const x of [
      0,
      -0,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
      1e78,
      1e-78,
      5e-324,
      2 ** 257,
      Number.MAX_VALUE,
    ])
      expect(encodeFloatWord(x)).toBeUndefined();
  });

  it('decodes exactly what it encodes', () => {
    fc.assert(
      fc.property(fc.double(), (x) => {
        const word = encodeFloatWord(x);
        if (word === undefined) return Math.abs(x) < 2 ** -255 || Math.abs(x) >= 2 ** 257 || Number.isNaN(x);
        return wordKind(word) === 'float' && Object.is(decodeFloatWord(word), x);
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 62n) - 1n }), (payload) => {
        const word = BigInt.asIntN(64, (2n << 62n) | payload);
        return encodeFloatWord(decodeFloatWord(word)) === word;
      }),
    );
  });

  it('tells ints and references', () => {
    expect(wordKind(-1n)).toBe('int');
    expect(wordKind(-(2n ** 62n))).toBe('int');
    expect(isSmallInt(2n ** 62n)).toBe(false);
    expect(isSmallInt(-(2n ** 62n))).toBe(true);
    expect(wordKind(encodeRefWord(0))).toBe('ref');
    expect(decodeRefWord(encodeRefWord(0xfffffff8))).toBe(0xfffffff8);
  });
});
