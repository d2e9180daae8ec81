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
import type { Trees } from './trees.ts';

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
    needs[v] = (trees.uses[v] as number) > 0 && !trees.inlined[v] && !trees.repeated[v] ? 1 : 0;
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
  for (let v = 0; v < of.length; v++) if ((of[v] as number) >= 0) of[v] = renamed[of[v] as number] as number;
  return { of, types: sorted.map((l) => types[l] as Type) };
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

/** What one emitted instruction (with its tree) or terminator does with locals, by dense number. */
interface Step {
  readonly uses: readonly number[];
  /** The value whose local it sets, or -1. */
  readonly def: number;
}

/** Liveness of one function: dense numbers for the values that need locals, steps per node, bit rows per node. */
class Liveness {
  /** Values by dense number. */
  readonly values: number[] = [];
  readonly steps: (readonly Step[])[];
  readonly #dense: Int32Array;
  readonly #words: number;
  readonly #liveIn: Uint32Array;
  readonly #liveOut: Uint32Array;
  readonly #graph: Graph;
  readonly #trees: Trees;

  constructor(graph: Graph, flow: Flow, trees: Trees, needs: Uint8Array) {
    this.#graph = graph;
    this.#trees = trees;
    this.#dense = new Int32Array(graph.values.length).fill(-1);
    for (let v = 0; v < needs.length; v++) if (needs[v]) this.#dense[v] = this.values.push(v) - 1;
    this.#words = (this.values.length + 31) >> 5;
    const cells = this.#words * graph.nodes.length;
    this.#liveIn = new Uint32Array(cells);
    this.#liveOut = new Uint32Array(cells);
    this.steps = graph.nodes.map(() => []);
    this.#solve(flow, new Uint32Array(cells));
  }

  /** Dense number of a value, or -1. */
  denseOf(value: number): number {
    return this.#dense[value] as number;
  }

  isLiveOut(node: number, d: number): boolean {
    return (((this.#liveOut[node * this.#words + (d >> 5)] as number) >>> (d & 31)) & 1) === 1;
  }

  forLiveIn(node: number, see: (d: number) => void): void {
    for (let w = 0; w < this.#words; w++) {
      for (let bits = this.#liveIn[node * this.#words + w] as number; bits !== 0; bits &= bits - 1)
        see(w * 32 + 31 - Math.clz32(bits & -bits));
    }
  }

  /** Collects the locals that a value's computation reads. */
  #leaves(value: number, into: number[]): void {
    if (value < 0) return;
    const d = this.#dense[value] as number;
    if (d >= 0) into.push(d);
    else if (this.#trees.inlined[value]) for (const arg of (this.#trees.defs[value] as Inst).args) this.#leaves(arg, into);
  }

  #step(values: readonly number[], def: number): Step {
    const uses: number[] = [];
    for (const value of values) this.#leaves(value, uses);
    return { uses, def: def >= 0 ? (this.#dense[def] as number) : -1 };
  }

  /** Backward data flow to a fixed point. `defines` is room for the values that a node sets before reading them. */
  #solve(flow: Flow, defines: Uint32Array): void {
    const words = this.#words;
    const reads = this.#liveIn;
    for (const n of flow.order) {
      const { params, term } = this.#graph.nodes[n] as GraphNode;
      const steps = (this.#trees.roots[n] as readonly Inst[]).map((inst) => this.#step(inst.args, inst.result));
      const operands: number[] = [...termOperands(term)];
      for (const edge of edgesOf(term)) operands.push(...edge.args);
      steps.push(this.#step(operands, -1));
      this.steps[n] = steps;
      const base = n * words;
      const mark = (row: Uint32Array, d: number) => {
        row[base + (d >> 5)] = (row[base + (d >> 5)] as number) | (1 << (d & 31));
      };
      const isDefined = (d: number) => ((defines[base + (d >> 5)] as number) >>> (d & 31)) & 1;
      for (const param of params) if ((this.#dense[param] as number) >= 0) mark(defines, this.#dense[param] as number);
      for (const { uses, def } of steps) {
        for (const d of uses) if (!isDefined(d)) mark(reads, d);
        if (def >= 0) mark(defines, def);
      }
    }
    const successors = this.#graph.nodes.map(({ term }) => edgesOf(term).map((edge) => edge.to));
    for (let changed = true; changed; ) {
      changed = false;
      for (let i = flow.order.length - 1; i >= 0; i--) {
        const n = flow.order[i] as number;
        for (const to of successors[n] as number[]) {
          for (let w = 0; w < words; w++) {
            const at = n * words + w;
            const out = ((this.#liveOut[at] as number) | (this.#liveIn[to * words + w] as number)) >>> 0;
            if (out === this.#liveOut[at]) continue;
            this.#liveOut[at] = out;
            const into = ((this.#liveIn[at] as number) | (out & ~(defines[at] as number))) >>> 0;
            if (into === this.#liveIn[at]) continue;
            this.#liveIn[at] = into;
            changed = true;
          }
        }
      }
    }
  }
}

/** Where each value is alive, by value. */
function liveIntervals(graph: Graph, flow: Flow, trees: Trees, needs: Uint8Array): (Intervals | undefined)[] {
  const live = new Liveness(graph, flow, trees, needs);
  const intervals: (Intervals | undefined)[] = new Array(graph.values.length).fill(undefined);
  const extend = (d: number, start: number, end: number) => {
    const v = live.values[d] as number;
    const list = intervals[v];
    if (list === undefined) intervals[v] = [start, end];
    else if (list[list.length - 1] === start) list[list.length - 1] = end;
    else list.push(start, end);
  };
  // Last use of each value in the node at hand; 0 = none, because positions of uses are larger.
  const lastUse = new Int32Array(live.values.length);
  let position = 0;
  for (const n of flow.order) {
    const steps = live.steps[n] as readonly Step[];
    const start = position;
    const end = start + 2 + 2 * steps.length;
    steps.forEach(({ uses }, i) => {
      for (const d of uses) lastUse[d] = start + 2 + 2 * i + 1;
    });
    const finish = (d: number, from: number) => extend(d, from, live.isLiveOut(n, d) ? end : Math.max(lastUse[d] as number, from + 1));
    live.forLiveIn(n, (d) => finish(d, start));
    for (const param of (graph.nodes[n] as GraphNode).params) if (needs[param]) finish(live.denseOf(param), start);
    steps.forEach(({ def }, i) => {
      if (def >= 0) finish(def, start + 2 + 2 * i + 1);
    });
    for (const { uses } of steps) for (const d of uses) lastUse[d] = 0;
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
