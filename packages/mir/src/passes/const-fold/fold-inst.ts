/**
 * Folding of one instruction: by constant operands, by an algebraic identity, or because it undoes the instruction that made its operand.
 */
import { isSmallInt, TYPE_ID } from '@molt/abi';
import { INT_ARITHMETIC, INT_COMPARE } from '../../int-arithmetic.ts';
import type { Func, Inst, ValueId } from '../../ir.ts';
import { OP_FACTS } from '../../op-facts.ts';
import { type ImmOf, OPS, type OpName } from '../../ops.ts';
import { dividesBy, PURE_OPS } from '../../pure-ops.ts';
import { builtinTypeId } from '../../symbol.ts';
import { makeInst } from '../../traverse.ts';
import { type Constant, i32, scalarConstant } from './constants.ts';

/** What an instruction folds to: a constant, another value, or another instruction. */
export type Folded = { readonly constant: Constant } | { readonly value: ValueId } | { readonly inst: Inst };

/** What is known about the values of a function. */
export interface Knowledge {
  readonly func: Func;
  readonly definition: (value: ValueId) => Inst | undefined;
  readonly constant: (value: ValueId) => Constant | undefined;
}

/** Ints larger than this are not computed at compile time. */
const MAX_FOLDED_BITS = 4096;

/** Pairs where the outer op gives back what the inner op took. */
const INVERSES: { readonly [K in OpName]?: OpName } = {
  'val.to_f64': 'val.from_f64',
  'val.to_int': 'val.from_int',
  'val.to_ref': 'val.from_ref',
  'val.to_bool': 'val.from_bool',
  'val.from_bits': 'val.bits',
  'val.bits': 'val.from_bits',
  'val.from_int': 'val.to_int',
  'val.from_ref': 'val.to_ref',
  'int.to_i64': 'int.from_i64',
  'int.from_i64': 'int.to_i64',
  'int.to_ref': 'int.from_ref',
  'int.from_ref': 'int.to_ref',
  'ref.addr': 'ref.from_addr',
  'ref.from_addr': 'ref.addr',
  'f64.bits': 'f64.from_bits',
  'f64.from_bits': 'f64.bits',
  'f64.neg': 'f64.neg',
};

/** Ops for which 0 on the right changes nothing. */
const ZERO_RIGHT: ReadonlySet<string> = new Set(['add', 'sub', 'or', 'xor', 'shl', 'shr', 'shr_s', 'shr_u']);

const REFLEXIVE: ReadonlySet<string> = new Set(['eq', 'le', 'ge', 'le_s', 'ge_s', 'le_u', 'ge_u']);
const IRREFLEXIVE: ReadonlySet<string> = new Set(['ne', 'lt', 'gt', 'lt_s', 'gt_s', 'lt_u', 'gt_u']);

const NEGATED: { readonly [key: string]: string } = {
  eq: 'ne',
  ne: 'eq',
  lt_s: 'ge_s',
  ge_s: 'lt_s',
  gt_s: 'le_s',
  le_s: 'gt_s',
  lt_u: 'ge_u',
  ge_u: 'lt_u',
  gt_u: 'le_u',
  le_u: 'gt_u',
  lt: 'ge',
  ge: 'lt',
  gt: 'le',
  le: 'gt',
};

function findNegated(op: OpName): OpName | undefined {
  const { type, name } = OP_FACTS[op];
  if (type === 'f64' && name !== 'eq' && name !== 'ne') return undefined;
  if (type !== 'i32' && type !== 'i64' && type !== 'int' && type !== 'f64') return undefined;
  const other = Object.hasOwn(NEGATED, name) ? NEGATED[name] : undefined;
  return other === undefined ? undefined : (`${type}.${other}` as OpName);
}

const ALL_OPS = Object.keys(OPS) as OpName[];
const NEGATED_OPS: ReadonlyMap<OpName, OpName | undefined> = new Map(ALL_OPS.map((op) => [op, findNegated(op)]));
const BOOLEAN_OPS: ReadonlySet<OpName> = new Set(
  ALL_OPS.filter((op) => findNegated(op) !== undefined || /^(i32\.eqz|i64\.eqz|ref\.eq|int\.is_small|f64\.(lt|le|gt|ge))$/.test(op)),
);

/** The op that answers the opposite of a comparison of integers; undefined for any other op (doubles are unordered with NaN). */
export function negatedCompare(op: OpName): OpName | undefined {
  return NEGATED_OPS.get(op);
}

/** Whether an i32 op only answers 0 or 1. */
export function isBoolean(op: OpName): boolean {
  return BOOLEAN_OPS.has(op);
}

/** Folds one instruction; undefined when there is nothing to gain. */
export function foldInst(inst: Inst, { func, definition, constant }: Knowledge): Folded | undefined {
  const { args } = inst;
  const a = args[0] as ValueId;
  const b = args[1] as ValueId;
  const c = args[2] as ValueId;
  const from = a === undefined ? undefined : definition(a);
  const ca = a === undefined ? undefined : constant(a);
  const cb = b === undefined ? undefined : constant(b);
  if (inst.op === 'type.id') {
    const id = builtinTypeId((inst.imm as ImmOf<'type.id'>).name);
    return id === undefined ? undefined : { constant: i32(id) };
  }
  if (inst.op === 'select') {
    if (ca?.type === 'i32') return { value: ca.value !== 0 ? b : c };
    return b === c ? { value: b } : undefined;
  }
  const type = func.values[inst.result as ValueId];
  const pure = PURE_OPS[inst.op];
  if (pure && ca && 'value' in ca && type !== undefined && (inst.args.length === 1 || (cb && 'value' in cb))) {
    const right = cb && 'value' in cb ? cb.value : 0;
    if (!(dividesBy(inst.op) && (right === 0 || right === 0n))) return { constant: scalarConstant(type, pure(ca.value, right)) };
  }
  if (ca?.type === 'int' && OP_FACTS[inst.op].type === 'int' && (inst.args.length === 1 || cb?.type === 'int')) {
    const folded = foldInt(inst.op, ca.value, cb?.type === 'int' ? cb.value : 0n);
    if (folded) return { constant: folded };
  }
  const inverse = INVERSES[inst.op];
  if (inverse !== undefined && from?.op === inverse) return { value: from.args[0] as ValueId };
  return (
    foldIdentity(inst, ca, cb) ?? foldConversion(inst, from, ca) ?? foldTypeTest(inst, ca, cb) ?? foldBoolean(inst, from, cb, definition)
  );
}

function foldInt(op: OpName, a: bigint, b: bigint): Constant | undefined {
  const compare = INT_COMPARE[op];
  if (compare) return i32(compare(a, b) ? 1 : 0);
  if ((op === 'int.floordiv' || op === 'int.mod') && b === 0n) return undefined;
  if ((op === 'int.shl' || op === 'int.shr') && (b < 0n || b > BigInt(MAX_FOLDED_BITS))) return undefined;
  const arithmetic = INT_ARITHMETIC[op];
  if (arithmetic) {
    const value = arithmetic(a, b);
    return (value < 0n ? -value : value) >> BigInt(MAX_FOLDED_BITS) === 0n ? { type: 'int', value } : undefined;
  }
  if (op === 'int.is_small') return i32(isSmallInt(a) ? 1 : 0);
  if (op === 'int.to_i64' && isSmallInt(a)) return { type: 'i64', value: a };
  return undefined;
}

const isZero = (constant: Constant | undefined): boolean =>
  (constant?.type === 'i32' && constant.value === 0) || ((constant?.type === 'i64' || constant?.type === 'int') && constant.value === 0n);
const isOne = (constant: Constant | undefined): boolean =>
  (constant?.type === 'i32' && constant.value === 1) || ((constant?.type === 'i64' || constant?.type === 'int') && constant.value === 1n);

function foldIdentity(inst: Inst, ca: Constant | undefined, cb: Constant | undefined): Folded | undefined {
  if (ca === undefined && cb === undefined && inst.args[0] !== inst.args[1]) return undefined;
  const [a, b] = inst.args as readonly [ValueId, ValueId];
  const { type, name } = OP_FACTS[inst.op];
  if (type !== 'i32' && type !== 'i64' && type !== 'int') return inst.op === 'ref.eq' && a === b ? { constant: i32(1) } : undefined;
  if (ZERO_RIGHT.has(name) && isZero(cb)) return { value: a };
  if ((name === 'add' || name === 'or' || name === 'xor') && isZero(ca)) return { value: b };
  if (name === 'mul' && isOne(cb)) return { value: a };
  if (name === 'mul' && isOne(ca)) return { value: b };
  if (name === 'floordiv' && isOne(cb)) return { value: a };
  if ((name === 'and' || name === 'mul') && isZero(cb)) return { value: b };
  if ((name === 'and' || name === 'mul') && isZero(ca)) return { value: a };
  if ((name === 'and' || name === 'or') && a === b) return { value: a };
  if (a === b && inst.args.length === 2) {
    if (REFLEXIVE.has(name)) return { constant: i32(1) };
    if (IRREFLEXIVE.has(name)) return { constant: i32(0) };
  }
  return undefined;
}

function foldConversion(inst: Inst, from: Inst | undefined, ca: Constant | undefined): Folded | undefined {
  if (!from) return undefined;
  switch (inst.op) {
    case 'i32.wrap':
      return from.op === 'i64.extend_s' || from.op === 'i64.extend_u' ? { value: from.args[0] as ValueId } : undefined;
    case 'int.from_i64':
      return ca?.type === 'i64' && isSmallInt(ca.value) ? { constant: { type: 'int', value: ca.value } } : undefined;
    case 'int.is_small':
      return from.op === 'int.from_i64' ? { constant: i32(1) } : from.op === 'int.from_ref' ? { constant: i32(0) } : undefined;
    case 'val.type':
      if (from.op === 'val.from_int') return { constant: i32(TYPE_ID.int) };
      if (from.op === 'val.from_f64') return { constant: i32(TYPE_ID.float) };
      if (from.op === 'val.from_bool') return { constant: i32(TYPE_ID.bool) };
      return from.op === 'val.from_ref' ? { inst: makeInst('ref.type', from.args, null, inst.result, inst.site) } : undefined;
    case 'ref.type':
      if (from.op === 'new' || from.op === 'new.buffer') return { constant: { type: 'typeId', name: (from.imm as ImmOf<'new'>).name } };
      return from.op === 'ref.null' ? { constant: i32(TYPE_ID.none) } : undefined;
    case 'ref.addr':
      return from.op === 'ref.null' ? { constant: i32(0) } : undefined;
    default:
      return undefined;
  }
}

/** Comparisons of type ids: two names differ unless they are equal, and a module's own type is none of the built-in ids. */
function foldTypeTest(inst: Inst, ca: Constant | undefined, cb: Constant | undefined): Folded | undefined {
  if ((inst.op !== 'i32.eq' && inst.op !== 'i32.ne') || !ca || !cb) return undefined;
  if (ca.type !== 'typeId' && cb.type !== 'typeId') return undefined;
  const small = (x: Constant): boolean => x.type === 'i32' && x.value >= 0 && x.value < 16;
  const same = ca.type === 'typeId' && cb.type === 'typeId' ? ca.name === cb.name : small(ca) || small(cb) ? false : undefined;
  if (same === undefined) return undefined;
  return { constant: i32(same === (inst.op === 'i32.eq') ? 1 : 0) };
}

/** `eqz` of a comparison is the opposite comparison; comparing a boolean with 0 is `eqz` or the boolean itself. Freshly made objects are not None. */
function foldBoolean(
  inst: Inst,
  from: Inst | undefined,
  cb: Constant | undefined,
  definition: Knowledge['definition'],
): Folded | undefined {
  if (!from) return undefined;
  const [a] = inst.args as readonly [ValueId];
  if (inst.op === 'ref.eq')
    return (from.op === 'new' || from.op === 'new.buffer') && cb?.type === 'null' ? { constant: i32(0) } : undefined;
  if (inst.op === 'i32.eqz') {
    const opposite = negatedCompare(from.op);
    if (opposite !== undefined) return { inst: makeInst(opposite, from.args, null, inst.result, inst.site) };
    if (from.op !== 'i32.eqz') return undefined;
    const inner = definition(from.args[0] as ValueId);
    return inner && isBoolean(inner.op) ? { value: from.args[0] as ValueId } : undefined;
  }
  if ((inst.op === 'i32.ne' || inst.op === 'i32.eq') && isZero(cb) && isBoolean(from.op)) {
    return inst.op === 'i32.ne' ? { value: a } : { inst: makeInst('i32.eqz', [a], null, inst.result, inst.site) };
  }
  return undefined;
}
