/**
 * Emits the body of one function into a sink.
 *
 * The order of work is kept on an explicit stack, so that long chains of blocks cannot overflow the host's stack. Rare exits
 * (exceptions, interrupts, shadow stack overflow) share one landing place each, behind blocks that wrap the whole body.
 */
import { TRAP_REASON } from '@molt/abi';
import { broken } from '@molt/diagnostics';
import type { Func, Inst, Module, Type } from '@molt/mir';
import { analyseFlow, type Flow } from './flow.ts';
import { type GraphEdge, type GraphNode, type GraphTerm, graphOf } from './graph.ts';
import { type FuncPlan, InstEmitter, type RareExit, TRACE_APPEND } from './inst-emitter.ts';
import { makeReducible } from './irreducible.ts';
import { assignLocals } from './locals.ts';
import type { Sink } from './sink.ts';
import { type Placement, placeNodes } from './structure.ts';
import { tablePlan } from './switch-plan.ts';
import { planTrees } from './trees.ts';

type Label =
  | { readonly kind: 'follow'; readonly node: number }
  | { readonly kind: 'loop'; readonly node: number }
  | { readonly kind: 'plain' }
  | { readonly kind: 'rare'; readonly exit: RareExit };

/** What is still to be emitted; `fall` is the node that comes next in the code, reached without a branch. */
type Work =
  | { readonly kind: 'node'; readonly node: number; readonly fall: number }
  | { readonly kind: 'edge'; readonly from: number; readonly edge: GraphEdge; readonly fall: number }
  | { readonly kind: 'else' }
  | { readonly kind: 'end' };

const NOWHERE = -1;

/** Terminators of the rare way. */
const RARE_ENDS: ReadonlySet<string> = new Set<GraphTerm['kind']>(['raise', 'propagate', 'trap']);

/** Emits a function; returns the types of its locals after the parameters. `sharedMemory`: other threads may write the interrupt cell. */
export function emitFunc(module: Module, func: Func, sink: Sink, sharedMemory = false): readonly Type[] {
  const graph = graphOf(func);
  makeReducible(graph);
  const flow = analyseFlow(graph);
  const trees = planTrees(graph, flow.order, module);
  const locals = assignLocals(func, graph, flow, trees);
  new FuncEmitter({ module, func, graph, trees, locals, sink, sharedMemory }, flow, placeNodes(graph, flow)).run();
  return locals.types;
}

class FuncEmitter {
  readonly #labels: Label[] = [];
  readonly #work: Work[] = [];
  readonly #plan: FuncPlan;
  readonly #sink: Sink;
  readonly #flow: Flow;
  readonly #placement: Placement;
  readonly #insts: InstEmitter;

  constructor(plan: FuncPlan, flow: Flow, placement: Placement) {
    this.#plan = plan;
    this.#sink = plan.sink;
    this.#flow = flow;
    this.#placement = placement;
    this.#insts = new InstEmitter(plan, (exit) => this.#rare(exit));
  }

  run(): void {
    const exits = this.#rareExits();
    for (const exit of exits) this.#open('block', { kind: 'rare', exit }, exit === 'trace' ? 'i32' : null);
    this.#work.push({ kind: 'node', node: this.#plan.graph.entry, fall: NOWHERE });
    for (let item = this.#work.pop(); item; item = this.#work.pop()) {
      switch (item.kind) {
        case 'node':
          this.#node(item.node, item.fall);
          break;
        case 'edge':
          this.#edge(item.from, item.edge, item.fall);
          break;
        case 'else':
          this.#sink.else();
          break;
        case 'end':
          this.#labels.pop();
          this.#sink.end();
          break;
      }
    }
    if (!this.#sink.ended) this.#sink.plain('unreachable');
    for (const exit of exits.reverse()) {
      this.#labels.pop();
      this.#sink.end();
      this.#landing(exit);
    }
  }

  // --- rare exits ---

  /** Which rare exits the function has, outermost first. */
  #rareExits(): RareExit[] {
    const found = new Set<RareExit>();
    const leave = (site: number) => {
      found.add('leave');
      if (this.#insts.isTraced(site)) found.add('trace');
    };
    for (const n of this.#flow.order) {
      const { insts, term } = this.#plan.graph.nodes[n] as GraphNode;
      for (const inst of insts) {
        if (inst.op === 'interrupt.check') found.add('interrupt');
        else if (inst.op === 'frame.enter') found.add('stack');
        else if (this.#insts.propagates(inst)) leave(inst.site);
      }
      if (term.kind === 'raise' || term.kind === 'propagate') leave(term.site);
    }
    return (['interrupt', 'stack', 'leave', 'trace'] as const).filter((exit) => found.has(exit));
  }

  /** Code at the end of the function for one rare exit; the trace exit falls through to the leave exit. */
  #landing(exit: RareExit): void {
    const sink = this.#sink;
    switch (exit) {
      case 'trace':
        sink.call(TRACE_APPEND);
        return;
      case 'leave':
        this.#dummy();
        sink.plain('return');
        return;
      case 'stack':
        sink.i32(TRAP_REASON.stack);
        break;
      case 'interrupt':
        this.#insts.loadInterrupt();
        break;
    }
    sink.callHost('trap');
    sink.plain('unreachable');
  }

  #dummy(): void {
    if (this.#plan.func.result === 'f64') this.#sink.f64(0);
    else if (this.#plan.func.result === 'i64') this.#sink.i64(0n);
    else if (this.#plan.func.result !== null) this.#sink.i32(0);
  }

  #leave(site: number): void {
    if (this.#insts.isTraced(site)) {
      this.#sink.i32(site);
      this.#sink.br(this.#rare('trace'));
    } else {
      this.#sink.br(this.#rare('leave'));
    }
  }

  // --- labels ---

  #open(kind: 'block' | 'loop' | 'if', label: Label, type: 'i32' | null = null): void {
    this.#sink.block(kind, type);
    this.#labels.push(label);
  }

  #depth(matches: (label: Label) => boolean): number {
    for (let i = this.#labels.length - 1; i >= 0; i--) if (matches(this.#labels[i] as Label)) return this.#labels.length - 1 - i;
    return broken('no label around this place leads to the target', { pass: 'codegen-wasm', func: this.#plan.func.name });
  }

  #rare(exit: RareExit): number {
    return this.#depth((l) => l.kind === 'rare' && l.exit === exit);
  }

  // --- control flow ---

  #node(node: number, fall: number): void {
    let next = fall;
    // Outermost first; what follows a block is queued below what is inside it.
    const openFor = (followers: readonly number[]) => {
      for (const follower of followers) {
        this.#work.push({ kind: 'node', node: follower, fall: next }, { kind: 'end' });
        this.#open('block', { kind: 'follow', node: follower });
        next = follower;
      }
    };
    openFor(this.#placement.behindLoop[node] as readonly number[]);
    if (this.#flow.isHeader[node]) {
      this.#work.push({ kind: 'end' });
      this.#open('loop', { kind: 'loop', node });
    }
    openFor(this.#placement.joins[node] as readonly number[]);
    this.#insts.block((this.#plan.graph.nodes[node] as GraphNode).insts, this.#plan.trees.roots[node] as readonly Inst[]);
    this.#term(node, (this.#plan.graph.nodes[node] as GraphNode).term, next);
  }

  #term(node: number, term: GraphTerm, fall: number): void {
    const sink = this.#sink;
    switch (term.kind) {
      case 'jump':
        this.#edge(node, term.to, fall);
        return;
      case 'branch':
        this.#branch(node, term, fall);
        return;
      case 'switch':
        this.#switch(node, term, fall);
        return;
      case 'return':
        if (term.value !== null) this.#insts.value(term.value);
        sink.plain('return');
        return;
      case 'raise':
        this.#insts.storePending(term.value);
        this.#leave(term.site);
        return;
      case 'propagate':
        this.#leave(term.site);
        return;
      case 'trap':
        sink.i32(term.reason);
        sink.callHost('trap');
        sink.plain('unreachable');
        return;
    }
  }

  #branch(node: number, term: Extract<GraphTerm, { kind: 'branch' }>, fall: number): void {
    const sink = this.#sink;
    const thenPlain = this.#isPlain(node, term.then);
    const elsePlain = this.#isPlain(node, term.else);
    const thenFalls = thenPlain && this.#falls(node, term.then, fall);
    const elseFalls = elsePlain && this.#falls(node, term.else, fall);
    const likely = term.likely ?? this.#guess(term.then, term.else);
    const condition = (negated: boolean) => {
      this.#insts.condition(term.cond, negated);
      if (likely !== undefined) sink.hint(likely !== negated);
    };
    if (thenPlain && !thenFalls) {
      condition(false);
      sink.brIf(this.#target(node, term.then.to));
      this.#edge(node, term.else, fall);
    } else if (elsePlain && !elseFalls) {
      condition(true);
      sink.brIf(this.#target(node, term.else.to));
      this.#edge(node, term.then, fall);
    } else if (thenFalls) {
      condition(true);
      this.#open('if', { kind: 'plain' });
      this.#work.push({ kind: 'end' }, { kind: 'edge', from: node, edge: term.else, fall });
    } else {
      condition(false);
      this.#open('if', { kind: 'plain' });
      this.#work.push({ kind: 'end' });
      if (!elseFalls) this.#work.push({ kind: 'edge', from: node, edge: term.else, fall }, { kind: 'else' });
      this.#work.push({ kind: 'edge', from: node, edge: term.then, fall });
    }
  }

  /** A way that ends with an exception or a trap at once is the rare one. */
  #guess(thenEdge: GraphEdge, elseEdge: GraphEdge): boolean | undefined {
    const rare = (edge: GraphEdge) => RARE_ENDS.has((this.#plan.graph.nodes[edge.to] as GraphNode).term.kind);
    const thenRare = rare(thenEdge);
    return thenRare === rare(elseEdge) ? undefined : !thenRare;
  }

  #switch(node: number, term: Extract<GraphTerm, { kind: 'switch' }>, fall: number): void {
    const sink = this.#sink;
    // Edges that need code of their own land behind a block each; the last of them falls on like the node itself.
    const pads: GraphEdge[] = [];
    const padOf = (edge: GraphEdge): number => {
      const found = pads.findIndex(
        (p) => p.to === edge.to && p.args.length === edge.args.length && p.args.every((a, i) => a === edge.args[i]),
      );
      return found >= 0 ? found : pads.push(edge) - 1;
    };
    const edges = [...term.cases.map((c) => c.to), term.default];
    const pad = edges.map((edge) => (this.#isPlain(node, edge) ? -1 : padOf(edge)));
    for (let i = pads.length - 1; i >= 0; i--) {
      this.#open('block', { kind: 'plain' });
      const last = i === pads.length - 1;
      // Code between two pads must not fall into the next one.
      this.#work.push({ kind: 'edge', from: node, edge: pads[i] as GraphEdge, fall: last ? fall : NOWHERE }, { kind: 'end' });
    }
    const depth = edges.map((edge, i) => (pad[i] === -1 ? this.#target(node, edge.to) : (pad[i] as number)));
    const plan = tablePlan(term.cases);
    this.#insts.value(term.value);
    if (plan) {
      if (plan.base !== 0) {
        sink.i32(plan.base);
        sink.plain('i32.sub');
      }
      const slots: number[] = new Array(plan.length).fill(depth.at(-1));
      term.cases.forEach((c, i) => {
        slots[(c.value | 0) - plan.base] = depth[i] as number;
      });
      sink.brTable(slots, depth.at(-1) as number);
      return;
    }
    if (term.cases.length === 0) sink.plain('drop');
    term.cases.forEach((c, i) => {
      if (i > 0) this.#insts.value(term.value);
      sink.i32(c.value);
      sink.plain('i32.eq');
      sink.brIf(depth[i] as number);
    });
    sink.br(depth.at(-1) as number);
  }

  /** Whether the edge is nothing but a branch to a label. */
  #isPlain(from: number, edge: GraphEdge): boolean {
    return (this.#isBack(from, edge.to) || this.#placement.labelled[edge.to] === 1) && this.#moves(edge).length === 0;
  }

  #isBack(from: number, to: number): boolean {
    return (this.#flow.rank[to] as number) <= (this.#flow.rank[from] as number);
  }

  #falls(from: number, edge: GraphEdge, fall: number): boolean {
    return edge.to === fall && !this.#isBack(from, edge.to);
  }

  /** Depth of the label that leads to a node. */
  #target(from: number, to: number): number {
    const kind = this.#isBack(from, to) ? 'loop' : 'follow';
    return this.#depth((l) => l.kind === kind && l.node === to);
  }

  /** Moves arguments to parameters, then goes to the target: by a branch, by falling, or by emitting it here. */
  #edge(from: number, edge: GraphEdge, fall: number): void {
    const moves = this.#moves(edge);
    // All arguments are on the stack before the first parameter changes, so the moves are parallel.
    for (const { arg } of moves) this.#insts.value(arg);
    for (const { param } of moves.reverse()) {
      if (param === -1) this.#sink.plain('drop');
      else this.#sink.set(param);
    }
    if (this.#isBack(from, edge.to) || this.#placement.labelled[edge.to]) {
      if (!this.#falls(from, edge, fall)) this.#sink.br(this.#target(from, edge.to));
    } else {
      this.#work.push({ kind: 'node', node: edge.to, fall });
    }
  }

  /** Arguments that must be moved, and the local each goes to; -1 for one that is only computed for its effects. */
  #moves(edge: GraphEdge): { arg: number; param: number }[] {
    const moves: { arg: number; param: number }[] = [];
    const params = (this.#plan.graph.nodes[edge.to] as GraphNode).params;
    edge.args.forEach((arg, i) => {
      if (arg < 0) return;
      const param = this.#plan.locals.of[params[i] as number] as number;
      if (this.#plan.trees.inlined[arg] ? true : param !== -1 && (this.#plan.trees.repeated[arg] || this.#plan.locals.of[arg] !== param))
        moves.push({ arg, param });
    });
    return moves;
  }
}
