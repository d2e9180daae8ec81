/**
 * Gives each value that needs one a local, and lets values that are never alive together share it.
 *
 * Positions number the emitted instructions in reverse postorder; a value is alive on a list of position intervals (exact per
 * block, from a backward data flow). Locals are handed out greedily by first position. A block parameter prefers the local of an
 * argument and an argument the local of its parameter, which makes most moves at joins disappear.
 */
import type { Func, Inst, Type } from '@molt/mir';
import type { Flow } from './flow.ts';
import { edgesOf, type Graph, type GraphNode, termOperands } from './graph.ts';
import { isRepeated, type Trees } from './trees.ts';

export interface Locals {
  /** Local of a value, or -1 when it has none. */
  readonly of: Int32Array;
  /** Types of the locals after the parameters, in order. */
  readonly types: readonly Type[];
}

/** Half-open intervals, ascending and disjoint: start, end, start, end, ... */
type Intervals = number[];

/** Assigns the locals of a function. */
export function assignLocals(func: Func, graph: Graph, flow: Flow, trees: Trees): Locals {
  const needs = new Uint8Array(graph.values.length);
  for (let v = 0; v < graph.values.length; v++) {
    needs[v] = (trees.uses[v] as number) > 0 && !trees.inlined[v] && !isRepeated(trees.defs[v]) ? 1 : 0;
  }
  const alive = liveIntervals(graph, flow, trees, needs);
  const of = new Int32Array(graph.values.length).fill(-1);
  const types: Type[] = func.params.map((p) => graph.values[p] as Type);
  const taken: Intervals[] = func.params.map(() => []);
  func.params.forEach((param, local) => {
    const intervals = alive[param];
    if (needs[param] && intervals) {
      of[param] = local;
      taken[local] = intervals;
    }
  });
  const partners = affinities(graph, flow, needs);
  const byType = new Map<Type, number[]>();
  types.forEach((type, local) => {
    byType.set(type, [...(byType.get(type) ?? []), local]);
  });
  const queue = [...alive.keys()].filter((v) => needs[v] && of[v] === -1 && (alive[v]?.length ?? 0) > 0);
  queue.sort((a, b) => (alive[a]?.[0] as number) - (alive[b]?.[0] as number) || a - b);
  for (const value of queue) {
    const type = graph.values[value] as Type;
    const intervals = alive[value] as Intervals;
    const pool = byType.get(type) ?? [];
    byType.set(type, pool);
    const wanted = (partners.get(value) ?? []).map((p) => of[p] as number).filter((l) => l >= 0 && types[l] === type);
    let local = [...wanted, ...pool].find((l) => !overlap(taken[l] as Intervals, intervals));
    if (local === undefined) {
      local = types.length;
      types.push(type);
      taken.push([]);
      pool.push(local);
    }
    of[value] = local;
    taken[local] = merge(taken[local] as Intervals, intervals);
  }
  return groupByType(of, types, func.params.length);
}

/** Renumbers so that locals of one type are declared together. */
function groupByType(of: Int32Array, types: readonly Type[], params: number): Locals {
  const own = types.map((_, l) => l).slice(params);
  const sorted = (['i32', 'i64', 'f64'] as const).flatMap((type) => own.filter((l) => types[l] === type));
  const renamed = new Int32Array(types.length);
  for (let l = 0; l < params; l++) renamed[l] = l;
  sorted.forEach((old, i) => {
    renamed[old] = params + i;
  });
  return { of: of.map((l) => (l < 0 ? -1 : (renamed[l] as number))), types: sorted.map((l) => types[l] as Type) };
}

/** Values that should share a local if they can: parameters and their arguments. */
function affinities(graph: Graph, flow: Flow, needs: Uint8Array): Map<number, number[]> {
  const partners = new Map<number, number[]>();
  const add = (a: number, b: number) => {
    const list = partners.get(a);
    if (list) list.push(b);
    else partners.set(a, [b]);
  };
  for (const n of flow.order) {
    for (const edge of edgesOf((graph.nodes[n] as GraphNode).term)) {
      const params = (graph.nodes[edge.to] as GraphNode).params;
      edge.args.forEach((arg, i) => {
        const param = params[i] as number;
        if (arg < 0 || !needs[arg] || !needs[param]) return;
        add(arg, param);
        add(param, arg);
      });
    }
  }
  return partners;
}

/** Calls back for every local that a value's computation reads. */
function forLeaves(value: number, trees: Trees, needs: Uint8Array, see: (value: number) => void): void {
  if (value < 0) return;
  if (needs[value]) see(value);
  else if (trees.inlined[value]) for (const arg of (trees.defs[value] as Inst).args) forLeaves(arg, trees, needs, see);
}

function liveIntervals(graph: Graph, flow: Flow, trees: Trees, needs: Uint8Array): (Intervals | undefined)[] {
  const dense: number[] = [];
  const denseOf = new Int32Array(graph.values.length).fill(-1);
  for (let v = 0; v < graph.values.length; v++) {
    if (!needs[v]) continue;
    denseOf[v] = dense.length;
    dense.push(v);
  }
  const words = (dense.length + 31) >> 5;
  const rows = () => graph.nodes.map(() => new Uint32Array(words));
  const reads = rows();
  const defines = rows();
  const liveIn = rows();
  const liveOut = rows();
  const has = (row: Uint32Array, d: number) => ((row[d >> 5] as number) >>> (d & 31)) & 1;
  const put = (row: Uint32Array, d: number) => {
    row[d >> 5] = (row[d >> 5] as number) | (1 << (d & 31));
  };

  /** Reads and definitions of a node in order, one step per root instruction, and the terminator last. */
  const steps = new Map<number, { uses: number[]; def: number }[]>();
  for (const n of flow.order) {
    const node = graph.nodes[n] as GraphNode;
    const list: { uses: number[]; def: number }[] = [];
    const step = (values: readonly number[], def: number) => {
      const uses: number[] = [];
      for (const value of values) forLeaves(value, trees, needs, (v) => uses.push(denseOf[v] as number));
      list.push({ uses, def: def >= 0 && needs[def] ? (denseOf[def] as number) : -1 });
    };
    for (const inst of trees.roots[n] as readonly Inst[]) step(inst.args, inst.result);
    step([...termOperands(node.term), ...edgesOf(node.term).flatMap((e) => e.args)], -1);
    steps.set(n, list);
    const kill = defines[n] as Uint32Array;
    const read = reads[n] as Uint32Array;
    for (const param of node.params) if (needs[param]) put(kill, denseOf[param] as number);
    for (const { uses, def } of list) {
      for (const d of uses) if (!has(kill, d)) put(read, d);
      if (def >= 0) put(kill, def);
    }
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = flow.order.length - 1; i >= 0; i--) {
      const n = flow.order[i] as number;
      const out = liveOut[n] as Uint32Array;
      const into = liveIn[n] as Uint32Array;
      for (const edge of edgesOf((graph.nodes[n] as GraphNode).term)) {
        const next = liveIn[edge.to] as Uint32Array;
        for (let w = 0; w < words; w++) out[w] = (out[w] as number) | (next[w] as number);
      }
      for (let w = 0; w < words; w++) {
        const value = ((reads[n]?.[w] as number) | ((out[w] as number) & ~(defines[n]?.[w] as number))) >>> 0;
        if (value !== into[w]) {
          into[w] = value;
          changed = true;
        }
      }
    }
  }

  const intervals: (Intervals | undefined)[] = new Array(graph.values.length).fill(undefined);
  const extend = (d: number, start: number, end: number) => {
    const v = dense[d] as number;
    const list = intervals[v] ?? [];
    intervals[v] = list;
    if (list.length > 0 && list[list.length - 1] === start) list[list.length - 1] = end;
    else list.push(start, end);
  };
  let position = 0;
  for (const n of flow.order) {
    const list = steps.get(n) as { uses: number[]; def: number }[];
    const start = position;
    const end = start + 2 + 2 * list.length;
    // Walk forward with the last use of each value known from a backward walk.
    const lastUse = new Map<number, number>();
    list.forEach(({ uses }, i) => {
      for (const d of uses) lastUse.set(d, start + 2 + 2 * i + 1);
    });
    const finish = (d: number, from: number) =>
      extend(d, from, has(liveOut[n] as Uint32Array, d) ? end : Math.max(lastUse.get(d) ?? 0, from + 1));
    const node = graph.nodes[n] as GraphNode;
    const begun = new Set<number>();
    const begin = (d: number) => {
      if (begun.has(d)) return;
      begun.add(d);
      finish(d, start);
    };
    for (let w = 0; w < words; w++) {
      for (let bits = liveIn[n]?.[w] as number; bits !== 0; ) {
        const bit = 31 - Math.clz32(bits & -bits);
        begin(w * 32 + bit);
        bits &= bits - 1;
      }
    }
    for (const param of node.params) if (needs[param]) begin(denseOf[param] as number);
    list.forEach(({ def }, i) => {
      if (def >= 0) finish(def, start + 2 + 2 * i + 1);
    });
    position = end;
  }
  return intervals;
}

function overlap(a: Intervals, b: Intervals): boolean {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if ((a[i + 1] as number) <= (b[j] as number)) i += 2;
    else if ((b[j + 1] as number) <= (a[i] as number)) j += 2;
    else return true;
  }
  return false;
}

function merge(a: Intervals, b: Intervals): Intervals {
  const out: Intervals = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const fromA = j >= b.length || (i < a.length && (a[i] as number) < (b[j] as number));
    const start = (fromA ? a[i] : b[j]) as number;
    const end = (fromA ? a[i + 1] : b[j + 1]) as number;
    if (fromA) i += 2;
    else j += 2;
    if (out.length > 0 && out[out.length - 1] === start) out[out.length - 1] = end;
    else out.push(start, end);
  }
  return out;
}
