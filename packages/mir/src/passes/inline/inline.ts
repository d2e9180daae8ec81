/**
 * inline: replaces calls by the bodies of small functions.
 *
 * Functions are visited bottom up over the call graph, so that a body is in its final shape when it is copied; a function into which something
 * was inlined is folded and straightened at once, which is where most of the gain shows (types decided, conversions undone). A call is
 * inlined when the callee asks for it, or is small, or is larger but called only here; never when caller and callee call each other. Calls in
 * cold blocks stay calls unless the body is hardly larger than the call. A small function that calls itself is put into itself a few times, so
 * that a call does the work of several. How exceptions leave an inlined body is in splice.ts.
 */
import { buildCallGraph, type CallGraph } from '../../analysis/call-graph.ts';
import { buildCfg } from '../../analysis/cfg.ts';
import { coldBlocks } from '../../analysis/cold.ts';
import { buildDominance } from '../../analysis/dominance.ts';
import { buildLoops } from '../../analysis/loops.ts';
import { copyFunc } from '../../copy-module.ts';
import type { BlockId, Func, Module } from '../../ir.ts';
import { isOp } from '../../traverse.ts';
import { foldFunc } from '../const-fold/const-fold.ts';
import { type Changes, definePass, type PassOptions } from '../pass.ts';
import { simplifyFunc } from '../simplify-cfg.ts';
import { spliceCall } from './splice.ts';

/** Sizes in instructions. */
const LIMITS = {
  /** A body this small is inlined even into cold blocks. */
  tiny: 3,
  /** A body this small is inlined everywhere, by optimisation level. */
  small: [0, 10, 24],
  /** A body this small is inlined into loops, by level. */
  looped: [0, 10, 40],
  /** A body that is called once only, by level. */
  once: [0, 40, 150],
  /** A caller does not grow beyond this, except for functions that must be inlined. */
  caller: 4000,
  /** A body this small is put into itself, by level, at most so often and up to this size. */
  recursive: [0, 0, 30],
  rounds: 3,
  unrolled: 500,
} as const;

/** Inlining over the call graph. */
export const inline = definePass({
  name: 'inline',
  doc: 'Replaces calls of small functions by their bodies.',
  run: (module, { options, changes }) => inlineModule(module, options, changes),
});

/** Inlines in every function, callees first. */
export function inlineModule(module: Module, options: PassOptions, changes: Changes): void {
  const graph = buildCallGraph(module, { slowPaths: false });
  const calls = countCalls(module);
  const sizes = new Map<string, number>();
  for (const component of graph.components) {
    for (const k of component) {
      const func = graph.funcs[k] as Func;
      const straighten = (): void => {
        foldFunc(func);
        simplifyFunc(func);
        changes.touch(func);
      };
      if (inlineInto(module, graph, func, sizes, calls, options)) straighten();
      if (unrollRecursion(module, func, options)) straighten();
      sizes.set(func.name, sizeOf(func));
    }
  }
}

/**
 * Puts a small function into itself where it calls itself; calls in cold blocks stay. Each round replaces the calls of the original by what the
 * round before made, so that exceptions leave the copies in one step.
 */
function unrollRecursion(module: Module, func: Func, options: PassOptions): boolean {
  const size = sizeOf(func);
  if (size > LIMITS.recursive[options.level] || func.attrs.inline === 'never') return false;
  const original = copyFunc(func);
  const calls = warmCalls(original, func.name);
  if (calls.length === 0) return false;
  let round = 0;
  for (; round < LIMITS.rounds && size + calls.length * sizeOf(func) <= LIMITS.unrolled; round++) {
    const callee = copyFunc(func);
    Object.assign(func, copyFunc(original));
    for (const { at, index } of calls) spliceCall(module, func, at, index, callee);
  }
  return round > 0;
}

/** Calls of a function outside cold blocks; the last of a block first, for what follows a call moves when it is spliced. */
function warmCalls(func: Func, name: string): { at: BlockId; index: number }[] {
  const cold = coldBlocks(func, buildCfg(func));
  const calls: { at: BlockId; index: number }[] = [];
  func.blocks.forEach((block, id) => {
    if (cold[id] === 1) return;
    block?.insts.forEach((inst, index) => {
      if (isOp(inst, 'call') && inst.imm.func === name) calls.push({ at: id as BlockId, index });
    });
  });
  return calls.reverse();
}

function sizeOf(func: Func): number {
  let size = 0;
  for (const block of func.blocks) if (block) size += block.insts.length + 1;
  return size;
}

/** Number of calls of each function; what is exported or in the table counts as called more than once. */
function countCalls(module: Module): Map<string, number> {
  const calls = new Map<string, number>();
  const add = (name: string, times: number): void => void calls.set(name, (calls.get(name) ?? 0) + times);
  for (const func of module.funcs.values())
    for (const block of func.blocks) for (const inst of block?.insts ?? []) if (isOp(inst, 'call')) add(inst.imm.func, 1);
  for (const name of module.exports.values()) add(name, 2);
  for (const name of module.table) add(name, 2);
  return calls;
}

function inlineInto(
  module: Module,
  graph: CallGraph,
  func: Func,
  sizes: ReadonlyMap<string, number>,
  calls: ReadonlyMap<string, number>,
  options: PassOptions,
): boolean {
  const self = graph.index.get(func.name) as number;
  let size = sizeOf(func);
  let any = false;
  let cold: Uint8Array | null = null;
  let loopOf: Int32Array | null = null;
  const wanted = (name: string, at: number): Func | undefined => {
    const callee = module.funcs.get(name);
    const k = graph.index.get(name);
    if (!callee || k === undefined || callee === func || callee.attrs.inline === 'never') return undefined;
    if (graph.componentOf[k] === graph.componentOf[self] || (graph.recursive[k] === 1 && callee.attrs.inline !== 'always'))
      return undefined;
    const body = sizes.get(name);
    if (body === undefined) return undefined;
    if (callee.attrs.inline === 'always') return callee;
    if (size + body > LIMITS.caller) return undefined;
    cold ??= coldBlocks(func, buildCfg(func));
    if (cold[at] === 1) return body <= LIMITS.tiny ? callee : undefined;
    if (body <= (calls.get(name) === 1 ? LIMITS.once : LIMITS.small)[options.level]) return callee;
    if (body > LIMITS.looped[options.level]) return undefined;
    loopOf ??= buildLoops(func, buildDominance(func)).loopOf;
    return loopOf[at] === -1 ? undefined : callee;
  };
  // Blocks that inlining appends are not looked into: calls in them were decided when the callee was visited. Continuations are.
  const original = func.blocks.length;
  for (let id = 0; id < original; id++) {
    let at = id as BlockId;
    let block = func.blocks[at];
    if (!block) continue;
    for (let index = 0; index < block.insts.length; index++) {
      const inst = block.insts[index];
      if (!inst || !isOp(inst, 'call')) continue;
      const callee = wanted(inst.imm.func, id);
      if (!callee) continue;
      size += sizes.get(callee.name) as number;
      any = true;
      at = spliceCall(module, func, at, index, callee);
      block = func.blocks[at];
      index = -1;
      if (!block) break;
    }
  }
  return any;
}
