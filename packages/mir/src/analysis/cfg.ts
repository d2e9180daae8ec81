/**
 * The control flow graph of a function as arrays by block id: predecessors, successors and a reverse postorder.
 *
 * Only blocks that the entry reaches appear in `order`. A successor that two edges reach (both ways of a branch) is listed twice.
 */
import type { BlockId, Func, Term } from '../ir.ts';

/** Control flow of one function; stale as soon as a terminator changes. */
export interface Cfg {
  readonly preds: readonly BlockId[][];
  readonly succs: readonly BlockId[][];
  /** Reachable blocks in reverse postorder; the entry is first. */
  readonly order: readonly BlockId[];
  /** Position of a block in `order`, or -1 when it is unreachable. */
  readonly position: Int32Array;
}

function successors(term: Term): BlockId[] {
  switch (term.kind) {
    case 'jump':
      return [term.to.block];
    case 'branch':
      return [term.then.block, term.else.block];
    case 'switch':
      return [...term.cases.map((c) => c.to.block), term.default.block];
    default:
      return [];
  }
}

/** Computes the control flow graph without recursion, so that long chains of blocks cannot overflow the stack. */
export function buildCfg(func: Func): Cfg {
  const count = func.blocks.length;
  const preds: BlockId[][] = new Array(count);
  const succs: BlockId[][] = new Array(count);
  for (let id = 0; id < count; id++) {
    const block = func.blocks[id];
    preds[id] = [];
    succs[id] = block ? successors(block.term) : [];
  }
  const position = new Int32Array(count).fill(-1);
  const postorder: BlockId[] = [];
  const stack: BlockId[] = [0 as BlockId];
  const next = new Int32Array(count);
  if (count > 0) position[0] = 0;
  while (stack.length > 0) {
    const id = stack[stack.length - 1] as BlockId;
    const out = succs[id] as BlockId[];
    // The last successor first, so that the reversed order visits the first successor first.
    const at = out.length - 1 - (next[id] as number);
    if (at >= 0) {
      next[id] = (next[id] as number) + 1;
      const to = out[at] as BlockId;
      if (position[to] === -1) {
        position[to] = 0;
        stack.push(to);
      }
    } else {
      stack.pop();
      postorder.push(id);
    }
  }
  const order = postorder.reverse();
  order.forEach((id, index) => {
    position[id] = index;
  });
  for (const id of order) for (const to of succs[id] as BlockId[]) (preds[to] as BlockId[]).push(id);
  return { preds, succs, order, position };
}
