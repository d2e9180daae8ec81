/** Finding and calling methods: by the class of a value, with the compiler's own answers where a type has no class of its own. */

import { type ClassInfo, findMethod } from '../program/class-info.ts';
import type { FunctionInfo } from '../program/function-info.ts';
import { pythonName } from '../types/python-name.ts';
import type { Type } from '../types/type.ts';
import { builtin, type Ctx, joinPlans, NEVER_PLAN, raisePlan, strType } from './context.ts';
import type { Plan } from './plan.ts';
import { acceptsAll, type CallArgs, planFunction } from './plan-calls.ts';
import { tupleHashFunction, tupleReprFunction } from './plan-tuples.ts';
import { split } from './split.ts';
import { instantiatedBelow } from './subclasses.ts';

/** The class whose methods a value has. */
export function classOf(c: Ctx, type: Type): ClassInfo | null {
  const named = (name: string): ClassInfo | null => {
    for (const names of [c.engine.program.builtins, c.engine.program.runtime]) {
      const binding = names.get(name);
      if (binding?.kind === 'class') return binding.cls;
    }
    return null;
  };
  switch (type.k) {
    case 'bool':
    case 'int':
    case 'float':
      return named(type.k);
    case 'i32':
    case 'i64':
      return named('int');
    case 'inst':
      return type.cls;
    case 'tuple':
      return named('vtuple');
    case 'none':
    case 'func':
    case 'bound':
    case 'class':
    case 'module':
    case 'notimpl':
    case 'ellipsis':
      return named(pythonName(type));
    case 'intrinsic':
      return named(type.name === 'py.type' ? 'type' : pythonName(type));
    default:
      return null;
  }
}

export function methodOf(c: Ctx, type: Type, name: string): FunctionInfo | null {
  const cls = classOf(c, type);
  return cls ? findMethod(cls, name) : null;
}

export function methodExists(c: Ctx, type: Type, name: string): boolean {
  return methodOf(c, type, name) !== null;
}

/** The join of a fixed tuple's items as a tuple of unknown length. */
export function vtupleOf(c: Ctx, type: Extract<Type, { k: 'tuple' }>, cell: import('../types/type.ts').Cell): Type {
  for (const item of type.items) c.engine.lattice.grow(cell, item);
  return { k: 'inst', cls: builtin(c, 'vtuple'), args: [cell] };
}

export interface MethodOptions extends CallArgs {
  /** Give null instead of a raising plan when the method does not accept the operands. */
  readonly optional?: boolean;
}

/** `slots[self].name(args)`; null only with `optional`. */
export function planMethod(
  c: Ctx,
  slots: readonly Type[],
  self: number,
  name: string,
  args: readonly number[],
  options: MethodOptions,
): Plan | null {
  const type = slots[self] as Type;
  if (type.k === 'never') return NEVER_PLAN;
  if (type.k === 'union' || type.k === 'any') {
    return split(c, slots, self, (s) => planMethod(c, s, self, name, args, { ...options, optional: false }) as Plan);
  }
  if (type.k === 'tuple') {
    if (name === '__len__') return { k: 'const', value: { type: 'int', value: BigInt(type.items.length) }, type: { k: 'int' } };
    if (name === '__repr__' || name === '__str__') return planFunction(c, tupleReprFunction(c, type.items.length), null, slots, [self]);
    if (name === '__hash__') return planFunction(c, tupleHashFunction(c, type.items.length), null, slots, [self]);
    const cell = c.inst.site(slots.length * 1000 + type.items.length, `tuple ${tupleKey(type)}`);
    const wide = vtupleOf(c, type, cell);
    const value: Plan = { k: 'prim', op: 'tuple.widen', args: [self], type: wide };
    const body = planMethod(c, [...slots, wide], slots.length, name, args, options);
    return body ? { k: 'let', value, body, type: body.type } : null;
  }
  if (
    type.k === 'func' ||
    type.k === 'class' ||
    type.k === 'module' ||
    type.k === 'bound' ||
    type.k === 'notimpl' ||
    type.k === 'ellipsis' ||
    type.k === 'intrinsic'
  ) {
    if (name === '__repr__' || name === '__str__') return { k: 'const', value: { type: 'str', value: unitRepr(type) }, type: strType(c) };
    if (name === '__hash__') return { k: 'prim', op: 'identity.hash', args: [self], type: { k: 'i64' } };
    if (options.optional) return null;
    return raisePlan('AttributeError', `'${pythonName(type)}' object has no attribute '${name}'`);
  }
  const cls = classOf(c, type);
  const fn = cls ? findMethod(cls, name) : null;
  if (!fn || !cls) {
    if (options.optional) return null;
    return raisePlan('AttributeError', `'${pythonName(type)}' object has no attribute '${name}'`);
  }
  if (type.k === 'inst' && type.cls.subclasses.length > 0 && fn.kind === 'method') {
    const overriding = instantiatedBelow(c, type.cls).filter((sub) => sub !== type.cls && findMethod(sub, name) !== fn);
    if (overriding.length > 0) {
      const cases = [...overriding.map((sub): Type => ({ k: 'inst', cls: sub, args: sub.params.length === 0 ? [] : type.args })), type].map(
        (t) => {
          const narrow = [...slots];
          narrow[self] = t;
          return {
            type: t,
            plan:
              methodCall(c, narrow, self, name, args, options, findMethod((t as typeof type).cls, name) as FunctionInfo) ??
              raisePlan('TypeError', `bad operand for ${name}`),
          };
        },
      );
      return {
        k: 'switch',
        slot: self,
        cases,
        type: joinPlans(
          c,
          cases.map((x) => x.plan),
        ),
      };
    }
  }
  return methodCall(c, slots, self, name, args, options, fn);
}

function methodCall(
  c: Ctx,
  slots: readonly Type[],
  self: number,
  name: string,
  args: readonly number[],
  options: MethodOptions,
  fn: FunctionInfo,
): Plan | null {
  const type = slots[self] as Type;
  const cls = classOf(c, type) as ClassInfo;
  const own = name.startsWith('__') && fn.cls?.name === 'object' && fn.cls.builtin;
  if (own && name === '__repr__' && type.k === 'none') return { k: 'const', value: { type: 'str', value: 'None' }, type: strType(c) };
  if (name === '__hash__' && unhashable(cls)) return raisePlan('TypeError', `unhashable type: '${pythonName(type)}'`);
  const all = fn.kind === 'static' ? args : fn.kind === 'classmethod' ? args : [self, ...args];
  if (fn.kind === 'classmethod') {
    const inner = [...slots, { k: 'class', cls } as Type];
    const body = planFunction(c, fn, null, inner, [slots.length, ...args], options);
    return { k: 'let', value: { k: 'unit', type: { k: 'class', cls } }, body, type: body.type };
  }
  if (options.optional && fn.trusted && !acceptsAll(c, fn, slots, all)) return null;
  return planFunction(c, fn, null, slots, all, options);
}

/** A class with `__eq__` and no `__hash__` of its own. */
export function unhashable(cls: ClassInfo): boolean {
  for (const base of cls.mro) {
    if (base.methods.has('__hash__')) return false;
    if (base.methods.has('__eq__')) return true;
  }
  return false;
}

function tupleKey(type: Extract<Type, { k: 'tuple' }>): string {
  return type.items.map((x) => x.k + (x.k === 'inst' ? x.cls.id : '')).join(',');
}

function unitRepr(type: Type): string {
  switch (type.k) {
    case 'class':
      return `<class '${type.cls.builtin ? type.cls.name : `${type.cls.module.name}.${type.cls.name}`}'>`;
    case 'notimpl':
      return 'NotImplemented';
    case 'ellipsis':
      return 'Ellipsis';
    case 'module':
      return `<module '${type.mod.name}'>`;
    case 'func':
      return `<function ${type.fn.name}>`;
    default:
      return `<${pythonName(type)}>`;
  }
}
