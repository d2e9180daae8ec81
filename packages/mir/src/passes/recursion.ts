/**
 * recursion: counts the depth of recursive calls and raises RecursionError at the limit.
 *
 * Every function on a cycle of the call graph gets a hidden last parameter: how many Python frames are below it. At entry it is compared
 * with the recursion limit cell; calls pass it on, plus one. A caller without the parameter passes 1 (the frame of the module). Being a
 * parameter, the count needs no clean-up when exceptions leave frames.
 *
 *     func @f(v0 n: int) -> int        func @f(v0 n: int, v9 depth: i32) -> int
 *     v1: int = call @f propagate v0   v1: int = call @f propagate v0, v10      where v10 = depth + 1
 *
 * If one function of the table has it, all functions of the table with that signature have, and indirect calls pass it. An export keeps its
 * signature: a recursive function is exported through a shim. Runtime functions that compiled code calls by name keep theirs too; they are not
 * counted.
 */
import { CELL } from '@molt/abi';
import { signatureKey, tableBySignature } from '../analysis/call-graph.ts';
import type { Block, BlockId, Func, Inst, Module, Type, ValueId } from '../ir.ts';
import type { ImmOf } from '../ops.ts';
import { makeInst } from '../traverse.ts';
import { definePass } from './pass.ts';
import { recursiveByCalls } from './recursive-functions.ts';
import { RAISE_RECURSION, RUNTIME_CALLS, runtimeName, TRACE_APPEND } from './runtime-calls.ts';

/** Adds the depth parameter and its test. */
export const recursion = definePass({
  name: 'recursion',
  doc: 'Counts recursion depth in a hidden parameter; RecursionError at the limit.',
  level: 0,
  required: true,
  run: (module, { changes }) => {
    const fixed = new Set([...Object.values(RUNTIME_CALLS), TRACE_APPEND, RAISE_RECURSION].map(runtimeName));
    const counting = new Set([...recursiveByCalls(module)].filter((name) => !fixed.has(name)));
    if (counting.size === 0 || !module.funcs.has(runtimeName(RAISE_RECURSION))) return;
    const groups = tableBySignature(module);
    const counted = new Set(counting);
    const countedSignatures = new Set<string>();
    for (const [key, names] of groups) {
      if (!names.some((name) => counting.has(name))) continue;
      countedSignatures.add(key);
      for (const name of names) counted.add(name);
    }
    for (const [name, func] of module.exports)
      if (counted.has(func)) module.exports.set(name, addShim(module, module.funcs.get(func) as Func));
    for (const func of [...module.funcs.values()]) {
      const depth = counted.has(func.name) ? addParam(module, func) : null;
      const passed = depth === null ? null : newValue(func, 'i32');
      if (passDepth(module, func, passed, counted, countedSignatures) && depth !== null && passed !== null) addOne(func, depth, passed);
      if (depth !== null && counting.has(func.name)) addTest(func, depth);
      changes.touch(func);
    }
  },
});

function newValue(func: Func, type: Type, name?: string): ValueId {
  func.values.push(type);
  func.names.push(name);
  return (func.values.length - 1) as ValueId;
}

function addParam(module: Module, func: Func): ValueId {
  const depth = newValue(func, 'i32', 'depth');
  module.funcs.set(func.name, Object.assign(func, { params: [...func.params, depth] }));
  return depth;
}

/** A function with the old signature that starts at depth 1. */
function addShim(module: Module, func: Func): string {
  const name = `${func.name}$export`;
  if (module.funcs.has(name)) return name;
  const values = func.params.map((id) => func.values[id] as Type);
  const params = values.map((_, k) => k as ValueId);
  const result = func.result === null ? -1 : ((values.push(func.result) - 1) as ValueId);
  // The call is completed like any other call of a counted function.
  const call = makeInst('call', params, { func: func.name, unwind: 'propagate' }, result);
  const entry: Block = { params: [], insts: [call], term: { kind: 'return', value: result === -1 ? null : result } };
  module.funcs.set(name, { name, params, result: func.result, values, names: values.map(() => undefined), blocks: [entry], attrs: {} });
  return name;
}

/** Completes the calls of counted functions; answers whether `passed` was used. */
function passDepth(
  module: Module,
  func: Func,
  passed: ValueId | null,
  counted: ReadonlySet<string>,
  signatures: ReadonlySet<string>,
): boolean {
  let used = false;
  for (const block of func.blocks) {
    if (!block) continue;
    const insts: Inst[] = [];
    const argument = (): ValueId => {
      if (passed !== null) {
        used = true;
        return passed;
      }
      const one = newValue(func, 'i32');
      insts.push(makeInst('i32.const', [], { value: 1 }, one));
      return one;
    };
    for (const inst of block.insts) {
      if (inst.op === 'call' && counted.has((inst.imm as ImmOf<'call'>).func)) insts.push({ ...inst, args: [...inst.args, argument()] });
      else if (inst.op === 'call.indirect') {
        const imm = inst.imm as ImmOf<'call.indirect'>;
        if (!signatures.has(signatureKey(imm.params, imm.result, module.level))) insts.push(inst);
        else insts.push({ ...inst, args: [...inst.args, argument()], imm: { ...imm, params: [...imm.params, 'i32'] } } as Inst);
      } else insts.push(inst);
    }
    block.insts = insts;
  }
  return used;
}

function addOne(func: Func, depth: ValueId, passed: ValueId): void {
  const one = newValue(func, 'i32');
  (func.blocks[0] as Block).insts.unshift(makeInst('i32.const', [], { value: 1 }, one), makeInst('i32.add', [depth, one], null, passed));
}

/** Splits the entry: the old one continues where the depth is below the limit. */
function addTest(func: Func, depth: ValueId): void {
  const entry = func.blocks[0] as Block;
  const body = func.blocks.length as BlockId;
  const fail = (body + 1) as BlockId;
  const [cell, limit, over] = [newValue(func, 'i32'), newValue(func, 'i32'), newValue(func, 'i32')];
  func.blocks.push(entry, {
    params: [],
    insts: [makeInst('call', [], { func: runtimeName(RAISE_RECURSION), unwind: 'catch' }, -1)],
    term: { kind: 'propagate', site: -1 },
  });
  func.blocks[0] = {
    params: [],
    insts: [
      makeInst('i32.const', [], { value: CELL.recursionLimit }, cell),
      makeInst('load', [cell], { type: 'i32', offset: 0, alias: 'cell.recursionLimit' }, limit),
      makeInst('i32.ge_s', [depth, limit], null, over),
    ],
    term: { kind: 'branch', cond: over, then: { block: fail, args: [] }, else: { block: body, args: [] }, likely: false },
  };
}
