/**
 * Dominators, after Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001).
 *
 * Immediate dominators are found by iterating over the reverse postorder; a preorder numbering of the tree then answers
 * "does a dominate b" in constant time.
 */
import type { BlockId, Func } from '../ir.ts';
import { buildCfg, type Cfg } from './cfg.ts';

/** The dominator tree of a function. */
export interface Dominance {
  readonly cfg: Cfg;
  /** Immediate dominator by block id; the entry's is itself, an unreachable block's is -1. */
  readonly idom: Int32Array;
  /** Children in the tree by block id, in reverse postorder. */
  readonly children: readonly BlockId[][];
  /** First and last preorder number inside the subtree of a block. */
  readonly enter: Int32Array;
  readonly leave: Int32Array;
}

/** Computes the dominator tree. */
export function buildDominance(func: Func, cfg: Cfg = buildCfg(func)): Dominance {
  const { order, position, preds } = cfg;
  const count = func.blocks.length;
  // Work on positions in the reverse postorder: a dominator always has the smaller one.
  const up = new Int32Array(order.length).fill(-1);
  up[0] = 0;
  let changed = true;
  while (changed) {
    changed = false;
    for (let at = 1; at < order.length; at++) {
      let best = -1;
      for (const pred of preds[order[at] as BlockId] as BlockId[]) {
        let p = position[pred] as number;
        if (up[p] === -1) continue;
        if (best === -1) {
          best = p;
          continue;
        }
        let q = best;
        while (p !== q) {
          while (p > q) p = up[p] as number;
          while (q > p) q = up[q] as number;
        }
        best = p;
      }
      if (up[at] !== best) {
        up[at] = best;
        changed = true;
      }
    }
  }
  const idom = new Int32Array(count).fill(-1);
  const children: BlockId[][] = Array.from({ length: count }, () => []);
  for (let at = 0; at < order.length; at++) {
    const id = order[at] as BlockId;
    const parent = order[up[at] as number] as BlockId;
    idom[id] = parent;
    if (at > 0) (children[parent] as BlockId[]).push(id);
  }
  const enter = new Int32Array(count).fill(-1);
  const leave = new Int32Array(count).fill(-1);
  let clock = 0;
  const stack: BlockId[] = count > 0 ? [0 as BlockId] : [];
  while (stack.length > 0) {
    const id = stack[stack.length - 1] as BlockId;
    if (enter[id] === -1) {
      enter[id] = clock++;
      const kids = children[id] as BlockId[];
      for (let k = kids.length - 1; k >= 0; k--) stack.push(kids[k] as BlockId);
    } else {
      stack.pop();
      if (leave[id] === -1) leave[id] = clock - 1;
    }
  }
  return { cfg, idom, children, enter, leave };
}

/** Whether every path from the entry to `b` passes `a`; a block dominates itself. False when one of them is unreachable. */
export function dominates(dom: Dominance, a: BlockId, b: BlockId): boolean {
  const at = dom.enter[b] as number;
  return at !== -1 && (dom.enter[a] as number) !== -1 && at >= (dom.enter[a] as number) && at <= (dom.leave[a] as number);
}
