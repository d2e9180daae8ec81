/**
 * Legalisation: from language level to machine level.
 *
 * Each language op becomes a few machine instructions, with a fast path inline and a call of the runtime for the rare rest: ints of any size
 * (int-ops.ts), universal words (val-ops.ts), objects and lists (object-ops.ts). The types ref, int and val become i32 and i64; which values
 * the collector must know about is handed on by value id, for the roots pass, which follows at once.
 *
 * An op that may raise and has no unwind mode of its own (`list.get`, `list.set`, `frozen.check`) leaves the function with the exception,
 * unless `exc.pending` is the next instruction: then it goes on there with a dummy result, like a call that catches; if that test ends the
 * block, the error path goes to the handler directly.
 *
 * Bounds of ints come from the range analysis; without them only what is plain (constants, conversions of 32-bit numbers) is known.
 */
import { isSmallInt, WORD } from '@molt/abi';
import type { BlockId, DataItem, Func, Inst, Module, Term, ValueId } from '../../ir.ts';
import { bigintData, bigintName } from '../../layout/bigint-data.ts';
import { machineMemType, machineType } from '../../level-type.ts';
import { OP_FACTS } from '../../op-facts.ts';
import type { ImmOf } from '../../ops.ts';
import { isOp } from '../../traverse.ts';
import { FuncLowering, type IntFacts, TRACE } from './func-lowering.ts';
import { INT_ARITHMETIC, isIntCompare, lowerCompare } from './int-ops.ts';
import { OBJECT_OPS, type OpUnwind } from './object-ops.ts';
import { ResultUses } from './result-uses.ts';
import { VALUE_OPS } from './val-ops.ts';

/** A machine-level module, with what the collector must know about each value: TRACE by function and value id. */
export interface Legalised {
  readonly module: Module;
  readonly traced: ReadonlyMap<string, readonly number[]>;
}

/** Legalises every function; the module given stays as it is. */
export function legaliseModule(module: Module, facts: ReadonlyMap<string, IntFacts> = new Map()): Legalised {
  const funcs = new Map<string, Func>();
  const traced = new Map<string, readonly number[]>();
  const data = new Map(module.data);
  for (const func of module.funcs.values()) {
    const lowering = new FuncLowering(func, facts.get(func.name) ?? plainFacts(func));
    lowerFunc(module, func, lowering, data);
    funcs.set(func.name, lowering.finish());
    traced.set(func.name, lowering.traced);
  }
  return { module: { ...module, level: 'machine', funcs, data }, traced };
}

/** Bounds that are evident from the defining instruction alone. */
export function plainFacts(func: Func): IntFacts {
  const lo = new Float64Array(func.values.length).fill(Number.NEGATIVE_INFINITY);
  const hi = new Float64Array(func.values.length).fill(Number.POSITIVE_INFINITY);
  for (const block of func.blocks) {
    for (const inst of block?.insts ?? []) {
      if (isOp(inst, 'int.const')) lo[inst.result] = hi[inst.result] = isSmallInt(inst.imm.value) ? Number(inst.imm.value) : Number.NaN;
      else if (inst.op === 'int.from_i64') {
        lo[inst.result] = -(2 ** 62);
        hi[inst.result] = 2 ** 62 - 512;
      }
    }
  }
  return { lo, hi };
}

function lowerFunc(module: Module, func: Func, f: FuncLowering, data: Map<string, DataItem>): void {
  const handlers = new ResultUses(func);
  for (let id = 0; id < func.blocks.length; id++) {
    const source = func.blocks[id];
    const target = f.blocks[id];
    if (!source || !target) continue;
    f.enter(target);
    const { insts } = source;
    let { term } = source;
    let ended = false;
    for (let k = 0; k < insts.length; k++) {
      const inst = insts[k] as Inst;
      f.begin(inst);
      let unwind: OpUnwind =
        OBJECT_OPS[inst.op] !== undefined && OP_FACTS[inst.op].raises && insts[k + 1]?.op === 'exc.pending'
          ? { kind: 'test' }
          : { kind: 'leave' };
      if (unwind.kind === 'test' && k === insts.length - 2 && term.kind === 'branch') {
        const test = insts[k + 1] as Inst;
        if (term.cond === test.result && f.uses[term.cond] === 1 && handlers.isFree(inst, id as BlockId, term)) {
          // The exception goes straight to its handler, and the way without one needs no test.
          unwind = { kind: 'handler', to: term.then };
          term = { kind: 'jump', to: term.else };
          k++;
        }
      }
      ended = lowerInst(module, f, inst, data, unwind, k === insts.length - 1 ? term : null);
    }
    f.setSite(-1);
    if (!ended) f.end(term);
  }
}

/** Answers whether the instruction has taken the block's terminator with it. */
function lowerInst(module: Module, f: FuncLowering, inst: Inst, data: Map<string, DataItem>, unwind: OpUnwind, term: Term | null): boolean {
  const result = inst.result as ValueId;
  const lower = INT_ARITHMETIC[inst.op] ?? VALUE_OPS[inst.op] ?? OBJECT_OPS[inst.op];
  if (lower) {
    lower(f, inst, result, module, unwind);
    return false;
  }
  if (isIntCompare(inst.op)) {
    const fused = term?.kind === 'branch' && term.cond === result && f.uses[result] === 1 ? term : null;
    return lowerCompare(f, inst, inst.op, fused);
  }
  if (isOp(inst, 'int.const')) {
    const { value } = inst.imm;
    if (isSmallInt(value)) f.define(result, 'i64.const', [], { value });
    else {
      const name = bigintName(value);
      if (!data.has(name)) data.set(name, bigintData(value));
      const address = f.emit('i64.extend_u', [f.emit('data.addr', [], { name }, 'i32')], null, 'i64');
      f.define(result, 'i64.or', [address, f.i64(WORD.refTag)], null);
    }
  } else if (inst.op === 'load' || inst.op === 'store') {
    const imm = inst.imm as ImmOf<'load'>;
    f.push({ ...inst, imm: { ...imm, type: machineMemType(imm.type) } } as Inst);
  } else if (isOp(inst, 'call.indirect')) {
    const { params, result: type, unwind } = inst.imm;
    f.push({ ...inst, imm: { params: params.map(machineType), result: type === null ? null : machineType(type), unwind } } as Inst);
  } else {
    // Static data is never collected.
    if (inst.op === 'data.addr') f.traced[result] = TRACE.none;
    f.push(inst);
  }
  return false;
}
