import { describe, expect, it } from 'vitest';
import { geometricMean, median, spread } from '../src/statistics.ts';

describe('statistics', () => {
  it('takes the middle value, or the mean of the two middle ones', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([10, 1, 2, 4])).toBe(3);
  });

  it('gives range and median deviation around the median', () => {
    expect(spread([1, 2, 4, 100])).toEqual({ median: 3, min: 1, max: 100, mad: 1.5 });
  });

  it('multiplies ratios', () => {
    expect(geometricMean([2, 8])).toBeCloseTo(4, 12);
  });

  it('refuses empty lists', () => {
    expect(() => median([])).toThrow(RangeError);
    expect(() => geometricMean([])).toThrow(RangeError);
  });
});
