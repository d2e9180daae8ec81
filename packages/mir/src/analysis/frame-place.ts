/**
 * Where a function opens its frame: shrink-wrapping after F. Chow, "Minimizing Register Usage Penalty at Procedure Calls" (1988), in its
 * simple form with one place.
 *
 * The place dominates every block that needs the frame, is in no loop, and every return that can be reached from it lies behind it alone, so
 * that each way through the function opens the frame once and gives it back once, or does neither.
 */
import type { BlockId, Func } from '../ir.ts';
import { type Dominance, dominates } from './dominance.ts';
import { buildLoops } from './loops.ts';

/** The deepest such block; the entry always is one. `blocks` is not empty. */
export function framePlace(func: Func, dom: Dominance, blocks: readonly BlockId[]): BlockId {
  const { loopOf } = buildLoops(func, dom);
  let place = blocks.reduce((a, b) => commonDominator(dom, a, b));
  while (place !== 0 && (loopOf[place] !== -1 || !closed(func, dom, place))) place = dom.idom[place] as BlockId;
  return place;
}

function commonDominator(dom: Dominance, a: BlockId, b: BlockId): BlockId {
  let at = a;
  while (!dominates(dom, at, b)) at = dom.idom[at] as BlockId;
  return at;
}

/** Whether every return that can be reached from a block is dominated by it. */
function closed(func: Func, dom: Dominance, from: BlockId): boolean {
  const seen = new Set<BlockId>([from]);
  const work = [from];
  for (let id = work.pop(); id !== undefined; id = work.pop()) {
    if (func.blocks[id]?.term.kind === 'return' && !dominates(dom, from, id)) return false;
    for (const next of dom.cfg.succs[id] as BlockId[]) {
      if (seen.has(next)) continue;
      seen.add(next);
      work.push(next);
    }
  }
  return true;
}
