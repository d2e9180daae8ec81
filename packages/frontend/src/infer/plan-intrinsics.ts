/** Intrinsics of the stdlib dialect: operand and result types by name. Lowering emits the primitive of the same name. */
import { isSubclass } from '../program/class-info.ts';
import { sameType, typeKey } from '../types/join.ts';
import { pythonName } from '../types/python-name.ts';
import { ANY, BOOL, FLOAT, I32, I64, INT, NEVER, NONE, REF, type Type } from '../types/type.ts';
import { type Ctx, strType } from './context.ts';
import type { Plan } from './plan.ts';
import { planHash } from './plan-builtins.ts';
import { planBinary } from './plan-operators.ts';
import { expandInstance } from './subclasses.ts';

const loads = Object.fromEntries(['u8', 'i8', 'u16', 'i16', 'i32'].map((t) => [`load_${t}`, I32]));
const stores = Object.fromEntries(['u8', 'u16', 'i32', 'i64', 'f64', 'ref'].map((t) => [`store_${t}`, NONE]));
const f64Unary = Object.fromEntries(['sqrt', 'floor', 'ceil', 'trunc', 'nearest', 'abs'].map((t) => [`f64_${t}`, FLOAT]));
const intOps = Object.fromEntries(
  ['add', 'sub', 'mul', 'floordiv', 'mod', 'and', 'or', 'xor', 'shl', 'shr', 'neg'].map((t) => [`int_${t}`, INT]),
);
const intCompares = Object.fromEntries(['eq', 'ne', 'lt', 'le', 'gt', 'ge'].map((t) => [`int_${t}`, BOOL]));
const unsigned = Object.fromEntries(['lt', 'le', 'gt', 'ge'].map((t) => [`${t}_u`, BOOL]));

/** Result types of intrinsics whose result does not depend on the operands. */
const RESULT: Readonly<Record<string, Type>> = {
  ...loads,
  ...stores,
  ...f64Unary,
  ...intOps,
  ...intCompares,
  ...unsigned,
  load_i64: I64,
  load_f64: FLOAT,
  load_ref: REF,
  i32: I32,
  i64: I64,
  i64_u: I64,
  int: INT,
  int_word: INT,
  is_small: BOOL,
  word: I64,
  big: REF,
  int_of_big: INT,
  f64_bits: I64,
  f64_from_bits: FLOAT,
  f64_div: FLOAT,
  f64_copysign: FLOAT,
  f64_from_i64: FLOAT,
  f64_from_u64: FLOAT,
  trunc_i64: I64,
  raw_buffer: REF,
  addr: I32,
  as_ref: REF,
  type_id: I32,
  val_type: I32,
  val_bits: I64,
  val_from_bits: ANY,
  memory_copy: NONE,
  memory_fill: NONE,
  memory_size: I32,
  memory_grow: I32,
  exc_pending: I32,
  exc_take: REF,
  host_write: NONE,
  host_read: I32,
  host_clock: I64,
  host_entropy: NONE,
  host_arg: I32,
  list_set: NONE,
  list_len: I32,
};

/** Operands that follow their partner's width. */
const SAME_WIDTH = new Set(['shr_u', 'div_s', 'div_u', 'rem_s', 'rem_u', 'clz', 'ctz', 'popcnt']);

/** Literal arguments of these are machine words of this type. */
export function intrinsicExpected(name: string): Type | null {
  if (name.startsWith('int_') && name !== 'int_word') return null;
  if (
    name === 'to_val' ||
    name === 'hash_of' ||
    name === 'type_name' ||
    name === 'store_elem' ||
    name === 'list_get' ||
    name === 'list_set' ||
    name === 'is_small' ||
    name === 'word' ||
    name === 'big'
  )
    return null;
  if (
    name === 'i64' ||
    name === 'int_word' ||
    name === 'f64_from_bits' ||
    name === 'f64_from_i64' ||
    name === 'f64_from_u64' ||
    name === 'val_from_bits'
  )
    return I64;
  return I32;
}

export function planIntrinsic(
  c: Ctx,
  name: string,
  slots: readonly Type[],
  args: readonly number[],
  strings: readonly (string | null)[],
): Plan {
  const type = (i: number): Type => slots[args[i] as number] ?? NEVER;
  const typeArg = (i: number): Type => {
    const t = type(i);
    return t.k === 'typearg' ? t.type : t.k === 'class' ? { k: 'inst', cls: t.cls, args: [] } : t;
  };
  const values = args.filter((i) => (slots[i] as Type).k !== 'typearg');
  if (values.some((i) => slots[i]?.k === 'never') && name !== 'same_type' && name !== 'is_subclass') return { k: 'never', type: NEVER };
  const prim = (result: Type, types: readonly Type[] = []): Plan => ({ k: 'prim', op: name, args: values, types, type: result });
  const bool = (value: boolean): Plan => ({ k: 'const', value: { type: 'bool', value }, type: BOOL });
  const fixed = RESULT[name];
  if (fixed) return name === 'host_trap' ? prim(NEVER) : prim(fixed);
  if (SAME_WIDTH.has(name)) return { k: 'prim', op: name, args: values, types: [type(0)], type: type(0).k === 'i64' ? I64 : I32 };
  switch (name) {
    case 'host_trap':
      return prim(NEVER);
    case 'unreachable':
      return prim(NEVER);
    case 'size_of':
    case 'type_id_of':
      return prim(I32, [typeArg(0)]);
    case 'load_elem':
    case 'cast':
      return prim(typeArg(0), [typeArg(0)]);
    case 'store_elem': {
      const target = typeArg(0);
      c.engine.lattice.join(target, type(2));
      return prim(NONE, [target]);
    }
    case 'elem_buffer':
      return prim(REF, [typeArg(0)]);
    case 'entry_buffer':
      // a literal None stands for entries without a value; a value type that happens to be None keeps its slot
      return {
        k: 'prim',
        op: name,
        args: [args[2] as number],
        types: type(1).k === 'typearg' ? [typeArg(0), typeArg(1)] : [typeArg(0)],
        type: REF,
      };
    case 'new': {
      const t = typeArg(0);
      return t.k === 'inst' ? { k: 'new', cls: t.cls, type: t } : prim(t, [t]);
    }
    case 'same_type':
      return bool(typeKey(typeArg(0)) === typeKey(typeArg(1)) || sameType(typeArg(0), typeArg(1)));
    case 'is_subclass': {
      const [a, b] = [typeArg(0), typeArg(1)];
      return bool(a.k === 'inst' && b.k === 'inst' && isSubclass(a.cls, b.cls));
    }
    case 'type_name':
      return typeName(c, slots, args[0] as number);
    case 'to_val': {
      c.engine.lattice.join(ANY, type(0));
      return { k: 'prim', op: 'to_val', args: values, type: ANY };
    }
    case 'hash_of':
      return planHash(c, slots, args[0] as number);
    case 'list_get':
      return { k: 'prim', op: 'list.get', args: values, type: elementOf(c, type(0)) };
    case 'is_none':
      return planBinary(c, slots, 'is', args[0] as number, args[1] as number);
    default:
      void strings;
      throw new Error(`stdlib file uses an unknown intrinsic '${name}' in ${c.inst.fn.id}`);
  }
}

function elementOf(c: Ctx, type: Type): Type {
  return type.k === 'inst' && type.args[0] ? c.engine.read(type.args[0], c.inst) : NEVER;
}

function typeName(c: Ctx, slots: readonly Type[], i: number): Plan {
  const type = slots[i] as Type;
  if (type.k === 'union' || type.k === 'any' || expandInstance(c, type).length > 1)
    return { k: 'prim', op: 'type_name', args: [i], type: strType(c) };
  return { k: 'const', value: { type: 'str', value: pythonName(type) }, type: strType(c) };
}
