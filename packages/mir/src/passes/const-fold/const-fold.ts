/**
 * const-fold: computes at compile time what can be known then.
 *
 * Instructions are visited in reverse postorder, so operands are known before their uses (except around loops, which later rounds
 * reach). A block parameter that every jump gives the same value (or itself) is that value: this is copy propagation through block
 * parameters. A branch or switch on a constant becomes a jump, which may make a block unreachable and with it another parameter
 * constant, so rounds repeat until nothing changes, at most a few times.
 *
 *     v1 = int.const 2
 *     v2 = int.const 3
 *     v3 = int.add v1, v2     →    v3 = int.const 5
 *     v4 = int.lt v3, v1           v4 = i32.const 0
 *     branch v4, bb1, bb2          jump bb2
 *
 * Besides constants: identities (x + 0), conversions that undo each other, types of values whose origin is known, comparisons of booleans.
 */
import { buildCfg, type Cfg } from '../../analysis/cfg.ts';
import type { Block, Edge, Func, Inst, Term, ValueId } from '../../ir.ts';
import { eachEdge, mapEdges, replaceUses } from '../../traverse.ts';
import { removeUnreachable } from '../dce.ts';
import { definePass } from '../pass.ts';
import { type Constant, constantInst, constantOf } from './constants.ts';
import { foldInst } from './fold-inst.ts';

const MAX_ROUNDS = 4;

/** Constant folding with branch folding and copy propagation. */
export const constFold = definePass({
  name: 'const-fold',
  doc: 'Folds constants, branches on constants, copies through block parameters and conversions that undo each other.',
  run: (module, { changes }) => changes.eachStale('const-fold', module, foldFunc),
});

/** Folds one function until nothing changes; answers whether anything did. */
export function foldFunc(func: Func): boolean {
  let any = false;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const outcome = foldRound(func);
    any ||= outcome !== 'same';
    if (outcome !== 'again') break;
  }
  return any;
}

/**
 * One walk. Operands are visited before their uses except around loops and through parameters, so another walk is only worth it when a
 * branch was decided, or when something changed in a function with parameters.
 */
function foldRound(func: Func): 'same' | 'changed' | 'again' {
  const cfg = buildCfg(func);
  const replaced: ValueId[] = [];
  const definitions: (Inst | undefined)[] = new Array(func.values.length);
  const resolve = (value: ValueId): ValueId => {
    let at = value;
    while (replaced[at] !== undefined) at = replaced[at] as ValueId;
    return at;
  };
  let changed = foldParams(func, cfg, replaced, resolve);
  const constants: (Constant | undefined)[] = new Array(func.values.length);
  const knowledge = {
    func,
    definition: (value: ValueId) => definitions[resolve(value)],
    constant: (value: ValueId) => constants[resolve(value)],
  };
  let branches = false;
  for (const id of cfg.order) {
    const block = func.blocks[id] as Block;
    let insts: Inst[] | null = null;
    for (let k = 0; k < block.insts.length; k++) {
      const original = block.insts[k] as Inst;
      let inst = original;
      if (replaced.length > 0 && anyReplaced(inst.args, replaced)) inst = { ...inst, args: inst.args.map(resolve) };
      const folded = inst.result === -1 ? undefined : foldInst(inst, knowledge);
      if (folded) {
        changed = true;
        if ('value' in folded) {
          replaced[inst.result as ValueId] = resolve(folded.value);
          insts ??= block.insts.slice(0, k);
          continue;
        }
        inst = 'inst' in folded ? folded.inst : constantInst(folded.constant, inst.result as ValueId, inst.site);
      }
      if (inst.result !== -1) {
        definitions[inst.result] = inst;
        constants[inst.result] = constantOf(inst);
      }
      if (inst !== original) insts ??= block.insts.slice(0, k);
      insts?.push(inst);
    }
    if (insts) block.insts = insts;
    const term = foldTerm(block.term, knowledge.definition);
    if (term !== block.term) {
      block.term = term;
      changed = branches = true;
    }
  }
  if (replaced.length > 0) replaceUses(func, resolve);
  if (branches) removeUnreachable(func);
  if (!changed) return 'same';
  return branches || (func.blocks.length > 1 && func.blocks.some((block) => block !== null && block.params.length > 0))
    ? 'again'
    : 'changed';
}

function anyReplaced(args: readonly ValueId[], replaced: readonly ValueId[]): boolean {
  for (let k = 0; k < args.length; k++) if (replaced[args[k] as ValueId] !== undefined) return true;
  return false;
}

/** Finds parameters that are always the same value, and drops them from blocks and edges. */
function foldParams(func: Func, cfg: Cfg, replaced: ValueId[], resolve: (value: ValueId) => ValueId): boolean {
  const incoming: (Edge[] | undefined)[] = new Array(func.blocks.length);
  for (const id of cfg.order) {
    eachEdge((func.blocks[id] as Block).term, (edge) => {
      if (edge.args.length === 0) return;
      const list = incoming[edge.block];
      if (list) list.push(edge);
      else incoming[edge.block] = [edge];
    });
  }
  const kept: (number[] | undefined)[] = new Array(func.blocks.length);
  let changed = false;
  for (const id of cfg.order) {
    const edges = incoming[id];
    const { params } = func.blocks[id] as Block;
    if (!edges || params.length === 0) continue;
    const keep: number[] = [];
    params.forEach((param, k) => {
      let only: ValueId | undefined;
      for (const edge of edges) {
        const arg = resolve(edge.args[k] as ValueId);
        if (arg === param || arg === only) continue;
        if (only !== undefined) {
          keep.push(k);
          return;
        }
        only = arg;
      }
      if (only === undefined) keep.push(k);
      else replaced[param] = only;
    });
    if (keep.length < params.length) {
      kept[id] = keep;
      changed = true;
    }
  }
  if (!changed) return false;
  for (const id of cfg.order) {
    const block = func.blocks[id] as Block;
    const keep = kept[id];
    if (keep) func.blocks[id] = { ...block, params: keep.map((k) => block.params[k] as ValueId) };
  }
  const shorten = (edge: Edge): Edge => {
    const keep = kept[edge.block];
    return keep ? { block: edge.block, args: keep.map((k) => edge.args[k] as ValueId) } : edge;
  };
  for (const block of func.blocks) if (block) block.term = mapEdges(block.term, shorten);
  return true;
}

/** A terminator whose way is known, or a simpler condition. */
function foldTerm(term: Term, definition: (value: ValueId) => Inst | undefined): Term {
  if (term.kind === 'switch') {
    const from = definition(term.value);
    const constant = from && constantOf(from);
    if (constant?.type !== 'i32') return term;
    return { kind: 'jump', to: term.cases.find((c) => (c.value | 0) === constant.value)?.to ?? term.default };
  }
  if (term.kind !== 'branch') return term;
  const from = definition(term.cond);
  const constant = from && constantOf(from);
  if (constant?.type === 'i32') return { kind: 'jump', to: constant.value !== 0 ? term.then : term.else };
  if (sameEdge(term.then, term.else)) return { kind: 'jump', to: term.then };
  if (from?.op === 'i32.eqz') {
    return {
      ...term,
      cond: from.args[0] as ValueId,
      then: term.else,
      else: term.then,
      ...(term.likely === undefined ? {} : { likely: !term.likely }),
    };
  }
  return term;
}

function sameEdge(a: Edge, b: Edge): boolean {
  return a.block === b.block && a.args.every((arg, k) => arg === b.args[k]);
}
