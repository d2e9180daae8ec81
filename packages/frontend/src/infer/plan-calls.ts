/**
 * Calls: arguments to parameters by Python's rules, then an instance of the callee for their types.
 *
 * Stdlib functions have binding signatures: type variables are solved from the arguments, results follow from the annotation. Others are
 * templates: instantiated for what they get.
 */

import { spanOf } from '@molt/diagnostics';
import type { ClassInfo } from '../program/class-info.ts';
import { findMethod } from '../program/class-info.ts';
import type { FunctionInfo, Param } from '../program/function-info.ts';
import { refuse } from '../program/refusal.ts';
import { typeKey } from '../types/join.ts';
import { pythonName } from '../types/python-name.ts';
import { ANY, type Cell, find, members, NEVER, newCell, type Type } from '../types/type.ts';
import { type AnnotationScope, annotationType } from './annotations.ts';
import { constantType } from './constants.ts';
import { type Ctx, NEVER_PLAN, raisePlan } from './context.ts';
import { copyType, pairCells, substitute } from './engine.ts';
import type { Instance } from './instance.ts';
import type { Plan, Source } from './plan.ts';
import { methodExists, planMethod } from './plan-methods.ts';
import { checkKeywords, keywordDict, keywordValue, planSpread } from './plan-spread.ts';
import { splitAll } from './split.ts';

export interface CallArgs {
  /** Keyword arguments: name to slot. */
  readonly kwargs?: readonly { readonly name: string; readonly slot: number; readonly late?: boolean }[];
  /** Slot of a list of further positional arguments, whose number is known at run time only. */
  readonly rest?: number;
  /** Slot of a tuple that is `*args` as it stands. */
  readonly varargs?: number;
  /** Slot of a dict of further keyword arguments. */
  readonly mapping?: number;
  /** Slot of the closure that is called. */
  readonly closure?: number;
}

interface Bound {
  readonly sources: Source[];
  readonly types: Type[];
  /** What is checked before the call. */
  readonly before?: Plan;
}

/** A call of a known function with the slots as positional arguments. */
export function planFunction(
  c: Ctx,
  fn: FunctionInfo,
  owner: Instance | null,
  slots: readonly Type[],
  args: readonly number[],
  call: CallArgs = {},
): Plan {
  const all = [...args, ...(call.kwargs ?? []).map((k) => k.slot)];
  if (all.some((i) => slots[i]?.k === 'never')) return NEVER_PLAN;
  if (call.rest !== undefined) return planSpread(c, fn, owner, slots, args, { ...call, rest: call.rest });
  if (fn.cls && fn.free.length > 0 && !owner) return planLocalMethod(c, fn, slots, args, call);
  if (!fn.trusted) {
    const bound = bindArguments(c, fn, slots, args, call, owner);
    return 'k' in bound ? bound : checked(bound, planInstance(c, fn, owner, slots, bound, call.closure));
  }
  const chosen = chooseOverload(c, fn, slots, args, call);
  if (chosen) {
    const bound = bindArguments(c, chosen, slots, args, call);
    return 'k' in bound ? bound : checked(bound, planTrusted(c, chosen, slots, bound));
  }
  // a union argument that no single overload takes is told apart at run time
  const unions = all.filter((i) => slots[i]?.k === 'union' || slots[i]?.k === 'any');
  if (unions.length > 0) return splitAll(c, slots, unions.slice(0, 2), (s) => planFunction(c, fn, owner, s, args, call));
  const indexed = withIndex(c, fn, owner, slots, args, call);
  if (indexed) return indexed;
  const first = bindArguments(c, fn, slots, args, call);
  if ('k' in first && fn.overloads.length === 1) return first;
  return raisePlan('TypeError', integerText(c, fn, slots, args, call) ?? mismatchText(fn, slots, args));
}

/** A method of a class defined in a function: the object holds the variables that the method uses. */
function planLocalMethod(c: Ctx, fn: FunctionInfo, slots: readonly Type[], args: readonly number[], call: CallArgs): Plan {
  const { owner } = fn.cls as ClassInfo;
  const self = args[0];
  if (!owner || self === undefined || fn.kind !== 'method') {
    return refuse(
      spanOf(fn.module.source, fn.start, fn.start),
      `'${fn.qualname}', which uses variables of the function around its class without an object`,
      'pass the values as arguments',
    );
  }
  if (!(slots[self]?.k === 'inst' && (slots[self] as Extract<Type, { k: 'inst' }>).cls.mro.includes(fn.cls as ClassInfo)))
    return planFunction(c, fn, owner, slots, args, call);
  const type: Type = { k: 'func', fn, owner };
  const body = planFunction(c, fn, owner, [...slots, type], args, { ...call, closure: slots.length });
  return { k: 'let', value: { k: 'method-closure', slot: self, type }, body, type: body.type };
}

/** An object with `__index__` where a stdlib function wants an int. */
function withIndex(
  c: Ctx,
  fn: FunctionInfo,
  owner: Instance | null,
  slots: readonly Type[],
  args: readonly number[],
  call: CallArgs,
): Plan | null {
  const at = args.findIndex(
    (i, n) => (n > 0 || fn.kind !== 'method') && isUserObject(slots[i]) && methodExists(c, slots[i] as Type, '__index__'),
  );
  if (at < 0) return null;
  const value = planMethod(c, slots, args[at] as number, '__index__', [], {}) as Plan;
  if (value.type.k !== 'int') return null;
  const converted = args.map((slot, i) => (i === at ? slots.length : slot));
  const body = planFunction(c, fn, owner, [...slots, value.type], converted, call);
  return { k: 'let', value, body, type: body.type };
}

const isUserObject = (type: Type | undefined): boolean => type?.k === 'inst' && !type.cls.trusted;

/** CPython's text where an argument that stands for an index or a count is no int. */
function integerText(c: Ctx, fn: FunctionInfo, slots: readonly Type[], args: readonly number[], call: CallArgs): string | null {
  if (fn.name.startsWith('_') && fn.name !== '__init__') return null;
  for (const overload of fn.overloads) {
    const bound = bindArguments(c, overload, slots, args, call);
    if ('k' in bound) continue;
    const at = overload.params.findIndex((p, i) => p.kind !== 'vararg' && !accepts(c, overload, p, bound.types[i] as Type, false));
    const param = overload.params[at];
    if (param?.annotation?.kind === 'Name' && param.annotation.name === 'int')
      return `'${pythonName(bound.types[at] as Type)}' object cannot be interpreted as an integer`;
  }
  return null;
}

const checked = (bound: Bound, plan: Plan): Plan =>
  bound.before ? { k: 'seq', first: bound.before, second: plan, type: plan.type } : plan;

function mismatchText(fn: FunctionInfo, slots: readonly Type[], args: readonly number[]): string {
  const names = args.map((i) => pythonName(slots[i] as Type));
  const last = names.at(-1) ?? 'nothing';
  const method = fn.cls && fn.kind === 'method';
  const label = method ? `${fn.cls?.name}.${fn.name}` : fn.name;
  if (fn.name === '_make') {
    const cls = fn.cls?.name ?? '';
    if (cls === 'int') return `int() argument must be a string, a bytes-like object or a real number, not '${names[0]}'`;
    if (cls === 'float') return `float() argument must be a string or a real number, not '${names[0]}'`;
    return `'${names[0]}' object is not iterable`;
  }
  if (fn.name === '__getitem__' || fn.name === '__setitem__' || fn.name === '__delitem__') {
    const own = fn.cls?.name === 'vtuple' ? 'tuple' : fn.cls?.name === 'str' ? 'string' : fn.cls?.name;
    return `${own} indices must be integers or slices, not ${names[1]}`;
  }
  return `${label}() argument must not be '${last}'`;
}

/** True when some overload takes these operand types. */
export function acceptsAll(c: Ctx, fn: FunctionInfo, slots: readonly Type[], args: readonly number[]): boolean {
  return chooseOverload(c, fn, slots, args, {}) !== null;
}

function chooseOverload(c: Ctx, fn: FunctionInfo, slots: readonly Type[], args: readonly number[], call: CallArgs): FunctionInfo | null {
  for (const exact of [true, false]) {
    for (const overload of fn.overloads) {
      const bound = bindArguments(c, overload, slots, args, call);
      if ('k' in bound) continue;
      if (overload.params.every((p, i) => p.kind === 'vararg' || accepts(c, overload, p, bound.types[i] as Type, exact))) return overload;
    }
  }
  return null;
}

function accepts(c: Ctx, fn: FunctionInfo, param: Param, arg: Type, exact: boolean): boolean {
  if (!param.annotation) return true;
  if (fn.cls && param === fn.params[0] && fn.kind === 'method') return true;
  const scope = openAnnotations(c, fn, () => ANY);
  const want = annotationType(scope, param.annotation);
  return want === null || fits(c, arg, want, exact);
}

/** Whether a value of one type can be passed where a stdlib function declares another. */
function fits(c: Ctx, arg: Type, want: Type, exact: boolean): boolean {
  if (want.k === 'any' || arg.k === 'never') return true;
  return members(arg).every((a) =>
    members(want).some((w) => {
      if (w.k === 'any') return true;
      if (a.k === w.k) {
        if (a.k === 'inst' && w.k === 'inst') {
          if (!a.cls.mro.includes(w.cls)) return false;
          return (
            a.cls !== w.cls ||
            a.args.every((x, i) => {
              const inner = find(w.args[i] as Cell).type;
              const own = find(x).type;
              return inner.k === 'any' || own.k === 'never' || fits(c, own, inner, true);
            })
          );
        }
        if (a.k === 'tuple' && w.k === 'tuple')
          return a.items.length === w.items.length && a.items.every((x, i) => fits(c, x, w.items[i] as Type, exact));
        return true;
      }
      if (w.k === 'int') return a.k === 'bool' || a.k === 'i32' || a.k === 'i64';
      if (w.k === 'i32' || w.k === 'i64') return a.k === 'i32' || a.k === 'i64' || a.k === 'bool' || (!exact && a.k === 'int');
      if (w.k === 'bool') return a.k === 'i32';
      if (w.k === 'float') return !exact && (a.k === 'int' || a.k === 'bool');
      if (w.k === 'ref') return a.k === 'inst' || a.k === 'none';
      if (w.k === 'inst' && w.cls.name === 'vtuple') return a.k === 'tuple';
      return false;
    }),
  );
}

/** Matches arguments to parameters; a plan that raises when they do not fit. */
function bindArguments(
  c: Ctx,
  fn: FunctionInfo,
  slots: readonly Type[],
  args: readonly number[],
  call: CallArgs,
  owner: Instance | null = null,
): Bound | Plan {
  const params = fn.params;
  const given = new Map<Param, Source>();
  const name = fn.trusted ? fn.name : fn.qualname;
  const positional = params.filter((p) => p.kind === 'posonly' || p.kind === 'normal');
  const vararg = params.find((p) => p.kind === 'vararg');
  const kwarg = params.find((p) => p.kind === 'kwarg');
  positional.slice(0, args.length).forEach((p, i) => given.set(p, { k: 'slot', slot: args[i] as number }));
  if (args.length > positional.length && !vararg) {
    const required = positional.filter((p) => !p.default).length;
    const takes = required === positional.length ? `${required}` : `from ${required} to ${positional.length}`;
    const plural = positional.length === 1 ? '' : 's';
    return raisePlan(
      'TypeError',
      `${name}() takes ${takes} positional argument${plural} but ${args.length} ${args.length === 1 ? 'was' : 'were'} given`,
    );
  }
  const extra: { name: string; slot: number; late?: boolean }[] = [];
  for (const k of call.kwargs ?? []) {
    const param = params.find((p) => p.name === k.name && (p.kind === 'normal' || p.kind === 'kwonly'));
    if (!param) {
      const only = kwarg ? [] : (call.kwargs ?? []).filter((x) => params.some((p) => p.name === x.name && p.kind === 'posonly'));
      if (only.length > 0)
        return raisePlan(
          'TypeError',
          `${name}() got some positional-only arguments passed as keyword arguments: '${only.map((x) => x.name).join(', ')}'`,
        );
      if (kwarg) {
        extra.push(k);
        continue;
      }
      return raisePlan('TypeError', `${name}() got an unexpected keyword argument '${k.name}'`);
    }
    if (given.has(param)) return raisePlan('TypeError', `${name}() got multiple values for argument '${k.name}'`);
    given.set(param, { k: 'slot', slot: k.slot });
  }
  const sources: Source[] = [];
  const types: Type[] = [];
  const missing: string[] = [];
  const missingKeyword: string[] = [];
  const { mapping } = call;
  const known = params.flatMap((p) => (p.kind === 'normal' || p.kind === 'kwonly' ? [p.name] : []));
  for (const p of params) {
    const source = given.get(p);
    if (p.kind === 'vararg' && call.varargs !== undefined) {
      sources.push({ k: 'slot', slot: call.varargs });
      types.push(slots[call.varargs] as Type);
    } else if (p.kind === 'vararg') {
      const rest = args.slice(positional.length);
      const itemTypes = rest.map((i) => slots[i] as Type);
      sources.push({ k: 'tuple', items: rest.map((slot) => ({ k: 'slot', slot })), types: itemTypes });
      types.push({ k: 'tuple', items: itemTypes });
    } else if (p.kind === 'kwarg') {
      const plan = keywordDict(c, slots, extra, mapping, known);
      sources.push({ k: 'plan', plan });
      types.push(plan.type);
    } else if (!source && mapping !== undefined && p.kind !== 'posonly') {
      const plan = keywordValue(c, slots, mapping, p, name);
      sources.push({ k: 'plan', plan });
      types.push(plan.type);
    } else if (source) {
      sources.push(source);
      types.push(slots[(source as { slot: number }).slot] as Type);
    } else if (p.default) {
      const d = p.default;
      if (d.kind === 'const') {
        sources.push({ k: 'const', value: d.value });
        types.push(constantType(c, d.value));
      } else if (d.kind === 'global') {
        sources.push({ k: 'global', global: d.global });
        types.push(c.engine.read(d.global.cell, c.inst));
      } else {
        sources.push({ k: 'closure', variable: d.variable });
        types.push(owner ? c.engine.read(owner.capturedCell(d.variable), c.inst) : NEVER);
      }
    } else (p.kind === 'kwonly' ? missingKeyword : missing).push(`'${p.name}'`);
  }
  for (const [list, kind] of [
    [missing, 'positional'],
    [missingKeyword, 'keyword-only'],
  ] as const) {
    if (list.length === 0) continue;
    const text =
      list.length === 1 ? list[0] : list.length === 2 ? `${list[0]} and ${list[1]}` : `${list.slice(0, -1).join(', ')}, and ${list.at(-1)}`;
    return raisePlan('TypeError', `${name}() missing ${list.length} required ${kind} argument${list.length === 1 ? '' : 's'}: ${text}`);
  }
  if (mapping === undefined) return { sources, types };
  const names = (list: readonly string[]): string => list.map((x) => `,${x},`).join('');
  const before = checkKeywords(
    c,
    slots,
    mapping,
    kwarg ? '*' : names(known),
    names(params.flatMap((p) => (given.has(p) && p.kind !== 'posonly' ? [p.name] : []))),
    name,
  );
  return { sources, types, before };
}

function planInstance(
  c: Ctx,
  fn: FunctionInfo,
  owner: Instance | null,
  slots: readonly Type[],
  bound: Bound,
  closure: number | undefined,
): Plan {
  const env = fn.free.length > 0 ? owner : null;
  let instance = c.engine.instance(fn, env, bound.types, new Map(), c.inst);
  instance = settleWidening(c, instance, bound.types, () => c.engine.instance(fn, env, bound.types, new Map(), c.inst));
  const map = cellMap(instance, bound.types);
  void slots;
  return {
    k: 'call',
    callee: instance,
    args: bound.sources,
    type: substitute(instance.ret, map),
    ...(closure === undefined ? {} : { closure }),
  };
}

function cellMap(instance: Instance, types: readonly Type[]): Map<Cell, Cell> {
  const map = new Map<Cell, Cell>();
  instance.params.forEach((p, i) => {
    pairCells(p, types[i] as Type, (a, b) => {
      const root = find(a);
      if (!map.has(root)) map.set(root, b);
      else if (find(map.get(root) as Cell) !== find(b)) {
        // two arguments share one cell in the callee only if it stored one into the other
      }
    });
  });
  return map;
}

/** What the callee stored into its parameters' containers is stored into the caller's: grow those, and instantiate again. */
function settleWidening(c: Ctx, first: Instance, types: readonly Type[], again: () => Instance): Instance {
  let instance = first;
  for (let round = 0; round < 8; round++) {
    let grew = false;
    instance.params.forEach((p, i) => {
      pairCells(p, types[i] as Type, (a, b) => {
        const inner = find(a).type;
        const outer = find(b).type;
        if (typeKey(inner) === typeKey(outer)) return;
        c.engine.lattice.grow(b, copyType(inner, new Map()));
        if (typeKey(find(b).type) !== typeKey(outer)) grew = true;
        c.engine.read(b, c.inst);
      });
    });
    if (!grew) return instance;
    const next = again();
    if (next === instance) return instance;
    instance = next;
  }
  return instance;
}

function openAnnotations(
  c: Ctx,
  fn: FunctionInfo,
  fallback: (name: string) => Type,
  vars = new Map<string, Cell>(),
): AnnotationScope & { vars: Map<string, Cell> } {
  const names = new Set(typevarNames(fn));
  return {
    program: c.engine.program,
    module: fn.module,
    lattice: c.engine.lattice,
    vars,
    typevar: (name) => {
      if (!names.has(name)) return null;
      let cell = vars.get(name);
      if (!cell) {
        cell = newCell(fallback(name));
        vars.set(name, cell);
      }
      return cell;
    },
  };
}

const TYPEVARS = new WeakMap<FunctionInfo, string[]>();

/** Type variables that a stdlib function may mention: those of its class and of its module. */
function typevarNames(fn: FunctionInfo): string[] {
  let names = TYPEVARS.get(fn);
  if (!names) {
    names = [...(fn.cls?.params ?? [])];
    for (const [name, binding] of [...fn.module.locals, ...(fn.module.trusted ? [] : fn.module.bindings)])
      if (binding.kind === 'typevar') names.push(name);
    TYPEVARS.set(fn, names);
  }
  return names;
}

function planTrusted(c: Ctx, fn: FunctionInfo, slots: readonly Type[], bound: Bound): Plan {
  const { lattice } = c.engine;
  const vars = new Map<string, Cell>();
  const scope = openAnnotations(c, fn, () => ({ k: 'never' }), vars);
  const self = fn.kind === 'method' && fn.cls ? bound.types[0] : undefined;
  if (self?.k === 'inst' && fn.cls) {
    // the receiver's class, or a base with the same parameters
    fn.cls.params.forEach((name, i) => {
      const cell = self.args[i];
      if (cell) vars.set(name, cell);
    });
  }
  // solve type variables from the arguments, containers first
  fn.params.forEach((p, i) => {
    if (p === fn.params[0] && self) return;
    if (p.annotation) solve(c, scope, p, bound.types[i] as Type);
  });
  const types = fn.params.map((p, i): Type => {
    if (p === fn.params[0] && self) return selfType(self, fn.cls as ClassInfo);
    const declared = p.annotation && p.kind !== 'vararg' ? annotationType(scope, p.annotation) : null;
    if (!declared) return bound.types[i] as Type;
    if (members(declared).some((m) => m.k === 'any')) lattice.join(ANY, bound.types[i] as Type);
    return refine(declared, bound.types[i] as Type);
  });
  const resolve = (): Map<string, Type> => {
    const out = new Map<string, Type>();
    for (const [name, cell] of vars) out.set(name, c.engine.read(cell, c.inst));
    return out;
  };
  const make = (): Instance => c.engine.instance(fn, null, types, resolve(), c.inst);
  let instance = make();
  instance = settleWidening(c, instance, types, make);
  const declared = fn.returns ? annotationType(scope, fn.returns) : null;
  if (declared) {
    if (instance.ret.k === 'never' && instance.state === 'done' && alwaysRaises(instance))
      return { k: 'call', callee: instance, args: bound.sources, type: { k: 'never' } };
    return { k: 'call', callee: instance, args: bound.sources, type: declared };
  }
  const map = cellMap(instance, types);
  for (const [name, cell] of instance.typevars) {
    const outer = vars.get(name);
    if (outer && !map.has(find(cell))) map.set(find(cell), outer);
  }
  void slots;
  return { k: 'call', callee: instance, args: bound.sources, type: substitute(instance.ret, map) };
}

function alwaysRaises(instance: Instance): boolean {
  return instance.ret.k === 'never' && !instance.dirty;
}

/** The receiver as the class that defines the method sees it. */
function selfType(self: Type, cls: ClassInfo): Type {
  void cls;
  return self;
}

/** A subclass instance keeps its own type under an annotation that names a base. */
function refine(declared: Type, arg: Type): Type {
  if (declared.k === 'inst' && arg.k === 'inst' && declared.cls !== arg.cls && arg.cls.mro.includes(declared.cls)) return arg;
  return declared;
}

function solve(c: Ctx, scope: AnnotationScope, param: Param, arg: Type): void {
  const e = param.annotation;
  if (!e) return;
  const variable = e.kind === 'Name' ? scope.typevar(e.name) : null;
  if (variable) {
    c.engine.lattice.grow(variable, plain(arg));
    return;
  }
  const want = annotationType(scope, e);
  if (!want) return;
  for (const w of members(want)) {
    if (w.k !== 'inst') continue;
    for (const a of members(arg))
      if (a.k === 'inst' && a.cls === w.cls) a.args.forEach((x, i) => c.engine.lattice.unify(x, w.args[i] as Cell));
  }
}

const plain = (t: Type): Type => (t.k === 'i32' || t.k === 'i64' ? { k: 'int' } : t);

/** `C(args)` for a class with `__init__`, or none. `site` numbers the expression, for the cells of a generic class. */
export function planConstruct(
  c: Ctx,
  cls: ClassInfo,
  slots: readonly Type[],
  args: readonly number[],
  call: CallArgs,
  site: number,
  explicit: Type | null = null,
): Plan {
  c.engine.markInstantiated(cls);
  const type: Type = explicit ?? { k: 'inst', cls, args: cls.params.map((p) => c.inst.site(site, p)) };
  const init = findMethod(cls, '__init__');
  const abstract = abstractMethods(cls);
  if (abstract.length > 0) {
    const list = abstract.length === 1 ? `method ${abstract[0]}` : `methods ${abstract.join(', ')}`;
    return raisePlan('TypeError', `Can't instantiate abstract class ${cls.name} with abstract ${list}`);
  }
  if (cls.captures.length > 0 && !cls.captures.every((v) => c.inst.sees(v))) {
    refuse(
      cls.node ? spanOf(cls.module.source, cls.node.start, cls.node.start) : undefined,
      `making a '${cls.name}' outside the function whose variables its methods use`,
      'pass the values to its constructor',
    );
  }
  const value: Plan = { k: 'new', cls, type };
  if (!init || (init.cls?.name === 'object' && init.cls.builtin)) {
    if (args.length + (call.kwargs?.length ?? 0) > 0) return raisePlan('TypeError', `${cls.name}() takes no arguments`);
    return value;
  }
  const self = slots.length;
  const inner = [...slots, type];
  const run = planFunction(c, init, null, inner, [self, ...args], call);
  const result: Plan = { k: 'slot', slot: self, type };
  const body: Plan = run.type.k === 'never' ? run : { k: 'seq', first: run, second: result, type };
  return { k: 'let', value, body, type: body.type };
}

function abstractMethods(cls: ClassInfo): string[] {
  const open = new Set<string>();
  for (const base of [...cls.mro].reverse()) {
    if (!base.node || base.builtin) continue;
    for (const stmt of base.node.body) {
      if (stmt.kind !== 'FunctionDef') continue;
      const abstract = stmt.decorator_list.some(
        (d) => (d.kind === 'Name' && d.name === 'abstractmethod') || (d.kind === 'Attribute' && d.attr === 'abstractmethod'),
      );
      if (abstract) open.add(stmt.name);
      else open.delete(stmt.name);
    }
  }
  return [...open].sort();
}
