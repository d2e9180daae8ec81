/**
 * What structured control flow needs to know about a reducible graph: reverse postorder, immediate dominators (Cooper, Harvey
 * and Kennedy, "A Simple, Fast Dominance Algorithm"), natural loops and forward in-degrees.
 */
import { edgesOf, type Graph, type GraphNode } from './graph.ts';

export interface Flow {
  /** Reachable nodes in reverse postorder. */
  readonly order: readonly number[];
  /** Position of a node in `order`; -1 when unreachable. */
  readonly rank: Int32Array;
  /** Immediate dominator; the entry is its own. */
  readonly idom: Int32Array;
  /** Edges to a node that are not back edges. */
  readonly forwardIn: Int32Array;
  /** 1 when a back edge leads to the node. */
  readonly isHeader: Uint8Array;
  /** Header of the innermost loop around a node (its own if it is one), or -1. */
  readonly loopOf: Int32Array;
  /** Header of the loop around a loop, by header, or -1. */
  readonly loopParent: Int32Array;
}

/** Analyses a graph. */
export function analyseFlow(graph: Graph): Flow {
  const count = graph.nodes.length;
  const order = reversePostorder(graph);
  const rank = new Int32Array(count).fill(-1);
  order.forEach((node, at) => {
    rank[node] = at;
  });
  const preds: number[][] = graph.nodes.map(() => []);
  for (const from of order) for (const edge of edgesOf((graph.nodes[from] as GraphNode).term)) preds[edge.to]?.push(from);

  const idom = dominators(graph.entry, order, rank, preds);
  const forwardIn = new Int32Array(count);
  const isHeader = new Uint8Array(count);
  for (const to of order) {
    for (const from of preds[to] as number[]) {
      if ((rank[from] as number) >= (rank[to] as number)) isHeader[to] = 1;
      else forwardIn[to] = (forwardIn[to] as number) + 1;
    }
  }
  return { order, rank, idom, forwardIn, isHeader, ...naturalLoops(order, rank, preds, isHeader) };
}

function reversePostorder(graph: Graph): number[] {
  const seen = new Uint8Array(graph.nodes.length);
  const post: number[] = [];
  const path: { node: number; next: number[] }[] = [];
  const open = (node: number) => {
    seen[node] = 1;
    path.push({ node, next: edgesOf((graph.nodes[node] as GraphNode).term).map((e) => e.to) });
  };
  open(graph.entry);
  while (path.length > 0) {
    const top = path[path.length - 1] as { node: number; next: number[] };
    const to = top.next.pop();
    if (to === undefined) {
      post.push(top.node);
      path.pop();
    } else if (!seen[to]) {
      open(to);
    }
  }
  return post.reverse();
}

function dominators(entry: number, order: readonly number[], rank: Int32Array, preds: readonly (readonly number[])[]): Int32Array {
  const idom = new Int32Array(rank.length).fill(-1);
  idom[entry] = entry;
  const meet = (a: number, b: number): number => {
    let x = a;
    let y = b;
    while (x !== y) {
      while ((rank[x] as number) > (rank[y] as number)) x = idom[x] as number;
      while ((rank[y] as number) > (rank[x] as number)) y = idom[y] as number;
    }
    return x;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const node of order) {
      if (node === entry) continue;
      let best = -1;
      for (const pred of preds[node] as number[]) {
        if (idom[pred] === -1) continue;
        best = best === -1 ? pred : meet(best, pred);
      }
      if (idom[node] !== best) {
        idom[node] = best;
        changed = true;
      }
    }
  }
  return idom;
}

function naturalLoops(
  order: readonly number[],
  rank: Int32Array,
  preds: readonly (readonly number[])[],
  isHeader: Uint8Array,
): { loopOf: Int32Array; loopParent: Int32Array } {
  const loopOf = new Int32Array(rank.length).fill(-1);
  const loopParent = new Int32Array(rank.length).fill(-1);
  const outermost = (header: number): number => {
    let at = header;
    while (loopParent[at] !== -1) at = loopParent[at] as number;
    return at;
  };
  // Inner headers come later in reverse postorder, so inner loops are complete before the loops around them.
  for (let i = order.length - 1; i >= 0; i--) {
    const header = order[i] as number;
    if (!isHeader[header]) continue;
    const work = (preds[header] as number[]).filter((p) => (rank[p] as number) >= (rank[header] as number));
    while (work.length > 0) {
      const node = work.pop() as number;
      if (loopOf[node] === -1) {
        loopOf[node] = header;
        if (node !== header) work.push(...(preds[node] as number[]));
        continue;
      }
      const top = outermost(loopOf[node] as number);
      if (top === header) continue;
      loopParent[top] = header;
      work.push(...(preds[top] as number[]).filter((p) => (rank[p] as number) < (rank[top] as number)));
    }
    loopOf[header] = header;
  }
  return { loopOf, loopParent };
}
