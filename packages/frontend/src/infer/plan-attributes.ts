/** Attribute reads and writes. */
import { attrHolder, type ClassInfo, findClassVar, findMethod, findProperty } from '../program/class-info.ts';
import { docOf } from '../program/make-function.ts';
import { classPythonName, pythonName } from '../types/python-name.ts';
import { type Cell, members, NEVER, newCell, type Type, UNBOUND } from '../types/type.ts';
import { annotationType } from './annotations.ts';
import { type Ctx, joinPlans, NEVER_PLAN, raisePlan, strType } from './context.ts';
import type { Plan } from './plan.ts';
import { planFunction } from './plan-calls.ts';
import { classOf } from './plan-methods.ts';
import { split } from './split.ts';
import { expandInstance } from './subclasses.ts';

export function planGetAttr(c: Ctx, slots: readonly Type[], i: number, name: string): Plan {
  return split(c, slots, i, (s) => getMember(c, s, i, name));
}

function missing(type: Type, name: string): Plan {
  if (type.k === 'class') return raisePlan('AttributeError', `type object '${type.cls.name}' has no attribute '${name}'`);
  if (type.k === 'module') return raisePlan('AttributeError', `module '${type.mod.name}' has no attribute '${name}'`);
  return raisePlan('AttributeError', `'${pythonName(type)}' object has no attribute '${name}'`);
}

function getMember(c: Ctx, slots: readonly Type[], i: number, name: string): Plan {
  const type = slots[i] as Type;
  if (type.k === 'never') return NEVER_PLAN;
  if (type.k === 'module') {
    const binding = type.mod.bindings.get(name);
    if (!binding && name === '__name__') return { k: 'const', value: { type: 'str', value: type.mod.name }, type: strType(c) };
    return binding ? (bindingPlan(c, binding) ?? missing(type, name)) : missing(type, name);
  }
  if (type.k === 'class') return classAttr(c, type.cls, name) ?? missing(type, name);
  if (name === '__doc__' && (type.k === 'func' || type.k === 'bound')) return docPlan(c, type.fn.doc);
  if (name === '__qualname__' && type.k === 'func')
    return { k: 'const', value: { type: 'str', value: type.fn.qualname }, type: strType(c) };
  if (name === '__name__' && type.k === 'func') return { k: 'const', value: { type: 'str', value: type.fn.name }, type: strType(c) };
  if (name === '__name__' && type.k === 'intrinsic')
    return { k: 'const', value: { type: 'str', value: type.name.replace(/^py\./, '') }, type: strType(c) };
  const cls = classOf(c, type);
  if (!cls) return missing(type, name);
  if (name === '__class__') return { k: 'unit', type: { k: 'class', cls } };
  const property = findProperty(cls, name);
  if (property) return planFunction(c, property.get, null, slots, [i]);
  if (type.k === 'inst') return splitDiffering(c, slots, i, name, (s) => memberOfInstance(c, s, i, name));
  return memberOfClass(c, slots, i, name);
}

/** Plans subclasses apart that override a class variable or method read through an instance, or keep its attributes at other places. */
function splitDiffering(c: Ctx, slots: readonly Type[], i: number, name: string, plan: (slots: readonly Type[]) => Plan): Plan {
  const type = slots[i] as Type;
  if (type.k !== 'inst' || type.cls.subclasses.length === 0) return plan(slots);
  const own = overridable(type.cls, name);
  const list = expandInstance(c, type);
  if (!list.some((t) => t.k === 'inst' && (overridable(t.cls, name) !== own || !sameLayout(type.cls, t.cls)))) return plan(slots);
  const cases = list.map((t) => {
    const narrow = [...slots];
    narrow[i] = t;
    return { type: t, plan: plan(narrow) };
  });
  return {
    k: 'switch',
    slot: i,
    cases,
    type: joinPlans(
      c,
      cases.map((x) => x.plan),
    ),
  };
}

/** Do objects of a subclass begin like those of the class? With several bases only the first chain does. */
function sameLayout(cls: ClassInfo, sub: ClassInfo): boolean {
  const skip = sub.mro.length - cls.mro.length;
  return cls.mro.every((base, k) => sub.mro[k + skip] === base);
}

const overridable = (cls: ClassInfo, name: string): object | null => findClassVar(cls, name) ?? findMethod(cls, name);

/** An instance attribute, or what the class has where the instance has none of its own. */
function memberOfInstance(c: Ctx, slots: readonly Type[], i: number, name: string): Plan {
  const type = slots[i] as Extract<Type, { k: 'inst' }>;
  const field = fieldOf(c, type, name);
  if (!field) return memberOfClass(c, slots, i, name);
  const holder = attrHolder(type.cls, name) as ClassInfo;
  const read: Plan = { k: 'field', slot: i, cls: holder, name, fieldType: field, type: withoutUnbound(c, field) };
  const set = fieldIsSet(c, slots, i, name);
  if (set.k === 'const' || !(findMethod(type.cls, name) || findClassVar(type.cls, name))) return read;
  const inherited = memberOfClass(c, slots, i, name);
  return { k: 'cond', test: set, then: read, else: inherited, type: c.engine.lattice.join(read.type, inherited.type) };
}

/** Does the instance have a value for an attribute of its class? */
function fieldIsSet(c: Ctx, slots: readonly Type[], i: number, name: string): Plan {
  const type = slots[i] as Extract<Type, { k: 'inst' }>;
  const field = fieldOf(c, type, name);
  const constant = (value: boolean): Plan => ({ k: 'const', value: { type: 'bool', value }, type: { k: 'bool' } });
  if (!field) return constant(false);
  if (!members(field).some((m) => m.k === 'unbound')) return constant(true);
  return { k: 'hasfield', slot: i, cls: attrHolder(type.cls, name) as ClassInfo, name, fieldType: field, type: { k: 'bool' } };
}

/** `hasattr(slots[i], name)`. */
export function planHasAttr(c: Ctx, slots: readonly Type[], i: number, name: string): Plan {
  return split(c, slots, i, (s): Plan => {
    const type = s[i] as Type;
    if (
      type.k === 'inst' &&
      !findProperty(type.cls, name) &&
      !findMethod(type.cls, name) &&
      !findClassVar(type.cls, name) &&
      fieldOf(c, type, name)
    )
      return fieldIsSet(c, s, i, name);
    const plan = planGetAttr(c, s, i, name);
    return {
      k: 'const',
      value: { type: 'bool', value: plan.type.k !== 'never' || (plan.k !== 'raise' && plan.k !== 'never') },
      type: { k: 'bool' },
    };
  });
}

/** `del slots[i].name`. */
export function planDelAttr(c: Ctx, slots: readonly Type[], i: number, name: string): Plan {
  return split(
    c,
    slots,
    i,
    (all): Plan =>
      splitDiffering(c, all, i, name, (s) => {
        const type = s[i] as Type;
        const field = type.k === 'inst' && !type.cls.trusted && !findProperty(type.cls, name) ? fieldOf(c, type, name) : null;
        if (type.k !== 'inst' || !field) return missing(type, name);
        if (frozenDataclass(type.cls)) return raisePlan('FrozenInstanceError', `cannot delete field '${name}'`);
        const cls = attrHolder(type.cls, name) as ClassInfo;
        const read: Plan = { k: 'field', slot: i, cls, name, fieldType: field, type: withoutUnbound(c, field) };
        const clear: Plan = { k: 'setfield', slot: i, cls, name, fieldType: field, value: s.length, type: { k: 'none' } };
        const store: Plan = { k: 'let', value: { k: 'unit', type: UNBOUND }, body: clear, type: { k: 'none' } };
        return { k: 'seq', first: read, second: store, type: { k: 'none' } };
      }),
  );
}

/** What an instance has through its class: methods, class variables, attributes of subclasses. */
function memberOfClass(c: Ctx, slots: readonly Type[], i: number, name: string): Plan {
  const type = slots[i] as Type;
  const cls = classOf(c, type) as ClassInfo;
  const method = findMethod(cls, name);
  if (method) {
    if (method.kind === 'static') return { k: 'unit', type: { k: 'func', fn: method, owner: null } };
    if (method.kind === 'classmethod') {
      const self: Type = { k: 'class', cls };
      return {
        k: 'let',
        value: { k: 'unit', type: self },
        body: { k: 'bind', slot: slots.length, type: { k: 'bound', fn: method, self } },
        type: { k: 'bound', fn: method, self },
      };
    }
    return { k: 'bind', slot: i, type: { k: 'bound', fn: method, self: type } };
  }
  const variable = findClassVar(cls, name);
  if (variable) return { k: 'global', global: variable, type: c.engine.read(variable.cell, c.inst) };
  if (type.k === 'inst') {
    // only subclasses may have it
    const list = expandInstance(c, type).filter((t) => t.k === 'inst' && t.cls !== type.cls);
    if (list.length > 0) {
      const cases = [...list, type].map((t) => {
        const narrow = [...slots];
        narrow[i] = t;
        return { type: t, plan: t === type ? missing(type, name) : getMember(c, narrow, i, name) };
      });
      return {
        k: 'switch',
        slot: i,
        cases,
        type: joinPlans(
          c,
          cases.map((x) => x.plan),
        ),
      };
    }
  }
  return missing(type, name);
}

export function bindingPlan(c: Ctx, binding: import('../program/module-info.ts').Binding): Plan | null {
  switch (binding.kind) {
    case 'func':
      return { k: 'unit', type: { k: 'func', fn: binding.fn, owner: null } };
    case 'class':
      return { k: 'unit', type: { k: 'class', cls: binding.cls } };
    case 'module':
      return { k: 'unit', type: { k: 'module', mod: binding.mod } };
    case 'intrinsic':
      return { k: 'unit', type: { k: 'intrinsic', name: binding.name } };
    case 'const':
      return { k: 'const', value: { type: 'int', value: binding.value }, type: { k: 'i32' } };
    case 'singleton':
      return { k: 'unit', type: { k: binding.type } };
    case 'var': {
      const { global } = binding;
      if (global.constant) {
        const value = global.constant;
        const types = { int: 'int', float: 'float', bool: 'bool', none: 'none' } as const;
        const k = types[value.type as keyof typeof types];
        return { k: 'const', value, type: k ? { k } : strType(c) };
      }
      return { k: 'global', global, type: c.engine.read(global.cell, c.inst) };
    }
    default:
      return null;
  }
}

function docPlan(c: Ctx, doc: string | null): Plan {
  return doc === null
    ? { k: 'const', value: { type: 'none' }, type: { k: 'none' } }
    : { k: 'const', value: { type: 'str', value: doc }, type: strType(c) };
}

/** The name of something on a class itself. */
function classAttr(c: Ctx, cls: ClassInfo, name: string): Plan | null {
  if (name === '__name__' || name === '__qualname__')
    return { k: 'const', value: { type: 'str', value: classPythonName(cls) }, type: strType(c) };
  if (name === '__doc__') return docPlan(c, cls.node ? docOf(cls.node.body) : null);
  const method = findMethod(cls, name);
  if (method?.kind === 'classmethod') {
    const self: Type = { k: 'class', cls };
    return {
      k: 'let',
      value: { k: 'unit', type: self },
      body: { k: 'bind', slot: 1, type: { k: 'bound', fn: method, self } },
      type: { k: 'bound', fn: method, self },
    };
  }
  if (method) return { k: 'unit', type: { k: 'func', fn: method, owner: null } };
  const inner = cls.mro.find((x) => x.inner.has(name))?.inner.get(name);
  if (inner) return { k: 'unit', type: { k: 'class', cls: inner } };
  const variable = findClassVar(cls, name);
  if (variable) return { k: 'global', global: variable, type: c.engine.read(variable.cell, c.inst) };
  return null;
}

function withoutUnbound(c: Ctx, type: Type): Type {
  if (type.k !== 'union') return type.k === 'unbound' ? NEVER : type;
  return c.engine.lattice.joinAll(type.members.filter((m) => m.k !== 'unbound'));
}

/** Stored type of an instance attribute, with `unbound` where it may be unset; null when instances have no such attribute. */
export function fieldOf(c: Ctx, type: Extract<Type, { k: 'inst' }>, name: string): Type | null {
  const holder = attrHolder(type.cls, name);
  if (!holder) {
    // nothing stores it yet; a store that inference finds later must be told
    if (c.engine.program.storedAttrs.has(name))
      for (const base of type.cls.mro) if (!base.trusted) c.engine.read(possibleCell(base, name), c.inst);
    return null;
  }
  if (holder.trusted) {
    const field = holder.fields.get(name);
    if (!field) return null;
    const cells = new Map<string, Cell>(holder.params.map((p, i) => [p, type.args[i] as Cell]));
    return annotationType(
      {
        program: c.engine.program,
        module: holder.module,
        lattice: c.engine.lattice,
        typevar: (n) => {
          const cell = cells.get(n);
          if (cell) c.engine.read(cell, c.inst);
          return cell ?? null;
        },
      },
      field.annotation,
    );
  }
  const cell = attrCell(holder, name);
  const stored = c.engine.read(cell, c.inst);
  return isCertain(type.cls, name) && !c.engine.program.deletedAttrs.has(name) ? stored : c.engine.lattice.join(stored, UNBOUND);
}

const possible = new WeakMap<ClassInfo, Map<string, Cell>>();

/** The cell of an attribute that instances of a class may turn out to have. */
function possibleCell(cls: ClassInfo, name: string): Cell {
  let cells = possible.get(cls);
  if (!cells) {
    cells = new Map();
    possible.set(cls, cells);
  }
  let cell = cells.get(name);
  if (!cell) {
    cell = newCell();
    cells.set(name, cell);
  }
  return cell;
}

export function attrCell(holder: ClassInfo, name: string): Cell {
  let attr = holder.attrs.get(name);
  if (!attr) {
    attr = { name, cell: possibleCell(holder, name) };
    holder.attrs.set(name, attr);
  }
  return attr.cell;
}

/** Does construction surely set the attribute? */
export function isCertain(cls: ClassInfo, name: string): boolean {
  for (const base of cls.mro) {
    if (base.certainAttrs.has(name)) return true;
    const init = base.methods.get('__init__');
    if (init && !base.builtin && base.node && !callsSuperInit(base)) return false;
  }
  return false;
}

const superCalls = new WeakMap<ClassInfo, boolean>();

function callsSuperInit(cls: ClassInfo): boolean {
  let known = superCalls.get(cls);
  if (known === undefined) {
    const init = cls.node?.body.find((s) => s.kind === 'FunctionDef' && s.name === '__init__');
    const text = init ? cls.module.source.text.slice(init.start, init.end) : '';
    known = init === undefined || text.includes('super()') || /\w+\.__init__\(/.test(text);
    superCalls.set(cls, known);
  }
  return known;
}

/** `slots[i].name = slots[value]`. */
export function planSetAttr(c: Ctx, slots: readonly Type[], i: number, name: string, value: number): Plan {
  return split(c, slots, i, (s): Plan => {
    const type = s[i] as Type;
    if (type.k === 'never' || s[value]?.k === 'never') return NEVER_PLAN;
    if (type.k === 'class') {
      const variable = findClassVar(type.cls, name);
      if (!variable) return raisePlan('AttributeError', `type object '${type.cls.name}' has no attribute '${name}'`);
      c.engine.lattice.grow(variable.cell, s[value] as Type);
      return { k: 'setglobal', global: variable, value, type: { k: 'none' } };
    }
    if (type.k === 'module') {
      const binding = type.mod.bindings.get(name);
      if (binding?.kind !== 'var') return raisePlan('AttributeError', `module '${type.mod.name}' has no attribute '${name}'`);
      c.engine.lattice.grow(binding.global.cell, s[value] as Type);
      return { k: 'setglobal', global: binding.global, value, type: { k: 'none' } };
    }
    if (type.k !== 'inst') return raisePlan('AttributeError', `'${pythonName(type)}' object has no attribute '${name}'`);
    return splitDiffering(c, s, i, name, (t) => setOfInstance(c, t, i, name, value));
  });
}

function setOfInstance(c: Ctx, s: readonly Type[], i: number, name: string, value: number): Plan {
  const type = s[i] as Extract<Type, { k: 'inst' }>;
  const property = findProperty(type.cls, name);
  if (property) {
    if (!property.set) return raisePlan('AttributeError', `property '${name}' of '${type.cls.name}' object has no setter`);
    return planFunction(c, property.set, null, s, [i, value]);
  }
  const setter = findMethod(type.cls, '__setattr__');
  if (setter && !setter.cls?.builtin) return raisePlan('AttributeError', `'${type.cls.name}' object attribute '${name}' is read-only`);
  let holder = attrHolder(type.cls, name);
  if (!holder && type.cls.builtin) return raisePlan('AttributeError', `'${type.cls.name}' object has no attribute '${name}'`);
  if (!holder) {
    // a store from outside the class introduces the attribute
    holder = type.cls;
    holder.declaredAttrs.add(name);
    shareWithSubclasses(c, holder, name);
  }
  if (frozenDataclass(type.cls) && c.inst.fn.name !== '__init__' && c.inst.fn.name !== '__post_init__') {
    return raisePlan('FrozenInstanceError', `cannot assign to field '${name}'`);
  }
  if (!holder.trusted) c.engine.lattice.grow(attrCell(holder, name), s[value] as Type);
  else solveField(c, type, holder, name, s[value] as Type);
  const fieldType = fieldOf(c, type, name) ?? NEVER;
  return { k: 'setfield', slot: i, cls: holder, name, fieldType, value, type: { k: 'none' } };
}

/** Subclasses that stored the attribute before their base did hold it together with the base. */
function shareWithSubclasses(c: Ctx, holder: ClassInfo, name: string): void {
  const visit = (cls: ClassInfo): void => {
    for (const sub of cls.subclasses) {
      const known = sub.attrs.get(name);
      if (known) c.engine.lattice.unify(attrCell(holder, name), known.cell);
      visit(sub);
    }
  };
  visit(holder);
}

function frozenDataclass(cls: ClassInfo): boolean {
  return cls.mro.some((x) => x.dataclass?.frozen === true);
}

/** A store into a field whose annotation is a type parameter of the class (or a tuple of them) solves it. */
function solveField(c: Ctx, type: Extract<Type, { k: 'inst' }>, holder: ClassInfo, name: string, value: Type): void {
  const annotation = holder.fields.get(name)?.annotation;
  const text =
    annotation?.kind === 'Constant' && annotation.value.type === 'str'
      ? annotation.value.value
      : annotation?.kind === 'Name'
        ? annotation.name
        : null;
  if (text === null) return;
  const grow = (parameter: string, t: Type): void => {
    const cell = type.args[holder.params.indexOf(parameter)];
    if (cell && t.k !== 'i32' && t.k !== 'i64') c.engine.lattice.grow(cell, t);
  };
  if (holder.params.includes(text)) grow(text, value);
  // a container: its elements are the field's
  for (const m of members(fieldOf(c, type, name) ?? NEVER)) {
    if (m.k === 'inst' && value.k === 'inst' && m.cls === value.cls && m.args.length > 0)
      m.args.forEach((cell, i) => c.engine.lattice.unify(value.args[i] as Cell, cell));
  }
  const tuple = /^tuple\[(.*)\]$/.exec(text)?.[1];
  if (tuple === undefined || value.k !== 'tuple') return;
  tuple.split(',').forEach((part, i) => {
    const item = value.items[i];
    if (item && holder.params.includes(part.trim())) grow(part.trim(), item);
  });
}
