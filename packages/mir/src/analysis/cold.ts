/**
 * Which blocks are rarely run: those that end with an exception or a trap, and those that only unlikely edges reach.
 *
 * A hint on the test of a loop says that the loop goes round often, not that what follows it is rare: it does not count.
 */
import type { BlockId, Edge, Func, Term } from '../ir.ts';
import { eachEdge } from '../traverse.ts';
import type { Cfg } from './cfg.ts';
import { buildDominance } from './dominance.ts';
import { buildLoops, type Loops } from './loops.ts';

/** 1 for cold blocks, by block id. The entry is never cold; a loop is as cold as the way into it. */
export function coldBlocks(func: Func, cfg: Cfg): Uint8Array {
  const warm = new Uint8Array(func.blocks.length);
  const work: BlockId[] = [0 as BlockId];
  let loops: Loops | null = null;
  const endsLoop = (id: BlockId, term: Extract<Term, { kind: 'branch' }>): boolean => {
    loops ??= buildLoops(func, buildDominance(func, cfg));
    const loop = loops.loops[loops.loopOf[id] as number];
    if (!loop || (id !== loop.header && !loop.latches.includes(id))) return false;
    return !loop.blocks.includes(term.then.block) || !loop.blocks.includes(term.else.block);
  };
  warm[0] = 1;
  const visit = (edge: Edge): void => {
    if (warm[edge.block] || endsBadly(func, edge.block)) return;
    warm[edge.block] = 1;
    work.push(edge.block);
  };
  for (let id = work.pop(); id !== undefined; id = work.pop()) {
    const term = func.blocks[id]?.term;
    if (!term) continue;
    if (term.kind === 'branch' && term.likely !== undefined && !endsLoop(id, term)) visit(term.likely ? term.then : term.else);
    else eachEdge(term, visit);
  }
  const cold = new Uint8Array(func.blocks.length);
  for (const id of cfg.order) cold[id] = warm[id] ? 0 : 1;
  return cold;
}

function endsBadly(func: Func, id: BlockId): boolean {
  const kind = func.blocks[id]?.term.kind;
  return kind === 'raise' || kind === 'propagate' || kind === 'trap';
}
