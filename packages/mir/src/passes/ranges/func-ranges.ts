/**
 * Intervals of the integers of one function.
 *
 * Abstract interpretation in reverse postorder until nothing changes. What a branch tells about its operands holds in the blocks that only
 * that side reaches; such refinements hang on blocks and are found by walking up the dominator tree from a use to the definition.
 *
 * Growing parameters of loop headers are widened: to the bound of a loop counter when each round only adds a small constant, else to infinity;
 * two rounds without widening afterwards bring back what the loop's own condition bounds.
 *
 * The bound of a loop counter: it starts within 2**61 and moves by at most 256, so to leave the small range it would take 2**53 rounds, which
 * is months of nothing else. It is taken to stay within 1.5 * 2**61.
 */
import { buildDominance, type Dominance } from '../../analysis/dominance.ts';
import type { Block, BlockId, Edge, Func, Inst, Term, ValueId } from '../../ir.ts';
import { eachBlock, eachEdge } from '../../traverse.ts';
import type { Interval } from './interval.ts';
import * as iv from './interval.ts';
import { type Surroundings, transfer } from './transfer.ts';

const COUNTER_START = 2 ** 61;
const COUNTER: Interval = { lo: -1.5 * 2 ** 61, hi: 1.5 * 2 ** 61 };
const NO_COUNTER = 1;
const MAX_STEP = 256;
const WIDEN_AFTER = 3;
const MAX_ROUNDS = 12;

interface Refinement {
  readonly value: ValueId;
  readonly range: Interval;
}

/** The result of an analysis; asks about values where they are defined, or at the start of a block. */
export class FuncRanges {
  readonly func: Func;
  readonly #dom: Dominance;
  readonly #around: Surroundings;
  readonly #base: Interval[];
  readonly #home: Int32Array;
  readonly #definitions: (Inst | undefined)[];
  readonly #refinements: Refinement[][];
  readonly #refined: Uint8Array;
  readonly #growth: Uint8Array;

  /** `params` are the intervals of the function's parameters. */
  constructor(func: Func, params: readonly Interval[], around: Surroundings) {
    this.func = func;
    this.#around = around;
    this.#dom = buildDominance(func);
    this.#base = new Array(func.values.length).fill(iv.EMPTY);
    this.#home = new Int32Array(func.values.length);
    this.#definitions = new Array(func.values.length);
    this.#refinements = func.blocks.map(() => []);
    this.#refined = new Uint8Array(func.values.length);
    this.#growth = new Uint8Array(func.values.length);
    func.params.forEach((id, k) => {
      this.#base[id] = params[k] ?? iv.FULL;
    });
    for (const [id, block] of eachBlock(func)) {
      for (const param of block.params) this.#home[param] = id;
      for (const inst of block.insts) {
        if (inst.result === -1) continue;
        this.#home[inst.result] = id;
        this.#definitions[inst.result] = inst;
      }
    }
    let round = 0;
    while (this.#round(round, 'widen') && round < MAX_ROUNDS) round++;
    if (round === MAX_ROUNDS) {
      // Still moving: give up on all block parameters, and compute everything else from that before narrowing.
      for (const [, block] of eachBlock(func)) for (const param of block.params) this.#base[param] = iv.FULL;
      this.#round(0, 'keep');
    }
    for (let k = 0; k < 2; k++) this.#round(0, 'narrow');
  }

  /** What is known about a value where it is defined. */
  at(value: ValueId): Interval {
    return this.#base[value] ?? iv.FULL;
  }

  /** What is known about a value inside a block. */
  in(value: ValueId, block: BlockId): Interval {
    let range = this.#base[value] ?? iv.FULL;
    if (!this.#refined[value]) return range;
    const home = this.#home[value] as number;
    for (let at = block as number; ; at = this.#dom.idom[at] as number) {
      for (const refinement of this.#refinements[at] as Refinement[])
        if (refinement.value === value) range = iv.meet(range, refinement.range);
      if (at === home || at === 0 || at === -1) return range;
    }
  }

  /** Whether control can reach a block, as far as intervals tell. */
  reachable(block: BlockId): boolean {
    return this.#dom.cfg.position[block] !== -1;
  }

  /** One walk over the blocks; parameters grow (`widen`), stay (`keep`) or shrink (`narrow`). */
  #round(round: number, mode: 'widen' | 'keep' | 'narrow'): boolean {
    let changed = false;
    for (const id of this.#dom.cfg.order) {
      const block = this.func.blocks[id] as Block;
      this.#refine(id);
      block.params.forEach((param, k) => {
        if (mode === 'keep' || !isInteger(this.func, param)) return;
        const next = this.#incoming(id, k);
        if (this.#setParam(param, next, round, mode === 'widen')) changed = true;
      });
      for (const inst of block.insts) {
        if (inst.result === -1 || !isInteger(this.func, inst.result)) continue;
        const operands = (value: ValueId): Interval => this.in(value, id);
        const isDead = inst.args.some((arg) => isInteger(this.func, arg) && iv.isEmpty(operands(arg)));
        const next = isDead ? iv.EMPTY : transfer(inst, operands, this.#around);
        const old = this.#base[inst.result] as Interval;
        if (next.lo === old.lo && next.hi === old.hi) continue;
        this.#base[inst.result] = next;
        changed = true;
      }
    }
    return changed;
  }

  #incoming(id: BlockId, k: number): Interval {
    let range = iv.EMPTY;
    const seen = new Set<BlockId>();
    for (const pred of this.#dom.cfg.preds[id] as BlockId[]) {
      if (seen.has(pred)) continue;
      seen.add(pred);
      const { term } = this.func.blocks[pred] as Block;
      eachEdge(term, (edge) => {
        if (edge.block === id) range = iv.join(range, this.#onEdge(edge.args[k] as ValueId, pred, term, edge));
      });
    }
    return range;
  }

  /** A value at the end of a block when one edge is taken. */
  #onEdge(value: ValueId, pred: BlockId, term: Term, edge: Edge): Interval {
    const range = this.in(value, pred);
    if (term.kind !== 'branch' || term.then.block === term.else.block) return range;
    let refined = range;
    for (const r of this.#learn(term.cond, edge === term.then, pred)) if (r.value === value) refined = iv.meet(refined, r.range);
    return refined;
  }

  #setParam(param: ValueId, next: Interval, round: number, widen: boolean): boolean {
    const old = this.#base[param] as Interval;
    const capped = this.#isCounter(param) ? iv.meet(next, COUNTER) : next;
    if (!widen) {
      this.#base[param] = iv.meet(old, capped);
      return false;
    }
    let { lo, hi } = iv.join(old, capped);
    if (lo === old.lo && hi === old.hi) return false;
    if (round >= WIDEN_AFTER && !iv.isEmpty(old)) {
      if (lo < old.lo) lo = capped === next ? Number.NEGATIVE_INFINITY : COUNTER.lo;
      if (hi > old.hi) hi = capped === next ? Number.POSITIVE_INFINITY : COUNTER.hi;
    }
    this.#base[param] = { lo, hi };
    return true;
  }

  /** Whether the parameter starts in the middle and every way around the loop changes it by a small constant at most. */
  #isCounter(param: ValueId): boolean {
    const home = this.#home[param] as BlockId;
    const { params } = this.func.blocks[home] as Block;
    const { preds, position } = this.#dom.cfg;
    const k = params.indexOf(param);
    let counts = this.#growth[param] !== NO_COUNTER;
    for (const pred of counts ? (preds[home] as BlockId[]) : []) {
      eachEdge((this.func.blocks[pred] as Block).term, (edge) => {
        if (edge.block !== home) return;
        const arg = edge.args[k] as ValueId;
        if ((position[pred] as number) < (position[home] as number)) {
          const start = this.#base[arg] as Interval;
          if (!iv.isEmpty(start) && !iv.isWithin(start, { lo: -COUNTER_START, hi: COUNTER_START })) counts = false;
        } else if (!this.#steps(arg, param)) {
          this.#growth[param] = NO_COUNTER;
          counts = false;
        }
      });
    }
    return counts;
  }

  /** Whether a value is the parameter, or the parameter plus or minus a small constant. */
  #steps(value: ValueId, param: ValueId): boolean {
    if (value === param) return true;
    const inst = this.#definitions[value];
    if (inst?.op !== 'int.add' && inst?.op !== 'int.sub' && inst?.op !== 'i64.add' && inst?.op !== 'i64.sub') return false;
    const [a, b] = inst.args as readonly [ValueId, ValueId];
    const step = (v: ValueId): boolean =>
      /^(int|i64)\.const$/.test(this.#definitions[v]?.op ?? '') && iv.isWithin(this.#base[v] as Interval, { lo: -MAX_STEP, hi: MAX_STEP });
    return (a === param && step(b)) || (b === param && inst.op.endsWith('add') && step(a));
  }

  /** Sets what holds in a block because of the branch that leads to it. */
  #refine(id: BlockId): void {
    const preds = this.#dom.cfg.preds[id] as BlockId[];
    const list: Refinement[] = [];
    if (preds.length === 1) {
      const pred = preds[0] as BlockId;
      const { term } = this.func.blocks[pred] as Block;
      if (term.kind === 'branch' && term.then.block !== term.else.block) list.push(...this.#learn(term.cond, term.then.block === id, pred));
    }
    for (const { value } of list) this.#refined[value] = 1;
    this.#refinements[id] = list;
  }

  #learn(cond: ValueId, isTrue: boolean, pred: BlockId): Refinement[] {
    const test = this.#definitions[cond];
    if (!test) return [];
    const [a, b] = test.args as readonly [ValueId, ValueId];
    if (test.op === 'i32.eqz') return this.#learn(a, !isTrue, pred);
    if (test.op === 'int.is_small') return isTrue ? [{ value: a, range: iv.SMALL }] : [];
    const match = /^(?:int|i32|i64)\.(eq|ne|lt|le|gt|ge)(?:_s)?$/.exec(test.op);
    if (!match || b === undefined) return [];
    const relation = isTrue ? (match[1] as string) : (OPPOSITE[match[1] as string] as string);
    const [x, y] = [this.in(a, pred), this.in(b, pred)];
    return [
      { value: a, range: bound(relation, y) },
      { value: b, range: bound(MIRROR[relation] as string, x) },
    ];
  }
}

const OPPOSITE: Readonly<Record<string, string>> = { eq: 'ne', ne: 'eq', lt: 'ge', ge: 'lt', gt: 'le', le: 'gt' };
const MIRROR: Readonly<Record<string, string>> = { eq: 'eq', ne: 'ne', lt: 'gt', gt: 'lt', le: 'ge', ge: 'le' };

/** The numbers x for which `x relation y` can hold. */
function bound(relation: string, y: Interval): Interval {
  switch (relation) {
    case 'eq':
      return y;
    case 'lt':
      return { lo: Number.NEGATIVE_INFINITY, hi: iv.interval(0, y.hi - 1).hi };
    case 'le':
      return { lo: Number.NEGATIVE_INFINITY, hi: y.hi };
    case 'gt':
      return { lo: iv.interval(y.lo + 1, 0).lo, hi: Number.POSITIVE_INFINITY };
    case 'ge':
      return { lo: y.lo, hi: Number.POSITIVE_INFINITY };
    default:
      return iv.FULL;
  }
}

/** Whether intervals say something about a value. */
export function isInteger(func: Func, value: ValueId): boolean {
  const type = func.values[value];
  return type === 'int' || type === 'i32' || type === 'i64';
}
