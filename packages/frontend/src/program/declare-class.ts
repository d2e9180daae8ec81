/**
 * Declares a class: bases and MRO, methods, properties, fields, class variables, and the attributes that its methods set through self.
 */

import { spanOf } from '@molt/diagnostics';
import type { ClassDef, Expr, FunctionDef, Node, Stmt } from '../ast/nodes.ts';
import { forEachChild } from '../ast/walk.ts';
import { type HirScope, localClass } from '../hir/hir-scope.ts';
import { synthesizeDataclass } from '../synth/dataclass.ts';
import { type ClassInfo, type DataclassOptions, mangled } from './class-info.ts';
import { makeFunction } from './make-function.ts';
import type { Binding, ModuleInfo } from './module-info.ts';
import { lookupModuleName } from './module-info.ts';
import { mergeMro } from './mro.ts';
import type { Program } from './program.ts';
import { refuse } from './refusal.ts';

/** Bases that mean nothing at run time. */
const TYPING_BASES = new Set(['Generic', 'Protocol', 'ABC', 'object']);

/** Where a class statement stands when it is not at the top level of its module. */
export interface ClassPlace {
  readonly outer?: ClassInfo;
  /** Names of the function or block around it. */
  readonly scope?: HirScope;
}

export function declareClass(program: Program, module: ModuleInfo, node: ClassDef, place: ClassPlace = {}): ClassInfo {
  const span = (n: { start: number; end: number }) => spanOf(module.source, n.start, n.end);
  // a subclass earlier in the stdlib may have declared it already
  const top = !place.outer && !place.scope;
  const known = module.bindings.get(node.name);
  if (top && known?.kind === 'class' && known.cls.node === node) return known.cls;
  const builtin = module.name === 'builtins' || module.name === 'rt';
  const bases: ClassInfo[] = [];
  const params: string[] = node.type_params.map((p) => p.name);
  for (const base of node.bases) {
    const name = base.kind === 'Subscript' ? base.value : base;
    if (base.kind === 'Subscript') for (const p of typeParams(base.slice)) if (!params.includes(p)) params.push(p);
    const label = name.kind === 'Name' ? name.name : name.kind === 'Attribute' ? name.attr : '';
    if (TYPING_BASES.has(label)) continue;
    const binding = lookupBase(program, module, name, place);
    if (binding?.kind === 'class') bases.push(binding.cls);
    else
      refuse(
        span(base),
        `base class '${label || 'expression'}'`,
        'inherit from a class defined in the program or from a builtin exception',
      );
  }
  if (node.keywords.some((k) => k.arg !== 'total')) refuse(span(node), 'a metaclass or class keyword', 'leave it out');
  const around = place.scope?.fn;
  const qualname = place.outer
    ? `${place.outer.qualname}.${node.name}`
    : around && around.kind !== 'module'
      ? `${around.qualname}.<locals>.${node.name}`
      : node.name;
  const cls: ClassInfo = {
    id: program.unique(builtin ? node.name : `${module.name}.${qualname}`),
    name: node.name,
    qualname,
    module,
    node,
    builtin,
    trusted: module.trusted,
    params: module.trusted ? params : [],
    mro: [],
    methods: new Map(),
    properties: new Map(),
    classVars: new Map(),
    fields: new Map(),
    attrs: new Map(),
    declaredAttrs: new Set(),
    certainAttrs: new Set(),
    dataclass: null,
    instantiated: false,
    subclasses: [],
    inner: new Map(),
    captures: [],
    owner: null,
  };
  if (!(builtin && node.name === 'object')) bases.push(...(bases.length === 0 ? objectClass(program) : []));
  const mro = mergeMro(cls, bases);
  if (!mro) refuse(span(node), `the bases of '${node.name}', which have no consistent method resolution order`, 'reorder the bases');
  cls.mro = mro;
  for (const base of bases) base.subclasses.push(cls);
  program.classes.push(cls);
  if (place.outer) place.outer.inner.set(node.name, cls);
  else if (top) module.bindings.set(node.name, { kind: 'class', cls });
  for (const decorator of node.decorator_list) decorate(module, cls, decorator);
  for (const stmt of node.body) member(program, module, cls, stmt, place.scope);
  // an annotated name in an ordinary class is no instance attribute by itself
  if (cls.dataclass || cls.trusted) {
    for (const name of cls.fields.keys()) {
      cls.declaredAttrs.add(name);
      cls.certainAttrs.add(name);
    }
  }
  if (cls.dataclass) synthesizeDataclass(program, cls);
  return cls;
}

function objectClass(program: Program): ClassInfo[] {
  let binding = program.builtins.get('object');
  if (!binding) {
    for (const module of program.modules.values()) {
      const node = module.name === 'builtins' && module.ast.body.find((s): s is ClassDef => s.kind === 'ClassDef' && s.name === 'object');
      if (node) program.builtins.set('object', { kind: 'class', cls: declareClass(program, module, node) });
    }
    binding = program.builtins.get('object');
  }
  return binding?.kind === 'class' ? [binding.cls] : [];
}

function lookupBase(program: Program, module: ModuleInfo, expr: Expr, place: ClassPlace = {}): Binding | undefined {
  if (expr.kind === 'Name') {
    const local = place.outer?.inner.get(expr.name) ?? (place.scope ? localClass(place.scope, expr.name) : null);
    if (local) return { kind: 'class', cls: local };
  }
  if (expr.kind === 'Attribute' && expr.value.kind === 'Name') {
    const owner = module.bindings.get(expr.value.name);
    if (owner?.kind === 'class') {
      const inner = owner.cls.inner.get(expr.attr);
      return inner ? { kind: 'class', cls: inner } : undefined;
    }
    return owner?.kind === 'module' ? owner.mod.bindings.get(expr.attr) : undefined;
  }
  if (expr.kind !== 'Name') return undefined;
  const known =
    lookupModuleName(module, expr.name) ??
    program.builtinFor(module, expr.name) ??
    (module.trusted ? program.runtime.get(expr.name) : undefined);
  if (known) return known;
  if (!module.trusted) return undefined;
  // stdlib files may define a base after its use
  for (const other of program.modules.values()) {
    if (other.bindings !== module.bindings && other.name !== 'builtins') continue;
    const node = other.ast.body.find((s): s is ClassDef => s.kind === 'ClassDef' && s.name === expr.name);
    if (node) {
      const cls = declareClass(program, other, node);
      return { kind: 'class', cls };
    }
  }
  return undefined;
}

function typeParams(slice: Expr): string[] {
  const items = slice.kind === 'Tuple' ? slice.elts : [slice];
  return items.flatMap((e) => (e.kind === 'Name' ? [e.name] : []));
}

function decorate(module: ModuleInfo, cls: ClassInfo, decorator: Expr): void {
  const call = decorator.kind === 'Call' ? decorator : null;
  const target = call ? call.func : decorator;
  const name = target.kind === 'Name' ? target.name : target.kind === 'Attribute' ? target.attr : '';
  if (name !== 'dataclass') {
    refuse(spanOf(module.source, decorator.start, decorator.end), `class decorator '${name}'`, 'leave it out, or use @dataclass');
  }
  const flag = (key: string, fallback: boolean): boolean => {
    const found = call?.keywords.find((k) => k.arg === key)?.value;
    return found?.kind === 'Constant' && found.value.type === 'bool' ? found.value.value : fallback;
  };
  const options: DataclassOptions = {
    order: flag('order', false),
    frozen: flag('frozen', false),
    eq: flag('eq', true),
    repr: flag('repr', true),
    init: flag('init', true),
    unsafeHash: flag('unsafe_hash', false),
    kwOnly: flag('kw_only', false),
  };
  cls.dataclass = options;
}

function member(program: Program, module: ModuleInfo, cls: ClassInfo, stmt: Stmt, scope: HirScope | undefined): void {
  const span = () => spanOf(module.source, stmt.start, stmt.end);
  switch (stmt.kind) {
    case 'FunctionDef':
      return method(program, module, cls, stmt, scope);
    case 'ClassDef':
      declareClass(program, module, stmt, { outer: cls, ...(scope ? { scope } : {}) });
      return;
    case 'AnnAssign':
      if (stmt.target.kind !== 'Name') return refuse(span(), 'this class-level assignment', 'assign to a plain name');
      if (isClassVar(stmt.annotation)) {
        if (stmt.value) classVar(program, cls, stmt.target.name);
        return;
      }
      cls.fields.set(mangled(cls, stmt.target.name), { annotation: stmt.annotation, hasDefault: stmt.value !== null });
      if (stmt.value && !cls.trusted) classVar(program, cls, stmt.target.name);
      return;
    case 'Assign':
      for (const target of stmt.targets) {
        if (target.kind !== 'Name') return refuse(span(), 'this class-level assignment', 'assign to a plain name');
        if (target.name === '__slots__') continue;
        const method = stmt.value.kind === 'Name' ? cls.methods.get(stmt.value.name) : undefined;
        if (method) cls.methods.set(target.name, method);
        else classVar(program, cls, target.name);
      }
      return;
    case 'Pass':
      return;
    case 'Expr':
      if (stmt.value.kind === 'Constant') return;
      break;
  }
  refuse(span(), `a ${stmt.kind} statement in a class body`, 'move it out of the class');
}

function classVar(program: Program, cls: ClassInfo, name: string): void {
  const own = mangled(cls, name);
  cls.classVars.set(own, program.newGlobal(own, `${cls.id}.${own}`));
}

function isClassVar(annotation: Expr): boolean {
  const head = annotation.kind === 'Subscript' ? annotation.value : annotation;
  return (head.kind === 'Name' && head.name === 'ClassVar') || (head.kind === 'Attribute' && head.attr === 'ClassVar');
}

const PLAIN_DECORATORS = new Set(['abstractmethod', 'override', 'final', 'overload', 'inline', 'noinline', 'pure']);

function method(program: Program, module: ModuleInfo, cls: ClassInfo, node: FunctionDef, scope: HirScope | undefined): void {
  let kind: 'method' | 'static' | 'classmethod' = node.name === '__new__' ? 'static' : 'method';
  let property: 'get' | 'set' | null = null;
  for (const d of node.decorator_list) {
    if (d.kind === 'Name' && d.name === 'staticmethod') kind = 'static';
    else if (d.kind === 'Name' && d.name === 'classmethod') kind = 'classmethod';
    else if (d.kind === 'Name' && d.name === 'property') property = 'get';
    else if (d.kind === 'Attribute' && d.attr === 'setter') property = 'set';
    else if (!((d.kind === 'Name' && PLAIN_DECORATORS.has(d.name)) || (d.kind === 'Attribute' && PLAIN_DECORATORS.has(d.attr)))) {
      refuse(
        spanOf(module.source, d.start, d.end),
        'this decorator on a method',
        'use property, staticmethod, classmethod, or call the wrapper inside the method',
      );
    }
  }
  const fn = makeFunction(program, module, node, { cls, parent: scope?.fn ?? null, kind, ...(scope ? { scope } : {}) });
  const name = mangled(cls, node.name);
  if (property === 'get') cls.properties.set(name, { get: fn, set: null });
  else if (property === 'set') {
    const before = cls.properties.get(name);
    if (before) cls.properties.set(name, { get: before.get, set: fn });
  } else {
    const before = cls.methods.get(name);
    if (before && module.trusted) before.overloads.push(fn);
    else cls.methods.set(name, fn);
  }
  if (kind === 'method' && !cls.trusted) selfAttrs(cls, node);
}

/** Attributes set as `self.name = ...`; those set by a plain statement of `__init__` are certain. */
function selfAttrs(cls: ClassInfo, node: FunctionDef): void {
  const self = [...node.args.posonlyargs, ...node.args.args][0]?.arg;
  if (!self) return;
  const walk = (n: Node): void => {
    if (n.kind === 'Attribute' && n.ctx === 'Store' && n.value.kind === 'Name' && n.value.name === self && !cls.properties.has(n.attr))
      cls.declaredAttrs.add(mangled(cls, n.attr));
    forEachChild(n, walk);
  };
  for (const stmt of node.body) walk(stmt);
  if (node.name !== '__init__' && node.name !== '__post_init__') return;
  for (const stmt of node.body) certain(cls, self, stmt);
}

function certain(cls: ClassInfo, self: string, stmt: Stmt): void {
  const targets = stmt.kind === 'Assign' ? stmt.targets : stmt.kind === 'AnnAssign' && stmt.value ? [stmt.target] : [];
  const mark = (t: Expr): void => {
    if (t.kind === 'Attribute' && t.value.kind === 'Name' && t.value.name === self) cls.certainAttrs.add(mangled(cls, t.attr));
    if (t.kind === 'Tuple' || t.kind === 'List') t.elts.forEach(mark);
  };
  targets.forEach(mark);
  if (stmt.kind === 'With') for (const s of stmt.body) certain(cls, self, s);
  if (stmt.kind === 'If' && stmt.orelse.length > 0) {
    // set on both ways
    const both = (body: readonly Stmt[]): Set<string> => {
      const probe = { ...cls, certainAttrs: new Set<string>() } as ClassInfo;
      for (const s of body) certain(probe, self, s);
      return probe.certainAttrs;
    };
    const other = both(stmt.orelse);
    const raises = (body: readonly Stmt[]): boolean => body.at(-1)?.kind === 'Raise';
    for (const name of raises(stmt.body) ? other : both(stmt.body)) if (other.has(name) || raises(stmt.orelse)) cls.certainAttrs.add(name);
  }
}
