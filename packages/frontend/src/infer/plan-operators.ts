/** Binary, comparison and unary operators: primitive where both operands are scalars, else by Python's dunder protocol. */
import type { OpKind } from '../hir/nodes.ts';
import { isSubclass } from '../program/class-info.ts';
import { sameType } from '../types/join.ts';
import { pythonName } from '../types/python-name.ts';
import { BOOL, FLOAT, I32, I64, INT, isInst, members, type Type } from '../types/type.ts';
import { type Ctx, NEVER_PLAN, raisePlan } from './context.ts';
import type { Plan } from './plan.ts';
import { letCall, planLen } from './plan-builtins.ts';
import { planFunction } from './plan-calls.ts';
import { classOf, methodExists, planMethod } from './plan-methods.ts';
import { planTupleCompare } from './plan-tuples.ts';
import { split, splitAll } from './split.ts';

const SYMBOL: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  truediv: '/',
  floordiv: '//',
  mod: '%',
  pow: '** or pow()',
  lshift: '<<',
  rshift: '>>',
  and: '&',
  or: '|',
  xor: '^',
  matmul: '@',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
};
const REFLECTED: Readonly<Record<string, string>> = { lt: 'gt', le: 'ge', gt: 'lt', ge: 'le', eq: 'eq', ne: 'ne' };
const COMPARES = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge']);
const INT_PRIMS = new Set(['add', 'sub', 'mul', 'and', 'or', 'xor', 'eq', 'ne', 'lt', 'le', 'gt', 'ge']);
const FLOAT_PRIMS = new Set(['add', 'sub', 'mul', 'eq', 'ne', 'lt', 'le', 'gt', 'ge']);
const MACHINE_PRIMS = new Set([...INT_PRIMS, 'lshift', 'rshift']);

const isMachine = (t: Type): boolean => t.k === 'i32' || t.k === 'i64';
const isIntLike = (t: Type): boolean => t.k === 'int' || t.k === 'bool';

/** `op` on slots a and b. */
export function planBinary(c: Ctx, slots: readonly Type[], op: OpKind, a: number, b: number): Plan {
  if (slots[a]?.k === 'never' || slots[b]?.k === 'never') return NEVER_PLAN;
  switch (op) {
    case 'is':
    case 'isnot':
      return planIs(c, slots, op, a, b);
    case 'contains':
      return planContains(c, slots, a, b);
    case 'notcontains':
      return { k: 'not', value: planContains(c, slots, a, b), type: BOOL };
    default:
      return splitAll(c, slots, [a, b], (s) => binaryMembers(c, s, op, a, b));
  }
}

function binaryMembers(c: Ctx, slots: readonly Type[], op: OpKind, a: number, b: number): Plan {
  const ta = slots[a] as Type;
  const tb = slots[b] as Type;
  const base = op.startsWith('i') && op !== 'invert' && !COMPARES.has(op) && SYMBOL[op.slice(1)] ? (op.slice(1) as OpKind) : op;
  if (base !== op) {
    const inPlace = dunder(c, slots, `__${op}__`, a, b);
    if (inPlace) return inPlace.type.k === 'notimpl' ? binaryMembers(c, slots, base, a, b) : inPlace;
  }
  const prim = scalarPrim(base, ta, tb);
  if (prim) return { k: 'prim', op: prim.op, args: [a, b], type: prim.type };
  if (ta.k === 'tuple' && tb.k === 'tuple' && COMPARES.has(base)) return planTupleCompare(c, slots, base, a, b);
  if (ta.k === 'tuple' && tb.k === 'tuple' && base === 'add') return concatenation(ta, tb, a, b);
  // a subclass on the right that overrides the reflected method goes first
  const name = `__${base}__`;
  const reflectedName = COMPARES.has(base) ? `__${REFLECTED[base]}__` : `__r${base}__`;
  const classA = classOf(c, ta);
  const classB = classOf(c, tb);
  const rightFirst =
    classA &&
    classB &&
    classA !== classB &&
    isSubclass(classB, classA) &&
    methodExists(c, tb, reflectedName) &&
    !builtinOwner(c, tb, reflectedName);
  const attempts: (() => Plan | null)[] = [
    () => dunder(c, slots, name, a, b),
    () => (COMPARES.has(base) || !sameClass(ta, tb) ? dunder(c, slots, reflectedName, b, a) : null),
  ];
  if (rightFirst) attempts.reverse();
  const plans = attempts.map((make) => make()).filter((p): p is Plan => p !== null);
  return chain(c, plans, 0, () => lastResort(c, slots, base, op, a, b));
}

/** Two tuples of known length: the sum has all items with their types. */
function concatenation(ta: Extract<Type, { k: 'tuple' }>, tb: Extract<Type, { k: 'tuple' }>, a: number, b: number): Plan {
  const items = [
    ...ta.items.map((_, index) => ({ k: 'item' as const, slot: a, index })),
    ...tb.items.map((_, index) => ({ k: 'item' as const, slot: b, index })),
  ];
  return { k: 'tuple', items, type: { k: 'tuple', items: [...ta.items, ...tb.items] } };
}

function sameClass(a: Type, b: Type): boolean {
  return a.k === b.k && (a.k !== 'inst' || (b.k === 'inst' && a.cls === b.cls));
}

function builtinOwner(c: Ctx, type: Type, name: string): boolean {
  const cls = classOf(c, type);
  return cls?.mro.find((x) => x.methods.has(name))?.builtin ?? true;
}

function chain(c: Ctx, plans: readonly Plan[], i: number, last: () => Plan): Plan {
  const plan = plans[i];
  if (!plan) return last();
  if (!members(plan.type).some((m) => m.k === 'notimpl')) return plan;
  const second = chain(c, plans, i + 1, last);
  const rest = members(plan.type).filter((m) => m.k !== 'notimpl');
  const type = c.engine.lattice.join(c.engine.lattice.joinAll(rest), second.type);
  return { k: 'fallback', first: plan, second, type };
}

function lastResort(c: Ctx, slots: readonly Type[], base: OpKind, op: OpKind, a: number, b: number): Plan {
  const ta = slots[a] as Type;
  const tb = slots[b] as Type;
  if (base === 'eq' || base === 'ne') {
    if (base === 'ne') {
      const eq = binaryMembers(c, slots, 'eq', a, b);
      if (!(eq.k === 'prim' && eq.op === 'is')) return { k: 'not', value: eq, type: BOOL };
    }
    return planIs(c, slots, base === 'eq' ? 'is' : 'isnot', a, b);
  }
  const [na, nb] = [pythonName(ta), pythonName(tb)];
  if (COMPARES.has(base)) return raisePlan('TypeError', `'${SYMBOL[base]}' not supported between instances of '${na}' and '${nb}'`);
  if (base === 'add' && (na === 'str' || na === 'list' || na === 'tuple'))
    return raisePlan('TypeError', `can only concatenate ${na} (not "${nb}") to ${na}`);
  if (base === 'add' && na === 'bytes') return raisePlan('TypeError', `can't concat ${nb} to bytes`);
  const sequence = (n: string): boolean => n === 'str' || n === 'list' || n === 'tuple' || n === 'bytes';
  if (base === 'mul' && sequence(na)) return raisePlan('TypeError', `can't multiply sequence by non-int of type '${nb}'`);
  if (base === 'mul' && sequence(nb)) return raisePlan('TypeError', `can't multiply sequence by non-int of type '${na}'`);
  const symbol = op === base ? SYMBOL[base] : `${SYMBOL[base]?.replace(/ or pow\(\)/, '')}=`;
  return raisePlan('TypeError', `unsupported operand type(s) for ${symbol}: '${na}' and '${nb}'`);
}

/** A call of a dunder, or null when the class has none that accepts the operand. */
function dunder(c: Ctx, slots: readonly Type[], name: string, self: number, other: number): Plan | null {
  const type = slots[self] as Type;
  if (type.k === 'inst' && type.cls.name === 'object') return null;
  if (!methodExists(c, type, name)) return null;
  if (
    (name === '__eq__' || name === '__ne__') &&
    builtinOwner(c, type, name) &&
    classOf(c, type)?.mro.find((x) => x.methods.has(name))?.name === 'object'
  )
    return null;
  return planMethod(c, slots, self, name, [other], { optional: true });
}

function scalarPrim(op: string, a: Type, b: Type): { op: string; type: Type } | null {
  const result = (t: Type): Type => (COMPARES.has(op) ? BOOL : t);
  if (isMachine(a) || isMachine(b)) {
    if (!MACHINE_PRIMS.has(op)) return null;
    if (isMachine(a) && isMachine(b)) {
      const wide = a.k === 'i64' || b.k === 'i64' ? I64 : I32;
      return { op: `${wide.k}.${op}`, type: result(wide) };
    }
    const other = isMachine(a) ? b : a;
    if (other.k === 'bool') return { op: `${isMachine(a) ? a.k : b.k}.${op}`, type: result(isMachine(a) ? a : b) };
    if (other.k === 'int') return { op: `int.${op}`, type: result(INT) };
    return null;
  }
  if (a.k === 'bool' && b.k === 'bool' && (op === 'and' || op === 'or' || op === 'xor')) return { op: `i32.${op}`, type: BOOL };
  if (a.k === 'bool' && b.k === 'bool' && (op === 'eq' || op === 'ne')) return { op: `i32.${op}`, type: BOOL };
  if (isIntLike(a) && isIntLike(b)) return INT_PRIMS.has(op) ? { op: `int.${op}`, type: result(INT) } : null;
  if (a.k === 'float' && b.k === 'float') return FLOAT_PRIMS.has(op) ? { op: `f64.${op}`, type: result(FLOAT) } : null;
  const mixed = (a.k === 'float' && isIntLike(b)) || (b.k === 'float' && isIntLike(a));
  if (mixed && (op === 'add' || op === 'sub' || op === 'mul')) return { op: `f64.${op}`, type: FLOAT };
  if (mixed && COMPARES.has(op)) return { op: `mixed.${op}`, type: BOOL };
  return null;
}

function planIs(c: Ctx, slots: readonly Type[], op: 'is' | 'isnot', a: number, b: number): Plan {
  const ta = slots[a] as Type;
  const tb = slots[b] as Type;
  const decided = identityDecided(c, ta, tb);
  const is: Plan =
    decided === null
      ? { k: 'prim', op: 'is', args: [a, b], type: BOOL }
      : { k: 'const', value: { type: 'bool', value: decided }, type: BOOL };
  return op === 'is' ? is : { k: 'not', value: is, type: BOOL };
}

/** Types that have one value each. */
const isUnit = (t: Type): boolean =>
  t.k === 'none' ||
  t.k === 'notimpl' ||
  t.k === 'ellipsis' ||
  t.k === 'class' ||
  t.k === 'module' ||
  (t.k === 'func' && t.fn.free.length === 0);

export function identityDecided(c: Ctx, a: Type, b: Type): boolean | null {
  if (isUnit(a) && isUnit(b)) return sameType(a, b);
  if (isUnit(a) || isUnit(b)) {
    const unit = isUnit(a) ? a : b;
    const other = unit === a ? b : a;
    if (other.k === 'any') return null;
    return members(other).some((m) => sameType(m, unit) || m.k === 'any') ? null : false;
  }
  if (a.k === 'any' || b.k === 'any') return null;
  const overlap = members(a).some((x) => members(b).some((y) => x.k === y.k && (x.k !== 'inst' || (y.k === 'inst' && x.cls === y.cls))));
  void c;
  return overlap ? null : false;
}

function planContains(c: Ctx, slots: readonly Type[], a: number, b: number): Plan {
  return split(c, slots, b, (s) => {
    const type = s[b] as Type;
    if (type.k === 'tuple') return tupleContains(c, s, type.items, 0, a, b);
    if (methodExists(c, type, '__contains__')) {
      const call = planMethod(c, s, b, '__contains__', [a], {});
      return call ? planTruth(c, s, call) : raisePlan('TypeError', containsText(s, a, b));
    }
    if (methodExists(c, type, '__iter__') || methodExists(c, type, '__getitem__'))
      return planFunction(c, c.engine.program.runtimeFunction('contains_item'), null, s, [b, a]);
    return raisePlan('TypeError', `argument of type '${pythonName(type)}' is not iterable`);
  });
}

/** item is x or item == x, left to right; each `let` adds a slot. */
function tupleContains(c: Ctx, slots: readonly Type[], items: readonly Type[], i: number, a: number, b: number): Plan {
  const constant = (value: boolean): Plan => ({ k: 'const', value: { type: 'bool', value }, type: BOOL });
  const type = items[i];
  if (!type) return constant(false);
  const inner = [...slots, type];
  const equal = planTruth(c, inner, planBinary(c, inner, 'eq', slots.length, a));
  if (equal.type.k === 'never') return { k: 'let', value: { k: 'item', slot: b, index: i, type }, body: equal, type: equal.type };
  const identical = planIs(c, inner, 'is', slots.length, a);
  const rest = tupleContains(c, inner, items, i + 1, a, b);
  const test: Plan = identical.k === 'const' ? equal : { k: 'cond', test: identical, then: constant(true), else: equal, type: BOOL };
  const body: Plan = { k: 'cond', test, then: constant(true), else: rest, type: BOOL };
  return { k: 'let', value: { k: 'item', slot: b, index: i, type }, body, type: BOOL };
}

function containsText(slots: readonly Type[], a: number, b: number): string {
  if (pythonName(slots[b] as Type) === 'str') return `'in <string>' requires string as left operand, not ${pythonName(slots[a] as Type)}`;
  return `unhashable type: '${pythonName(slots[a] as Type)}'`;
}

/** The truth of a plan's value. */
export function planTruth(c: Ctx, slots: readonly Type[], value: Plan): Plan {
  if (value.type.k === 'bool' || value.type.k === 'i32') return value;
  if (value.type.k === 'never') return value;
  const body = planTruthOf(c, [...slots, value.type], slots.length);
  return { k: 'let', value, body, type: BOOL };
}

export function planTruthOf(c: Ctx, slots: readonly Type[], i: number): Plan {
  return split(c, slots, i, (s): Plan => {
    const type = s[i] as Type;
    const constant = (value: boolean): Plan => ({ k: 'const', value: { type: 'bool', value }, type: BOOL });
    switch (type.k) {
      case 'never':
        return NEVER_PLAN;
      case 'bool':
      case 'i32':
        return { k: 'slot', slot: i, type: BOOL };
      case 'none':
        return constant(false);
      case 'int':
      case 'float':
      case 'i64':
        return { k: 'prim', op: `${type.k}.truth`, args: [i], type: BOOL };
      case 'tuple':
        return constant(type.items.length > 0);
      case 'inst': {
        const user = !type.cls.trusted;
        if (isInst(type, 'str')) return { k: 'prim', op: 'str.truth', args: [i], type: BOOL };
        for (const name of ['__bool__', '__len__']) {
          if (!methodExists(c, type, name)) continue;
          const call = name === '__len__' ? planLen(c, s, i) : planMethod(c, s, i, name, [], {});
          if (call && name === '__bool__' && user && call.type.k !== 'bool') return letCall(c, s, call, 'checked_truth', BOOL);
          if (call) return planTruth(c, s, call);
        }
        return constant(true);
      }
      case 'ref':
        return { k: 'prim', op: 'ref.truth', args: [i], type: BOOL };
      default:
        return constant(true);
    }
  });
}

const UNARY_TEXT: Readonly<Record<string, string>> = { neg: '-', pos: '+', invert: '~' };

export function planUnary(c: Ctx, slots: readonly Type[], op: OpKind): Plan {
  if (op === 'not') {
    const truth = planTruthOf(c, slots, 0);
    return truth.type.k === 'never' ? truth : { k: 'not', value: truth, type: BOOL };
  }
  return split(c, slots, 0, (s): Plan => {
    const type = s[0] as Type;
    if (type.k === 'never') return NEVER_PLAN;
    if (isIntLike(type)) {
      if (op === 'neg') return { k: 'prim', op: 'int.neg', args: [0], type: INT };
      if (op === 'pos') return { k: 'prim', op: 'int.pos', args: [0], type: INT };
      return { k: 'prim', op: 'int.invert', args: [0], type: INT };
    }
    if (type.k === 'float' && op !== 'invert')
      return op === 'neg' ? { k: 'prim', op: 'f64.neg', args: [0], type: FLOAT } : { k: 'slot', slot: 0, type: FLOAT };
    if (isMachine(type)) return op === 'pos' ? { k: 'slot', slot: 0, type } : { k: 'prim', op: `${type.k}.${op}`, args: [0], type };
    const name = `__${op}__`;
    const call = methodExists(c, type, name) ? planMethod(c, s, 0, name, [], { optional: true }) : null;
    return call ?? raisePlan('TypeError', `bad operand type for unary ${UNARY_TEXT[op]}: '${pythonName(type)}'`);
  });
}
