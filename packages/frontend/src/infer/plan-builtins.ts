/** Builtins that only the compiler can answer: tests of types, protocols, and `print`. */
import { type ClassInfo, isSubclass } from '../program/class-info.ts';
import type { FunctionInfo } from '../program/function-info.ts';
import { dataclassFields } from '../synth/dataclass.ts';
import { pythonName } from '../types/python-name.ts';
import { BOOL, I32, I64, INT, members, NONE, type Type } from '../types/type.ts';
import { type Ctx, NEVER_PLAN, raisePlan, strType } from './context.ts';
import type { Plan } from './plan.ts';
import { planDelAttr, planGetAttr, planHasAttr, planSetAttr } from './plan-attributes.ts';
import { type CallArgs, planConstruct, planFunction } from './plan-calls.ts';
import { classOf, methodExists, planMethod, unhashable } from './plan-methods.ts';
import { planTruthOf } from './plan-operators.ts';
import { split, splitClasses } from './split.ts';

export function planBuiltin(
  c: Ctx,
  name: string,
  slots: readonly Type[],
  args: readonly number[],
  call: CallArgs,
  strings: readonly (string | null)[],
): Plan | null {
  const first = args[0] ?? -1;
  if (args.some((i) => slots[i]?.k === 'never')) return NEVER_PLAN;
  switch (name) {
    case 'len':
      return args.length === 1 ? planLen(c, slots, first) : arity(name, args.length);
    case 'isinstance':
      return planIsInstance(c, slots, first, slots[args[1] as number] as Type);
    case 'issubclass': {
      const type = slots[first] as Type;
      if (type.k !== 'class') return raisePlan('TypeError', 'issubclass() arg 1 must be a class');
      return constant(classesOf(slots[args[1] as number] as Type).some((x) => isSubclass(type.cls, x)));
    }
    case 'type':
      if (args.length !== 1) return null;
      return splitClasses(c, slots, first, (s): Plan => {
        const cls = classOf(c, s[first] as Type);
        return cls ? { k: 'unit', type: { k: 'class', cls } } : { k: 'const', value: { type: 'none' }, type: NONE };
      });
    case 'repr':
      return textOf(c, slots, first, '__repr__');
    case 'hash': {
      const raw = planHash(c, slots, first);
      return raw.type.k === 'never' ? raw : letCall(c, slots, raw, 'int_from_i64', INT);
    }
    case 'id':
      return { k: 'prim', op: 'identity', args: [first], type: INT };
    case 'callable':
      return split(c, slots, first, (s) =>
        constant(['func', 'class', 'bound', 'intrinsic'].includes((s[first] as Type).k) || methodExists(c, s[first] as Type, '__call__')),
      );
    case 'hasattr': {
      const attr = strings[1];
      if (attr === null || attr === undefined) return null;
      return planHasAttr(c, slots, first, attr);
    }
    case 'getattr': {
      const attr = strings[1];
      if (attr === null || attr === undefined) return null;
      return split(c, slots, first, (s): Plan => {
        const plan = planGetAttr(c, s, first, attr);
        const fallback = args[2];
        if (fallback === undefined) return plan;
        const has = planHasAttr(c, s, first, attr);
        const other: Plan = { k: 'slot', slot: fallback, type: s[fallback] as Type };
        if (has.k === 'const' && has.value.type === 'bool') return has.value.value ? plan : other;
        return { k: 'cond', test: has, then: plan, else: other, type: c.engine.lattice.join(plan.type, other.type) };
      });
    }
    case 'setattr':
    case 'delattr': {
      const attr = strings[1];
      if (attr === null || attr === undefined) return null;
      return name === 'setattr' ? planSetAttr(c, slots, first, attr, args[2] as number) : planDelAttr(c, slots, first, attr);
    }
    case 'replace':
      return planReplace(c, slots, first, call);
    case 'print':
      return planPrint(c, slots, args, call);
    default:
      return null;
  }
}

/** `dataclasses.replace(x, name=value)`: a new object from the fields of the old one and the changes. */
function planReplace(c: Ctx, slots: readonly Type[], i: number, call: CallArgs): Plan {
  return split(c, slots, i, (s): Plan => {
    const type = s[i] as Type;
    if (type.k !== 'inst' || !type.cls.mro.some((x) => x.dataclass))
      return raisePlan('TypeError', 'replace() should be called on dataclass instances');
    const given = new Set((call.kwargs ?? []).map((k) => k.name));
    const kept = dataclassFields(type.cls).filter((f) => f.init && !given.has(f.name));
    const build = (n: number, inner: readonly Type[], kwargs: NonNullable<CallArgs['kwargs']>): Plan => {
      const field = kept[n];
      if (!field) return planConstruct(c, type.cls, inner, [], { kwargs }, 0);
      const value = planGetAttr(c, inner, i, field.name);
      const body = build(n + 1, [...inner, value.type], [...kwargs, { name: field.name, slot: inner.length }]);
      return { k: 'let', value, body, type: body.type };
    };
    return build(0, s, call.kwargs ?? []);
  });
}

function arity(name: string, count: number): Plan {
  return raisePlan('TypeError', `${name}() takes exactly one argument (${count} given)`);
}

const constant = (value: boolean): Plan => ({ k: 'const', value: { type: 'bool', value }, type: BOOL });

export function planLen(c: Ctx, slots: readonly Type[], i: number): Plan {
  return split(c, slots, i, (s) => {
    const type = s[i] as Type;
    if (type.k === 'inst' && type.cls.name === 'list' && type.cls.builtin) return { k: 'prim', op: 'list.len', args: [i], type: INT };
    if (type.k === 'tuple' || methodExists(c, type, '__len__')) {
      const length = planMethod(c, s, i, '__len__', [], {}) as Plan;
      return type.k === 'inst' && !type.cls.trusted && length.type.k !== 'never' ? letCall(c, s, length, 'checked_length', INT) : length;
    }
    return raisePlan('TypeError', `object of type '${pythonName(type)}' has no len()`);
  });
}

/** Text by `__str__` or `__repr__`. */
export function textOf(c: Ctx, slots: readonly Type[], i: number, method: '__str__' | '__repr__'): Plan {
  return split(c, slots, i, (s): Plan => {
    const type = s[i] as Type;
    if (method === '__str__' && type.k === 'inst' && type.cls.name === 'str' && type.cls.builtin) return { k: 'slot', slot: i, type };
    if (type.k === 'i32' || type.k === 'i64')
      return {
        k: 'let',
        value: { k: 'prim', op: 'to-int', args: [i], type: INT },
        body: planMethod(c, [...s, INT], s.length, method, [], {}) as Plan,
        type: strType(c),
      };
    if (type.k === 'none') return { k: 'const', value: { type: 'str', value: 'None' }, type: strType(c) };
    if (type.k === 'bool') {
      const text = (value: string): Plan => ({ k: 'const', value: { type: 'str', value }, type: strType(c) });
      return { k: 'cond', test: { k: 'slot', slot: i, type: BOOL }, then: text('True'), else: text('False'), type: strType(c) };
    }
    if (type.k === 'inst' && isPlainObject(c, type, method)) {
      const name = type.cls.builtin ? pythonName(type) : `${type.cls.module.name}.${type.cls.name}`;
      return { k: 'prim', op: 'object.repr', args: [i], name, type: strType(c) };
    }
    // `__str__` of a class that only defines `__repr__`
    return planMethod(c, s, i, method === '__str__' && !ownStr(c, type) ? '__repr__' : method, [], {}) as Plan;
  });
}

function ownStr(c: Ctx, type: Type): boolean {
  const cls = classOf(c, type);
  const owner = cls?.mro.find((x) => x.methods.has('__str__'));
  return owner !== undefined && !(owner.builtin && owner.name === 'object');
}

function isPlainObject(c: Ctx, type: Type, method: string): boolean {
  const cls = classOf(c, type);
  const names = method === '__str__' ? ['__str__', '__repr__'] : ['__repr__'];
  return cls?.mro.every((x) => (x.builtin && x.name === 'object') || !names.some((n) => x.methods.has(n))) ?? false;
}

/** The hash as a machine word. */
export function planHash(c: Ctx, slots: readonly Type[], i: number): Plan {
  return split(c, slots, i, (s): Plan => {
    const type = s[i] as Type;
    if (type.k === 'inst' && !type.cls.builtin && isIdentityHash(type.cls)) return { k: 'prim', op: 'identity.hash', args: [i], type: I64 };
    if (type.k === 'inst' && type.cls.builtin && ['list', 'dict', 'set', 'bytearray'].includes(type.cls.name))
      return raisePlan('TypeError', `unhashable type: '${type.cls.name}'`);
    const cls = classOf(c, type);
    if (cls && unhashable(cls)) return raisePlan('TypeError', `unhashable type: '${pythonName(type)}'`);
    if (type.k === 'none') return { k: 'prim', op: 'identity.hash', args: [i], type: I64 };
    const call = planMethod(c, s, i, '__hash__', [], {}) as Plan;
    if (call.type.k === 'int') return letCall(c, s, call, 'hash_of_int', I64);
    return call;
  });
}

function isIdentityHash(cls: ClassInfo): boolean {
  for (const base of cls.mro) {
    if (base.methods.has('__hash__')) return base.builtin && base.name === 'object';
    if (base.methods.has('__eq__')) return base.builtin && base.name === 'object';
  }
  return true;
}

/** A runtime function applied to a plan's value. */
export function letCall(c: Ctx, slots: readonly Type[], value: Plan, fn: string, type: Type): Plan {
  const body = planFunction(c, c.engine.program.runtimeFunction(fn), null, [...slots, value.type], [slots.length]);
  return { k: 'let', value, body, type: body.type.k === 'never' ? body.type : type };
}

export function classesOf(type: Type): ClassInfo[] {
  switch (type.k) {
    case 'class':
      return [type.cls];
    case 'tuple':
      return type.items.flatMap(classesOf);
    case 'union':
      return type.members.flatMap(classesOf);
    default:
      return [];
  }
}

/** Is a value of this type an instance of one of the classes? */
export function isInstanceOf(c: Ctx, type: Type, classes: readonly ClassInfo[]): boolean {
  return classes.some((cls) => {
    if (cls.builtin && cls.name === 'object') return true;
    if (cls.builtin && cls.name === 'int' && (type.k === 'bool' || type.k === 'i32' || type.k === 'i64')) return true;
    if (cls.builtin && (cls.name === 'tuple' || cls.name === 'vtuple') && type.k === 'tuple') return true;
    if (cls.builtin && cls.name === 'tuple' && type.k === 'inst' && type.cls.name === 'vtuple') return true;
    if (cls.builtin && cls.name === 'bool') return type.k === 'bool';
    const own = classOf(c, type);
    return own !== null && isSubclass(own, cls);
  });
}

function planIsInstance(c: Ctx, slots: readonly Type[], i: number, against: Type): Plan {
  const classes = classesOf(against);
  const known =
    against.k === 'class' || (against.k === 'tuple' && against.items.every((x) => classesOf(x).length > 0)) || against.k === 'union';
  if (!known) return raisePlan('TypeError', 'isinstance() arg 2 must be a type, a tuple of types, or a union');
  return splitClasses(c, slots, i, (s) => constant(isInstanceOf(c, s[i] as Type, classes)));
}

function planPrint(c: Ctx, slots: readonly Type[], args: readonly number[], call: CallArgs): Plan | null {
  // the number of items is known at run time only
  if (call.rest !== undefined || call.mapping !== undefined)
    return planFunction(c, c.engine.program.runtimeFunction('print_items'), null, slots, args, call);
  const kw = new Map((call.kwargs ?? []).map((k) => [k.name, k.slot]));
  for (const name of kw.keys())
    if (!['sep', 'end', 'file', 'flush'].includes(name))
      return raisePlan('TypeError', `'${name}' is an invalid keyword argument for print()`);
  const fn = (name: string): FunctionInfo => c.engine.program.runtimeFunction(name);
  const steps: Plan[] = [];
  const text = (value: string): Plan => ({ k: 'const', value: { type: 'str', value }, type: strType(c) });
  const apply = (name: string, value: Plan): Plan => {
    const body = planFunction(c, fn(name), null, [...slots, value.type], [slots.length]);
    return { k: 'let', value, body, type: body.type };
  };
  const file = kw.get('file');
  const fd: Plan =
    file === undefined || slots[file]?.k === 'none'
      ? { k: 'const', value: { type: 'int', value: 1n }, type: I32 }
      : planGetAttr(c, slots, file, '_fd');
  if (fd.type.k === 'never') return fd;
  steps.push(apply('print_begin', fd));
  const sep = optionText(c, slots, kw.get('sep'), 'sep', ' ');
  if (sep.k === 'raise') return sep;
  args.forEach((i, n) => {
    if (n > 0 && !(sep.k === 'const' && sep.value.type === 'str' && sep.value.value === '')) steps.push(apply('print_str', sep));
    steps.push(apply('print_str', textOf(c, slots, i, '__str__')));
  });
  const end = optionText(c, slots, kw.get('end'), 'end', '\n');
  if (end.k === 'raise') return end;
  const flush = kw.get('flush');
  const flushPlan: Plan = flush === undefined ? constant(false) : planTruthOf(c, slots, flush);
  const inner = [...slots, end.type, flushPlan.type];
  const finish = planFunction(c, fn('print_end'), null, inner, [slots.length, slots.length + 1]);
  steps.push({ k: 'let', value: end, body: { k: 'let', value: flushPlan, body: finish, type: finish.type }, type: finish.type });
  void text;
  let plan: Plan = { k: 'const', value: { type: 'none' }, type: NONE };
  for (const step of steps.reverse()) plan = step.type.k === 'never' ? step : { k: 'seq', first: step, second: plan, type: plan.type };
  return plan;
}

function optionText(c: Ctx, slots: readonly Type[], slot: number | undefined, name: string, fallback: string): Plan {
  const text: Plan = { k: 'const', value: { type: 'str', value: fallback }, type: strType(c) };
  if (slot === undefined) return text;
  const bad = members(slots[slot] as Type).find((m) => m.k !== 'none' && !(m.k === 'inst' && m.cls.name === 'str'));
  if (bad) return raisePlan('TypeError', `${name} must be None or a string, not ${pythonName(bad)}`);
  return split(c, slots, slot, (s): Plan => ((s[slot] as Type).k === 'none' ? text : { k: 'slot', slot, type: s[slot] as Type }));
}
