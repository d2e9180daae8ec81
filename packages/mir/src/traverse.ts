/**
 * Walks over terminators and instructions, in one place.
 *
 * A pass that must look at every edge or every use goes through here, so a new kind of terminator is one change and not thirty.
 */
import type { Block, BlockId, Edge, Func, Inst, Term, ValueId } from './ir.ts';
import type { ImmOf, OpName } from './ops.ts';

/** Calls `visit` for every edge that leaves a block, in order. */
export function eachEdge(term: Term, visit: (edge: Edge) => void): void {
  switch (term.kind) {
    case 'jump':
      visit(term.to);
      return;
    case 'branch':
      visit(term.then);
      visit(term.else);
      return;
    case 'switch':
      for (const { to } of term.cases) visit(to);
      visit(term.default);
      return;
    default:
  }
}

/** Calls `visit` for every value that a terminator uses, arguments of its edges included. */
export function eachTermUse(term: Term, visit: (value: ValueId) => void): void {
  switch (term.kind) {
    case 'branch':
      visit(term.cond);
      break;
    case 'switch':
      visit(term.value);
      break;
    case 'return':
      if (term.value !== null) visit(term.value);
      return;
    case 'raise':
      visit(term.value);
      return;
    default:
  }
  eachEdge(term, (edge) => {
    for (const arg of edge.args) visit(arg);
  });
}

/** Calls `visit` for every value that a block uses. */
export function eachUse(block: Block, visit: (value: ValueId) => void): void {
  for (const inst of block.insts) for (const arg of inst.args) visit(arg);
  eachTermUse(block.term, visit);
}

/** The terminator with every edge replaced. */
export function mapEdges(term: Term, map: (edge: Edge) => Edge): Term {
  switch (term.kind) {
    case 'jump': {
      const to = map(term.to);
      return to === term.to ? term : { kind: 'jump', to };
    }
    case 'branch': {
      const thenEdge = map(term.then);
      const elseEdge = map(term.else);
      return thenEdge === term.then && elseEdge === term.else ? term : { ...term, then: thenEdge, else: elseEdge };
    }
    case 'switch':
      return { ...term, cases: term.cases.map((c) => ({ value: c.value, to: map(c.to) })), default: map(term.default) };
    default:
      return term;
  }
}

/** The terminator with every used value replaced. */
export function mapTermValues(term: Term, map: (value: ValueId) => ValueId): Term {
  switch (term.kind) {
    case 'return':
      return term.value === null ? term : { kind: 'return', value: map(term.value) };
    case 'raise':
      return { ...term, value: map(term.value) };
    case 'branch':
    case 'switch':
    case 'jump': {
      const mapped = mapEdges(term, (edge) => (edge.args.length === 0 ? edge : { block: edge.block, args: edge.args.map(map) }));
      if (mapped.kind === 'branch') return { ...mapped, cond: map(mapped.cond) };
      if (mapped.kind === 'switch') return { ...mapped, value: map(mapped.value) };
      return mapped;
    }
    default:
      return term;
  }
}

/** The blocks that exist, with their ids. */
export function* eachBlock(func: Func): Generator<[BlockId, Block]> {
  for (let id = 0; id < func.blocks.length; id++) {
    const block = func.blocks[id];
    if (block) yield [id as BlockId, block];
  }
}

/** Whether an instruction is of one op; narrows its immediate. */
export function isOp<K extends OpName>(inst: Inst, op: K): inst is Inst<K> {
  return inst.op === (op as OpName);
}

/** A fresh instruction; the generic form keeps immediates typed where an op is known. */
export function makeInst<K extends OpName>(op: K, args: readonly ValueId[], imm: ImmOf<K>, result: ValueId | -1, site = -1): Inst {
  return { op, args, imm, result, site } as unknown as Inst;
}

/** Replaces all uses of values in a function by a map from old to new ids; entries that map to themselves cost nothing. */
export function replaceUses(func: Func, map: (value: ValueId) => ValueId): void {
  for (const block of func.blocks) {
    if (!block) continue;
    for (let i = 0; i < block.insts.length; i++) {
      const inst = block.insts[i] as Inst;
      const { args } = inst;
      for (let k = 0; k < args.length; k++) {
        if (map(args[k] as ValueId) === args[k]) continue;
        block.insts[i] = { ...inst, args: args.map(map) };
        break;
      }
    }
    let changed = false;
    eachTermUse(block.term, (value) => {
      if (map(value) !== value) changed = true;
    });
    if (changed) block.term = mapTermValues(block.term, map);
  }
}
