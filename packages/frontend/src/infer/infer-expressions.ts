/** Types of expressions: each is recorded by id, with the plan of its operation. `expected` flows down into literals and displays. */
import type { HExpr } from '../hir/nodes.ts';
import type { ClassInfo } from '../program/class-info.ts';
import type { Var } from '../program/function-info.ts';
import { refuse } from '../program/refusal.ts';
import { pythonName } from '../types/python-name.ts';
import { BOOL, find, I32, INT, members, NEVER, NONE, newCell, type Type, UNBOUND } from '../types/type.ts';
import { annotationType } from './annotations.ts';
import { constantType } from './constants.ts';
import { argType, builtin, raisePlan, spanAt, strType } from './context.ts';
import { inferCall } from './infer-call.ts';
import { condition, inferBlock, joinEnv, type Walk } from './infer-statements.ts';
import type { Env } from './instance.ts';
import type { Plan } from './plan.ts';
import { bindingPlan, planGetAttr } from './plan-attributes.ts';
import { textOf } from './plan-builtins.ts';
import { planFunction } from './plan-calls.ts';
import { planIteration } from './plan-iteration.ts';
import { methodExists, planMethod } from './plan-methods.ts';
import { planBinary, planTruthOf, planUnary } from './plan-operators.ts';
import { split } from './split.ts';

export function inferExpr(w: Walk, e: HExpr, env: Env, expected: Type | null): Type {
  const type = typeOf(w, e, env, expected);
  w.inst.types[e.id] = type;
  return type;
}

export function setPlan(w: Walk, id: number, plan: Plan): Type {
  w.inst.plans[id] = plan;
  return plan.type;
}

const isMachine = (t: Type | null): t is Type & { k: 'i32' | 'i64' } => t !== null && (t.k === 'i32' || t.k === 'i64');

function typeOf(w: Walk, e: HExpr, env: Env, expected: Type | null): Type {
  const sub = (x: HExpr, want: Type | null = null): Type => inferExpr(w, x, env, want);
  switch (e.k) {
    case 'const':
      if (e.value.type === 'int' && isMachine(expected)) return expected;
      if (e.value.type === 'bool' && expected?.k === 'i32') return I32;
      return constantType(w, e.value);
    case 'var':
      return readVar(w, e, env);
    case 'global': {
      const type = w.engine.read(e.g.cell, w.inst);
      if (e.g.maybeUnbound) w.engine.markInstantiated(w.engine.program.errorClass('NameError'));
      const unbound = e.g.maybeUnbound ? w.engine.lattice.join(type, UNBOUND) : type;
      if (unbound.k === 'never') return NEVER;
      const bound = members(unbound).filter((m) => m.k !== 'unbound');
      if (e.fallback && bound.length < members(unbound).length) bound.push(sub(e.fallback));
      return w.engine.lattice.joinAll(bound);
    }
    case 'unknown':
      return setPlan(w, e.id, raisePlan('NameError', `name '${e.name}' is not defined`));
    case 'binding': {
      if (e.binding.kind === 'typevar')
        return {
          k: 'typearg',
          type: annotationType(w.scope, { kind: 'Name', name: e.name, ctx: 'Load', id: 0, start: 0, end: 0 }) ?? NEVER,
        };
      if (e.binding.kind === 'typing') return { k: 'typearg', type: NONE };
      if (e.binding.kind === 'class' && e.binding.cls.captures.length > 0) ownClass(w, e.binding.cls);
      const plan = bindingPlan(w, e.binding);
      if (!plan) return refuse(spanAt(w, e), `'${e.name}' as a value`, 'use it in an annotation only');
      if (plan.k === 'const' && plan.value.type === 'int' && isMachine(expected)) return setPlan(w, e.id, { ...plan, type: expected });
      return setPlan(w, e.id, plan);
    }
    case 'attr':
      return setPlan(w, e.id, planGetAttr(w, [sub(e.obj)], 0, e.name));
    case 'op':
      return inferOp(w, e, env, expected);
    case 'call':
      return inferCall(w, e, env, expected);
    case 'super':
      return sub(e.self);
    case 'tuple': {
      const items: Type[] = [];
      let unknown = false;
      const want = expected?.k === 'tuple' ? expected.items : [];
      e.items.forEach((item, i) => {
        const type = sub(item.value, item.star ? null : (want[i] ?? null));
        if (!item.star) items.push(type);
        else if (type.k === 'tuple') items.push(...type.items);
        else if (type.k !== 'never') unknown = true;
        else items.push(NEVER);
      });
      if (unknown && e.list) {
        const list = sub(e.list);
        if (list.k === 'never') return NEVER;
        return setPlan(w, e.id, planFunction(w, w.engine.program.runtimeFunction('tuple_of_list'), null, [list], [0]));
      }
      delete w.inst.plans[e.id];
      if (items.some((t) => t.k === 'never')) return NEVER;
      return { k: 'tuple', items: items.map((t) => (isMachine(t) ? INT : t)) };
    }
    case 'list':
    case 'set':
      return inferDisplay(w, e, env, expected);
    case 'dict':
      return inferDict(w, e, env, expected);
    case 'cond': {
      const [yes, no] = condition(w, e.test, env);
      const a = yes ? inferExpr(w, e.then, yes, expected) : NEVER;
      const b = no ? inferExpr(w, e.else, no, expected) : NEVER;
      if (yes && no) joinInto(w, env, yes, no);
      if (isMachine(a) && b.k === 'int') return inferExpr(w, e.else, no as Env, a);
      if (isMachine(b) && a.k === 'int') return inferExpr(w, e.then, yes as Env, b);
      return w.engine.lattice.join(a, b);
    }
    case 'and':
    case 'or': {
      const before = env.slice();
      const left = sub(e.left);
      if (left.k === 'never') return NEVER;
      const [yes, no] = condition(w, e.left, before.slice());
      const right = e.k === 'and' ? yes : no;
      const r = right ? inferExpr(w, e.right, right, null) : NEVER;
      // as a condition, the right operand is tested too
      if (right && r.k !== 'bool' && r.k !== 'never') setPlan(w, e.right.id + TRUTH_PLAN, planTruthOf(w, [r], 0));
      if (right) joinInto(w, env, env.slice(), right);
      const kept = members(left).filter((m) => couldBe(m, e.k === 'or'));
      if (!right) return left;
      return w.engine.lattice.join(w.engine.lattice.joinAll(kept), r);
    }
    case 'func':
      return { k: 'func', fn: e.fn, owner: e.fn.free.length > 0 ? w.inst : null };
    case 'seq': {
      const end = inferBlock(w, e.stmts, env);
      if (!end) return NEVER;
      if (end !== env) for (let i = 0; i < Math.max(end.length, env.length); i++) env[i] = end[i];
      return sub(e.value, expected);
    }
    case 'fstring': {
      let never = false;
      e.parts.forEach((part) => {
        if (typeof part === 'string') return;
        const value = sub(part.value);
        const spec = part.spec ? sub(part.spec) : null;
        never ||= value.k === 'never' || spec?.k === 'never';
        setPlan(w, part.value.id + FSTRING_PLAN, never ? { k: 'never', type: NEVER } : formatPlan(w, value, part.conversion, spec));
      });
      return never ? NEVER : strType(w);
    }
    case 'unpack':
      return inferUnpack(w, e, env);
    case 'item': {
      const tuple = sub(e.tuple);
      return tuple.k === 'tuple' ? (tuple.items[e.index] ?? NEVER) : NEVER;
    }
    case 'typeexpr':
      return { k: 'typearg', type: annotationType(w.scope, e.expr) ?? NONE };
    case 'caught':
      return { k: 'inst', cls: builtin(w, 'BaseException'), args: [] };
  }
}

/** Plans of f-string parts are kept beside those of the values. */
export const FSTRING_PLAN = 1_000_000;
/** Plans of conditions are kept beside those of the tests. */
export const TRUTH_PLAN = 2_000_000;

function couldBe(m: Type, truthy: boolean): boolean {
  if (truthy) return m.k !== 'none';
  return !(m.k === 'func' || m.k === 'class' || m.k === 'bound' || m.k === 'module');
}

function joinInto(w: Walk, env: Env, a: Env, b: Env): void {
  const joined = joinEnv(w, a, b) as Env;
  for (let i = 0; i < joined.length; i++) env[i] = joined[i];
}

function readVar(w: Walk, e: Extract<HExpr, { k: 'var' }>, env: Env): Type {
  if (e.v.captured) {
    const type = w.engine.read(w.inst.capturedCell(e.v), w.inst);
    const bound = members(type).filter((m) => m.k !== 'unbound');
    if (bound.length === members(type).length) delete w.inst.plans[e.id];
    else setPlan(w, e.id, { ...unboundError(w, e.v), type: w.engine.lattice.joinAll(bound) } as Plan);
    return w.engine.lattice.joinAll(bound);
  }
  const type = env[e.v.index];
  const error = unboundError(w, e.v);
  if (!type || type.k === 'unbound') return setPlan(w, e.id, error);
  if (type.k !== 'union' || !type.members.some((m) => m.k === 'unbound')) {
    delete w.inst.plans[e.id];
    return type;
  }
  // from here on it is bound
  const bound = w.engine.lattice.joinAll(type.members.filter((m) => m.k !== 'unbound'));
  setPlan(w, e.id, { ...error, type: bound } as Plan);
  return bound;
}

/** The class statement runs here: its methods see the variables of this instance. Those of all instances share their types. */
function ownClass(w: Walk, cls: ClassInfo): void {
  if (!cls.owner) cls.owner = w.inst;
  else if (cls.owner !== w.inst) for (const v of cls.captures) w.engine.lattice.unify(cls.owner.capturedCell(v), w.inst.capturedCell(v));
}

function unboundError(w: Walk, v: Var): Plan {
  if (v.owner.kind === 'module') return raisePlan('NameError', `name '${v.name}' is not defined`);
  if (v.owner !== w.inst.fn)
    return raisePlan('NameError', `cannot access free variable '${v.name}' where it is not associated with a value in enclosing scope`);
  return raisePlan('UnboundLocalError', `cannot access local variable '${v.name}' where it is not associated with a value`);
}

function inferOp(w: Walk, e: Extract<HExpr, { k: 'op' }>, env: Env, expected: Type | null): Type {
  const [first, second] = e.args as [HExpr, HExpr];
  if (e.args.length === 1) {
    const type = inferExpr(w, first, env, isMachine(expected) ? expected : null);
    if (e.op === 'not') {
      const truth = inferTruth(w, first, env);
      return truth.k === 'never' ? NEVER : BOOL;
    }
    return setPlan(w, e.id, planUnary(w, [type], e.op));
  }
  if (e.op === 'getslice') {
    const types = e.args.map((x) => inferExpr(w, x, env, null));
    return setPlan(w, e.id, tupleSlice(types[0] as Type, e.args) ?? planSlice(w, types));
  }
  if (e.op === 'getitem') {
    const obj = inferExpr(w, first, env, null);
    const index = inferExpr(w, second, env, null);
    return setPlan(w, e.id, planGetItem(w, [obj, index], second));
  }
  // a literal takes the machine type of its partner
  let a = inferExpr(w, first, env, isMachine(expected) ? expected : null);
  let b = inferExpr(w, second, env, isMachine(a) ? a : isMachine(expected) && a.k === 'int' ? expected : null);
  if (isMachine(b) && a.k === 'int' && isLiteral(first)) a = inferExpr(w, first, env, b);
  if (isMachine(a) && b.k === 'int' && isLiteral(second)) b = inferExpr(w, second, env, a);
  const decided = decidedCompare(w, e);
  if (decided !== null) return setPlan(w, e.id, { k: 'const', value: { type: 'bool', value: decided }, type: BOOL });
  return setPlan(w, e.id, planKnownPower(w, e, [a, b]) ?? planBinary(w, [a, b], e.op, 0, 1));
}

/** `len(t) == 0` of a tuple of known length, and other comparisons of constants, decide branches of templates. */
function decidedCompare(w: Walk, e: Extract<HExpr, { k: 'op' }>): boolean | null {
  const [a, b] = e.args.map((x) => constantInt(w, x));
  if (a === null || b === null || a === undefined || b === undefined) return null;
  switch (e.op) {
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
    case 'lt':
      return a < b;
    case 'le':
      return a <= b;
    case 'gt':
      return a > b;
    case 'ge':
      return a >= b;
    default:
      return null;
  }
}

function constantInt(w: Walk, e: HExpr): bigint | null {
  if (e.k === 'const') return e.value.type === 'int' ? e.value.value : null;
  const plan = e.k === 'call' ? w.inst.plans[e.id] : undefined;
  return plan?.k === 'const' && plan.value.type === 'int' ? plan.value.value : null;
}

/** `n ** 2` or `n ** -2` of an int: the sign of a literal exponent tells whether the power is an int or a float. */
function planKnownPower(w: Walk, e: Extract<HExpr, { k: 'op' }>, slots: readonly [Type, Type]): Plan | null {
  const exponent = e.args[1];
  if ((e.op !== 'pow' && e.op !== 'ipow') || exponent?.k !== 'const' || exponent.value.type !== 'int') return null;
  if (slots[0].k !== 'int' && slots[0].k !== 'bool') return null;
  const runtime = (name: string) => w.engine.program.runtimeFunction(name);
  if (exponent.value.value >= 0n) return planFunction(w, runtime('int_power'), null, slots, [0, 1]);
  const base = planFunction(w, runtime('int_to_float'), null, slots, [0]);
  return chain(w, slots, base, (inner) => planMethod(w, inner, inner.length - 1, '__pow__', [1], {}) as Plan);
}

function isLiteral(e: HExpr): boolean {
  return e.k === 'const' || (e.k === 'binding' && e.binding.kind === 'const');
}

/** A slice with literal bounds of a tuple of known length. */
function tupleSlice(type: Type, args: readonly HExpr[]): Plan | null {
  if (type.k !== 'tuple') return null;
  const bounds = args
    .slice(1)
    .map((x) =>
      x.k !== 'const' ? undefined : x.value.type === 'none' ? null : x.value.type === 'int' ? Number(x.value.value) : undefined,
    );
  const [start, stop, step = null] = bounds;
  if (start === undefined || stop === undefined || bounds.includes(undefined) || step === 0) return null;
  const n = type.items.length;
  const by = step ?? 1;
  const clamp = (i: number): number =>
    by > 0 ? Math.min(Math.max(i < 0 ? i + n : i, 0), n) : Math.min(Math.max(i < 0 ? i + n : i, -1), n - 1);
  const from = start === null ? (by > 0 ? 0 : n - 1) : clamp(start);
  const to = stop === null ? (by > 0 ? n : -1) : clamp(stop);
  const indices: number[] = [];
  for (let i = from; by > 0 ? i < to : i > to; i += by) indices.push(i);
  return {
    k: 'tuple',
    items: indices.map((index) => ({ k: 'item', slot: 0, index })),
    type: { k: 'tuple', items: indices.map((i) => type.items[i] as Type) },
  };
}

function planSlice(w: Walk, types: readonly Type[]): Plan {
  return split(w, types, 0, (s): Plan => {
    const type = s[0] as Type;
    if (type.k === 'never') return { k: 'never', type: NEVER };
    if (!methodExists(w, type, '__getslice__')) {
      if (methodExists(w, type, '__getitem__')) return raisePlan('TypeError', `'${pythonName(type)}' does not take slices in Molt`);
      return raisePlan('TypeError', `'${pythonName(type)}' object is not subscriptable`);
    }
    return planMethod(w, s, 0, '__getslice__', [1, 2, 3], {}) as Plan;
  });
}

function planGetItem(w: Walk, slots: readonly Type[], index: HExpr): Plan {
  return split(w, slots, 0, (s): Plan => {
    const type = s[0] as Type;
    if (type.k === 'never' || s[1]?.k === 'never') return { k: 'never', type: NEVER };
    if (type.k === 'tuple' && index.k === 'const' && index.value.type === 'int') {
      const n = Number(index.value.value);
      const at = n < 0 ? n + type.items.length : n;
      const item = type.items[at];
      return item ? { k: 'item', slot: 0, index: at, type: item } : raisePlan('IndexError', 'tuple index out of range');
    }
    if (type.k === 'inst' && type.cls.builtin && type.cls.name === 'list' && (s[1]?.k === 'int' || s[1]?.k === 'bool')) {
      return { k: 'prim', op: 'list.get', args: [0, 1], type: argType(w, type) };
    }
    if (!methodExists(w, type, '__getitem__')) return raisePlan('TypeError', `'${pythonName(type)}' object is not subscriptable`);
    return planMethod(w, s, 0, '__getitem__', [1], {}) as Plan;
  });
}

function inferDisplay(w: Walk, e: Extract<HExpr, { k: 'list' | 'set'; items: unknown }>, env: Env, expected: Type | null): Type {
  const cls = builtin(w, e.k);
  const same = members(expected ?? NEVER).find((m) => m.k === 'inst' && m.cls === cls);
  const cell = same?.k === 'inst' && same.args[0] ? same.args[0] : w.inst.site(e.id, 'T');
  w.engine.markInstantiated(cls);
  const want = find(cell).type;
  let never = false;
  for (const item of e.items) {
    const type = inferExpr(w, item.value, env, item.star ? null : elementHint(want));
    if (type.k === 'never') never = true;
    else if (!item.star) w.engine.lattice.grow(cell, isMachine(type) ? INT : type);
    else {
      const iter = planIteration(w, type, item.value.id + ITER_SITE);
      w.inst.iters[item.value.id + ITER_SITE] = iter;
      w.engine.lattice.grow(cell, iter.item);
    }
  }
  const type: Type = { k: 'inst', cls, args: [cell] };
  w.engine.read(cell, w.inst);
  // the plan may raise (an unhashable item), so the display itself keeps its type
  if (e.items.length > 0) setPlan(w, e.id, planMethod(w, [type, find(cell).type], 0, e.k === 'list' ? 'append' : 'add', [1], {}) as Plan);
  return never ? NEVER : type;
}

/** Sites of iterations that are not loops of the source. */
export const ITER_SITE = 3_000_000;

const elementHint = (t: Type): Type | null => (t.k === 'inst' || t.k === 'tuple' ? t : null);

function inferDict(w: Walk, e: Extract<HExpr, { k: 'dict' }>, env: Env, expected: Type | null): Type {
  const cls = builtin(w, 'dict');
  const same = members(expected ?? NEVER).find((m) => m.k === 'inst' && m.cls === cls);
  const [k, v] = same?.k === 'inst' ? same.args : [w.inst.site(e.id, 'K'), w.inst.site(e.id, 'V')];
  const key = k ?? newCell();
  const value = v ?? newCell();
  w.engine.markInstantiated(cls);
  let never = false;
  e.keys.forEach((x, i) => {
    const valueExpr = e.values[i] as HExpr;
    if (!x) {
      const other = inferExpr(w, valueExpr, env, null);
      const merged = split(w, [{ k: 'inst', cls, args: [key, value] }, other], 1, (s): Plan => {
        const from = s[1] as Type;
        if (from.k === 'never') return { k: 'never', type: NEVER };
        if (!methodExists(w, from, 'keys')) return raisePlan('TypeError', `'${pythonName(from)}' object is not a mapping`);
        if (from.k === 'inst' && from.cls === cls) {
          w.engine.lattice.grow(key, argType(w, from, 0));
          w.engine.lattice.grow(value, argType(w, from, 1));
        }
        return planMethod(w, s, 0, 'update', [1], {}) as Plan;
      });
      never ||= setPlan(w, valueExpr.id + ITER_SITE, merged).k === 'never';
      return;
    }
    const keyType = inferExpr(w, x, env, elementHint(find(key).type));
    const valueType = inferExpr(w, valueExpr, env, elementHint(find(value).type));
    never ||= keyType.k === 'never' || valueType.k === 'never';
    w.engine.lattice.grow(key, isMachine(keyType) ? INT : keyType);
    w.engine.lattice.grow(value, isMachine(valueType) ? INT : valueType);
  });
  const type: Type = { k: 'inst', cls, args: [key, value] };
  w.engine.read(key, w.inst);
  w.engine.read(value, w.inst);
  if (e.keys.some((x) => x !== null) && !never) {
    setPlan(w, e.id, planMethod(w, [type, find(key).type, find(value).type], 0, '__setitem__', [1, 2], {}) as Plan);
  }
  return never ? NEVER : type;
}

function inferUnpack(w: Walk, e: Extract<HExpr, { k: 'unpack' }>, env: Env): Type {
  const type = inferExpr(w, e.value, env, null);
  if (type.k === 'never') return NEVER;
  const list = builtin(w, 'list');
  const total = e.before + e.after;
  const wrong = (have: number): Plan =>
    have < total
      ? raisePlan(
          'ValueError',
          e.star
            ? `not enough values to unpack (expected at least ${total}, got ${have})`
            : `not enough values to unpack (expected ${total}, got ${have})`,
        )
      : raisePlan('ValueError', `too many values to unpack (expected ${total})`);
  if (type.k === 'tuple') {
    const have = type.items.length;
    if (have < total || (!e.star && have > total)) return setPlan(w, e.id, wrong(have));
    delete w.inst.plans[e.id];
    if (!e.star) return type;
    const cell = w.inst.site(e.id, 'star');
    for (const t of type.items.slice(e.before, have - e.after)) w.engine.lattice.grow(cell, t);
    w.engine.markInstantiated(list);
    const rest: Type = { k: 'inst', cls: list, args: [cell] };
    w.engine.read(cell, w.inst);
    setPlan(w, e.id, planMethod(w, [rest, find(cell).type], 0, 'append', [1], {}) as Plan);
    return { k: 'tuple', items: [...type.items.slice(0, e.before), rest, ...type.items.slice(have - e.after)] };
  }
  // anything iterable: collected into a list first
  const iter = planIteration(w, type, e.id + ITER_SITE);
  w.inst.iters[e.id + ITER_SITE] = iter;
  if (iter.mode === 'never') {
    return setPlan(
      w,
      e.id,
      pythonName(type) === 'NoneType' || !methodExists(w, type, '__iter__')
        ? raisePlan('TypeError', `cannot unpack non-iterable ${pythonName(type)} object`)
        : { k: 'never', type: NEVER },
    );
  }
  // an iterable that never gives an item
  if (iter.item.k === 'never' && total > 0) return setPlan(w, e.id, wrong(0));
  const cell = w.inst.site(e.id, 'items');
  w.engine.lattice.grow(cell, iter.item);
  w.engine.markInstantiated(list);
  const items: Type = { k: 'inst', cls: list, args: [cell] };
  const item = w.engine.read(cell, w.inst);
  setPlan(w, e.id, planMethod(w, [items, item], 0, 'append', [1], {}) as Plan);
  const check = planFunction(w, w.engine.program.runtimeFunction('check_unpack'), null, [items, INT, BOOL], [0, 1, 2]);
  setPlan(w, e.id + FSTRING_PLAN, check);
  const out: Type[] = Array.from({ length: total }, () => item);
  if (e.star) {
    setPlan(w, e.id + TRUTH_PLAN, planMethod(w, [items, INT, INT, NONE], 0, '__getslice__', [1, 2, 3], {}) as Plan);
    out.splice(e.before, 0, items);
  }
  return { k: 'tuple', items: out };
}

function formatPlan(w: Walk, type: Type, conversion: 's' | 'r' | 'a' | null, spec: Type | null): Plan {
  const str = strType(w);
  if (conversion === 'r' || conversion === 'a') {
    const text = textOf(w, [type], 0, '__repr__');
    const shown: Plan =
      conversion === 'r'
        ? text
        : chain(w, [type], text, (slots) =>
            planFunction(w, w.engine.program.runtimeFunction('escape_non_ascii'), null, slots, [slots.length - 1]),
          );
    if (!spec) return shown;
    return chain(w, [type, spec], shown, (slots) => planMethod(w, slots, slots.length - 1, '__format__', [1], {}) as Plan);
  }
  if (!spec || conversion === 's') {
    const text = formatDefault(w, type);
    return spec ? chain(w, [type, spec], text, (slots) => planMethod(w, slots, slots.length - 1, '__format__', [1], {}) as Plan) : text;
  }
  return split(w, [type, spec], 0, (s): Plan => {
    const t = s[0] as Type;
    if (t.k === 'i32' || t.k === 'i64')
      return chain(
        w,
        s,
        { k: 'prim', op: 'to-int', args: [0], type: INT },
        (slots) => planMethod(w, slots, slots.length - 1, '__format__', [1], {}) as Plan,
      );
    if (methodExists(w, t, '__format__') && !(t.k === 'tuple') && t.k !== 'none') return planMethod(w, s, 0, '__format__', [1], {}) as Plan;
    return chain(w, s, textOf(w, s, 0, '__str__'), (slots) => {
      const helper = w.engine.program.runtime.get('format_object') ?? w.engine.program.builtins.get('format_object');
      return helper?.kind === 'func'
        ? planFunction(w, helper.fn, null, [...slots, str], [slots.length - 1, 1])
        : { k: 'slot', slot: slots.length - 1, type: str };
    });
  });
}

/** `format(x, '')` is `str(x)` unless the class says otherwise. */
function formatDefault(w: Walk, type: Type): Plan {
  return split(w, [type], 0, (s): Plan => {
    const t = s[0] as Type;
    if (t.k === 'inst' && !t.cls.builtin) {
      const owner = t.cls.mro.find((x) => x.methods.has('__format__'));
      if (owner && !owner.builtin) {
        const value: Plan = { k: 'const', value: { type: 'str', value: '' }, type: strType(w) };
        const body = planMethod(w, [...s, strType(w)], 0, '__format__', [s.length], {}) as Plan;
        return { k: 'let', value, body, type: body.type };
      }
    }
    return textOf(w, s, 0, '__str__');
  });
}

function chain(w: Walk, slots: readonly Type[], value: Plan, next: (slots: readonly Type[]) => Plan): Plan {
  void w;
  if (value.type.k === 'never') return value;
  const body = next([...slots, value.type]);
  return { k: 'let', value, body, type: body.type };
}

/** The truth of an expression as a condition; its plan is kept under `id + TRUTH_PLAN`. */
export function inferTruth(w: Walk, e: HExpr, env: Env): Type {
  const type = inferExpr(w, e, env, null);
  if (type.k === 'never') return NEVER;
  const plan = planTruthOf(w, [type], 0);
  return setPlan(w, e.id + TRUTH_PLAN, plan);
}

/** The value of a condition where types alone decide it. */
export function truthConstant(w: Walk, e: HExpr): boolean | null {
  if (e.k === 'const' && e.value.type === 'bool') return e.value.value;
  const own = w.inst.plans[e.id];
  if (e.k === 'call' || (e.k === 'op' && e.op !== 'not' && own?.k === 'const')) {
    return own?.k === 'const' && own.value.type === 'bool' ? own.value.value : constantTruth(w, e);
  }
  if (e.k === 'op' && e.op !== 'not' && own?.k === 'not' && own.value.k === 'const' && own.value.value.type === 'bool')
    return !own.value.value.value;
  if (e.k === 'op' && e.op === 'not') {
    const inner = truthConstant(w, e.args[0] as HExpr);
    return inner === null ? null : !inner;
  }
  if (e.k === 'and' || e.k === 'or') {
    const [l, r] = [truthConstant(w, e.left), truthConstant(w, e.right)];
    if (e.k === 'and') return l === false || (l === true && r === false) ? false : l === true && r === true ? true : null;
    return l === true || (l === false && r === true) ? true : l === false && r === false ? false : null;
  }
  return constantTruth(w, e);
}

function constantTruth(w: Walk, e: HExpr): boolean | null {
  const truth = w.inst.plans[e.id + TRUTH_PLAN];
  return truth?.k === 'const' && truth.value.type === 'bool' ? truth.value.value : null;
}
