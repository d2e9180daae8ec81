/** Calls: what the callee's type says the call comes to. Slot 0 is the callee, arguments follow. */
import type { HExpr } from '../hir/nodes.ts';
import { findMethod } from '../program/class-info.ts';
import type { FunctionInfo } from '../program/function-info.ts';
import { refuse } from '../program/refusal.ts';
import { pythonName } from '../types/python-name.ts';
import { BOOL, FLOAT, INT, members, NEVER, type Type } from '../types/type.ts';
import { annotationType } from './annotations.ts';
import { raisePlan, spanAt, strType } from './context.ts';
import { inferExpr, setPlan } from './infer-expressions.ts';
import type { Walk } from './infer-statements.ts';
import type { Env } from './instance.ts';
import type { Plan } from './plan.ts';
import { letCall, planBuiltin, textOf } from './plan-builtins.ts';
import { type CallArgs, planConstruct, planFunction } from './plan-calls.ts';
import { intrinsicExpected, planIntrinsic } from './plan-intrinsics.ts';
import { classOf, methodExists, planMethod } from './plan-methods.ts';
import { planTruthOf } from './plan-operators.ts';
import { spreadCounts } from './plan-spread.ts';
import { split } from './split.ts';

/** How the arguments of a call lie in slots: starred fixed tuples are spread. */
export type ArgSlot = { readonly expr: HExpr; readonly item: number | null };

export const argSlots = new WeakMap<HExpr, Map<unknown, readonly ArgSlot[]>>();

export function inferCall(w: Walk, e: Extract<HExpr, { k: 'call' }>, env: Env, expected: Type | null): Type {
  const method = e.func.k === 'attr' ? e.func : null;
  const superCall = method && method.obj.k === 'super' ? method.obj : null;
  const calleeType =
    method && !superCall
      ? inferExpr(w, method.obj, env, null)
      : superCall
        ? inferExpr(w, superCall, env, null)
        : inferExpr(w, e.func, env, null);
  if (calleeType.k === 'never') return NEVER;
  const intrinsic =
    e.func.k === 'binding' && e.func.binding.kind === 'intrinsic' && !e.func.binding.name.startsWith('py.') ? e.func.binding.name : null;
  const slots: Type[] = [calleeType];
  const layout: ArgSlot[] = [];
  const args: number[] = [];
  const hint = intrinsic ? intrinsicExpected(intrinsic) : null;
  const wants = hint ? null : parameterHints(w, calleeType, method?.name ?? null);
  let never = false;
  let unknown = false;
  e.args.forEach((a, i) => {
    const type = inferExpr(w, a.value, env, hint ?? wants?.[i] ?? null);
    never ||= type.k === 'never';
    if (!a.star) {
      args.push(slots.length);
      slots.push(type);
      layout.push({ expr: a.value, item: null });
    } else if (type.k === 'tuple') {
      type.items.forEach((item, n) => {
        args.push(slots.length);
        slots.push(item);
        layout.push({ expr: a.value, item: n });
      });
    } else if (type.k !== 'never') unknown = true;
  });
  let rest: number | undefined;
  if (unknown && e.tails && !never) {
    // from the first starred argument on, or all: what a function takes as *args is one list
    const from = extraFrom(w, calleeType, method?.name ?? null) < e.tails.start ? 0 : e.tails.start;
    slots.length = 1;
    layout.length = 0;
    args.length = 0;
    for (const a of e.args.slice(0, from)) {
      args.push(slots.length);
      slots.push(w.inst.types[a.value.id] as Type);
      layout.push({ expr: a.value, item: null });
    }
    const tail = from === 0 ? e.tails.all : e.tails.rest;
    rest = slots.length;
    slots.push(inferExpr(w, tail, env, null));
    layout.push({ expr: tail, item: null });
    never ||= slots[rest]?.k === 'never';
  }
  const kwargs = e.kwargs.map((k) => {
    const type = inferExpr(w, k.value, env, null);
    never ||= type.k === 'never';
    slots.push(type);
    layout.push({ expr: k.value, item: null });
    return { name: k.name, slot: slots.length - 1, late: k.late === true };
  });
  let mapping: number | undefined;
  if (e.mapping) {
    mapping = slots.length;
    slots.push(inferExpr(w, e.mapping, env, null));
    layout.push({ expr: e.mapping, item: null });
    never ||= slots[mapping]?.k === 'never';
  }
  let perInstance = argSlots.get(e);
  if (!perInstance) {
    perInstance = new Map();
    argSlots.set(e, perInstance);
  }
  perInstance.set(w.inst, layout);
  if (never) return NEVER;
  const call: CallArgs = { kwargs, ...(rest === undefined ? {} : { rest }), ...(mapping === undefined ? {} : { mapping }) };
  const strings = e.args.map((a) => (a.value.k === 'const' && a.value.value.type === 'str' ? a.value.value.value : null));
  const plan = superCall
    ? superMethod(w, superCall, method?.name ?? '', slots, args, call)
    : method
      ? methodCall(w, e, slots, method.name, args, call)
      : planCallValue(w, e, slots, 0, args, call, strings, expected);
  return setPlan(w, e.id, plan);
}

/** Number of positional parameters before `*args` of the callee; infinite where it has none. */
function extraFrom(w: Walk, callee: Type, method: string | null): number {
  const of = (fn: FunctionInfo | null | undefined, skip: number): number => {
    if (!fn?.params.some((p) => p.kind === 'vararg')) return Number.POSITIVE_INFINITY;
    return fn.params.filter((p) => p.kind === 'posonly' || p.kind === 'normal').length - skip;
  };
  if (method) {
    const own = classOf(w, callee);
    const found = own ? findMethod(own, method) : null;
    if (found) return of(found, found.kind === 'static' ? 0 : 1);
    if (callee.k !== 'class' && callee.k !== 'module') return Number.POSITIVE_INFINITY;
    const value = planGetAttr(w, [callee], 0, method).type;
    return value.k === 'never' ? Number.POSITIVE_INFINITY : extraFrom(w, value, null);
  }
  switch (callee.k) {
    case 'func':
      return of(callee.fn, 0);
    case 'bound':
      return of(callee.fn, 1);
    case 'class':
      return of(findMethod(callee.cls, '__init__'), 1);
    case 'intrinsic':
      return callee.name === 'py.print' ? 0 : Number.POSITIVE_INFINITY;
    default:
      return Number.POSITIVE_INFINITY;
  }
}

function parameterHints(w: Walk, callee: Type, method: string | null): (Type | null)[] | null {
  const fn = callee.k === 'func' ? callee.fn : method && classOf(w, callee) ? findMethod(classOf(w, callee) as never, method) : null;
  if (!fn?.trusted || fn.overloads.length > 1) return null;
  const params = fn.kind === 'method' && method ? fn.params.slice(1) : fn.params;
  return params.map((p) => {
    const type = p.annotation ? annotationType({ ...w.scope, module: fn.module, typevar: () => null }, p.annotation) : null;
    return type && (type.k === 'i32' || type.k === 'i64') ? type : null;
  });
}

function superMethod(
  w: Walk,
  s: Extract<HExpr, { k: 'super' }>,
  name: string,
  slots: readonly Type[],
  args: readonly number[],
  call: CallArgs,
): Plan {
  const self = slots[0] as Type;
  const cls = self.k === 'class' ? self.cls : classOf(w, self);
  const fn = cls ? findMethod(cls, name, s.cls) : null;
  if (!fn) return raisePlan('AttributeError', `'super' object has no attribute '${name}'`);
  if (fn.cls?.builtin && fn.cls.name === 'object' && name === '__init__')
    return { k: 'const', value: { type: 'none' }, type: { k: 'none' } };
  if (fn.kind === 'static') return planFunction(w, fn, null, slots, args, call);
  return planFunction(w, fn, null, slots, [0, ...args], call);
}

function methodCall(
  w: Walk,
  e: Extract<HExpr, { k: 'call' }>,
  slots: readonly Type[],
  name: string,
  args: readonly number[],
  call: CallArgs,
): Plan {
  return split(w, slots, 0, (s): Plan => {
    const type = s[0] as Type;
    if (type.k === 'class' || type.k === 'module') {
      // a name looked up on a class or module: its value is called
      const value = planGetAttr(w, s, 0, name);
      if (value.type.k === 'never') return value;
      if (type.k === 'class' && value.type.k === 'func' && value.type.fn.kind === 'method' && value.type.fn.trusted && args.length > 0)
        return planFunction(w, value.type.fn, null, s, args, call);
      const body = planCallValue(w, e, [...s, value.type], s.length, args, call, [], null);
      return { k: 'let', value, body, type: body.type };
    }
    const fieldFirst = type.k === 'inst' && !methodExists(w, type, name) ? planGetAttr(w, s, 0, name) : null;
    if (fieldFirst) {
      if (fieldFirst.type.k === 'never') return fieldFirst;
      if (fieldFirst.k === 'switch') {
        // only subclasses have the method
        const cases = fieldFirst.cases.map((x) => {
          const narrow = [...s];
          narrow[0] = x.type;
          return { type: x.type, plan: x.plan.k === 'raise' ? x.plan : methodCall(w, e, narrow, name, args, call) };
        });
        let joined: Type = NEVER;
        for (const x of cases) joined = w.engine.lattice.join(joined, x.plan.type);
        return { k: 'switch', slot: 0, cases, type: joined };
      }
      const body = planCallValue(w, e, [...s, fieldFirst.type], s.length, args, call, [], null);
      return { k: 'let', value: fieldFirst, body, type: body.type };
    }
    return planMethod(w, s, 0, name, args, call) as Plan;
  });
}

import { planGetAttr } from './plan-attributes.ts';

/** A call of the value in a slot. */
export function planCallValue(
  w: Walk,
  e: HExpr,
  slots: readonly Type[],
  callee: number,
  args: readonly number[],
  call: CallArgs,
  strings: readonly (string | null)[],
  expected: Type | null,
): Plan {
  return split(w, slots, callee, (s): Plan => {
    const type = s[callee] as Type;
    const builtinCallee = type.k === 'intrinsic' ? type.name !== 'py.print' : type.k === 'class' && type.cls.builtin;
    if (call.rest !== undefined && builtinCallee) {
      const { rest, ...others } = call;
      return spreadCounts(
        w,
        s,
        rest,
        3,
        (inner, items) => planCallValue(w, e, inner, callee, [...args, ...items], others, [], expected),
        () => raisePlan('TypeError', 'too many arguments'),
      );
    }
    switch (type.k) {
      case 'never':
        return { k: 'never', type: NEVER };
      case 'func':
        return planFunctionValue(w, type, s, callee, args, call);
      case 'bound': {
        const value: Plan = { k: 'prim', op: 'bound.self', args: [callee], type: type.self };
        const inner = [...s, type.self];
        const body =
          type.fn.overloads.length > 0
            ? (planMethodOf(w, type, inner, s.length, args, call) as Plan)
            : raisePlan('TypeError', 'not callable');
        return { k: 'let', value, body, type: body.type };
      }
      case 'class':
        return classCall(w, e, type, s, args, call, expected);
      case 'typearg':
        return type.type.k === 'inst'
          ? planConstruct(w, type.type.cls, s, args, call, e.id, type.type)
          : raisePlan('TypeError', 'not callable');
      case 'intrinsic': {
        if (!type.name.startsWith('py.')) return planIntrinsic(w, type.name, s, args, strings);
        const plan = planBuiltin(w, type.name.slice(3), s, args, call, strings);
        return plan ?? refuse(spanAt(w, e), `this call of ${type.name.slice(3)}()`, 'give the arguments as literals');
      }
      default:
        if (methodExists(w, type, '__call__')) return planMethod(w, s, callee, '__call__', args, call) as Plan;
        return raisePlan('TypeError', `'${pythonName(type)}' object is not callable`);
    }
  });
}

function planMethodOf(
  w: Walk,
  type: Extract<Type, { k: 'bound' }>,
  slots: readonly Type[],
  self: number,
  args: readonly number[],
  call: CallArgs,
): Plan | null {
  if (type.self.k === 'class') return planFunction(w, type.fn, null, slots, [self, ...args], call);
  return planMethod(w, slots, self, type.fn.name, args, call);
}

function planFunctionValue(
  w: Walk,
  type: Extract<Type, { k: 'func' }>,
  slots: readonly Type[],
  callee: number,
  args: readonly number[],
  call: CallArgs,
): Plan {
  // the closure itself is the hidden first argument
  return planFunction(
    w,
    type.fn,
    type.owner,
    slots,
    args,
    type.owner === null || type.fn.free.length === 0 ? call : { ...call, closure: callee },
  );
}

/** `int(x)` and `float(x)` of an object by its own methods. */
function numberOf(w: Walk, e: HExpr, type: Extract<Type, { k: 'class' }>, slots: readonly Type[], i: number): Plan {
  const arg = slots[i] as Type;
  const name = type.cls.name;
  if (arg.k !== 'inst' || arg.cls.trusted) return classCall(w, e, type, slots, [i], {}, null);
  const method = (name === 'int' ? ['__int__', '__index__', '__trunc__'] : ['__float__', '__index__']).find((m) => methodExists(w, arg, m));
  if (!method) return planFunction(w, findMethod(type.cls, '_make') as FunctionInfo, null, slots, [i]);
  const value = planMethod(w, slots, i, method, [], {}) as Plan;
  if (method !== '__index__' || name === 'int') return value;
  return letCall(w, slots, value, 'int_to_float', FLOAT);
}

const CONVERSIONS: Readonly<Record<string, string>> = { int: 'int_of', float: 'float_of', bytes: 'bytes_of', tuple: 'tuple_from' };

/** `C(...)`: construction, or the conversion of a builtin type. */
function classCall(
  w: Walk,
  e: HExpr,
  type: Extract<Type, { k: 'class' }>,
  slots: readonly Type[],
  args: readonly number[],
  call: CallArgs,
  expected: Type | null,
): Plan {
  const { cls } = type;
  if (!cls.builtin && !(cls.trusted && findMethod(cls, '_make'))) return planConstruct(w, cls, slots, args, call, e.id);
  const first = args[0];
  const str = (value: string): Plan => ({ k: 'const', value: { type: 'str', value }, type: strType(w) });
  switch (cls.name) {
    case 'bool':
      if (first === undefined) return { k: 'const', value: { type: 'bool', value: false }, type: BOOL };
      return planTruthOf(w, slots, first);
    case 'str':
      if (first === undefined) return str('');
      if (args.length > 1 || (call.kwargs?.length ?? 0) > 0) return planMethod(w, slots, first, 'decode', args.slice(1), call) as Plan;
      return textOf(w, slots, first, '__str__');
    case 'object':
      return planConstruct(w, cls, slots, args, call, e.id);
    case 'int':
    case 'float': {
      if (args.length === 1 && members(slots[first as number] as Type).some((m) => m.k === 'inst' && !m.cls.trusted)) {
        return split(w, slots, first as number, (s) => numberOf(w, e, type, s, first as number));
      }
      if (first === undefined)
        return cls.name === 'int'
          ? { k: 'const', value: { type: 'int', value: 0n }, type: INT }
          : { k: 'const', value: { type: 'float', value: 0 }, type: FLOAT };
      if (w.inst.fn.trusted && cls.name === 'int' && ['i32', 'i64', 'bool'].includes((slots[first] as Type).k))
        return { k: 'prim', op: 'to-int', args: [first], type: INT };
      break;
    }
    case 'vtuple':
    case 'tuple':
      if (first !== undefined && slots[first]?.k === 'tuple') return { k: 'slot', slot: first, type: slots[first] as Type };
      if (first === undefined && cls.name === 'tuple') return { k: 'tuple', items: [], type: { k: 'tuple', items: [] } };
      break;
  }
  // a class that chooses what to make is made plainly by its own choice
  const make = findMethod(cls, '_make');
  if (make && make.cls === cls && make !== w.inst.fn) return planFunction(w, make, null, slots, args, call);
  const conversion = args.length === 2 && cls.name === 'int' ? 'int_of_base' : CONVERSIONS[cls.name];
  const named = conversion ? (w.engine.program.builtins.get(conversion) ?? w.engine.program.runtime.get(conversion)) : undefined;
  if (named?.kind === 'func' && first !== undefined) return planFunction(w, named.fn, null, slots, args, {});
  const explicit = expected?.k === 'inst' && expected.cls === cls ? expected : null;
  return planConstruct(w, cls, slots, args, call, e.id, explicit);
}
