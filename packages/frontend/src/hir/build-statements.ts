/** Statements: AST to HIR. */
import { spanOf } from '@molt/diagnostics';
import type { Expr, Stmt, Try, With, WithItem } from '../ast/nodes.ts';
import { type ClassInfo, mangled } from '../program/class-info.ts';
import { absoluteName, importBindings } from '../program/declare.ts';
import { declareClass } from '../program/declare-class.ts';
import type { Var } from '../program/function-info.ts';
import { makeFunction } from '../program/make-function.ts';
import type { Binding } from '../program/module-info.ts';
import { refuse } from '../program/refusal.ts';
import { at, binaryOp, buildExpr, buildName, buildSlice, constant, functionValue, inClassBody, noneOf } from './build-expressions.ts';
import { buildMatch } from './build-match.ts';
import { assignPairwise, assignTo, bindName } from './build-targets.ts';
import { attributeName, capture, findVar, type HirScope, tempVar } from './hir-scope.ts';
import type { Handler, HExpr, HStmt, OpKind } from './nodes.ts';

export function buildBlock(scope: HirScope, body: readonly Stmt[]): HStmt[] {
  const out: HStmt[] = [];
  for (const stmt of body) buildStmt(scope, stmt, out);
  return out;
}

function buildStmt(scope: HirScope, s: Stmt, out: HStmt[]): void {
  const place = { start: s.start, end: s.end };
  const span = () => spanOf(scope.fn.module.source, s.start, s.end);
  switch (s.kind) {
    case 'Expr':
      if (s.value.kind === 'Constant') return;
      out.push({ k: 'expr', value: buildExpr(scope, s.value), ...place });
      return;
    case 'Assign': {
      if (isDeclaredConstant(scope, s)) return;
      const [only] = s.targets;
      if (
        s.targets.length === 1 &&
        only &&
        (only.kind === 'Tuple' || only.kind === 'List') &&
        s.value.kind === 'Tuple' &&
        plainPairs(only.elts, s.value.elts)
      ) {
        return assignPairwise(scope, only.elts, s.value.elts, out);
      }
      let value = buildExpr(scope, s.value);
      if (s.targets.length > 1) {
        const temp = tempVar(scope, 'value');
        out.push({ k: 'assign', v: temp, value, declared: null, ...place });
        for (const target of s.targets) {
          value = at(scope, s.value, { k: 'var', v: temp });
          assignTo(scope, target, value, out);
        }
        return;
      }
      return assignTo(scope, only as Expr, value, out);
    }
    case 'AnnAssign':
      if (isDeclaredConstant(scope, s)) return;
      if (!s.value) {
        if (s.target.kind === 'Name' && scope.fn.trusted) {
          const v = findVar(scope, s.target.name);
          if (v) v.declared = s.annotation;
        }
        return;
      }
      if (s.target.kind === 'Name') out.push(bindName(scope, s.target.name, buildExpr(scope, s.value), s.target, s.annotation));
      else assignTo(scope, s.target, buildExpr(scope, s.value), out);
      return;
    case 'AugAssign':
      return augAssign(scope, s, out);
    case 'If':
      if (isTypeChecking(s.test)) {
        out.push(...buildBlock(scope, s.orelse));
        return;
      }
      out.push({ k: 'if', test: buildExpr(scope, s.test), then: buildBlock(scope, s.body), else: buildBlock(scope, s.orelse), ...place });
      return;
    case 'While':
      out.push({
        k: 'while',
        id: scope.fn.exprCount++,
        test: buildExpr(scope, s.test),
        body: buildBlock(scope, s.body),
        orelse: buildBlock(scope, s.orelse),
        ...place,
      });
      return;
    case 'For': {
      const iter = buildExpr(scope, s.iter);
      const plainLocal = s.target.kind === 'Name' ? bindName(scope, s.target.name, iter, s.target) : null;
      if (plainLocal?.k === 'assign') {
        out.push({
          k: 'for',
          id: scope.fn.exprCount++,
          v: plainLocal.v,
          iter,
          body: buildBlock(scope, s.body),
          orelse: buildBlock(scope, s.orelse),
          ...place,
        });
        return;
      }
      const item = tempVar(scope, 'item');
      const body: HStmt[] = [];
      assignTo(scope, s.target, at(scope, s.target, { k: 'var', v: item }), body);
      body.push(...buildBlock(scope, s.body));
      out.push({ k: 'for', id: scope.fn.exprCount++, v: item, iter, body, orelse: buildBlock(scope, s.orelse), ...place });
      return;
    }
    case 'Return':
      out.push({ k: 'return', value: s.value ? buildExpr(scope, s.value) : null, ...place });
      return;
    case 'Raise':
      out.push({
        k: 'raise',
        id: scope.fn.exprCount++,
        exc: s.exc ? buildExpr(scope, s.exc) : null,
        cause: s.cause ? buildExpr(scope, s.cause) : null,
        ...place,
      });
      return;
    case 'Try':
      return buildTry(scope, s, out);
    case 'With':
      return buildWith(scope, s, s.items, out);
    case 'Assert': {
      const cls = scope.program.builtins.get('AssertionError');
      if (!cls) return;
      const func = at(scope, s, { k: 'binding', name: 'AssertionError', binding: cls });
      const exc = at(scope, s, { k: 'call', func, args: s.msg ? [{ value: buildExpr(scope, s.msg), star: false }] : [], kwargs: [] });
      const test = at(scope, s.test, { k: 'op', op: 'not', args: [buildExpr(scope, s.test)] });
      out.push({ k: 'if', test, then: [{ k: 'raise', id: scope.fn.exprCount++, exc, cause: null, ...place }], else: [], ...place });
      return;
    }
    case 'Delete':
      for (const t of s.targets) deleteTarget(scope, t, out);
      return;
    case 'FunctionDef':
      return functionDef(scope, s, out);
    case 'ClassDef':
      return classDef(scope, s, out);
    case 'Import':
    case 'ImportFrom':
      return importStmt(scope, s, out);
    case 'Break':
      out.push({ k: 'break', ...place });
      return;
    case 'Continue':
      out.push({ k: 'continue', ...place });
      return;
    case 'Pass':
    case 'Global':
    case 'Nonlocal':
    case 'TypeAlias':
      return;
    case 'Match':
      return buildMatch(scope, s, buildBlock, out);
    case 'TryStar':
      return refuse(span(), 'except*', 'use except');
    case 'AsyncFunctionDef':
    case 'AsyncFor':
    case 'AsyncWith':
      return refuse(span(), 'async', 'exports are synchronous functions today');
  }
}

/** `if TYPE_CHECKING:` is for type checkers only: its imports need not exist. */
function isTypeChecking(test: Expr): boolean {
  return (test.kind === 'Name' && test.name === 'TYPE_CHECKING') || (test.kind === 'Attribute' && test.attr === 'TYPE_CHECKING');
}

function plainPairs(targets: readonly Expr[], values: readonly Expr[]): boolean {
  return targets.length === values.length && [...targets, ...values].every((e) => e.kind !== 'Starred');
}

/** Module-level constants fold at their uses; their assignment does nothing. */
function isDeclaredConstant(scope: HirScope, s: Extract<Stmt, { kind: 'Assign' | 'AnnAssign' }>): boolean {
  if (scope.fn.kind !== 'module') return false;
  const target = s.kind === 'Assign' ? (s.targets.length === 1 ? s.targets[0] : undefined) : s.target;
  if (target?.kind !== 'Name') return false;
  const binding = scope.fn.module.bindings.get(target.name);
  return binding?.kind === 'typevar' || (binding?.kind === 'var' && binding.global.constant !== null);
}

const INPLACE: Readonly<Record<string, OpKind>> = Object.fromEntries(
  ['add', 'sub', 'mul', 'truediv', 'floordiv', 'mod', 'pow', 'lshift', 'rshift', 'and', 'or', 'xor', 'matmul'].map((op) => [
    op,
    `i${op}` as OpKind,
  ]),
);

function augAssign(scope: HirScope, s: Extract<Stmt, { kind: 'AugAssign' }>, out: HStmt[]): void {
  const op = INPLACE[binaryOp(s.op)] as OpKind;
  const place = { start: s.start, end: s.end };
  const hold = (e: HExpr, name: string): (() => HExpr) => {
    if (e.k === 'var' || e.k === 'const') return () => at(scope, e, e.k === 'var' ? { k: 'var', v: e.v } : { k: 'const', value: e.value });
    const temp = tempVar(scope, name);
    out.push({ k: 'assign', v: temp, value: e, declared: null, start: e.start, end: e.end });
    return () => at(scope, e, { k: 'var', v: temp });
  };
  const { target } = s;
  if (target.kind === 'Name') {
    const value = at(scope, s, { k: 'op', op, args: [buildName(scope, target.name, target), buildExpr(scope, s.value)] });
    out.push(bindName(scope, target.name, value, s));
  } else if (target.kind === 'Attribute') {
    const obj = hold(buildExpr(scope, target.value), 'object');
    const old = at(scope, target, { k: 'attr', obj: obj(), name: attributeName(scope, target.attr) });
    const value = at(scope, s, { k: 'op', op, args: [old, buildExpr(scope, s.value)] });
    out.push({ k: 'setattr', id: scope.fn.exprCount++, obj: obj(), name: attributeName(scope, target.attr), value, ...place });
  } else {
    const obj = hold(buildExpr(scope, target.value), 'object');
    if (target.slice.kind === 'Slice') {
      const parts = buildSlice(scope, target.slice).map((e) => hold(e, 'bound'));
      const oldSlice = at(scope, target, { k: 'op', op: 'getslice', args: [obj(), ...parts.map((p) => p())] });
      const newSlice = at(scope, s, { k: 'op', op, args: [oldSlice, buildExpr(scope, s.value)] });
      out.push({ k: 'setslice', id: scope.fn.exprCount++, obj: obj(), slice: parts.map((p) => p()), value: newSlice, ...place });
      return;
    }
    const index = hold(buildExpr(scope, target.slice), 'index');
    const old = at(scope, target, { k: 'op', op: 'getitem', args: [obj(), index()] });
    const value = at(scope, s, { k: 'op', op, args: [old, buildExpr(scope, s.value)] });
    out.push({ k: 'setitem', id: scope.fn.exprCount++, obj: obj(), index: index(), value, ...place });
  }
}

function buildTry(scope: HirScope, s: Try, out: HStmt[]): void {
  const handlers = s.handlers.map((h): Handler => {
    const types = h.type === null ? [] : h.type.kind === 'Tuple' ? h.type.elts.map((t) => buildExpr(scope, t)) : [buildExpr(scope, h.type)];
    if (!h.name) return { types, v: null, body: buildBlock(scope, h.body) };
    // the name is unbound when the handler ends, however it ends
    const temp = tempVar(scope, 'exception');
    const bind = bindName(scope, h.name, at(scope, h, { k: 'var', v: temp }), h);
    const unbind: HStmt =
      bind.k === 'assign'
        ? { k: 'delvar', v: bind.v, start: h.start, end: h.end }
        : { k: 'delglobal', g: (bind as Extract<HStmt, { k: 'setglobal' }>).g, start: h.start, end: h.end };
    return { types, v: temp, body: [bind, ...buildBlock(scope, h.body), unbind] };
  });
  out.push({
    k: 'try',
    id: scope.fn.exprCount++,
    body: buildBlock(scope, s.body),
    handlers,
    orelse: buildBlock(scope, s.orelse),
    finalbody: buildBlock(scope, s.finalbody),
    start: s.start,
    end: s.end,
  });
}

/** `with` by the rules of the language reference: __exit__ runs on every way out and may swallow the exception. */
function buildWith(scope: HirScope, s: With, items: readonly WithItem[], out: HStmt[]): void {
  const [item, ...rest] = items;
  if (!item) {
    out.push(...buildBlock(scope, s.body));
    return;
  }
  const place = { start: item.context_expr.start, end: item.context_expr.end };
  const manager = tempVar(scope, 'manager');
  const read = (): HExpr => at(scope, item.context_expr, { k: 'var', v: manager });
  const call = (name: string, args: HExpr[]): HExpr =>
    at(scope, item.context_expr, {
      k: 'call',
      func: at(scope, item.context_expr, { k: 'attr', obj: read(), name }),
      args: args.map((value) => ({ value, star: false })),
      kwargs: [],
    });
  const none = (): HExpr => noneOf(scope, item.context_expr);
  out.push({ k: 'assign', v: manager, value: buildExpr(scope, item.context_expr), declared: null, ...place });
  const entered = call('__enter__', []);
  if (item.optional_vars) assignTo(scope, item.optional_vars, entered, out);
  else out.push({ k: 'expr', value: entered, ...place });
  const failed = tempVar(scope, 'failed');
  const flag = (value: boolean): HStmt => ({
    k: 'assign',
    v: failed,
    value: constant(scope, place, { type: 'bool', value }),
    declared: null,
    ...place,
  });
  const inner: HStmt[] = [];
  buildWith(scope, s, rest, inner);
  const caught = tempVar(scope, 'exception');
  const exc = (): HExpr => at(scope, place, { k: 'var', v: caught });
  const typeOf = at(scope, place, { k: 'call', func: buildName(scope, 'type', place), args: [{ value: exc(), star: false }], kwargs: [] });
  const swallow = at(scope, place, { k: 'op', op: 'not', args: [call('__exit__', [typeOf, exc(), none()])] });
  const handler: Handler = {
    types: [],
    v: caught,
    body: [
      flag(true),
      { k: 'if', test: swallow, then: [{ k: 'raise', id: scope.fn.exprCount++, exc: null, cause: null, ...place }], else: [], ...place },
    ],
  };
  const tryStmt: HStmt = { k: 'try', id: scope.fn.exprCount++, body: inner, handlers: [handler], orelse: [], finalbody: [], ...place };
  const exit: HStmt = {
    k: 'if',
    test: at(scope, place, { k: 'op', op: 'not', args: [at(scope, place, { k: 'var', v: failed })] }),
    then: [{ k: 'expr', value: call('__exit__', [none(), none(), none()]), ...place }],
    else: [],
    ...place,
  };
  out.push(flag(false));
  out.push({ k: 'try', id: scope.fn.exprCount++, body: [tryStmt], handlers: [], orelse: [], finalbody: [exit], ...place });
}

function deleteTarget(scope: HirScope, t: Expr, out: HStmt[]): void {
  const place = { start: t.start, end: t.end };
  switch (t.kind) {
    case 'Name': {
      const v = findVar(scope, t.name);
      const binding = scope.fn.module.bindings.get(t.name);
      const isGlobal = binding?.kind === 'var' && scope.fn.kind === 'module' && scope.comprehensions.length === 0;
      if (v && !isGlobal) out.push({ k: 'delvar', v, ...place });
      else if (binding?.kind === 'var') out.push({ k: 'delglobal', g: binding.global, ...place });
      else refuse(spanOf(scope.fn.module.source, t.start, t.end), `deleting '${t.name}'`, 'delete variables only');
      return;
    }
    case 'Attribute':
      out.push({ k: 'delattr', id: scope.fn.exprCount++, obj: buildExpr(scope, t.value), name: attributeName(scope, t.attr), ...place });
      return;
    case 'Subscript':
      if (t.slice.kind === 'Slice')
        out.push({ k: 'delslice', id: scope.fn.exprCount++, obj: buildExpr(scope, t.value), slice: buildSlice(scope, t.slice), ...place });
      else out.push({ k: 'delitem', id: scope.fn.exprCount++, obj: buildExpr(scope, t.value), index: buildExpr(scope, t.slice), ...place });
      return;
    case 'Tuple':
    case 'List':
      for (const x of t.elts) deleteTarget(scope, x, out);
      return;
    default:
      refuse(spanOf(scope.fn.module.source, t.start, t.end), 'this del target', 'delete a name, an attribute or an item');
  }
}

function functionDef(scope: HirScope, s: Extract<Stmt, { kind: 'FunctionDef' }>, out: HStmt[]): void {
  const place = { start: s.start, end: s.end };
  const top = scope.fn.kind === 'module' ? scope.fn.module.bindings.get(s.name) : undefined;
  if (top?.kind === 'func') {
    const value = functionValue(scope, s, top.fn, s.args);
    if (value.k === 'seq') out.push(...value.stmts);
    return;
  }
  const fn = makeFunction(scope.program, scope.fn.module, s, { cls: null, parent: scope.fn, kind: 'function', scope });
  let value = functionValue(scope, s, fn, s.args);
  for (const decorator of [...s.decorator_list].reverse()) {
    value = at(scope, decorator, { k: 'call', func: buildExpr(scope, decorator), args: [{ value, star: false }], kwargs: [] });
  }
  out.push({ ...bindName(scope, s.name, value, place) });
}

/** A class statement runs its computed defaults and class variables; away from the top level of a module it also binds its name. */
function classDef(scope: HirScope, s: Extract<Stmt, { kind: 'ClassDef' }>, out: HStmt[]): void {
  const binding = scope.fn.kind === 'module' ? scope.fn.module.bindings.get(s.name) : undefined;
  if (binding?.kind === 'class') return classBody(scope, binding.cls, s, out);
  const cls = declareClass(scope.program, scope.fn.module, s, { scope });
  const value = at(scope, s, { k: 'binding', name: s.name, binding: { kind: 'class', cls } });
  const bind = bindName(scope, s.name, value, s);
  scope.classes.set(s.name, cls);
  classBody(scope, cls, s, out);
  noteCaptures(scope, cls, bind.k === 'assign' ? bind.v : null);
  out.push(bind);
}

/** What the methods of a local class use of the functions around; methods that name the class need it all to make objects. */
function noteCaptures(scope: HirScope, cls: ClassInfo, own: Var | null): void {
  const methods = [...cls.methods.values(), ...[...cls.properties.values()].flatMap((p) => (p.set ? [p.get, p.set] : [p.get]))];
  for (const base of cls.mro) for (const v of base.captures) if (!cls.captures.includes(v)) cls.captures.push(v);
  for (const fn of methods) for (const v of fn.free) if (!cls.captures.includes(v)) cls.captures.push(v);
  for (const fn of methods) if (own && fn.free.includes(own)) for (const v of cls.captures) if (!fn.free.includes(v)) fn.free.push(v);
  for (const v of cls.captures) capture(scope, v);
}

function classBody(scope: HirScope, cls: ClassInfo, s: Extract<Stmt, { kind: 'ClassDef' }>, out: HStmt[]): void {
  inClassBody(scope, cls, () => {
    for (const stmt of s.body) {
      if (stmt.kind === 'FunctionDef') {
        const name = mangled(cls, stmt.name);
        const property = cls.properties.get(name);
        const fn = [cls.methods.get(name), property?.get, property?.set].find((f) => f?.start === stmt.start);
        if (!fn) continue;
        const value = functionValue(scope, stmt, fn, stmt.args);
        if (value.k === 'seq') out.push(...value.stmts);
      } else if (stmt.kind === 'ClassDef') {
        const inner = cls.inner.get(stmt.name);
        if (inner) classBody(scope, inner, stmt, out);
      } else if (stmt.kind === 'Assign' || (stmt.kind === 'AnnAssign' && stmt.value)) {
        for (const target of stmt.kind === 'Assign' ? stmt.targets : [stmt.target]) {
          const g = target.kind === 'Name' ? cls.classVars.get(mangled(cls, target.name)) : undefined;
          if (g && !isFieldCall(stmt.value as Expr))
            out.push({ k: 'setglobal', g, value: buildExpr(scope, stmt.value as Expr), start: stmt.start, end: stmt.end });
        }
      }
    }
  });
}

/** `field(...)` of a dataclass: its default and factory live in the generated `__init__`. */
function isFieldCall(e: Expr): boolean {
  return (
    e.kind === 'Call' && ((e.func.kind === 'Name' && e.func.name === 'field') || (e.func.kind === 'Attribute' && e.func.attr === 'field'))
  );
}

/** Does the name stand for the imported thing in the whole module, so that nothing is stored? */
function isStatic(known: Binding | undefined, imported: Binding): boolean {
  return (
    known !== undefined && (known === imported || (known.kind === 'module' && imported.kind === 'module' && known.mod === imported.mod))
  );
}

function importStmt(scope: HirScope, s: Extract<Stmt, { kind: 'Import' | 'ImportFrom' }>, out: HStmt[]): void {
  const place = { start: s.start, end: s.end };
  const { program } = scope;
  const { module } = scope.fn;
  const bindings = importBindings(program, module, s);
  // packages run before their modules
  const run = (dotted: string): void => {
    const parts = dotted.split('.');
    parts.forEach((_, i) => {
      const mod = program.modules.get(parts.slice(0, i + 1).join('.'));
      if (mod?.body) out.push({ k: 'import', mod, ...place });
    });
  };
  if (s.kind === 'Import') for (const alias of s.names) run(alias.name);
  else {
    run(absoluteName(module, s.module, s.level));
    for (const [, binding] of bindings) if (binding.kind === 'module') run(binding.mod.name);
  }
  for (const [name, binding] of bindings) {
    if (binding.kind === 'typing' || binding.kind === 'typevar') continue;
    if (scope.fn.kind === 'module' && isStatic(module.bindings.get(name), binding)) continue;
    const global = binding.kind === 'var' ? binding.global : null;
    const value = global
      ? at(scope, s, global.constant ? { k: 'const', value: global.constant } : { k: 'global', g: global })
      : at(scope, s, { k: 'binding', name, binding });
    out.push(bindName(scope, name, value, place));
  }
}
