/**
 * Makes a control flow graph reducible.
 *
 * WebAssembly has loops with one entry only. Python source gives no others, but resumable functions jump into the middle of
 * loops. Every strongly connected region with several entries gets a dispatch node: all edges to its entries go there with
 * a selector, and the node switches on it. Copying nodes instead would be exponential for nested loops.
 *
 * The parameters of the entries move to the dispatch node; an edge for one entry leaves the parameters of the others unset.
 */
import type { Inst, ValueId } from '@molt/mir';
import { edgesOf, type Graph, type GraphEdge, type GraphNode, KEEP } from './graph.ts';

/** Adds dispatch nodes until every loop has one entry. */
export function makeReducible(graph: Graph): void {
  const work: number[][] = [graph.nodes.map((_, i) => i)];
  for (let region = work.pop(); region; region = work.pop()) {
    for (const component of loops(graph, new Set(region))) {
      const inside = new Set(component);
      const entries = entriesOf(graph, inside);
      if (entries.length > 1) {
        addDispatch(graph, entries);
        // Edges between entries now run through the dispatch node, so what is left of the region are its inner loops.
        work.push(component);
      } else {
        const header = entries[0];
        work.push(component.filter((n) => n !== header));
      }
    }
  }
}

/** Nodes of the region that control enters from outside. */
function entriesOf(graph: Graph, inside: ReadonlySet<number>): number[] {
  const found = new Set<number>();
  if (inside.has(graph.entry)) found.add(graph.entry);
  graph.nodes.forEach((node, from) => {
    if (inside.has(from)) return;
    for (const edge of edgesOf(node.term)) if (inside.has(edge.to)) found.add(edge.to);
  });
  return [...found].sort((a, b) => a - b);
}

function addDispatch(graph: Graph, entries: readonly number[]): void {
  const fresh = (): ValueId => {
    graph.values.push('i32');
    return (graph.values.length - 1) as ValueId;
  };
  const selector = fresh();
  const at = graph.nodes.length;
  const params = [selector, ...entries.flatMap((n) => (graph.nodes[n] as GraphNode).params)];
  const offset = new Map<number, number>();
  let next = 1;
  for (const entry of entries) {
    offset.set(entry, next);
    next += (graph.nodes[entry] as GraphNode).params.length;
  }
  for (const node of graph.nodes) {
    for (const edge of edgesOf(node.term)) {
      const start = offset.get(edge.to);
      if (start === undefined) continue;
      const value = fresh();
      node.insts.push({
        op: 'i32.const',
        args: [],
        imm: { value: entries.indexOf(edge.to) },
        result: value,
        site: -1,
      } satisfies Inst<'i32.const'> as Inst);
      redirect(edge, at, [value, ...params.slice(1).map((_, i) => edge.args[i + 1 - start] ?? KEEP)]);
    }
  }
  for (const entry of entries) (graph.nodes[entry] as GraphNode).params.length = 0;
  const edge = (to: number): GraphEdge => ({ to, args: [] });
  graph.nodes.push({
    params,
    insts: [],
    term: {
      kind: 'switch',
      value: selector,
      cases: entries.slice(0, -1).map((to, value) => ({ value, to: edge(to) })),
      default: edge(entries.at(-1) as number),
    },
  });
}

function redirect(edge: GraphEdge, to: number, args: readonly number[]): void {
  edge.to = to;
  edge.args = args;
}

/** Strongly connected components of the region that contain a cycle (Tarjan's algorithm, without recursion). */
function loops(graph: Graph, region: ReadonlySet<number>): number[][] {
  const found: number[][] = [];
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const onStack = new Set<number>();
  const stack: number[] = [];
  const successors = (n: number) =>
    edgesOf((graph.nodes[n] as GraphNode).term)
      .map((e) => e.to)
      .filter((t) => region.has(t));
  for (const root of region) {
    if (index.has(root)) continue;
    const path: { node: number; next: number[] }[] = [];
    const open = (node: number) => {
      index.set(node, index.size);
      low.set(node, index.get(node) as number);
      stack.push(node);
      onStack.add(node);
      path.push({ node, next: successors(node) });
    };
    open(root);
    while (path.length > 0) {
      const top = path[path.length - 1] as { node: number; next: number[] };
      const to = top.next.pop();
      if (to !== undefined) {
        if (!index.has(to)) open(to);
        else if (onStack.has(to)) low.set(top.node, Math.min(low.get(top.node) as number, index.get(to) as number));
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent) low.set(parent.node, Math.min(low.get(parent.node) as number, low.get(top.node) as number));
      if (low.get(top.node) !== index.get(top.node)) continue;
      const component: number[] = [];
      for (let n = stack.pop() as number; ; n = stack.pop() as number) {
        onStack.delete(n);
        component.push(n);
        if (n === top.node) break;
      }
      if (component.length > 1 || successors(top.node).includes(top.node)) found.push(component);
    }
  }
  return found;
}
