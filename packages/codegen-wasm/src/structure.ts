/**
 * Places the nodes of a reducible graph in nested blocks and loops, after N. Ramsey, "Beyond Relooper" (2022).
 *
 * A node is emitted inside its immediate dominator: where its only forward edge is, or, when it joins several, behind a block
 * that those edges leave. One refinement: a node that a loop's nodes dominate but that lies outside of the loop is placed behind
 * the loop, not inside it, so that engines see loops that hold no more than their own code.
 */
import type { Flow } from './flow.ts';
import { edgesOf, type Graph, type GraphNode } from './graph.ts';

export interface Placement {
  /** Per loop header: nodes behind the loop, last first. */
  readonly behindLoop: readonly (readonly number[])[];
  /** Per node: joins that follow its own code, last first. */
  readonly joins: readonly (readonly number[])[];
  /** 1 when edges reach the node by leaving a block; otherwise it is emitted at its only forward edge. */
  readonly labelled: Uint8Array;
}

/** Decides where each node goes. */
export function placeNodes(graph: Graph, flow: Flow): Placement {
  const behindLoop: number[][] = graph.nodes.map(() => []);
  const joins: number[][] = graph.nodes.map(() => []);
  const labelled = new Uint8Array(graph.nodes.length);
  const contains = (header: number, node: number): boolean => {
    for (let at = flow.loopOf[node] as number; at !== -1; at = flow.loopParent[at] as number) if (at === header) return true;
    return false;
  };
  // Reverse postorder backwards: lists come out with the last node first, which is the outermost block.
  for (let i = flow.order.length - 1; i >= 0; i--) {
    const node = flow.order[i] as number;
    if (node === graph.entry) continue;
    const host = flow.idom[node] as number;
    const isJoin = (flow.forwardIn[node] as number) > 1;
    let left = -1;
    for (let loop = flow.loopOf[host] as number; loop !== -1 && !contains(loop, node); loop = flow.loopParent[loop] as number) left = loop;
    if (left !== -1 && (isJoin || !isShortExit(graph.nodes[node] as GraphNode))) {
      behindLoop[left]?.push(node);
      labelled[node] = 1;
    } else if (isJoin) {
      joins[host]?.push(node);
      labelled[node] = 1;
    }
  }
  return { behindLoop, joins, labelled };
}

/** Nodes that leave the function at once may stay where they are reached. */
function isShortExit(node: GraphNode): boolean {
  return edgesOf(node.term).length === 0 && node.insts.length <= 8;
}
