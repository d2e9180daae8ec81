/** The few statistics of the report: medians with the whole range, since times are skewed and rounds are few. */

/** What a list of measurements looks like. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Median distance from the median. */
  readonly mad: number;
}

/** The middle of a non-empty list; between the two middle ones when their number is even. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('the median of nothing');
  const ordered = [...values].sort((a, b) => a - b);
  const middle = ordered.length >> 1;
  return ordered.length % 2 === 1 ? ordered[middle]! : (ordered[middle - 1]! + ordered[middle]!) / 2;
}

/** Median, range and median deviation of a non-empty list. */
export function spread(values: readonly number[]): Spread {
  const middle = median(values);
  return {
    median: middle,
    min: Math.min(...values),
    max: Math.max(...values),
    mad: median(values.map((value) => Math.abs(value - middle))),
  };
}

/** The mean of ratios: the n-th root of their product. */
export function geometricMean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('the mean of nothing');
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
