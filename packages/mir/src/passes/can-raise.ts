/**
 * can-raise: which functions may leave with an exception.
 *
 * Bottom up over the components of the call graph. Inside a component the answer is the least fixed point: nobody raises until a reachable
 * `raise`, `propagate`, raising op or call of a raiser is found. Reachable means: on a path that does not enter a handler of a call that
 * cannot raise, so `try` around such a call vanishes and does not count.
 *
 * Afterwards calls of functions that cannot raise are marked `never` (the test behind the call disappears), and a test of `exc.pending`
 * whose answer is known becomes a constant, which const-fold and simplify-cfg turn into a jump.
 *
 *     v1 = call @f catch          v1 = call @f never
 *     v2 = exc.pending       →    v2 = i32.const 0
 *     branch v2, bb1, bb2         branch v2, bb1, bb2
 */
import { buildCallGraph, signatureKey, tableBySignature } from '../analysis/call-graph.ts';
import type { Block, BlockId, Func, Inst, Module } from '../ir.ts';
import { OP_FACTS } from '../op-facts.ts';
import type { ImmOf } from '../ops.ts';
import { eachEdge, makeInst } from '../traverse.ts';
import { definePass } from './pass.ts';

/** Sets `FuncAttrs.raises`, and uses it at calls. */
export const canRaise = definePass({
  name: 'can-raise',
  doc: 'Finds functions that cannot raise, and drops the tests behind calls of them.',
  run: (module, { changes }) => {
    const graph = buildCallGraph(module);
    const table = tableBySignature(module);
    const raises = new Map<string, boolean>();
    const mayRaise = (inst: Inst): boolean => instRaises(inst, raises, table, module);
    for (const component of graph.components) {
      const members = component.map((k) => graph.funcs[k] as Func);
      for (const func of members) raises.set(func.name, false);
      for (let changed = true; changed; ) {
        changed = false;
        for (const func of members) {
          if (raises.get(func.name) || !leavesRaising(func, mayRaise)) continue;
          raises.set(func.name, true);
          changed = true;
        }
      }
      for (const func of members) func.attrs = { ...func.attrs, raises: raises.get(func.name) as boolean };
    }
    for (const func of graph.funcs) for (const block of func.blocks) if (block && useFacts(block, mayRaise)) changes.touch(func);
  },
});

function instRaises(
  inst: Inst,
  raises: ReadonlyMap<string, boolean>,
  table: ReadonlyMap<string, readonly string[]>,
  module: Module,
): boolean {
  if (inst.op === 'call') {
    const { func, unwind } = inst.imm as ImmOf<'call'>;
    return unwind !== 'never' && (raises.get(func) ?? true);
  }
  if (inst.op === 'call.indirect') {
    const { params, result, unwind } = inst.imm as ImmOf<'call.indirect'>;
    if (unwind === 'never') return false;
    // Functions of the table that are not visited yet are above or beside us: they may raise.
    return (table.get(signatureKey(params, result, module.level)) ?? []).some((name) => raises.get(name) ?? true);
  }
  return OP_FACTS[inst.op].raises;
}

/** Whether the op goes on behind an exception of its own. */
const catches = (inst: Inst, next: Inst | undefined): boolean =>
  inst.op === 'call' || inst.op === 'call.indirect' ? (inst.imm as ImmOf<'call.indirect'>).unwind === 'catch' : next?.op === 'exc.pending';

/** Whether the exception cell is known to be empty at an `exc.pending`: the closest instruction before it that matters decides. */
function pendingIsZero(block: Block, at: number, mayRaise: (inst: Inst) => boolean): boolean {
  for (let k = at - 1; k >= 0; k--) {
    const inst = block.insts[k] as Inst;
    if (inst.op === 'exc.take') return true;
    if (inst.op === 'exc.set' || inst.op === 'exc.pending') return false;
    const isCall = inst.op === 'call' || inst.op === 'call.indirect';
    // A call that never unwinds leaves the cell as it is: `rt.trace_append` runs while an exception is pending.
    if (isCall && (inst.imm as ImmOf<'call'>).unwind === 'never') continue;
    if (isCall || OP_FACTS[inst.op].raises) return !(catches(inst, block.insts[k + 1]) && mayRaise(inst));
  }
  return false;
}

/** Walks the blocks that can be reached and looks for a way out with an exception. */
function leavesRaising(func: Func, mayRaise: (inst: Inst) => boolean): boolean {
  const seen = new Uint8Array(func.blocks.length);
  const work: BlockId[] = [0 as BlockId];
  seen[0] = 1;
  for (let id = work.pop(); id !== undefined; id = work.pop()) {
    const block = func.blocks[id] as Block;
    const zeros = new Set<number>();
    for (let k = 0; k < block.insts.length; k++) {
      const inst = block.insts[k] as Inst;
      if (inst.op === 'exc.pending') {
        if (pendingIsZero(block, k, mayRaise)) zeros.add(inst.result);
      } else if (mayRaise(inst) && !catches(inst, block.insts[k + 1])) return true;
    }
    if (block.term.kind === 'raise' || block.term.kind === 'propagate') return true;
    const visit = (to: BlockId): void => {
      if (seen[to]) return;
      seen[to] = 1;
      work.push(to);
    };
    if (block.term.kind === 'branch' && zeros.has(block.term.cond)) visit(block.term.else.block);
    else eachEdge(block.term, (edge) => visit(edge.block));
  }
  return false;
}

/** Answers whether a test was decided. */
function useFacts(block: Block, mayRaise: (inst: Inst) => boolean): boolean {
  // Decide all tests first: marking a call `never` must not change what is known about the test behind it.
  const known = block.insts.map((inst, k) => inst.op === 'exc.pending' && pendingIsZero(block, k, mayRaise));
  block.insts = block.insts.map((inst, k) => {
    if (known[k]) return makeInst('i32.const', [], { value: 0 }, inst.result, inst.site);
    if ((inst.op === 'call' || inst.op === 'call.indirect') && !mayRaise(inst)) {
      const imm = inst.imm as ImmOf<'call'>;
      if (imm.unwind !== 'never') return { ...inst, imm: { ...imm, unwind: 'never' } } as Inst;
    }
    return inst;
  });
  return known.includes(true);
}
