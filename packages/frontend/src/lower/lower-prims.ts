/** Primitive operations of plans, and the intrinsics of the stdlib dialect. */
import type { ImmOf, MemType, OpName, ValueId } from '@molt/mir';
import type { Plan } from '../infer/plan.ts';
import { BOOL, FLOAT, I32, I64, INT, type Type } from '../types/type.ts';
import type { FuncLowering } from './func-lowering.ts';
import { isReference, memTypeOf } from './represent.ts';
import type { Val } from './ssa.ts';

type Prim = Extract<Plan, { k: 'prim' }>;

const INT_OPS: Readonly<Record<string, OpName>> = {
  add: 'int.add',
  sub: 'int.sub',
  mul: 'int.mul',
  and: 'int.and',
  or: 'int.or',
  xor: 'int.xor',
  floordiv: 'int.floordiv',
  mod: 'int.mod',
  shl: 'int.shl',
  shr: 'int.shr',
  eq: 'int.eq',
  ne: 'int.ne',
  lt: 'int.lt',
  le: 'int.le',
  gt: 'int.gt',
  ge: 'int.ge',
};
const F64_OPS: Readonly<Record<string, OpName>> = {
  add: 'f64.add',
  sub: 'f64.sub',
  mul: 'f64.mul',
  eq: 'f64.eq',
  ne: 'f64.ne',
  lt: 'f64.lt',
  le: 'f64.le',
  gt: 'f64.gt',
  ge: 'f64.ge',
};
const MACHINE: Readonly<Record<string, string>> = {
  add: 'add',
  sub: 'sub',
  mul: 'mul',
  and: 'and',
  or: 'or',
  xor: 'xor',
  eq: 'eq',
  ne: 'ne',
  lt: 'lt_s',
  le: 'le_s',
  gt: 'gt_s',
  ge: 'ge_s',
  lshift: 'shl',
  rshift: 'shr_s',
};
const SIGNED: Readonly<Record<string, string>> = {
  lt: 'i32.lt_s',
  le: 'i32.le_s',
  gt: 'i32.gt_s',
  ge: 'i32.ge_s',
  eq: 'i32.eq',
  ne: 'i32.ne',
};

export function emitPrim(f: FuncLowering, plan: Prim, args: readonly Val[]): Val {
  const { b } = f;
  const { op, type } = plan;
  const as = (i: number, want: Type): ValueId => f.coerce.to(args[i] as Val, want);
  const emit = <K extends OpName>(name: K, values: readonly ValueId[], imm: ImmOf<K> = null as ImmOf<K>): Val => ({
    v: b.emit(name, values, imm),
    type,
  });
  const none = (): Val => ({ v: f.coerce.none(), type: { k: 'none' } });
  const [group, name] = op.split('.') as [string, string | undefined];
  if (name !== undefined) {
    switch (group) {
      case 'int':
        if (INT_OPS[name]) return emit(INT_OPS[name], [as(0, INT), as(1, INT)]);
        if (name === 'neg') return emit('int.neg', [as(0, INT)]);
        if (name === 'pos') return { v: as(0, INT), type };
        if (name === 'invert') return emit('int.sub', [b.emit('int.neg', [as(0, INT)], null), b.emit('int.const', [], { value: 1n })]);
        if (name === 'truth') return emit('int.ne', [as(0, INT), b.emit('int.const', [], { value: 0n })]);
        break;
      case 'f64':
        if (name === 'neg') return emit('f64.neg', [as(0, FLOAT)]);
        if (F64_OPS[name]) return emit(F64_OPS[name], [floatOperand(f, args[0] as Val), floatOperand(f, args[1] as Val)]);
        break;
      case 'float':
        return emit('f64.ne', [as(0, FLOAT), b.emit('f64.const', [], { value: 0 })]);
      case 'mixed':
        return mixedCompare(f, name, args, type);
      case 'i32':
      case 'i64': {
        const wide = group === 'i64' ? I64 : I32;
        if (name === 'truth') return { v: b.emit('i32.eqz', [b.emit('i64.eqz', [as(0, I64)], null)], null), type: BOOL };
        if (name === 'neg') return emit(`${group}.sub`, [zero(f, wide), as(0, wide)]);
        if (name === 'invert') return emit(`${group}.xor`, [as(0, wide), minusOne(f, wide)]);
        return emit(`${group}.${MACHINE[name]}` as 'i32.add', [as(0, wide), as(1, wide)]);
      }
      case 'str':
        return {
          v: b.emit('i32.ne', [b.emit('load', [(args[0] as Val).v], { type: 'i32', offset: 8, alias: 'text.len' }), f.i32(0)], null),
          type: BOOL,
        };
      case 'ref':
        return { v: b.emit('i32.ne', [b.emit('ref.addr', [(args[0] as Val).v], null), f.i32(0)], null), type: BOOL };
      case 'list':
        return listPrim(f, plan, name, args);
      case 'tuple':
        return { v: f.coerce.widen(args[0] as Val, type), type };
      case 'bound':
        return { v: b.emit('field.get', [(args[0] as Val).v], { type: f.low.typeName((args[0] as Val).type), field: 'self' }), type };
      case 'identity':
        return { v: f.call(f.low.runtime('identity_hash'), [(args[0] as Val).v]), type };
      case 'object':
        return { v: f.call(f.low.runtime('object_repr'), [f.text(plan.name ?? ''), (args[0] as Val).v]), type };
    }
  }
  switch (op) {
    case 'is':
      return { v: identical(f, args[0] as Val, args[1] as Val), type: BOOL };
    case 'identity': {
      const value = args[0] as Val;
      if (isReference(value.type)) return { v: f.call(f.low.runtime('identity_of'), [value.v]), type };
      return { v: value.type.k === 'int' || value.type.k === 'bool' ? as(0, INT) : b.emit('int.const', [], { value: 1n }), type };
    }
    case 'to-int': {
      const value = args[0] as Val;
      if (value.type.k === 'i64') return { v: f.call(f.low.runtime('int_from_i64'), [value.v]), type };
      return { v: as(0, INT), type };
    }
    default:
      return emitIntrinsic(f, plan, args, as, emit, none);
  }
}

function zero(f: FuncLowering, type: Type): ValueId {
  return type.k === 'i64' ? f.b.emit('i64.const', [], { value: 0n }) : f.i32(0);
}

function minusOne(f: FuncLowering, type: Type): ValueId {
  return type.k === 'i64' ? f.b.emit('i64.const', [], { value: -1n }) : f.i32(-1);
}

/** An int operand of float arithmetic; a huge one raises OverflowError. */
function floatOperand(f: FuncLowering, value: Val): ValueId {
  if (value.type.k === 'int') return f.call(f.low.runtime('int_to_float'), [value.v]);
  return f.coerce.to(value, FLOAT);
}

/** Exact comparison of an int with a float. */
function mixedCompare(f: FuncLowering, name: string, args: readonly Val[], type: Type): Val {
  const { b } = f;
  const [left, right] = args as [Val, Val];
  const swapped = left.type.k === 'float';
  const [int, float] = swapped ? [right, left] : [left, right];
  const order = f.call(f.low.runtime('compare_int_float'), [f.coerce.to(int, INT), float.v]);
  const mirrored: Readonly<Record<string, string>> = { lt: 'gt', le: 'ge', gt: 'lt', ge: 'le', eq: 'eq', ne: 'ne' };
  const op = SIGNED[swapped ? (mirrored[name] as string) : name] as 'i32.eq';
  const result = b.emit(op, [order, f.i32(0)], null);
  // NaN compares unequal to everything
  const ordered = b.emit('f64.eq', [float.v, float.v], null);
  const v =
    name === 'ne' ? b.emit('i32.or', [result, b.emit('i32.eqz', [ordered], null)], null) : b.emit('i32.and', [result, ordered], null);
  return { v, type };
}

function listPrim(f: FuncLowering, plan: Prim, name: string, args: readonly Val[]): Val {
  const { b } = f;
  const list = args[0] as Val;
  if (name === 'len') {
    const n = b.emit('list.len', [list.v], null);
    return { v: b.emit('int.from_i64', [b.emit('i64.extend_u', [n], null)], null), type: INT };
  }
  const element = f.low.elementType(list.type);
  const mem = memTypeOf(element);
  const index = f.coerce.to(args[1] as Val, INT);
  const imm = { type: mem, offset: 0, alias: `elem.${mem}` };
  // the ops leave the function when they raise; inside a try the range is tested first
  if (f.handler() !== null) {
    const ok = f.ssa.block();
    const bad = f.ssa.block();
    const length = b.emit('int.from_i64', [b.emit('i64.extend_u', [b.emit('list.len', [list.v], null)], null)], null);
    const low = b.emit('int.ge', [index, b.emit('int.neg', [length], null)], null);
    const high = b.emit('int.lt', [index, length], null);
    f.ssa.branch(b.emit('i32.and', [low, high], null), ok, bad, true);
    f.enter(bad);
    f.call(f.low.runtime('raise_index_error'), [f.i32(name === 'get' ? 0 : 1), index]);
    b.end({ kind: 'trap', reason: 1 });
    f.enter(ok);
  }
  if (name === 'get') return { v: b.emit('list.get', [list.v, index], imm), type: plan.type.k === 'never' ? plan.type : element };
  f.checkWritable(list.v);
  b.emit('list.set', [list.v, index, f.coerce.to(args[2] as Val, element)], imm);
  return { v: f.coerce.none(), type: { k: 'none' } };
}

function identical(f: FuncLowering, left: Val, right: Val): ValueId {
  const { b } = f;
  if (isReference(left.type) && isReference(right.type)) return b.emit('ref.eq', [left.v, right.v], null);
  const mem = memTypeOf(left.type);
  if (mem === memTypeOf(right.type)) {
    if (mem === 'int') return b.emit('int.eq', [left.v, right.v], null);
    if (mem === 'bool' || mem === 'i32') return b.emit('i32.eq', [left.v, right.v], null);
    if (mem === 'i64') return b.emit('i64.eq', [left.v, right.v], null);
    if (mem === 'f64') return b.emit('i64.eq', [b.emit('f64.bits', [left.v], null), b.emit('f64.bits', [right.v], null)], null);
  }
  const any: Type = { k: 'any' };
  return b.emit('i64.eq', [b.emit('val.bits', [f.coerce.to(left, any)], null), b.emit('val.bits', [f.coerce.to(right, any)], null)], null);
}

type As = (i: number, want: Type) => ValueId;
type Emit = <K extends OpName>(name: K, values: readonly ValueId[], imm?: ImmOf<K>) => Val;

const LOADS: Readonly<Record<string, MemType>> = {
  load_u8: 'u8',
  load_i8: 'i8',
  load_u16: 'u16',
  load_i16: 'i16',
  load_i32: 'i32',
  load_i64: 'i64',
  load_f64: 'f64',
  load_ref: 'ref',
};
const STORES: Readonly<Record<string, MemType>> = {
  store_u8: 'u8',
  store_u16: 'u16',
  store_i32: 'i32',
  store_i64: 'i64',
  store_f64: 'f64',
  store_ref: 'ref',
};
const UNARY_F64: Readonly<Record<string, OpName>> = {
  f64_sqrt: 'f64.sqrt',
  f64_floor: 'f64.floor',
  f64_ceil: 'f64.ceil',
  f64_trunc: 'f64.trunc',
  f64_nearest: 'f64.nearest',
  f64_abs: 'f64.abs',
};
const WIDTH: Readonly<Record<string, string>> = { shr_u: 'shr_u', div_s: 'div_s', div_u: 'div_u', rem_s: 'rem_s', rem_u: 'rem_u' };
const HOSTS: Readonly<Record<string, string>> = {
  host_write: 'write',
  host_read: 'read',
  host_clock: 'clock',
  host_entropy: 'entropy',
  host_arg: 'arg',
};

function registerOf(mem: MemType): Type {
  if (mem === 'i64') return I64;
  if (mem === 'f64') return FLOAT;
  return mem === 'ref' ? { k: 'ref' } : I32;
}

function emitIntrinsic(f: FuncLowering, plan: Prim, args: readonly Val[], as: As, emit: Emit, none: () => Val): Val {
  const { b } = f;
  const { op, type } = plan;
  const types = plan.types ?? [];
  const wide = (i: number): boolean => (args[i] as Val).type.k === 'i64';
  const raw = (i: number): ValueId => (args[i] as Val).v;
  const load = LOADS[op];
  if (load) {
    const [base, offset] = address(f, args[0] as Val, args[1]);
    return emit('load', [base], { type: load, offset, alias: '' });
  }
  const store = STORES[op];
  if (store) {
    const [base, offset] = address(f, args[0] as Val, args[2]);
    b.emit('store', [base, as(1, registerOf(store))], { type: store, offset, alias: '' });
    return none();
  }
  if (UNARY_F64[op]) return emit(UNARY_F64[op], [as(0, FLOAT)]);
  if (op.endsWith('_u') && ['lt', 'le', 'gt', 'ge'].includes(op.slice(0, -2))) {
    const w = wide(0) || wide(1) ? I64 : I32;
    return emit(`${w.k}.${op}` as 'i32.lt_u', [as(0, w), as(1, w)]);
  }
  if (WIDTH[op]) {
    const w = wide(0) ? I64 : I32;
    return emit(`${w.k}.${WIDTH[op]}` as 'i32.shr_u', [as(0, w), as(1, w)]);
  }
  if (op === 'clz' || op === 'ctz' || op === 'popcnt') return emit(`${wide(0) ? 'i64' : 'i32'}.${op}` as 'i32.clz', [raw(0)]);
  if (op.startsWith('int_') && INT_OPS[op.slice(4)]) return emit(INT_OPS[op.slice(4)] as 'int.add', [as(0, INT), as(1, INT)]);
  if (HOSTS[op]) {
    const name = HOSTS[op] as string;
    const result = b.emit(
      'call.host',
      args.map((_, i) => as(i, I32)),
      { name },
    );
    return f.low.host(name).result === null ? none() : { v: result, type };
  }
  switch (op) {
    case 'i32':
      return { v: as(0, I32), type };
    case 'i64':
      return { v: as(0, I64), type };
    case 'i64_u':
      return emit('i64.extend_u', [as(0, I32)]);
    case 'int':
      return { v: as(0, INT), type };
    case 'int_neg':
      return emit('int.neg', [as(0, INT)]);
    case 'int_word':
      return emit('int.from_i64', [as(0, I64)]);
    case 'is_small':
      return emit('int.is_small', [as(0, INT)]);
    case 'word':
      return emit('int.to_i64', [as(0, INT)]);
    case 'big':
      return emit('int.to_ref', [as(0, INT)]);
    case 'int_of_big':
      return emit('int.from_ref', [raw(0)]);
    case 'f64_bits':
      return emit('f64.bits', [as(0, FLOAT)]);
    case 'f64_from_bits':
      return emit('f64.from_bits', [as(0, I64)]);
    case 'f64_div':
      return emit('f64.div', [as(0, FLOAT), as(1, FLOAT)]);
    case 'f64_copysign':
      return emit('f64.copysign', [as(0, FLOAT), as(1, FLOAT)]);
    case 'f64_from_i64':
      return emit('f64.from_i64', [as(0, I64)]);
    case 'f64_from_u64':
      return emit('f64.from_u64', [as(0, I64)]);
    case 'trunc_i64':
      return emit('i64.trunc_f64', [as(0, FLOAT)]);
    case 'size_of':
      return { v: f.i32(f.low.elementSize(types[0] as Type)), type };
    case 'type_id_of':
      return emit('type.id', [], { name: f.low.typeName(types[0] as Type) });
    case 'load_elem': {
      const mem = memTypeOf(types[0] as Type);
      const [base, offset] = address(f, args[0] as Val, args[1]);
      return emit('load', [base], { type: mem, offset, alias: `elem.${mem}` });
    }
    case 'store_elem': {
      const mem = memTypeOf(types[0] as Type);
      const [base, offset] = address(f, args[0] as Val, args[2]);
      b.emit('store', [base, as(1, types[0] as Type)], { type: mem, offset, alias: `elem.${mem}` });
      return none();
    }
    case 'elem_buffer': {
      const element = types[0] as Type;
      const size = f.low.elementSize(element);
      const bytes = size === 1 ? as(0, I32) : b.emit('i32.mul', [as(0, I32), f.i32(size)], null);
      return emit('new.buffer', [bytes], { name: f.low.bufferType(element) });
    }
    case 'entry_buffer': {
      const stride = 8 * (types.length + 1);
      return emit('new.buffer', [b.emit('i32.mul', [as(0, I32), f.i32(stride)], null)], { name: f.low.entryType(types) });
    }
    case 'raw_buffer':
      return emit('new.buffer', [as(0, I32)], { name: 'bufRaw' });
    case 'addr':
      return emit('ref.addr', [raw(0)]);
    case 'as_ref':
      return (args[0] as Val).type.k === 'i32' ? emit('ref.from_addr', [raw(0)]) : { v: raw(0), type };
    case 'cast': {
      const value = args[0] as Val;
      if (value.type.k === 'i32' && isReference(type)) return emit('ref.from_addr', [value.v]);
      return memTypeOf(value.type) === memTypeOf(type) ? { v: value.v, type } : { v: f.coerce.to(value, type), type };
    }
    case 'type_id':
      return emit('ref.type', [raw(0)]);
    case 'val_type':
      return emit('val.type', [as(0, { k: 'any' })]);
    case 'val_bits':
      return emit('val.bits', [as(0, { k: 'any' })]);
    case 'val_from_bits':
      return emit('val.from_bits', [as(0, I64)]);
    case 'to_val':
      return { v: as(0, { k: 'any' }), type };
    case 'type_name':
      return typeNameOf(f, args[0] as Val, type);
    case 'memory_copy':
      b.emit('memory.copy', [as(0, I32), as(1, I32), as(2, I32)], null);
      return none();
    case 'memory_fill':
      b.emit('memory.fill', [as(0, I32), as(1, I32), as(2, I32)], null);
      return none();
    case 'memory_size':
      return emit('memory.size', []);
    case 'memory_grow':
      return emit('memory.grow', [as(0, I32)]);
    case 'exc_pending':
      return emit('exc.pending', []);
    case 'exc_take':
      return emit('exc.take', []);
    case 'list_set':
      return listPrim(f, plan, 'set', args);
    case 'list_len':
      return emit('list.len', [raw(0)]);
    case 'host_trap':
      b.emit('call.host', [as(0, I32)], { name: 'trap' });
      f.unreachable();
      return f.never();
    case 'unreachable':
      f.unreachable();
      return f.never();
    default:
      throw new Error(`no lowering of primitive ${op} in ${f.inst.key}`);
  }
}

/** Base operand and constant offset of a raw access. */
function address(f: FuncLowering, base: Val, offset: Val | undefined): [ValueId, number] {
  if (!offset) return [base.v, 0];
  const inst = f.b.func.blocks[f.b.current]?.insts.find((x) => x.result === offset.v);
  if (inst?.op === 'i32.const') {
    const { value } = inst.imm as { value: number };
    if (value >= 0) return [base.v, value];
  }
  const start = base.type.k === 'i32' ? base.v : f.b.emit('ref.addr', [base.v], null);
  return [f.b.emit('i32.add', [start, f.coerce.to(offset, I32)], null), 0];
}

/** Class name from the type table, for values of several types. */
function typeNameOf(f: FuncLowering, value: Val, type: Type): Val {
  const { b } = f;
  const id = memTypeOf(value.type) === 'val' ? b.emit('val.type', [value.v], null) : b.emit('ref.type', [value.v], null);
  const table = b.emit('load', [f.i32(0)], { type: 'i32', offset: 116, alias: 'cell.typeTable' });
  const row = b.emit('i32.add', [table, b.emit('i32.shl', [id, f.i32(4)], null)], null);
  return { v: b.emit('load', [row], { type: 'ref', offset: 12, alias: 'type.row' }), type };
}
