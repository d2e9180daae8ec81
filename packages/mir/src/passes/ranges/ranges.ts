/**
 * ranges: bounds of integers, for legalisation and to decide comparisons.
 *
 * Each function is analysed by abstract interpretation (func-ranges.ts). At level 2 the whole program is: parameters of internal functions are
 * the join of what their calls pass, results the join of what they return; both start empty and grow until nothing changes, so recursion
 * is bounded by its own conditions. Functions that are exported or in the table can be called with anything.
 *
 * Then:
 * - comparisons and `int.is_small` whose answer is known become constants;
 * - the bounds of each int go to legalisation, with the instructions whose operands are all small where they stand (a refinement by a branch
 *   is not a fact about the value everywhere) and the list accesses whose index is not negative.
 */
import { buildCallGraph } from '../../analysis/call-graph.ts';
import type { Block, BlockId, Func, Inst, Module, ValueId } from '../../ir.ts';
import type { ImmOf } from '../../ops.ts';
import { eachBlock, makeInst } from '../../traverse.ts';
import type { IntFacts } from '../legalise/func-lowering.ts';
import { definePass } from '../pass.ts';
import { RUNTIME_CALLS, runtimeName } from '../runtime-calls.ts';
import { FuncRanges, isInteger } from './func-ranges.ts';
import type { Interval } from './interval.ts';
import * as iv from './interval.ts';
import type { Surroundings } from './transfer.ts';

/** Analyses of one function before its parameters are taken as unbounded. */
const MAX_VISITS = 10;

/** Interval analysis. */
export const ranges = definePass({
  name: 'ranges',
  doc: 'Finds bounds of ints: decides comparisons, and lets legalisation leave out tests.',
  run: (module, context) => {
    const analyses = context.options.level >= 2 ? analyseProgram(module) : analyseFunctions(module);
    const facts = new Map<string, IntFacts>();
    for (const [name, analysis] of analyses) {
      if (decide(analysis)) context.changes.touch(analysis.func);
      facts.set(name, factsOf(analysis));
    }
    context.facts = facts;
  },
});

function surroundings(module: Module, results: ReadonlyMap<string, Interval>): Surroundings {
  return {
    result: (name) => results.get(name) ?? iv.FULL,
    fieldType: (type, field) => module.heapTypes.get(type)?.fields.find((f) => f.name === field)?.type,
  };
}

function analyseFunctions(module: Module): Map<string, FuncRanges> {
  const around = surroundings(module, new Map());
  return new Map([...module.funcs.values()].map((func) => [func.name, new FuncRanges(func, [], around)]));
}

function analyseProgram(module: Module): Map<string, FuncRanges> {
  const open = new Set([...module.exports.values(), ...module.table, ...Object.values(RUNTIME_CALLS).map(runtimeName)]);
  // Functions that nothing calls are open too: somebody outside may.
  const graph = buildCallGraph(module, { slowPaths: false });
  const called = new Set(graph.callees.flat());
  const params = new Map<string, Interval[]>();
  const results = new Map<string, Interval>();
  const visits = new Map<string, number>();
  const analyses = new Map<string, FuncRanges>();
  const around = surroundings(module, results);
  graph.funcs.forEach((func, k) => {
    const isOpen = open.has(func.name) || !called.has(k);
    params.set(
      func.name,
      func.params.map(() => (isOpen ? iv.FULL : iv.EMPTY)),
    );
    results.set(func.name, iv.EMPTY);
  });
  // Callers first; within the worklist order does not matter for the answer.
  const waiting = new Set(graph.components.flat().reverse());
  const callers: number[][] = graph.funcs.map(() => []);
  graph.callees.forEach((list, k) => {
    for (const to of list) (callers[to] as number[]).push(k);
  });
  const reached = new Set<number>();
  graph.funcs.forEach((func, k) => {
    if (open.has(func.name) || !called.has(k)) reached.add(k);
  });
  for (const k of waiting) {
    waiting.delete(k);
    if (!reached.has(k)) continue;
    const func = graph.funcs[k] as Func;
    const visit = (visits.get(func.name) ?? 0) + 1;
    visits.set(func.name, visit);
    const analysis = new FuncRanges(func, params.get(func.name) as Interval[], around);
    analyses.set(func.name, analysis);
    for (const [name, args] of callsOf(analysis)) {
      const to = graph.index.get(name);
      if (to === undefined) continue;
      const known = params.get(name) as Interval[];
      let grew = !reached.has(to);
      reached.add(to);
      args.forEach((arg, p) => {
        const old = known[p] as Interval;
        const joined = iv.join(old, arg);
        if (joined.lo === old.lo && joined.hi === old.hi) return;
        known[p] = (visits.get(name) ?? 0) >= MAX_VISITS ? iv.FULL : iv.isEmpty(old) ? joined : widen(old, joined, visits.get(name) ?? 0);
        grew = true;
      });
      if (grew) waiting.add(to);
    }
    const old = results.get(func.name) as Interval;
    const joined = iv.join(old, returnOf(analysis));
    if (joined.lo === old.lo && joined.hi === old.hi) continue;
    results.set(func.name, visit >= MAX_VISITS ? iv.FULL : iv.isEmpty(old) ? joined : widen(old, joined, visit));
    for (const caller of callers[k] as number[]) waiting.add(caller);
  }
  return analyses;
}

/** Bounds where growth stops for a while; behind the last comes infinity. */
const FLOORS = [1, 0, -1, iv.I32.lo, iv.SMALL.lo];
const CEILINGS = [0, 1, iv.I32.hi, iv.SMALL.hi];

/** A bound that moves a second time goes to the next stop. */
function widen(old: Interval, next: Interval, visit: number): Interval {
  if (visit < 2) return next;
  const lo = next.lo < old.lo ? FLOORS.find((stop) => stop <= next.lo) : next.lo;
  const hi = next.hi > old.hi ? CEILINGS.find((stop) => stop >= next.hi) : next.hi;
  return { lo: lo ?? Number.NEGATIVE_INFINITY, hi: hi ?? Number.POSITIVE_INFINITY };
}

function* callsOf(analysis: FuncRanges): Generator<[string, Interval[]]> {
  for (const [id, block] of eachBlock(analysis.func)) {
    if (!analysis.reachable(id)) continue;
    for (const inst of block.insts) {
      if (inst.op !== 'call') continue;
      yield [(inst.imm as ImmOf<'call'>).func, inst.args.map((arg) => (isInteger(analysis.func, arg) ? analysis.in(arg, id) : iv.FULL))];
    }
  }
}

/** The join of returned values; 0 too if the function may leave with an exception, which gives a dummy. */
function returnOf(analysis: FuncRanges): Interval {
  const { func } = analysis;
  if (func.result === null || func.result === 'f64' || func.result === 'ref' || func.result === 'val') return iv.FULL;
  let range = func.attrs.raises === false ? iv.EMPTY : iv.exactly(0);
  for (const [id, block] of eachBlock(func)) {
    if (block.term.kind === 'return' && block.term.value !== null && analysis.reachable(id))
      range = iv.join(range, analysis.in(block.term.value, id));
  }
  return range;
}

const RELATIONS: Readonly<Record<string, (a: Interval, b: Interval) => boolean | undefined>> = {
  lt: (a, b) => (a.hi < b.lo ? true : a.lo >= b.hi ? false : undefined),
  le: (a, b) => (a.hi <= b.lo ? true : a.lo > b.hi ? false : undefined),
  gt: (a, b) => RELATIONS.lt?.(b, a),
  ge: (a, b) => RELATIONS.le?.(b, a),
  eq: (a, b) => (a.hi < b.lo || b.hi < a.lo ? false : undefined),
  ne: (a, b) => (a.hi < b.lo || b.hi < a.lo ? true : undefined),
};

/** Answers whether anything was decided. */
function decide(analysis: FuncRanges): boolean {
  const { func } = analysis;
  let any = false;
  for (const [id, block] of eachBlock(func)) {
    if (!analysis.reachable(id)) continue;
    block.insts = block.insts.map((inst) => {
      const answer = answerOf(analysis, inst, id);
      any ||= answer !== undefined;
      return answer === undefined ? inst : makeInst('i32.const', [], { value: answer ? 1 : 0 }, inst.result, inst.site);
    });
  }
  return any;
}

function answerOf(analysis: FuncRanges, inst: Inst, id: BlockId): boolean | undefined {
  if (inst.op === 'int.is_small') return iv.isSmall(known(analysis, inst.args[0] as ValueId, id)) ? true : undefined;
  const match = /^(?:int|i32|i64)\.(eq|ne|lt|le|gt|ge)(?:_s)?$/.exec(inst.op);
  if (!match) return undefined;
  const [a, b] = inst.args.map((arg) => known(analysis, arg, id)) as [Interval, Interval];
  return iv.isEmpty(a) || iv.isEmpty(b) ? undefined : RELATIONS[match[1] as string]?.(a, b);
}

const known = (analysis: FuncRanges, value: ValueId, id: BlockId): Interval => analysis.in(value, id);

function factsOf(analysis: FuncRanges): IntFacts {
  const { func } = analysis;
  const count = func.values.length;
  const lo = new Float64Array(count);
  const hi = new Float64Array(count);
  for (let id = 0; id < count; id++) {
    const range = isInteger(func, id as ValueId) ? analysis.at(id as ValueId) : iv.FULL;
    // Values that are never computed get no facts: nothing depends on them.
    lo[id] = iv.isEmpty(range) ? Number.NEGATIVE_INFINITY : range.lo;
    hi[id] = iv.isEmpty(range) ? Number.POSITIVE_INFINITY : range.hi;
  }
  const local = new Map<Inst, readonly Interval[]>();
  for (const [id, block] of eachBlock(func)) {
    if (analysis.reachable(id)) collectLocal(analysis, id, block, local);
  }
  return { lo, hi, local };
}

/** Operands that are known better at an instruction than where they are defined. */
function collectLocal(analysis: FuncRanges, id: BlockId, block: Block, local: Map<Inst, readonly Interval[]>): void {
  for (const inst of block.insts) {
    if (!inst.op.startsWith('int.') && !inst.op.startsWith('list.')) continue;
    const inside = inst.args.map((arg) => analysis.in(arg, id));
    if (
      inst.args.some(
        (arg, k) =>
          isInteger(analysis.func, arg) &&
          ((inside[k] as Interval).lo > analysis.at(arg).lo || (inside[k] as Interval).hi < analysis.at(arg).hi),
      )
    )
      local.set(inst, inside);
  }
}
