/** Statements to blocks. */

import type { BlockId, ValueId } from '@molt/mir';
import type { Handler, HExpr, HStmt } from '../hir/nodes.ts';
import { truthConstant } from '../infer/infer-expressions.ts';
import type { Walk } from '../infer/infer-statements.ts';
import { isRangeCall } from '../infer/infer-statements.ts';
import { factsOf, type Narrowing } from '../infer/narrow.ts';
import type { Plan } from '../infer/plan.ts';
import { classesOf } from '../infer/plan-builtins.ts';
import type { Type } from '../types/type.ts';
import type { FuncLowering } from './func-lowering.ts';
import { lowerExpr } from './lower-expressions.ts';
import { lowerFor } from './lower-loops.ts';
import { emitPlan, testClasses } from './lower-plans.ts';
import { globalType } from './lowering.ts';

export function lowerBlock(f: FuncLowering, body: readonly HStmt[]): void {
  for (const stmt of body) {
    if (!f.alive) return;
    f.at(stmt);
    lowerStmt(f, stmt);
  }
}

function lowerStmt(f: FuncLowering, s: HStmt): void {
  switch (s.k) {
    case 'expr':
      lowerExpr(f, s.value);
      return;
    case 'assign': {
      const value = lowerExpr(f, s.value);
      if (!f.alive) return;
      const annotation = s.declared ?? s.v.declared;
      const declared = annotation ? f.declaredType(annotation) : null;
      f.store(s.v, declared && declared.k !== 'inst' ? { v: f.coerce.to(value, declared), type: declared } : value);
      return;
    }
    case 'setglobal': {
      const value = lowerExpr(f, s.value);
      if (!f.alive) return;
      if (f.low.frozenImage && f.inst.fn.kind !== 'module' && !f.inst.fn.trusted) {
        // the next call would not see it
        emitPlan(
          f,
          {
            k: 'raise',
            error: 'FrozenStateError',
            text: `a call cannot assign the module variable '${s.g.name}': it belongs to the frozen image`,
            type: { k: 'never' },
          },
          [],
        );
        return;
      }
      f.b.emit('global.set', [f.coerce.to(value, globalType(s.g))], { name: f.low.global(s.g) });
      return;
    }
    case 'setattr': {
      const value = lowerExpr(f, s.value);
      const obj = lowerExpr(f, s.obj);
      f.at(s);
      usePlan(f, s.id, [obj, value]);
      return;
    }
    case 'setitem': {
      // Python evaluates the value first
      const value = lowerExpr(f, s.value);
      const obj = lowerExpr(f, s.obj);
      const index = lowerExpr(f, s.index);
      f.at(s);
      usePlan(f, s.id, [obj, index, value]);
      return;
    }
    case 'delitem': {
      const slots = [lowerExpr(f, s.obj), lowerExpr(f, s.index)];
      f.at(s);
      usePlan(f, s.id, slots);
      return;
    }
    case 'setslice': {
      const value = lowerExpr(f, s.value);
      const slots = [lowerExpr(f, s.obj), ...s.slice.map((e) => lowerExpr(f, e)), value];
      f.at(s);
      usePlan(f, s.id, slots);
      return;
    }
    case 'delslice': {
      const slots = [lowerExpr(f, s.obj), ...s.slice.map((e) => lowerExpr(f, e))];
      f.at(s);
      usePlan(f, s.id, slots);
      return;
    }
    case 'delattr':
      usePlan(f, s.id, [lowerExpr(f, s.obj)]);
      return;
    case 'delvar':
      f.store(s.v, f.coerce.unbound());
      return;
    case 'delglobal':
      f.b.emit('global.set', [f.coerce.to(f.coerce.unbound(), globalType(s.g))], { name: f.low.global(s.g) });
      return;
    case 'if': {
      const then = f.ssa.block();
      const otherwise = f.ssa.block();
      const end = f.ssa.block();
      lowerCondition(f, s.test, then, otherwise);
      f.enter(then);
      lowerBlock(f, s.then);
      f.ssa.jump(end);
      f.enter(otherwise);
      lowerBlock(f, s.else);
      f.ssa.jump(end);
      f.enter(end);
      return;
    }
    case 'while': {
      const head = f.ssa.block(f.inst.loops[s.id] ?? []);
      const body = f.ssa.block();
      const orelse = f.ssa.block();
      const end = f.ssa.block();
      f.ssa.jump(head);
      f.b.enter(head);
      lowerCondition(f, s.test, body, orelse);
      f.exits.push({ kind: 'loop', breakTo: end, continueTo: head });
      f.enter(body);
      lowerBlock(f, s.body);
      f.exits.pop();
      f.ssa.jump(head);
      f.ssa.seal(head);
      f.enter(orelse);
      lowerBlock(f, s.orelse);
      f.ssa.jump(end);
      f.enter(end);
      return;
    }
    case 'for':
      lowerFor(f, s, isRangeCall(s.iter));
      return;
    case 'try':
      lowerTry(f, s);
      return;
    case 'return': {
      const value = s.value ? lowerExpr(f, s.value) : { v: f.coerce.none(), type: { k: 'none' } as Type };
      if (!f.alive) return;
      f.returnValue(value);
      f.dead();
      return;
    }
    case 'raise':
      lowerRaise(f, s);
      return;
    case 'break':
    case 'continue': {
      for (let i = f.exits.length - 1; i >= 0; i--) {
        const exit = f.exits[i];
        if (exit?.kind !== 'loop') continue;
        f.unwindTo(i + 1);
        f.ssa.jump(s.k === 'break' ? exit.breakTo : exit.continueTo);
        f.dead();
        return;
      }
      return;
    }
    case 'import': {
      const body = s.mod.body;
      const instance = body ? f.low.engine.instance(body, null, [], new Map(), f.inst) : null;
      if (!instance) return;
      const flag = f.low.flag(`${s.mod.name}.<ran>`);
      const run = f.ssa.block();
      const end = f.ssa.block();
      f.ssa.branch(f.b.emit('global.get', [], { name: flag }), end, run);
      f.enter(run);
      f.b.emit('global.set', [f.i32(1)], { name: flag });
      f.call(f.low.name(instance), []);
      f.ssa.jump(end);
      f.enter(end);
      return;
    }
  }
}

function usePlan(f: FuncLowering, id: number, slots: Parameters<typeof emitPlan>[2]): void {
  const plan = f.inst.plans[id];
  if (!f.alive) return;
  if (!plan) return f.unreachable();
  emitPlan(f, plan, slots);
}

// -------------------------------------------------------------------------------------------------------- conditions

/** Branches on the truth of an expression, with what the test tells about variables on either side. */
export function lowerCondition(f: FuncLowering, test: HExpr, then: BlockId, otherwise: BlockId): void {
  const decided = truthConstant({ inst: f.inst } as Walk, test);
  if (test.k === 'and' || test.k === 'or') {
    const middle = f.ssa.block();
    if (test.k === 'and') lowerCondition(f, test.left, middle, otherwise);
    else lowerCondition(f, test.left, then, middle);
    f.enter(middle);
    if (f.alive) lowerCondition(f, test.right, then, otherwise);
    return;
  }
  if (test.k === 'op' && test.op === 'not' && decided === null) {
    lowerCondition(f, test.args[0] as HExpr, otherwise, then);
    return;
  }
  const truth = lowerTruth(f, test);
  if (!f.alive) return;
  const facts = factsOf(
    f.ctx,
    test,
    (v) => (v.captured ? undefined : f.ssa.read(v).type),
    (e) => f.typeOf(e),
  );
  if (decided !== null) {
    const to = decided ? then : otherwise;
    narrowInto(f, decided ? facts.then : facts.else, to);
    f.ssa.jump(to);
    return;
  }
  const yes = facts.then.length > 0 ? f.ssa.block() : then;
  const no = facts.else.length > 0 ? f.ssa.block() : otherwise;
  f.ssa.branch(truth, yes, no);
  for (const [block, list, to] of [
    [yes, facts.then, then],
    [no, facts.else, otherwise],
  ] as const) {
    if (block === to) continue;
    f.enter(block);
    narrowInto(f, list, to);
    f.ssa.jump(to);
  }
}

function narrowInto(f: FuncLowering, facts: readonly Narrowing[], _to: BlockId): void {
  for (const fact of facts) {
    if (fact.type.k === 'never') return;
    const value = f.ssa.read(fact.v);
    f.ssa.write(fact.v, { v: f.coerce.to(value, fact.type), type: fact.type });
  }
}

import { TRUTH_PLAN } from '../infer/infer-expressions.ts';

/** The truth of an expression as an i32. */
export function lowerTruth(f: FuncLowering, e: HExpr): ValueId {
  const value = lowerExpr(f, e);
  if (!f.alive) return f.i32(0);
  if (value.type.k === 'bool' || value.type.k === 'i32') return value.v;
  const plan = f.inst.plans[e.id + TRUTH_PLAN];
  if (!plan) {
    f.unreachable();
    return f.i32(0);
  }
  return emitPlan(f, plan, [value]).v;
}

// -------------------------------------------------------------------------------------------------------- exceptions

function lowerTry(f: FuncLowering, s: Extract<HStmt, { k: 'try' }>): void {
  const depth = f.exits.length;
  const end = f.ssa.block();
  if (s.finalbody.length === 0) {
    lowerHandlers(f, s, end);
    f.enter(end);
    return;
  }
  const pad = f.ssa.block();
  const after = f.ssa.block();
  f.exits.push({ kind: 'finally', run: () => lowerBlock(f, s.finalbody) }, { kind: 'handler', block: pad });
  lowerHandlers(f, s, after);
  f.exits.length = depth;
  // an exception on its way out
  f.ssa.seal(pad);
  f.b.enter(pad);
  if (f.ssa.hasPreds(pad)) {
    f.b.setSite(-1);
    const exc = f.b.emit('exc.take', [], null);
    f.b.emit('call', [exc], { func: f.low.runtime('caught'), unwind: 'never' });
    const outer = f.handledException();
    f.setHandled(exc);
    const failed = f.ssa.block();
    f.exits.push({ kind: 'finally', run: () => f.setHandled(outer) }, { kind: 'handler', block: failed });
    lowerBlock(f, s.finalbody);
    f.exits.length = depth;
    if (f.alive) {
      f.setHandled(outer);
      f.b.setSite(-1);
      f.raise(exc);
    }
    f.enter(failed);
    if (f.ssa.hasPreds(failed)) {
      f.setHandled(outer);
      f.propagate();
    }
  }
  f.enter(after);
  if (f.ssa.hasPreds(after)) lowerBlock(f, s.finalbody);
  f.ssa.jump(end);
  f.enter(end);
}

/** Body, handlers and else; every normal way ends in `end`. */
function lowerHandlers(f: FuncLowering, s: Extract<HStmt, { k: 'try' }>, end: BlockId): void {
  if (s.handlers.length === 0) {
    lowerBlock(f, s.body);
    if (f.alive) lowerBlock(f, s.orelse);
    f.ssa.jump(end);
    return;
  }
  const landing = f.ssa.block();
  f.exits.push({ kind: 'handler', block: landing });
  lowerBlock(f, s.body);
  f.exits.pop();
  if (f.alive) lowerBlock(f, s.orelse);
  f.ssa.jump(end);
  f.enter(landing);
  if (!f.ssa.hasPreds(landing)) return;
  f.b.setSite(-1);
  const exc = f.pendingException();
  for (const h of s.handlers) {
    const match = f.ssa.block();
    const next = f.ssa.block();
    const bad = h.types.find((e) => f.inst.plans[e.id + TRUTH_PLAN]);
    if (bad) {
      lowerHandler(f, h, exc, end, () => {
        f.at(bad);
        emitPlan(f, f.inst.plans[bad.id + TRUTH_PLAN] as Plan, []);
      });
      return;
    }
    const test = handlerTest(f, h, exc);
    if (test === null) f.ssa.jump(match);
    else f.ssa.branch(test, match, next);
    f.enter(match);
    lowerHandler(f, h, exc, end);
    f.enter(next);
    f.b.setSite(-1);
  }
  if (f.alive) f.propagate();
}

function handlerTest(f: FuncLowering, h: Handler, exc: ValueId): ValueId | null {
  if (h.types.length === 0) return null;
  let test: ValueId | null = null;
  for (const e of h.types) {
    for (const cls of classesOf(f.typeOf(e))) {
      const one = testClasses(f, exc, f.low.classTypeNames({ k: 'inst', cls, args: [] }));
      test = test === null ? one : f.b.emit('i32.or', [test, one], null);
    }
  }
  return test ?? f.i32(0);
}

function lowerHandler(f: FuncLowering, h: Handler, exc: ValueId, end: BlockId, body = () => lowerBlock(f, h.body)): void {
  const depth = f.exits.length;
  f.b.emit('exc.take', [], null);
  f.b.emit('call', [exc], { func: f.low.runtime('caught'), unwind: 'never' });
  const outer = f.handledException();
  f.setHandled(exc);
  if (h.v) f.store(h.v, { v: exc, type: caughtType(f, h) });
  const failed = f.ssa.block();
  f.exits.push({ kind: 'finally', run: () => f.setHandled(outer) }, { kind: 'handler', block: failed });
  body();
  f.exits.length = depth;
  if (f.alive) {
    f.setHandled(outer);
    f.ssa.jump(end);
  }
  f.enter(failed);
  if (f.ssa.hasPreds(failed)) {
    f.setHandled(outer);
    f.propagate();
  }
}

function caughtType(f: FuncLowering, h: Handler): Type {
  let type: Type = { k: 'never' };
  for (const e of h.types) for (const cls of classesOf(f.typeOf(e))) type = f.low.engine.lattice.join(type, { k: 'inst', cls, args: [] });
  return type.k === 'never' ? { k: 'inst', cls: f.low.engine.program.builtinClass('BaseException'), args: [] } : type;
}

function lowerRaise(f: FuncLowering, s: Extract<HStmt, { k: 'raise' }>): void {
  if (!s.exc) {
    f.b.setSite(-1);
    const handled = f.handledException();
    const none = f.ssa.block();
    const again = f.ssa.block();
    f.ssa.branch(f.b.emit('ref.addr', [handled], null), again, none, true);
    f.enter(again);
    f.raise(handled);
    f.enter(none);
    f.at(s);
    emitPlan(f, { k: 'raise', error: 'RuntimeError', text: 'No active exception to reraise', type: { k: 'never' } }, []);
    return;
  }
  const value = lowerExpr(f, s.exc);
  const plan = f.inst.plans[s.id];
  if (!f.alive) return;
  if (!plan) return f.unreachable();
  const exc = emitPlan(f, plan, [value]);
  if (!f.alive) return;
  if (s.cause) {
    const given = lowerExpr(f, s.cause);
    if (!f.alive) return;
    f.at(s);
    const cause = emitPlan(f, f.inst.plans[s.cause.id + TRUTH_PLAN] as Plan, [given]);
    if (!f.alive) return;
    const base = f.low.typeName({ k: 'inst', cls: f.low.engine.program.builtinClass('BaseException'), args: [] });
    f.b.emit('field.set', [exc.v, cause.v], { type: base, field: '__cause__' });
    f.b.emit('field.set', [exc.v, f.i32(1)], { type: base, field: '__suppress_context__' });
  }
  f.at(s);
  f.b.emit('call', [exc.v], { func: f.low.runtime('raising'), unwind: 'never' });
  f.raise(exc.v);
}
