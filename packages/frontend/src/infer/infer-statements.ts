/**
 * Abstract interpretation of statements: the types of variables flow along control flow and join where it meets. A null environment is a
 * place that is never reached.
 */
import type { Handler, HExpr, HStmt } from '../hir/nodes.ts';
import type { Var } from '../program/function-info.ts';
import { sameType } from '../types/join.ts';
import { pythonName } from '../types/python-name.ts';
import { NEVER, type Type, UNBOUND } from '../types/type.ts';
import { type AnnotationScope, annotationType } from './annotations.ts';
import type { Ctx } from './context.ts';
import { raisePlan } from './context.ts';
import { inferExpr } from './infer-expressions.ts';
import type { Env } from './instance.ts';
import { factsOf, type Narrowing } from './narrow.ts';
import type { Plan } from './plan.ts';
import { planDelAttr, planSetAttr } from './plan-attributes.ts';
import { classesOf } from './plan-builtins.ts';
import { planIteration } from './plan-iteration.ts';
import { methodExists, planMethod } from './plan-methods.ts';
import { split } from './split.ts';

export interface Walk extends Ctx {
  readonly scope: AnnotationScope;
  /** Enclosing loops: environments at `break` and `continue`. */
  readonly loops: { breaks: (Env | null)[]; continues: (Env | null)[] }[];
  /** Enclosing `try` bodies: join of environments at places that may raise. */
  readonly handlers: { env: Env | null }[];
  returned: Type | null;
}

export function joinEnv(w: Ctx, a: Env | null, b: Env | null): Env | null {
  if (!a) return b;
  if (!b || a === b) return a;
  const out: Env = new Array(Math.max(a.length, b.length));
  for (let i = 0; i < out.length; i++) {
    const [x, y] = [a[i], b[i]];
    if (x === y) out[i] = x;
    else if (x && y) out[i] = w.engine.lattice.join(x, y);
    else {
      // assigned on one way only
      const known = (x ?? y) as Type;
      const v = w.inst.fn.vars[i];
      out[i] = v?.temp ? known : w.engine.lattice.join(known, UNBOUND);
    }
  }
  return out;
}

function sameEnv(a: Env, b: Env): boolean {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [x, y] = [a[i], b[i]];
    if (x === y) continue;
    if (!x || !y || !sameType(x, y)) return false;
  }
  return true;
}

export function inferBlock(w: Walk, body: readonly HStmt[], env: Env | null): Env | null {
  let at = env;
  for (const stmt of body) {
    if (!at) return null;
    at = inferStmt(w, stmt, at);
  }
  return at;
}

/** Something here may raise: what the handlers around see. */
function mayRaise(w: Walk, env: Env): void {
  const handler = w.handlers.at(-1);
  if (handler) handler.env = joinEnv(w, handler.env, env.slice());
}

export function assign(w: Walk, env: Env, v: Var, type: Type): void {
  if (v.captured) w.engine.lattice.grow(w.inst.capturedCell(v), type);
  else env[v.index] = type;
}

function inferStmt(w: Walk, s: HStmt, env: Env): Env | null {
  if (w.handlers.length > 0) mayRaise(w, env);
  const value = (e: HExpr, expected: Type | null = null): Type => inferExpr(w, e, env, expected);
  const after = (type: Type): Env | null => (type.k === 'never' ? null : env);
  switch (s.k) {
    case 'expr':
      return after(value(s.value));
    case 'assign': {
      const annotation = s.declared ?? s.v.declared;
      const declared = annotation ? annotationType(w.scope, annotation) : null;
      // a literal assigned to a machine variable is a machine word
      const before = w.inst.fn.trusted && !s.v.captured ? env[s.v.index] : undefined;
      const type = value(s.value, declared ?? (before?.k === 'i32' || before?.k === 'i64' ? before : null));
      if (type.k === 'never') return null;
      if (declared?.k === 'any') w.engine.lattice.join(declared, type);
      assign(w, env, s.v, declared && declared.k !== 'inst' ? declared : type);
      if (w.handlers.length > 0) mayRaise(w, env);
      return env;
    }
    case 'setglobal': {
      const type = value(s.value);
      if (type.k === 'never') return null;
      w.engine.lattice.grow(s.g.cell, type);
      return env;
    }
    case 'setattr': {
      const obj = value(s.obj);
      const type = value(s.value, obj.k === 'inst' && obj.cls.trusted ? fieldExpected(w, obj, s.name) : null);
      return after(plan(w, s.id, planSetAttr(w, [obj, type], 0, s.name, 1)).type);
    }
    case 'setitem': {
      const obj = value(s.obj);
      const index = value(s.index);
      return after(
        plan(w, s.id, itemMethod(w, [obj, index, value(s.value)], '__setitem__', [1, 2], 'does not support item assignment')).type,
      );
    }
    case 'delitem':
      return after(plan(w, s.id, itemMethod(w, [value(s.obj), value(s.index)], '__delitem__', [1], "doesn't support item deletion")).type);
    case 'setslice': {
      const obj = value(s.obj);
      const parts = s.slice.map((e) => value(e));
      return after(
        plan(w, s.id, itemMethod(w, [obj, ...parts, value(s.value)], '__setslice__', [1, 2, 3, 4], 'does not support item assignment'))
          .type,
      );
    }
    case 'delslice':
      return after(
        plan(
          w,
          s.id,
          itemMethod(w, [value(s.obj), ...s.slice.map((e) => value(e))], '__delslice__', [1, 2, 3], "doesn't support item deletion"),
        ).type,
      );
    case 'delattr':
      return after(plan(w, s.id, planDelAttr(w, [value(s.obj)], 0, s.name)).type);
    case 'delvar':
      if (s.v.captured) w.engine.lattice.grow(w.inst.capturedCell(s.v), UNBOUND);
      else env[s.v.index] = UNBOUND;
      return env;
    case 'delglobal':
      w.engine.lattice.grow(s.g.cell, UNBOUND);
      return env;
    case 'if': {
      const [yes, no] = condition(w, s.test, env);
      return joinEnv(w, inferBlock(w, s.then, yes), inferBlock(w, s.else, no));
    }
    case 'while':
      return inferWhile(w, s, env);
    case 'for':
      return inferFor(w, s, env);
    case 'try':
      return inferTry(w, s, env);
    case 'return': {
      const type = s.value ? value(s.value, w.inst.declared) : ({ k: 'none' } as Type);
      if (type.k !== 'never') w.engine.returned(w.inst, type);
      return null;
    }
    case 'raise': {
      if (s.exc) {
        const type = value(s.exc);
        plan(w, s.id, raiseOf(w, type));
      }
      if (s.cause) plan(w, s.cause.id + TRUTH_PLAN, causeOf(w, value(s.cause)));
      return null;
    }
    case 'break':
      w.loops.at(-1)?.breaks.push(env);
      return null;
    case 'continue':
      w.loops.at(-1)?.continues.push(env);
      return null;
    case 'import':
      if (s.mod.body) w.engine.instance(s.mod.body, null, [], new Map(), w.inst);
      return env;
  }
}

function plan(w: Walk, id: number, p: Plan): Plan {
  w.inst.plans[id] = p;
  return p;
}

import { fieldOf } from './plan-attributes.ts';
import { planConstruct } from './plan-calls.ts';

function fieldExpected(w: Walk, obj: Extract<Type, { k: 'inst' }>, name: string): Type | null {
  return fieldOf(w, obj, name);
}

function itemMethod(w: Walk, slots: readonly Type[], name: string, args: readonly number[], text: string): Plan {
  return split(w, slots, 0, (t) => {
    const type = t[0] as Type;
    if (type.k === 'tuple' || !methodExists(w, type, name)) return raisePlan('TypeError', `'${pythonName(type)}' object ${text}`);
    const index = t[1] as Type;
    if (
      name === '__setitem__' &&
      type.k === 'inst' &&
      type.cls.builtin &&
      type.cls.name === 'list' &&
      (index.k === 'int' || index.k === 'bool')
    ) {
      const cell = type.args[0];
      if (cell) w.engine.lattice.grow(cell, t[2] as Type);
      return { k: 'prim', op: 'list.set', args: [0, 1, 2], type: { k: 'none' } };
    }
    return planMethod(w, t, 0, name, args, {}) as Plan;
  });
}

/** The exception object of `raise x`: an instance, or a class to instantiate. */
function raiseOf(w: Walk, type: Type): Plan {
  return split(w, [type], 0, (t): Plan => {
    const x = t[0] as Type;
    const base = w.engine.program.builtinClass('BaseException');
    if (x.k === 'inst' && x.cls.mro.includes(base)) return { k: 'slot', slot: 0, type: x };
    if (x.k === 'class' && x.cls.mro.includes(base)) return planConstruct(w, x.cls, t, [], {}, 0);
    if (x.k === 'never') return { k: 'never', type: NEVER };
    return raisePlan('TypeError', 'exceptions must derive from BaseException');
  });
}

/** The `__cause__` of `raise x from y`. */
function causeOf(w: Walk, type: Type): Plan {
  return split(w, [type], 0, (t): Plan => {
    const x = t[0] as Type;
    if (x.k === 'none') return { k: 'slot', slot: 0, type: x };
    const exc = raiseOf(w, x);
    return exc.k === 'raise' ? raisePlan('TypeError', 'exception causes must derive from BaseException') : exc;
  });
}

/** Environments after a condition held and did not. */
export function condition(w: Walk, test: HExpr, env: Env): [Env | null, Env | null] {
  const before = env.slice();
  const truth = inferTruth(w, test, env);
  if (truth.k === 'never') return [null, null];
  const decided = w.inst.plans[test.id]?.k === 'const' ? null : null;
  void decided;
  const constantTruth = constantOf(w, test);
  const facts = factsOf(
    w,
    test,
    (v) => env[v.index] ?? before[v.index],
    (e) => w.inst.types[e.id] ?? NEVER,
  );
  const yes = constantTruth === false ? null : applyFacts(env, facts.then);
  const no = constantTruth === true ? null : applyFacts(env, facts.else);
  return [yes, no];
}

function applyFacts(env: Env, facts: readonly Narrowing[]): Env | null {
  const out = env.slice();
  for (const f of facts) {
    if (f.type.k === 'never') return null;
    out[f.v.index] = f.type;
  }
  return out;
}

import { inferTruth, TRUTH_PLAN, truthConstant } from './infer-expressions.ts';

function constantOf(w: Walk, test: HExpr): boolean | null {
  return truthConstant(w, test);
}

function inferWhile(w: Walk, s: Extract<HStmt, { k: 'while' }>, env: Env): Env | null {
  let head: Env = env;
  for (let round = 0; ; round++) {
    const frame = { breaks: [] as (Env | null)[], continues: [] as (Env | null)[] };
    w.inst.loops[s.id] = head.slice();
    const [yes, no] = condition(w, s.test, head.slice());
    w.loops.push(frame);
    let back = inferBlock(w, s.body, yes);
    w.loops.pop();
    for (const e of frame.continues) back = joinEnv(w, back, e);
    const next = joinEnv(w, head, back) as Env;
    if (!sameEnv(next, head) && round < 30) {
      head = next;
      continue;
    }
    let out = inferBlock(w, s.orelse, no);
    for (const e of frame.breaks) out = joinEnv(w, out, e);
    return out;
  }
}

function inferFor(w: Walk, s: Extract<HStmt, { k: 'for' }>, env: Env): Env | null {
  const range = rangeCall(w, s.iter, env);
  if (range === 'never') return null;
  const iterType = range ? ({ k: 'int' } as Type) : inferExpr(w, s.iter, env, null);
  if (iterType.k === 'never') return null;
  let head: Env = env;
  for (let round = 0; ; round++) {
    const iter = range ? ({ mode: 'range', item: { k: 'int' } } as const) : planIteration(w, w.inst.types[s.iter.id] ?? NEVER, s.id);
    w.inst.iters[s.id] = iter;
    if (iter.mode === 'never') return null;
    const frame = { breaks: [] as (Env | null)[], continues: [] as (Env | null)[] };
    w.inst.loops[s.id] = head.slice();
    let back: Env | null = null;
    if (iter.item.k !== 'never') {
      const inside = head.slice();
      assign(w, inside, s.v, iter.item);
      w.loops.push(frame);
      back = inferBlock(w, s.body, inside);
      w.loops.pop();
      for (const e of frame.continues) back = joinEnv(w, back, e);
    }
    const next = joinEnv(w, head, back) as Env;
    if (!sameEnv(next, head) && round < 30) {
      head = next;
      continue;
    }
    let out = inferBlock(w, s.orelse, head.slice());
    for (const e of frame.breaks) out = joinEnv(w, out, e);
    return out;
  }
}

/** Is the iterable a direct call of the builtin `range` with ints? Its arguments are inferred here. */
export function isRangeCall(e: HExpr): e is Extract<HExpr, { k: 'call' }> {
  return (
    e.k === 'call' &&
    e.func.k === 'binding' &&
    e.func.binding.kind === 'class' &&
    e.func.binding.cls.builtin &&
    e.func.binding.cls.name === 'range' &&
    e.args.length >= 1 &&
    e.args.length <= 3 &&
    e.kwargs.length === 0 &&
    e.args.every((a) => !a.star)
  );
}

function rangeCall(w: Walk, e: HExpr, env: Env): boolean | 'never' {
  if (!isRangeCall(e)) return false;
  const types = e.args.map((a) => inferExpr(w, a.value, env, null));
  if (types.some((t) => t.k === 'never')) return 'never';
  // a step that is not a literal may be zero: the range object raises
  const step = e.args[2]?.value;
  if (step && !(step.k === 'const' && step.value.type === 'int' && step.value.value !== 0n)) return false;
  return types.every((t) => t.k === 'int' || t.k === 'bool');
}

function inferTry(w: Walk, s: Extract<HStmt, { k: 'try' }>, env: Env): Env | null {
  const frame = { env: null as Env | null };
  const outside = w.handlers.length;
  w.handlers.push(frame);
  const deep = w.loops.length;
  let normal = inferBlock(w, s.body, env.slice());
  w.handlers.length = outside;
  frame.env = joinEnv(w, frame.env, env.slice());
  // a finally clause sees what happens in handlers and else as well
  const around = { env: null as Env | null };
  if (s.finalbody.length > 0) w.handlers.push(around);
  if (normal) normal = inferBlock(w, s.orelse, normal);
  let out = normal;
  for (const h of s.handlers) out = joinEnv(w, out, inferHandler(w, h, (frame.env as Env).slice()));
  if (s.finalbody.length > 0) {
    w.handlers.length = outside;
    const any = joinEnv(w, joinEnv(w, frame.env, around.env), out) as Env;
    // once for every way in: types are recorded for the join of all
    const finished = inferBlock(w, s.finalbody, any.slice());
    if (!finished) return null;
    if (!out) return null;
    const after = inferBlock(w, s.finalbody, out.slice());
    inferBlock(w, s.finalbody, any.slice());
    void deep;
    return after;
  }
  return out;
}

function inferHandler(w: Walk, h: Handler, env: Env): Env | null {
  let caught: Type = NEVER;
  for (const t of h.types) {
    const type = inferExpr(w, t, env, null);
    if (type.k !== 'never' && !catchable(w, type)) {
      // known when an exception comes here: the handler raises another
      plan(w, t.id + TRUTH_PLAN, raisePlan('TypeError', 'catching classes that do not inherit from BaseException is not allowed'));
      return null;
    }
    for (const cls of classesOf(type)) caught = w.engine.lattice.join(caught, exceptionType(w, cls));
  }
  if (h.types.length === 0) caught = exceptionType(w, w.engine.program.builtinClass('BaseException'));
  if (h.v) assign(w, env, h.v, caught);
  return inferBlock(w, h.body, env);
}

function catchable(w: Walk, type: Type): boolean {
  if (type.k === 'tuple') return type.items.every((t) => catchable(w, t));
  const base = w.engine.program.builtinClass('BaseException');
  return type.k === 'union' ? type.members.every((t) => catchable(w, t)) : type.k === 'class' && type.cls.mro.includes(base);
}

/** Instances that a handler of a class may see: every class below it that is instantiated somewhere. */
export function exceptionType(w: Ctx, cls: import('../program/class-info.ts').ClassInfo): Type {
  return { k: 'inst', cls, args: [] };
}
