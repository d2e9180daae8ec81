import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, editDistance, near } from '../src/index.ts';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
    ['teh', 'the', 1],
    ['abcd', 'badc', 2],
  ] as const)('%j to %j is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  it('is symmetric, zero only for equal strings, and its limit never changes a smaller answer', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, fc.nat(8), (a, b, limit) => {
        const distance = editDistance(a, b);
        expect(editDistance(b, a)).toBe(distance);
        expect(distance === 0).toBe(a === b);
        expect(editDistance(a, b, limit)).toBe(Math.min(distance, limit + 1));
      }),
    );
  });
});

describe('editDistance with a limit', () => {
  it('stops at the limit, whichever string is the longer', () => {
    expect([editDistance('acc', 'aaaaaaa', 4), editDistance('aaaaaaa', 'acc', 4)]).toEqual([5, 5]);
  });
});

describe('near', () => {
  it('gives the nearest names first, without the name itself, whatever the case', () => {
    expect(near('lenght', ['height', 'length', 'lenght', 'len'])).toEqual(['length', 'height']);
    expect(near('True', ['true'])).toEqual(['true']);
    expect(near('x', ['alpha', 'beta'])).toEqual([]);
  });

  it('makes a hint or none', () => {
    expect(didYouMean('totl', ['total', 'other'])).toBe('did you mean total?');
    expect(didYouMean('q', [])).toBeUndefined();
  });
});
