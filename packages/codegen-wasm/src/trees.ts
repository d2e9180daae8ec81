/**
 * Decides which values never get a local: they are computed right where their only use pushes its operands.
 *
 * A value qualifies when it has one use, in its own block, and moving it down to that use does not change the order of effects:
 * a pure instruction may pass anything, a load anything that does not write, the rest nothing with effects. Blocks are walked
 * backwards, so that each instruction claims its operands from the last pushed to the first. Constants are simply repeated.
 */
import { type Func, type Inst, type Module, OPS, type OpName, type ValueId } from '@molt/mir';
import { edgesOf, type Graph, type GraphNode, type GraphTerm, termOperands } from './graph.ts';
import { needsTable } from './switch-plan.ts';

/** How an instruction behaves when it is moved: 0 pure, 1 reads, 2 writes or leaves. */
type Weight = 0 | 1 | 2;

export interface Trees {
  /** The instruction that defines a value, when one does. */
  readonly defs: readonly (Inst | undefined)[];
  /** 1 when the value is computed at its only use. */
  readonly inlined: Uint8Array;
  /** 1 when the value is a constant that is written out at each use. */
  readonly repeated: Uint8Array;
  /** Number of uses; a pure instruction whose result has none is left out. */
  readonly uses: Int32Array;
  /** Per node: the instructions to emit, without inlined and useless ones. */
  readonly roots: readonly (readonly Inst[])[];
}

/** Instructions whose result is repeated at each use. */
const REPEATED: ReadonlySet<OpName> = new Set<OpName>([
  'i32.const',
  'i64.const',
  'f64.const',
  'data.addr',
  'type.id',
  'func.index',
  'ref.null',
]);

/** Trees deeper than this are cut: emission recurses. */
const MAX_DEPTH = 100;
/** Instructions with effects look at most so far back for operands with effects. */
const WINDOW = 64;

/** Operands in the order in which they are pushed. */
export function pushOrder(inst: Inst): readonly ValueId[] {
  if (inst.op !== 'select' && inst.op !== 'call.indirect') return inst.args;
  // The condition of a select and the table index of an indirect call come last.
  return [...inst.args.slice(1), inst.args[0] as ValueId];
}

/** Weight of each op, whatever it calls. */
const WEIGHTS = Object.fromEntries(
  Object.entries(OPS).map(([op, { effects }]): [string, Weight] => {
    const readsOnly = (effects as readonly string[]).every((effect) => effect === 'reads');
    return [op, effects.length === 0 ? 0 : readsOnly && op !== 'interrupt.check' ? 1 : 2];
  }),
) as Record<OpName, Weight>;

/** Plans the trees of a function. */
export function planTrees(graph: Graph, order: readonly number[], module: Module): Trees {
  const plan = new TreePlanner(graph, module);
  for (const n of order) plan.count(graph.nodes[n] as GraphNode);
  plan.dropUseless();
  const roots: (readonly Inst[])[] = graph.nodes.map(() => []);
  for (const n of order) roots[n] = plan.claim(graph.nodes[n] as GraphNode);
  return { defs: plan.defs, inlined: plan.inlined, repeated: plan.repeated, uses: plan.uses, roots };
}

class TreePlanner {
  readonly defs: (Inst | undefined)[];
  readonly inlined: Uint8Array;
  readonly repeated: Uint8Array;
  readonly uses: Int32Array;
  readonly #module: Module;
  readonly #dead = new Set<Inst>();
  /** Place of a value's definition in the block at hand; -1 for values of other blocks. */
  readonly #place: Int32Array;
  #insts: readonly Inst[] = [];
  #weights: Weight[] = [];
  /** 1 for instructions of the block at hand that are useless or part of a tree. */
  #moved = new Uint8Array(64);

  constructor(graph: Graph, module: Module) {
    const count = graph.values.length;
    this.defs = new Array(count).fill(undefined);
    this.inlined = new Uint8Array(count);
    this.repeated = new Uint8Array(count);
    this.uses = new Int32Array(count);
    this.#place = new Int32Array(count).fill(-1);
    this.#module = module;
  }

  #use(value: number, by: number): void {
    if (value >= 0) this.uses[value] = (this.uses[value] as number) + by;
  }

  #weight(inst: Inst): Weight {
    if (inst.op === 'call') {
      const callee: Func | undefined = this.#module.funcs.get((inst as Inst<'call'>).imm.func);
      if (callee?.attrs.pure === true) return 0;
    }
    return WEIGHTS[inst.op];
  }

  /** Notes definitions and uses of a block. */
  count({ insts, term }: GraphNode): void {
    for (const inst of insts) {
      if (inst.result >= 0) {
        this.defs[inst.result] = inst;
        if (REPEATED.has(inst.op)) this.repeated[inst.result] = 1;
        // Its local is written and read by the sequence itself.
        if (inst.op === 'frame.enter') this.#use(inst.result, 2);
      }
      for (const arg of inst.args) this.#use(arg, 1);
    }
    // A sparse switch compares its operand several times.
    for (const value of termOperands(term)) this.#use(value, term.kind === 'switch' && !needsTable(term.cases) ? 2 : 1);
    for (const edge of edgesOf(term)) for (const arg of edge.args) this.#use(arg, 1);
  }

  /** Leaves out instructions without effects whose result nobody uses, and then those that only they used. */
  dropUseless(): void {
    const work: Inst[] = [];
    const look = (value: number) => {
      const inst = this.uses[value] === 0 ? this.defs[value] : undefined;
      if (inst !== undefined && this.#weight(inst) < 2) work.push(inst);
    };
    for (let value = 0; value < this.uses.length; value++) look(value);
    for (let inst = work.pop(); inst !== undefined; inst = work.pop()) {
      this.#dead.add(inst);
      for (const arg of inst.args) {
        this.#use(arg, -1);
        look(arg);
      }
    }
  }

  /** Forms the trees of a block, last instruction first; returns their roots. */
  claim({ insts, term }: GraphNode): readonly Inst[] {
    this.#insts = insts;
    this.#weights.length = 0;
    if (this.#moved.length < insts.length) this.#moved = new Uint8Array(2 * insts.length);
    insts.forEach((inst, at) => {
      this.#weights.push(this.#weight(inst));
      this.#moved[at] = this.#dead.has(inst) || (inst.result >= 0 && this.repeated[inst.result]) ? 1 : 0;
      if (inst.result >= 0) this.#place[inst.result] = at;
    });
    claimTerm(term, (values, heaviest) => this.#claimAll(values, insts.length, 0, heaviest));
    for (let at = insts.length - 1; at >= 0; at--) if (!this.#moved[at]) this.#claimAll(pushOrder(insts[at] as Inst), at, 0, 2);
    for (const inst of insts) if (inst.result >= 0) this.#place[inst.result] = -1;
    return insts.filter((_, at) => !this.#moved[at]);
  }

  #claimAll(values: readonly number[], to: number, level: number, heaviest: Weight): void {
    for (let i = values.length - 1; i >= 0; i--) this.#claimOne(values[i] as number, to, level, heaviest);
  }

  /** Makes the value part of the tree whose root is at `to`, when that is allowed. */
  #claimOne(value: number, to: number, level: number, heaviest: Weight): void {
    const from = value < 0 ? -1 : (this.#place[value] as number);
    if (from < 0 || from >= to || this.uses[value] !== 1 || this.repeated[value] || level > MAX_DEPTH) return;
    if ((this.#weights[from] as Weight) > heaviest || !this.#mayMove(from, to)) return;
    this.inlined[value] = 1;
    this.#moved[from] = 1;
    this.#claimAll(pushOrder(this.#insts[from] as Inst), to, level + 1, heaviest);
  }

  /** Whether the instruction at `from` may be computed at `to` instead. */
  #mayMove(from: number, to: number): boolean {
    const weight = this.#weights[from] as Weight;
    if (weight === 0) return true;
    if (to - from > WINDOW) return false;
    for (let at = from + 1; at < to; at++) {
      const other = this.#weights[at] as Weight;
      if (other > 0 && weight + other > 2 && !this.#moved[at]) return false;
    }
    return true;
  }
}

/** Edge arguments of a branch or switch are computed on that edge only, so what has effects stays in the block. */
function claimTerm(term: GraphTerm, claimAll: (values: readonly number[], heaviest: Weight) => void): void {
  const edges = edgesOf(term);
  for (let i = edges.length - 1; i >= 0; i--) claimAll(edges[i]?.args ?? [], term.kind === 'jump' ? 2 : 1);
  claimAll(termOperands(term), 2);
}
