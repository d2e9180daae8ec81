/**
 * The control flow graph that the code generator works on: a copy of a function's blocks that it may rewrite.
 *
 * Differences from MIR: an edge may leave a parameter unset (`KEEP`), blocks can be added, and unreachable blocks are gone.
 */
import type { Func, Inst, Term, Type, ValueId } from '@molt/mir';

/** Edge argument: the parameter keeps whatever it holds, because no path from here reads it. */
export const KEEP = -1;

export interface GraphEdge {
  to: number;
  args: readonly number[];
}

export type GraphTerm =
  | { readonly kind: 'jump'; readonly to: GraphEdge }
  | {
      readonly kind: 'branch';
      readonly cond: ValueId;
      readonly then: GraphEdge;
      readonly else: GraphEdge;
      readonly likely: boolean | undefined;
    }
  | {
      readonly kind: 'switch';
      readonly value: ValueId;
      readonly cases: readonly { readonly value: number; readonly to: GraphEdge }[];
      readonly default: GraphEdge;
    }
  | Extract<Term, { kind: 'return' | 'raise' | 'propagate' | 'trap' }>;

export interface GraphNode {
  readonly params: ValueId[];
  readonly insts: Inst[];
  readonly term: GraphTerm;
}

export interface Graph {
  readonly nodes: GraphNode[];
  /** Node where the function starts. */
  readonly entry: number;
  /** Type of each value, by id; values the code generator adds follow those of the function. */
  readonly values: Type[];
}

/** The edges of a terminator, in order. */
export function edgesOf(term: GraphTerm): GraphEdge[] {
  switch (term.kind) {
    case 'jump':
      return [term.to];
    case 'branch':
      return [term.then, term.else];
    case 'switch':
      return [...term.cases.map((c) => c.to), term.default];
    default:
      return [];
  }
}

/** The value operands of a terminator besides the arguments of its edges. */
export function termOperands(term: GraphTerm): ValueId[] {
  switch (term.kind) {
    case 'branch':
      return [term.cond];
    case 'switch':
    case 'raise':
      return [term.value];
    case 'return':
      return term.value === null ? [] : [term.value];
    default:
      return [];
  }
}

/** Copies the reachable blocks of a function. */
export function graphOf(func: Func): Graph {
  const index = new Map<number, number>([[0, 0]]);
  const order = [0];
  for (let at = 0; at < order.length; at++) {
    const block = func.blocks[order[at] as number];
    if (!block) throw new Error(`bb${order[at]} of ${func.name} was removed but is still a target`);
    for (const to of targets(block.term)) {
      if (index.has(to)) continue;
      index.set(to, order.length);
      order.push(to);
    }
  }
  const nodes = order.map((id): GraphNode => {
    const block = func.blocks[id];
    if (!block) throw new Error(`bb${id} of ${func.name} was removed but is still a target`);
    return { params: [...block.params], insts: [...block.insts], term: copyTerm(block.term, index) };
  });
  return { nodes, entry: 0, values: [...func.values] };
}

function targets(term: Term): number[] {
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

function copyTerm(term: Term, index: ReadonlyMap<number, number>): GraphTerm {
  const edge = (e: { block: number; args: readonly ValueId[] }): GraphEdge => ({ to: index.get(e.block) as number, args: e.args });
  switch (term.kind) {
    case 'jump':
      return { kind: 'jump', to: edge(term.to) };
    case 'branch':
      return { kind: 'branch', cond: term.cond, then: edge(term.then), else: edge(term.else), likely: term.likely };
    case 'switch':
      return {
        kind: 'switch',
        value: term.value,
        cases: term.cases.map((c) => ({ value: c.value, to: edge(c.to) })),
        default: edge(term.default),
      };
    default:
      return term;
  }
}
