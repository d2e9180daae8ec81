/**
 * The interval of an instruction's result from those of its operands.
 */
import type { Inst, ValueId } from '../../ir.ts';
import { OP_FACTS } from '../../op-facts.ts';
import type { ImmOf } from '../../ops.ts';
import type { Interval } from './interval.ts';
import * as iv from './interval.ts';

const LENGTH: Interval = { lo: 0, hi: 2 ** 31 - 1 };
const I64: Interval = { lo: -(2 ** 63), hi: 2 ** 63 };
const UNSIGNED: { readonly [type: string]: Interval } = {
  u8: { lo: 0, hi: 255 },
  bool: iv.BOOL,
  u16: { lo: 0, hi: 65535 },
  i8: { lo: -128, hi: 127 },
  i16: { lo: -32768, hi: 32767 },
};

/** Fields and functions whose values are known from elsewhere. */
export interface Surroundings {
  readonly result: (func: string) => Interval;
  readonly fieldType: (type: string, field: string) => string | undefined;
}

/** Wraps at 32 or 64 bits: the interval itself when it fits. */
const fits = (a: Interval, type: Interval): Interval => (iv.isWithin(a, type) ? a : type);

const BOOLEAN: ReadonlySet<string> = new Set([
  'eq',
  'eqz',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'lt_s',
  'le_s',
  'gt_s',
  'ge_s',
  'lt_u',
  'le_u',
  'gt_u',
  'ge_u',
  'is_small',
]);

const BINARY: { readonly [name: string]: (a: Interval, b: Interval) => Interval } = {
  add: iv.add,
  sub: iv.sub,
  mul: iv.multiply,
  and: iv.bitAnd,
  or: iv.bitOr,
  xor: iv.bitOr,
  shl: iv.shiftLeft,
  shr: iv.shiftRight,
  shr_s: iv.shiftRight,
  floordiv: iv.floorDivide,
  mod: iv.modulo,
};

/** Answers the interval of the result; FULL (of the type) when nothing is known. */
export function transfer(inst: Inst, range: (value: ValueId) => Interval, around: Surroundings): Interval {
  const [a, b, c] = inst.args as readonly [ValueId, ValueId, ValueId];
  switch (inst.op) {
    case 'i32.const':
      return iv.exactly((inst.imm as ImmOf<'i32.const'>).value);
    case 'i64.const':
    case 'int.const':
      return iv.exactly(Number((inst.imm as ImmOf<'int.const'>).value));
    case 'int.neg':
      return iv.negate(range(a));
    case 'int.from_i64':
      return iv.meet(range(a), iv.SMALL);
    case 'int.to_i64':
      return iv.isSmall(range(a)) ? range(a) : I64;
    case 'i64.extend_s':
      return iv.meet(range(a), iv.I32);
    case 'i64.extend_u':
      return range(a).lo >= 0 ? iv.meet(range(a), iv.I32) : { lo: 0, hi: 2 ** 32 - 1 };
    case 'i32.wrap':
      return fits(range(a), iv.I32);
    case 'list.len':
      return LENGTH;
    case 'select':
      return iv.join(range(b), range(c));
    case 'call':
      return around.result((inst.imm as ImmOf<'call'>).func);
    case 'field.get': {
      const { type, field } = inst.imm as ImmOf<'field.get'>;
      if (field === '_len' || field === '_cap') return LENGTH;
      return UNSIGNED[around.fieldType(type, field) ?? ''] ?? typeOf(inst);
    }
    case 'load':
    case 'list.get':
      return UNSIGNED[(inst.imm as ImmOf<'load'>).type] ?? typeOf(inst);
    case 'i32.popcnt':
    case 'i32.clz':
    case 'i32.ctz':
      return { lo: 0, hi: 32 };
    case 'i64.popcnt':
    case 'i64.clz':
    case 'i64.ctz':
      return { lo: 0, hi: 64 };
    default: {
      const { type, name } = OP_FACTS[inst.op];
      if (type !== 'i32' && type !== 'i64' && type !== 'int') return typeOf(inst);
      if (BOOLEAN.has(name)) return iv.BOOL;
      const compute = BINARY[name];
      if (!compute || b === undefined) return typeOf(inst);
      const [x, y] = [range(a), range(b)];
      if (type === 'int') return compute(x, y);
      // A machine shift takes its count modulo the width.
      if (name.startsWith('sh') && !iv.isWithin(y, { lo: 0, hi: type === 'i32' ? 31 : 63 })) return type === 'i32' ? iv.I32 : I64;
      return fits(compute(x, y), type === 'i32' ? iv.I32 : I64);
    }
  }
}

/** Nothing is known but the type that the op gives. */
function typeOf(inst: Inst): Interval {
  return OP_FACTS[inst.op].type === 'i32' ? iv.I32 : iv.FULL;
}
