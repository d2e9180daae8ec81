/**
 * Natural loops: for every block that an edge from inside its own dominator subtree enters, the blocks of the loop around it.
 *
 * Loops with one header are one loop. Irreducible cycles (which the front end does not make) are not found; passes that must stop every
 * cycle look at `retreating` instead, the edges against the reverse postorder, of which every cycle has one.
 */
import type { BlockId, Func } from '../ir.ts';
import type { Dominance } from './dominance.ts';
import { dominates } from './dominance.ts';

/** One natural loop. */
export interface Loop {
  readonly header: BlockId;
  /** Blocks with an edge back to the header. */
  readonly latches: readonly BlockId[];
  /** All blocks, the header first. */
  readonly blocks: BlockId[];
  /** Index of the closest loop around it, or -1. */
  parent: number;
  depth: number;
}

/** The loops of a function. */
export interface Loops {
  /** Inner loops come before the loops around them. */
  readonly loops: readonly Loop[];
  /** Index of the innermost loop of a block, or -1. */
  readonly loopOf: Int32Array;
}

/** Finds the natural loops. */
export function buildLoops(func: Func, dom: Dominance): Loops {
  const { cfg } = dom;
  const loopOf = new Int32Array(func.blocks.length).fill(-1);
  const loops: Loop[] = [];
  // Headers from the inside out: later in the reverse postorder means deeper or beside.
  for (let k = cfg.order.length - 1; k >= 0; k--) {
    const header = cfg.order[k] as BlockId;
    const latches = [...new Set((cfg.preds[header] as BlockId[]).filter((pred) => dominates(dom, header, pred)))];
    if (latches.length === 0) continue;
    const at = loops.length;
    const seen = new Set<BlockId>([header]);
    const work = [...latches];
    for (let id = work.pop(); id !== undefined; id = work.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      work.push(...(cfg.preds[id] as BlockId[]));
    }
    for (const id of seen) {
      const inner = loopOf[id] as number;
      if (inner === -1) {
        loopOf[id] = at;
        continue;
      }
      let top = inner;
      while (top !== at && (loops[top] as Loop).parent !== -1) top = (loops[top] as Loop).parent;
      if (top !== at) (loops[top] as Loop).parent = at;
    }
    loops.push({ header, latches, blocks: [...seen], parent: -1, depth: 1 });
  }
  for (let at = loops.length - 1; at >= 0; at--) {
    const loop = loops[at] as Loop;
    if (loop.parent !== -1) loop.depth = (loops[loop.parent] as Loop).depth + 1;
  }
  return { loops, loopOf };
}

/** Blocks with an edge against the reverse postorder: every cycle passes one. */
export function retreatingBlocks(dom: Dominance): BlockId[] {
  const { order, position, succs } = dom.cfg;
  return order.filter((id) => (succs[id] as BlockId[]).some((to) => (position[to] as number) <= (position[id] as number)));
}
