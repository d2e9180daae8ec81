/**
 * Universal words as machine code: tags, inline doubles, references. The encoding is described in the abi package (word.ts).
 */
import { FLOAT, SINGLETON, TYPE_ID, WORD } from '@molt/abi';
import type { Inst, ValueId } from '../../ir.ts';
import type { OpName } from '../../ops.ts';
import { type FuncLowering, TRACE } from './func-lowering.ts';

type Lower = (f: FuncLowering, inst: Inst, result: ValueId) => void;

const EXPONENT_SHIFT = 1n << 60n;

/** The tag of a word as an i64: 0 to 3. */
const tagOf = (f: FuncLowering, word: ValueId): ValueId => f.emit('i64.shr_u', [word, f.i64(62n)], null, 'i64');

/** 1 when the word is no inline double. */
const isNoDouble = (f: FuncLowering, word: ValueId): ValueId => f.emit('i64.ne', [tagOf(f, word), f.i64(2n)], null, 'i32');

/** The word of a reference. */
export function taggedRef(f: FuncLowering, ref: ValueId): ValueId {
  return f.emit('i64.or', [f.emit('i64.extend_u', [ref], null, 'i64'), f.i64(WORD.refTag)], null, 'i64', TRACE.word);
}

const identity: Lower = (f, inst, result) => f.same(result, inst.args[0] as ValueId);

/** A copy that the collector sees from here on, although it must not see the operand. */
const tracedCopy =
  (op: 'i32.or' | 'i64.or'): Lower =>
  (f, inst, result) => {
    const zero = op === 'i32.or' ? f.i32(0) : f.i64(0n);
    f.define(result, op, [inst.args[0] as ValueId, zero], null);
  };

const defineTagged: Lower = (f, inst, result) =>
  f.define(result, 'i64.or', [f.emit('i64.extend_u', [inst.args[0] as ValueId], null, 'i64'), f.i64(WORD.refTag)], null);

const fromFloat: Lower = (f, inst, result) => {
  const [x] = inst.args as [ValueId];
  const shifted = f.emit('i64.add', [f.emit('f64.bits', [x], null, 'i64'), f.i64(EXPONENT_SHIFT)], null, 'i64');
  const top = f.emit('i64.shr_u', [shifted, f.i64(63n)], null, 'i64');
  const word = f.emit('i64.or', [f.emit('i64.shl', [shifted, f.i64(1n)], null, 'i64'), top], null, 'i64');
  f.diamond(
    result,
    isNoDouble(f, word),
    () => word,
    () => taggedRef(f, f.callRuntime('box_float', [x], 'i32', TRACE.ref)),
  );
};

const toFloat: Lower = (f, inst, result) => {
  const [word] = inst.args as [ValueId];
  f.diamond(
    result,
    isNoDouble(f, word),
    () => {
      const rotated = f.emit(
        'i64.or',
        [f.emit('i64.shr_u', [word, f.i64(1n)], null, 'i64'), f.emit('i64.shl', [word, f.i64(63n)], null, 'i64')],
        null,
        'i64',
      );
      return f.emit('f64.from_bits', [f.emit('i64.sub', [rotated, f.i64(EXPONENT_SHIFT)], null, 'i64')], null, 'f64');
    },
    () => f.emit('load', [f.emit('i32.wrap', [word], null, 'i32')], { type: 'f64', offset: FLOAT.value, alias: '.float' }, 'f64'),
  );
};

/** Bools are the two singletons, 8 bytes apart: True's address has bit 4 set, False's has not. */
const fromBool: Lower = (f, inst, result) => {
  const offset = f.emit('i32.shl', [inst.args[0] as ValueId, f.i32(Math.log2(SINGLETON.true - SINGLETON.false))], null, 'i32');
  f.define(result, 'i64.add', [f.emit('i64.extend_u', [offset], null, 'i64'), f.i64(WORD.refTag + BigInt(SINGLETON.false))], null);
};

const toBool: Lower = (f, inst, result) => {
  const address = f.emit('i32.wrap', [inst.args[0] as ValueId], null, 'i32');
  f.define(result, 'i32.eq', [address, f.i32(SINGLETON.true)], null);
};

const typeOf: Lower = (f, inst, result) => {
  const [word] = inst.args as [ValueId];
  const tag = tagOf(f, word);
  const isRef = f.emit('i64.eq', [tag, f.i64(1n)], null, 'i32');
  const [object, inline] = [f.block(), f.block()];
  const join = f.block([result]);
  f.branch(isRef, { block: object, args: [] }, { block: inline, args: [] });
  f.continueIn(object);
  f.jump(join, [f.emit('load', [f.emit('i32.wrap', [word], null, 'i32')], { type: 'i32', offset: 0, alias: '.typeId' }, 'i32')]);
  f.continueIn(inline);
  const isDouble = f.emit('i64.eq', [tag, f.i64(2n)], null, 'i32');
  f.jump(join, [f.emit('select', [isDouble, f.i32(TYPE_ID.float), f.i32(TYPE_ID.int)], null, 'i32')]);
  f.continueIn(join);
};

/** Lowerings of conversions between ints, words, references and addresses. */
export const VALUE_OPS: { readonly [K in OpName]?: Lower } = {
  'int.to_i64': identity,
  'int.from_i64': identity,
  'int.to_ref': (f, inst, result) => f.define(result, 'i32.wrap', inst.args, null),
  'int.from_ref': defineTagged,
  'int.is_small': (f, inst, result) => {
    const [word] = inst.args as [ValueId];
    const sign = f.emit('i64.xor', [word, f.emit('i64.add', [word, word], null, 'i64')], null, 'i64');
    f.define(result, 'i64.ge_s', [sign, f.i64(0n)], null);
  },
  'val.from_int': identity,
  'val.to_int': identity,
  'val.bits': identity,
  'val.from_bits': tracedCopy('i64.or'),
  'val.from_f64': fromFloat,
  'val.to_f64': toFloat,
  'val.from_bool': fromBool,
  'val.to_bool': toBool,
  'val.from_ref': defineTagged,
  'val.to_ref': (f, inst, result) => f.define(result, 'i32.wrap', inst.args, null),
  'val.type': typeOf,
  'ref.addr': identity,
  'ref.from_addr': tracedCopy('i32.or'),
};
