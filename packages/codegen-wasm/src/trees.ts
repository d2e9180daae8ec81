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

/** Whether the value is a constant that is written out at each use. */
export function isRepeated(inst: Inst | undefined): boolean {
  return inst !== undefined && REPEATED.has(inst.op);
}

/** Operands in the order in which they are pushed. */
export function pushOrder(inst: Inst): readonly ValueId[] {
  const [first, ...rest] = inst.args;
  // The condition of a select and the table index of an indirect call come last.
  return (inst.op === 'select' || inst.op === 'call.indirect') && first !== undefined ? [...rest, first] : inst.args;
}

/** Plans the trees of a function. */
export function planTrees(graph: Graph, order: readonly number[], module: Module): Trees {
  const { defs, uses, dead } = countUses(graph, order, module);
  const inlined = new Uint8Array(graph.values.length);
  const roots: (readonly Inst[])[] = graph.nodes.map(() => []);
  for (const n of order) {
    const node = graph.nodes[n] as GraphNode;
    claimBlock(node, module, defs, uses, dead, inlined);
    roots[n] = node.insts.filter((inst) => !dead.has(inst) && !isRepeated(inst) && !(inst.result >= 0 && inlined[inst.result]));
  }
  return { defs, inlined, uses, roots };
}

function weightOf(inst: Inst, module: Module): Weight {
  if (inst.op === 'call') {
    const callee: Func | undefined = module.funcs.get((inst as Inst<'call'>).imm.func);
    if (callee?.attrs.pure === true) return 0;
  }
  const effects = OPS[inst.op].effects as readonly string[];
  if (effects.length === 0) return 0;
  return effects.every((e) => e === 'reads') && inst.op !== 'interrupt.check' ? 1 : 2;
}

function countUses(graph: Graph, order: readonly number[], module: Module) {
  const defs: (Inst | undefined)[] = new Array(graph.values.length).fill(undefined);
  const uses = new Int32Array(graph.values.length);
  const dead = new Set<Inst>();
  const use = (value: number, by: number) => {
    if (value >= 0) uses[value] = (uses[value] as number) + by;
  };
  for (const n of order) {
    const { insts, term } = graph.nodes[n] as GraphNode;
    for (const inst of insts) {
      if (inst.result >= 0) defs[inst.result] = inst;
      for (const arg of inst.args) use(arg, 1);
      // Its local is written and read by the sequence itself.
      if (inst.op === 'frame.enter') use(inst.result, 2);
    }
    // A sparse switch compares its operand several times.
    for (const value of termOperands(term)) use(value, term.kind === 'switch' && !needsTable(term.cases) ? 2 : 1);
    for (const edge of edgesOf(term)) for (const arg of edge.args) use(arg, 1);
  }
  const work = [...defs];
  for (let inst = work.pop(); work.length > 0 || inst; inst = work.pop()) {
    if (!inst || inst.result < 0 || uses[inst.result] !== 0 || dead.has(inst) || weightOf(inst, module) > 1) continue;
    dead.add(inst);
    for (const arg of inst.args) {
      use(arg, -1);
      if (uses[arg] === 0) work.push(defs[arg]);
    }
  }
  return { defs, uses, dead };
}

function claimBlock(
  node: GraphNode,
  module: Module,
  defs: readonly (Inst | undefined)[],
  uses: Int32Array,
  dead: ReadonlySet<Inst>,
  inlined: Uint8Array,
): void {
  const place = new Map<Inst, number>();
  const weights = node.insts.map((inst) => weightOf(inst, module));
  node.insts.forEach((inst, at) => {
    place.set(inst, at);
  });
  const isMoved = (at: number) => {
    const inst = node.insts[at] as Inst;
    return dead.has(inst) || (inst.result >= 0 && inlined[inst.result] === 1);
  };
  /** Whether the instruction at `from` may be computed at `to` instead. */
  const mayMove = (from: number, to: number): boolean => {
    const weight = weights[from] as Weight;
    if (weight === 0) return true;
    if (to - from > WINDOW) return false;
    for (let at = from + 1; at < to; at++) {
      const other = weights[at] as Weight;
      if (other > 0 && weight + other > 2 && !isMoved(at)) return false;
    }
    return true;
  };
  const claim = (value: number, to: number, level: number, heaviest: Weight): void => {
    const inst = value >= 0 ? defs[value] : undefined;
    const from = inst === undefined ? undefined : place.get(inst);
    if (inst === undefined || from === undefined || from >= to || uses[value] !== 1 || isRepeated(inst) || level > MAX_DEPTH) return;
    if ((weights[from] as Weight) > heaviest || !mayMove(from, to)) return;
    inlined[value] = 1;
    claimAll(pushOrder(inst), to, level + 1, heaviest);
  };
  const claimAll = (values: readonly number[], to: number, level: number, heaviest: Weight): void => {
    for (let i = values.length - 1; i >= 0; i--) claim(values[i] as number, to, level, heaviest);
  };
  claimTerm(node.term, node.insts.length, claimAll);
  for (let at = node.insts.length - 1; at >= 0; at--) {
    const inst = node.insts[at] as Inst;
    if (!isMoved(at)) claimAll(pushOrder(inst), at, 0, 2);
  }
}

/** Edge arguments of a branch or switch are computed on that edge only, so what has effects stays in the block. */
function claimTerm(
  term: GraphTerm,
  end: number,
  claimAll: (values: readonly number[], to: number, level: number, heaviest: Weight) => void,
): void {
  const edges = edgesOf(term);
  for (let i = edges.length - 1; i >= 0; i--) claimAll(edges[i]?.args ?? [], end, 0, term.kind === 'jump' ? 2 : 1);
  claimAll(termOperands(term), end, 0, 2);
}
