/**
 * Intervals of integers with double bounds.
 *
 * Up to 2**53 bounds are exact; beyond that results are rounded outwards, which keeps them sound. Empty (lower above upper) means that
 * the value is never computed.
 */

/** Inclusive bounds; empty when lo > hi. */
export interface Interval {
  readonly lo: number;
  readonly hi: number;
}

export const EMPTY: Interval = { lo: Number.POSITIVE_INFINITY, hi: Number.NEGATIVE_INFINITY };
export const FULL: Interval = { lo: Number.NEGATIVE_INFINITY, hi: Number.POSITIVE_INFINITY };
/** What an inline word holds; the upper bound is the largest double below 2**62. */
export const SMALL: Interval = { lo: -(2 ** 62), hi: 2 ** 62 - 512 };
export const I32: Interval = { lo: -(2 ** 31), hi: 2 ** 31 - 1 };
export const BOOL: Interval = { lo: 0, hi: 1 };

export const isEmpty = ({ lo, hi }: Interval): boolean => !(lo <= hi);
export const interval = (lo: number, hi: number): Interval => ({ lo: down(lo), hi: up(hi) });
export const exactly = (value: number): Interval => interval(value, value);
export const isWithin = (a: Interval, b: Interval): boolean => a.lo >= b.lo && a.hi <= b.hi;
export const isSmall = (a: Interval): boolean => isWithin(a, SMALL);

/** Both: the tighter bounds. */
export function meet(a: Interval, b: Interval): Interval {
  return { lo: Math.max(a.lo, b.lo), hi: Math.min(a.hi, b.hi) };
}

/** Either: the wider bounds. */
export function join(a: Interval, b: Interval): Interval {
  return { lo: Math.min(a.lo, b.lo), hi: Math.max(a.hi, b.hi) };
}

const EXACT = 2 ** 53;

function down(x: number): number {
  return Math.abs(x) > EXACT && Number.isFinite(x) ? x - Math.abs(x) * 2 ** -50 : x;
}

function up(x: number): number {
  return Math.abs(x) > EXACT && Number.isFinite(x) ? x + Math.abs(x) * 2 ** -50 : x;
}

export const add = (a: Interval, b: Interval): Interval => interval(a.lo + b.lo, a.hi + b.hi);
export const sub = (a: Interval, b: Interval): Interval => interval(a.lo - b.hi, a.hi - b.lo);
export const negate = (a: Interval): Interval => ({ lo: -a.hi, hi: -a.lo });

/** 0 times infinity is 0 here: the infinite bound is only a bound. */
const times = (x: number, y: number): number => (x === 0 || y === 0 ? 0 : x * y);

export function multiply(a: Interval, b: Interval): Interval {
  const corners = [times(a.lo, b.lo), times(a.lo, b.hi), times(a.hi, b.lo), times(a.hi, b.hi)];
  return interval(Math.min(...corners), Math.max(...corners));
}

/** Floor division; the divisor is not 0. */
export function floorDivide(a: Interval, b: Interval): Interval {
  const most = Math.max(Math.abs(a.lo), Math.abs(a.hi));
  if (b.lo < 1 && b.hi > -1) return interval(-most, most);
  const quotient = (x: number, y: number): number => (Number.isFinite(y) ? Math.floor(x / y) : Math.sign(x) * Math.sign(y) < 0 ? -1 : 0);
  const corners = [quotient(a.lo, b.lo), quotient(a.lo, b.hi), quotient(a.hi, b.lo), quotient(a.hi, b.hi)];
  return interval(Math.min(...corners), Math.max(...corners));
}

/** Modulo with the sign of the divisor, which is not 0. */
export function modulo(a: Interval, b: Interval): Interval {
  if (b.lo >= 1) return a.lo >= 0 ? interval(0, Math.min(a.hi, b.hi - 1)) : interval(0, b.hi - 1);
  if (b.hi <= -1) return interval(b.lo + 1, 0);
  const most = Math.max(Math.abs(b.lo), Math.abs(b.hi));
  return interval(-most + 1, most - 1);
}

/** The smallest power of two above x; 0 for 0. */
function mask(x: number): number {
  return x <= 0 ? 0 : 2 ** (Math.floor(Math.log2(x)) + 1);
}

export function bitAnd(a: Interval, b: Interval): Interval {
  if (a.lo >= 0 && b.lo >= 0) return interval(0, Math.min(a.hi, b.hi));
  if (a.lo >= 0) return interval(0, a.hi);
  if (b.lo >= 0) return interval(0, b.hi);
  return isSmall(a) && isSmall(b) ? SMALL : FULL;
}

/** or and xor. */
export function bitOr(a: Interval, b: Interval): Interval {
  if (a.lo >= 0 && b.lo >= 0) {
    const most = mask(Math.max(a.hi, b.hi));
    return interval(
      0,
      most <= EXACT ? Math.max(0, most - 1) : Math.min(most, isSmall(a) && isSmall(b) ? SMALL.hi : Number.POSITIVE_INFINITY),
    );
  }
  return isSmall(a) && isSmall(b) ? SMALL : FULL;
}

/** Shift left by a count that is not negative. */
export function shiftLeft(a: Interval, count: Interval): Interval {
  if (!(count.lo >= 0) || count.hi > 1000) return a.lo >= 0 ? { lo: 0, hi: Number.POSITIVE_INFINITY } : FULL;
  return multiply(a, { lo: 2 ** count.lo, hi: 2 ** count.hi });
}

/** Arithmetic shift right by a count that is not negative. */
export function shiftRight(a: Interval, count: Interval): Interval {
  const lowest = 2 ** Math.min(1000, Math.max(0, count.lo));
  return interval(a.lo < 0 ? Math.floor(a.lo / lowest) : 0, a.hi < 0 ? -1 : Math.floor(a.hi / lowest));
}
