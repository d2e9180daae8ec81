/**
 * What the pure machine ops compute, once: constant folding and the interpreter both read it.
 *
 * An i32 is a JavaScript number in the signed range, an i64 a bigint in the signed range, an f64 a number.
 */
import type { OpName } from './ops.ts';
import { bitsDouble, doubleBits } from './text/token-text.ts';

/** A value of a register. */
export type Scalar = number | bigint;

const int32 = (f: (a: number, b: number) => number) => (a: Scalar, b: Scalar) => f(a as number, b as number) | 0;
const test32 = (f: (a: number, b: number) => boolean) => (a: Scalar, b: Scalar) => (f(a as number, b as number) ? 1 : 0);
const int64 = (f: (a: bigint, b: bigint) => bigint) => (a: Scalar, b: Scalar) => BigInt.asIntN(64, f(a as bigint, b as bigint));
const test64 = (f: (a: bigint, b: bigint) => boolean) => (a: Scalar, b: Scalar) => (f(a as bigint, b as bigint) ? 1 : 0);
const double = (f: (a: number, b: number) => number) => (a: Scalar, b: Scalar) => f(a as number, b as number);
const u64 = (a: bigint): bigint => BigInt.asUintN(64, a);

const popcount32 = (a: number): number => {
  let count = 0;
  for (let rest = a; rest !== 0; rest &= rest - 1) count++;
  return count;
};
const leading64 = (a: bigint): bigint => {
  const high = Number(u64(a) >> 32n);
  return BigInt(high !== 0 ? Math.clz32(high) : 32 + Math.clz32(Number(u64(a) & 0xffffffffn)));
};
const trailing32 = (a: number): number => (a === 0 ? 32 : 31 - Math.clz32(a & -a));
const trailing64 = (a: bigint): bigint => {
  const low = Number(BigInt.asIntN(32, a));
  return BigInt(low !== 0 ? trailing32(low) : 32 + trailing32(Number(BigInt.asIntN(32, a >> 32n))));
};

/** To the nearest integer, ties to even; keeps the sign of zero. */
function nearest(x: number): number {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52) return x;
  const magnitude = Math.abs(x) + 2 ** 52 - 2 ** 52;
  return x < 0 || Object.is(x, -0) ? -magnitude : magnitude;
}

/** Towards zero, saturating; NaN gives 0. */
function truncate64(x: number): bigint {
  if (Number.isNaN(x)) return 0n;
  if (x >= 2 ** 63) return 2n ** 63n - 1n;
  if (x <= -(2 ** 63)) return -(2n ** 63n);
  return BigInt(Math.trunc(x));
}

/** Number(bigint) rounds to nearest even, as the conversion must. */
const nearestDouble = (a: bigint): number => Number(a);

/** Evaluators by op. Division by zero must be ruled out by the caller; `null` operands do not occur. */
export const PURE_OPS: { readonly [K in OpName]?: (a: Scalar, b: Scalar) => Scalar } = {
  'i32.add': int32((a, b) => a + b),
  'i32.sub': int32((a, b) => a - b),
  'i32.mul': int32((a, b) => Math.imul(a, b)),
  'i32.and': int32((a, b) => a & b),
  'i32.or': int32((a, b) => a | b),
  'i32.xor': int32((a, b) => a ^ b),
  'i32.shl': int32((a, b) => a << b),
  'i32.shr_s': int32((a, b) => a >> b),
  'i32.shr_u': int32((a, b) => a >>> b),
  'i32.div_s': int32((a, b) => a / b),
  'i32.div_u': int32((a, b) => Math.floor((a >>> 0) / (b >>> 0))),
  'i32.rem_s': int32((a, b) => a % b),
  'i32.rem_u': int32((a, b) => (a >>> 0) % (b >>> 0)),
  'i32.eq': test32((a, b) => a === b),
  'i32.ne': test32((a, b) => a !== b),
  'i32.lt_s': test32((a, b) => a < b),
  'i32.le_s': test32((a, b) => a <= b),
  'i32.gt_s': test32((a, b) => a > b),
  'i32.ge_s': test32((a, b) => a >= b),
  'i32.lt_u': test32((a, b) => a >>> 0 < b >>> 0),
  'i32.le_u': test32((a, b) => a >>> 0 <= b >>> 0),
  'i32.gt_u': test32((a, b) => a >>> 0 > b >>> 0),
  'i32.ge_u': test32((a, b) => a >>> 0 >= b >>> 0),
  'i32.eqz': test32((a) => a === 0),
  'i32.clz': int32((a) => Math.clz32(a)),
  'i32.ctz': int32((a) => trailing32(a)),
  'i32.popcnt': int32((a) => popcount32(a)),
  'i64.add': int64((a, b) => a + b),
  'i64.sub': int64((a, b) => a - b),
  'i64.mul': int64((a, b) => a * b),
  'i64.and': int64((a, b) => a & b),
  'i64.or': int64((a, b) => a | b),
  'i64.xor': int64((a, b) => a ^ b),
  'i64.shl': int64((a, b) => a << (b & 63n)),
  'i64.shr_s': int64((a, b) => a >> (b & 63n)),
  'i64.shr_u': int64((a, b) => u64(a) >> (b & 63n)),
  'i64.div_s': int64((a, b) => a / b),
  'i64.div_u': int64((a, b) => u64(a) / u64(b)),
  'i64.rem_s': int64((a, b) => a % b),
  'i64.rem_u': int64((a, b) => u64(a) % u64(b)),
  'i64.eq': test64((a, b) => a === b),
  'i64.ne': test64((a, b) => a !== b),
  'i64.lt_s': test64((a, b) => a < b),
  'i64.le_s': test64((a, b) => a <= b),
  'i64.gt_s': test64((a, b) => a > b),
  'i64.ge_s': test64((a, b) => a >= b),
  'i64.lt_u': test64((a, b) => u64(a) < u64(b)),
  'i64.le_u': test64((a, b) => u64(a) <= u64(b)),
  'i64.gt_u': test64((a, b) => u64(a) > u64(b)),
  'i64.ge_u': test64((a, b) => u64(a) >= u64(b)),
  'i64.eqz': test64((a) => a === 0n),
  'i64.clz': int64((a) => leading64(a)),
  'i64.ctz': int64((a) => trailing64(a)),
  'i64.popcnt': int64((a) => BigInt(popcount32(Number(BigInt.asIntN(32, a))) + popcount32(Number(BigInt.asIntN(32, a >> 32n))))),
  'f64.add': double((a, b) => a + b),
  'f64.sub': double((a, b) => a - b),
  'f64.mul': double((a, b) => a * b),
  'f64.div': double((a, b) => a / b),
  'f64.eq': test32((a, b) => a === b),
  'f64.ne': test32((a, b) => a !== b),
  'f64.lt': test32((a, b) => a < b),
  'f64.le': test32((a, b) => a <= b),
  'f64.gt': test32((a, b) => a > b),
  'f64.ge': test32((a, b) => a >= b),
  'f64.copysign': double((a, b) => bitsDouble((doubleBits(a) & ~(1n << 63n)) | (doubleBits(b) & (1n << 63n)))),
  'f64.neg': double((a) => bitsDouble(doubleBits(a) ^ (1n << 63n))),
  'f64.abs': double((a) => bitsDouble(doubleBits(a) & ~(1n << 63n))),
  'f64.sqrt': double((a) => Math.sqrt(a)),
  'f64.floor': double((a) => Math.floor(a)),
  'f64.ceil': double((a) => Math.ceil(a)),
  'f64.trunc': double((a) => Math.trunc(a)),
  'f64.nearest': double((a) => nearest(a)),
  'i32.wrap': (a) => Number(BigInt.asIntN(32, a as bigint)),
  'i64.extend_s': (a) => BigInt(a as number),
  'i64.extend_u': (a) => BigInt((a as number) >>> 0),
  'i64.trunc_f64': (a) => truncate64(a as number),
  'f64.from_i64': (a) => nearestDouble(a as bigint),
  'f64.from_u64': (a) => nearestDouble(u64(a as bigint)),
  'f64.bits': (a) => BigInt.asIntN(64, doubleBits(a as number)),
  'f64.from_bits': (a) => bitsDouble(a as bigint),
};

/** Ops that have no answer when the second operand is zero. */
export function dividesBy(op: OpName): boolean {
  return /^i(32|64)\.(div|rem)_[su]$/.test(op);
}
