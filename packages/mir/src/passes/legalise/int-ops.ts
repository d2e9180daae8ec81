/**
 * Python ints as machine code: a fast path on inline words, a call of the runtime for the rest.
 *
 * A word w is small when its two top bits are equal, that is w + 2**62 >= 0; the tests of several words are joined with `or` and cost one
 * branch. What the range analysis has proved is left out, down to the bare machine instruction.
 */
import type { Inst, Term, ValueId } from '../../ir.ts';
import type { OpName } from '../../ops.ts';
import { type FuncLowering, TRACE } from './func-lowering.ts';

type Lower = (f: FuncLowering, inst: Inst, result: ValueId) => void;

const slowCall = (f: FuncLowering, name: string, args: readonly ValueId[]): ValueId => f.callRuntime(name, args, 'i64', TRACE.word);

/** A word that is negative when `value` is not small. */
const bigSign = (f: FuncLowering, value: ValueId): ValueId => f.emit('i64.add', [value, f.i64(1n << 62n)], null, 'i64');

/** An i32 that is 1 when one of the values is not small, or null when all are known to be. */
function anyBig(f: FuncLowering, known: readonly ValueId[], computed: readonly ValueId[] = []): ValueId | null {
  const parts = [...new Set(known.filter((v) => !f.isSmall(v))), ...computed].map((v) => bigSign(f, v));
  const [first, ...rest] = parts;
  if (first === undefined) return null;
  const joined = rest.reduce((a, b) => f.emit('i64.or', [a, b], null, 'i64'), first);
  return f.emit('i64.lt_s', [joined, f.i64(0n)], null, 'i32');
}

/** add and sub: compute, then test operands and result at once. */
const sumLike =
  (op: 'i64.add' | 'i64.sub', slow: string): Lower =>
  (f, inst, result) => {
    const [a, b] = inst.args as [ValueId, ValueId];
    if (f.isSmall(a) && f.isSmall(b) && f.isSmall(result)) {
      f.define(result, op, [a, b], null);
      return;
    }
    const sum = f.emit(op, [a, b], null, 'i64');
    const rare = anyBig(f, [a, b], f.isSmall(result) && f.isSmall(a) && f.isSmall(b) ? [] : [sum]) as ValueId;
    f.diamond(
      result,
      rare,
      () => sum,
      () => slowCall(f, slow, [a, b]),
    );
  };

/** and, or, xor: small operands give a small result. */
const bitwise =
  (op: 'i64.and' | 'i64.or' | 'i64.xor', slow: string): Lower =>
  (f, inst, result) => {
    const [a, b] = inst.args as [ValueId, ValueId];
    const rare = anyBig(f, [a, b]);
    if (rare === null) f.define(result, op, [a, b], null);
    else
      f.diamond(
        result,
        rare,
        () => f.emit(op, [a, b], null, 'i64'),
        () => slowCall(f, slow, [a, b]),
      );
  };

/**
 * A product fits when the operands have together at least 67 leading sign bits: |a| <= 2**(64 - la), so |a * b| <= 2**61. A tagged
 * reference has one leading bit, hence at most 65 with any other operand: the same test sends it to the slow path.
 */
const multiply: Lower = (f, inst, result) => {
  const [a, b] = inst.args as [ValueId, ValueId];
  if (f.isSmall(a) && f.isSmall(b) && f.isSmall(result)) {
    f.define(result, 'i64.mul', [a, b], null);
    return;
  }
  const signBits = (v: ValueId): ValueId => {
    const sign = f.emit('i64.shr_s', [v, f.i64(63n)], null, 'i64');
    return f.emit('i64.clz', [f.emit('i64.xor', [v, sign], null, 'i64')], null, 'i64');
  };
  const bits = f.emit('i64.add', [signBits(a), signBits(b)], null, 'i64');
  const rare = f.emit('i64.lt_u', [bits, f.i64(67n)], null, 'i32');
  f.diamond(
    result,
    rare,
    () => f.emit('i64.mul', [a, b], null, 'i64'),
    () => slowCall(f, 'int_mul', [a, b]),
  );
};

/** 2**k for a bound pair that is exactly that constant, else undefined. */
function powerOfTwo(f: FuncLowering, value: ValueId): number | undefined {
  const lo = f.lowerBound(value);
  if (lo !== f.upperBound(value) || !(lo >= 1) || lo > 2 ** 31) return undefined;
  const log = Math.log2(lo);
  return Number.isInteger(log) ? log : undefined;
}

/** The remainder with the divisor's sign, and what the truncated quotient must be lowered by. */
function floorParts(f: FuncLowering, a: ValueId, b: ValueId): { rest: ValueId; wrong: ValueId } {
  const rest = f.emit('i64.rem_s', [a, b], null, 'i64');
  const differ = f.emit('i64.lt_s', [f.emit('i64.xor', [rest, b], null, 'i64'), f.i64(0n)], null, 'i32');
  const inexact = f.emit('i64.ne', [rest, f.i64(0n)], null, 'i32');
  return { rest, wrong: f.emit('i32.and', [differ, inexact], null, 'i32') };
}

const floorDivide: Lower = (f, inst, result) => {
  const [a, b] = inst.args as [ValueId, ValueId];
  const compute = (): ValueId => {
    const shift = powerOfTwo(f, b);
    if (shift !== undefined) return f.emit('i64.shr_s', [a, f.i64(BigInt(shift))], null, 'i64');
    const quotient = f.emit('i64.div_s', [a, b], null, 'i64');
    if (f.lowerBound(a) >= 0 && f.lowerBound(b) >= 0) return quotient;
    const { wrong } = floorParts(f, a, b);
    return f.emit('i64.sub', [quotient, f.emit('i64.extend_u', [wrong], null, 'i64')], null, 'i64');
  };
  // Only -2**62 // -1 leaves the small range; the test of the operands is separate because the division must not see a reference.
  const rare = anyBig(f, [a, b]);
  const mayOverflow = f.lowerBound(b) < 0 && !(f.lowerBound(a) >= 0) && !f.isSmall(result);
  const guarded = (): ValueId => {
    const quotient = compute();
    if (!mayOverflow) return quotient;
    const merged = f.value('i64', TRACE.word);
    f.diamond(
      merged,
      anyBig(f, [], [quotient]) as ValueId,
      () => quotient,
      () => slowCall(f, 'int_floordiv', [a, b]),
    );
    return merged;
  };
  if (rare === null && !mayOverflow) f.same(result, compute());
  else if (rare === null) {
    const quotient = compute();
    f.diamond(
      result,
      anyBig(f, [], [quotient]) as ValueId,
      () => quotient,
      () => slowCall(f, 'int_floordiv', [a, b]),
    );
  } else f.diamond(result, rare, guarded, () => slowCall(f, 'int_floordiv', [a, b]));
};

const modulo: Lower = (f, inst, result) => {
  const [a, b] = inst.args as [ValueId, ValueId];
  const compute = (): ValueId => {
    const shift = powerOfTwo(f, b);
    if (shift !== undefined) return f.emit('i64.and', [a, f.i64((1n << BigInt(shift)) - 1n)], null, 'i64');
    if (f.lowerBound(a) >= 0 && f.lowerBound(b) >= 0) return f.emit('i64.rem_s', [a, b], null, 'i64');
    const { rest, wrong } = floorParts(f, a, b);
    return f.emit('select', [wrong, f.emit('i64.add', [rest, b], null, 'i64'), rest], null, 'i64');
  };
  const rare = anyBig(f, [a, b]);
  if (rare === null) f.same(result, compute());
  else f.diamond(result, rare, compute, () => slowCall(f, 'int_mod', [a, b]));
};

/** Fits when shifting back gives the operand and the result is small; a reference shifted by 0 fails the second test, by more the first. */
const shiftLeft: Lower = (f, inst, result) => {
  const [a, count] = inst.args as [ValueId, ValueId];
  const shifted = f.emit('i64.shl', [a, count], null, 'i64');
  if (f.isSmall(a) && f.isSmall(result) && f.lowerBound(count) >= 0 && f.upperBound(count) < 62) {
    f.same(result, shifted);
    return;
  }
  const back = f.emit('i64.xor', [f.emit('i64.shr_s', [shifted, count], null, 'i64'), a], null, 'i64');
  const lost = f.emit('i64.ne', [back, f.i64(0n)], null, 'i32');
  const far = f.emit('i64.ge_u', [count, f.i64(62n)], null, 'i32');
  const big = anyBig(f, [], [shifted]) as ValueId;
  const rare = f.emit('i32.or', [f.emit('i32.or', [lost, far], null, 'i32'), big], null, 'i32');
  f.diamond(
    result,
    rare,
    () => shifted,
    () => slowCall(f, 'int_shl', [a, count]),
  );
};

const shiftRight: Lower = (f, inst, result) => {
  const [a, count] = inst.args as [ValueId, ValueId];
  const compute = (): ValueId => {
    if (f.lowerBound(count) >= 0 && f.upperBound(count) < 64) return f.emit('i64.shr_s', [a, count], null, 'i64');
    const far = f.emit('i64.gt_u', [count, f.i64(63n)], null, 'i32');
    return f.emit('i64.shr_s', [a, f.emit('select', [far, f.i64(63n), count], null, 'i64')], null, 'i64');
  };
  const rare = anyBig(f, [a, count]);
  if (rare === null) f.same(result, compute());
  else f.diamond(result, rare, compute, () => slowCall(f, 'int_shr', [a, count]));
};

const negate: Lower = (f, inst, result) => {
  const [a] = inst.args as [ValueId];
  const negated = f.emit('i64.sub', [f.i64(0n), a], null, 'i64');
  if (f.isSmall(a) && f.isSmall(result)) f.same(result, negated);
  else
    f.diamond(
      result,
      anyBig(f, [a], [negated]) as ValueId,
      () => negated,
      () => slowCall(f, 'int_neg', [a]),
    );
};

/** Lowerings of arithmetic. */
export const INT_ARITHMETIC: { readonly [K in OpName]?: Lower } = {
  'int.add': sumLike('i64.add', 'int_add'),
  'int.sub': sumLike('i64.sub', 'int_sub'),
  'int.mul': multiply,
  'int.floordiv': floorDivide,
  'int.mod': modulo,
  'int.and': bitwise('i64.and', 'int_and'),
  'int.or': bitwise('i64.or', 'int_or'),
  'int.xor': bitwise('i64.xor', 'int_xor'),
  'int.shl': shiftLeft,
  'int.shr': shiftRight,
  'int.neg': negate,
};

const COMPARES = { 'int.eq': 'eq', 'int.ne': 'ne', 'int.lt': 'lt_s', 'int.le': 'le_s', 'int.gt': 'gt_s', 'int.ge': 'ge_s' } as const;

/** Whether an op is a comparison of ints. */
export function isIntCompare(op: OpName): op is keyof typeof COMPARES {
  return Object.hasOwn(COMPARES, op);
}

/**
 * A comparison; when its only use is the branch that ends the block, both paths branch themselves and no boolean is merged.
 * Answers whether it has ended the block that way.
 */
export function lowerCompare(
  f: FuncLowering,
  inst: Inst,
  op: keyof typeof COMPARES,
  branch: Extract<Term, { kind: 'branch' }> | null,
): boolean {
  const [a, b] = inst.args as [ValueId, ValueId];
  const result = inst.result as ValueId;
  const order = COMPARES[op];
  const equality = order === 'eq' || order === 'ne';
  // Different words are different numbers unless both are big; equal words are always equal numbers.
  const rare = equality && (f.isSmall(a) || f.isSmall(b)) ? null : equality ? bothBigAndDifferent(f, a, b) : anyBig(f, [a, b]);
  if (rare === null) {
    f.define(result, `i64.${order}`, [a, b], null);
    return false;
  }
  const fast = (): ValueId => f.emit(`i64.${order}`, [a, b], null, 'i32');
  const slow = (): ValueId => f.emit(`i32.${order}`, [f.callRuntime('int_cmp', [a, b], 'i32'), f.i32(0)], null, 'i32');
  if (branch === null) {
    f.diamond(result, rare, fast, slow);
    return false;
  }
  const [fastBlock, slowBlock] = [f.block(), f.block()];
  f.branch(rare, { block: slowBlock, args: [] }, { block: fastBlock, args: [] }, false);
  for (const [block, test] of [
    [fastBlock, fast],
    [slowBlock, slow],
  ] as const) {
    f.continueIn(block);
    const cond = test();
    f.end({ ...branch, cond });
  }
  return true;
}

function bothBigAndDifferent(f: FuncLowering, a: ValueId, b: ValueId): ValueId {
  const both = f.emit('i64.and', [bigSign(f, a), bigSign(f, b)], null, 'i64');
  const big = f.emit('i64.lt_s', [both, f.i64(0n)], null, 'i32');
  return f.emit('i32.and', [big, f.emit('i64.ne', [a, b], null, 'i32')], null, 'i32');
}
