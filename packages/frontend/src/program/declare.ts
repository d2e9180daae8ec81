/**
 * Declares what a module defines at its top level: functions, classes, imports and variables.
 *
 * A name that one `def` or `class` binds is a static binding; a variable that only the module body uses is a local of the body;
 * any other is a global with one type for all its stores.
 */

import { near, report, spanOf } from '@molt/diagnostics';
import type { Expr, FunctionDef, Node, PyConstant, Stmt } from '../ast/nodes.ts';
import { forEachChild } from '../ast/walk.ts';
import { buildModuleBody } from '../hir/build-function.ts';
import { namesUsedInNested, scopeNames } from '../hir/scope-names.ts';
import { ABI_CONSTANTS } from './constants.ts';
import { declareClass } from './declare-class.ts';
import { makeFunction } from './make-function.ts';
import type { Binding, ModuleInfo } from './module-info.ts';
import type { Program } from './program.ts';
import { Refusal, refuse } from './refusal.ts';

/** Modules whose names mean something only to the type checker. */
const TYPING_MODULES = new Set(['dataclasses', 'typing', 'typing_extensions', '__future__', 'abc', 'collections.abc', 'types']);

/** `dataclasses.replace`: its result depends on the class. */
const REPLACE: Binding = { kind: 'intrinsic', name: 'py.replace' };

export function declareModule(program: Program, module: ModuleInfo): void {
  const counts = new Map<string, number>();
  const imported = new Set<string>();
  for (const stmt of module.ast.body) countDefinitions(stmt, counts, true, imported);
  const nested = namesUsedInNested(module.ast.body);
  const bound = scopeNames(module.ast.body, null).bound;
  for (const stmt of module.ast.body) guarded(program, () => declareStatement(program, module, stmt, counts, bound));
  if (module.trusted) return;
  const own = ownNames(module.ast.body);
  for (const name of bound) {
    if (module.bindings.has(name)) continue;
    // a variable that shadows a builtin gives way to it again when it is deleted: globals know how
    if (nested.has(name) || module.name !== '__main__' || program.builtins.has(name)) {
      const global = program.newGlobal(name, `${module.name}.${name}`);
      global.maybeUnbound = !certainlyAssigned(module.ast.body, name, own);
      module.bindings.set(name, { kind: 'var', global });
    }
  }
  // a `global` statement makes module variables that the module itself need not mention
  for (const name of functionGlobals(module.ast.body)) {
    if (module.bindings.has(name) || program.builtins.get(name)?.kind === 'class') continue;
    const global = program.newGlobal(name, `${module.name}.${name}`);
    global.maybeUnbound = true;
    module.bindings.set(name, { kind: 'var', global });
  }
  guarded(program, () => buildModuleBody(program, module));
}

function guarded(program: Program, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    program.diagnostics.push(error.diagnostic);
  }
}

/** An import that repeats one before it, which `imported` remembers, defines nothing anew. */
function countDefinitions(stmt: Stmt, counts: Map<string, number>, top: boolean, imported: Set<string>): void {
  const add = (name: string, by: number) => counts.set(name, (counts.get(name) ?? 0) + by);
  if (top && (stmt.kind === 'FunctionDef' || stmt.kind === 'ClassDef' || stmt.kind === 'AsyncFunctionDef')) add(stmt.name, 1);
  else if (top && (stmt.kind === 'Import' || stmt.kind === 'ImportFrom'))
    for (const a of stmt.names) {
      const name = a.asname ?? (a.name.split('.')[0] as string);
      const key = stmt.kind === 'Import' ? `import ${a.asname ? a.name : name} ${name}` : `${stmt.level} ${stmt.module} ${a.name} ${name}`;
      if (!imported.has(key)) add(name, 1);
      imported.add(key);
    }
  else {
    const names = scopeNames([stmt], null);
    for (const name of names.bound) add(name, stmt.kind === 'Assign' || stmt.kind === 'AnnAssign' ? 1 : 2);
    for (const name of names.globals) add(name, 2);
  }
  // a `global` declaration inside any function makes another definition possible
  if (stmt.kind === 'FunctionDef' || stmt.kind === 'ClassDef') for (const name of globalsDeclaredIn(stmt.body)) add(name, 2);
}

function functionGlobals(body: readonly Stmt[]): Set<string> {
  const out = new Set<string>();
  const visit = (node: Node): void => {
    if (node.kind === 'Global') for (const name of node.names) out.add(name);
    forEachChild(node, visit);
  };
  for (const stmt of body) visit(stmt);
  return out;
}

function globalsDeclaredIn(body: readonly Stmt[]): string[] {
  const out: string[] = [];
  const walk = (stmts: readonly Stmt[]): void => {
    for (const s of stmts) {
      if (s.kind === 'Global') out.push(...s.names);
      else if ('body' in s && Array.isArray(s.body)) walk(s.body as Stmt[]);
      if ('orelse' in s && Array.isArray(s.orelse)) walk(s.orelse as Stmt[]);
      if ('finalbody' in s) walk(s.finalbody);
      if ('handlers' in s) for (const h of s.handlers) walk(h.body);
    }
  };
  walk(body);
  return out;
}

function declareStatement(program: Program, module: ModuleInfo, stmt: Stmt, counts: Map<string, number>, bound: ReadonlySet<string>): void {
  switch (stmt.kind) {
    case 'FunctionDef': {
      const overload = module.trusted && stmt.decorator_list.some((d) => d.kind === 'Name' && d.name === 'overload');
      const plain = stmt.decorator_list.every(
        (d) => module.trusted && d.kind === 'Name' && ['overload', 'inline', 'noinline', 'pure'].includes(d.name),
      );
      if ((counts.get(stmt.name) === 1 && plain) || overload || module.trusted) declareFunction(program, module, stmt);
      return;
    }
    case 'ClassDef':
      if (counts.get(stmt.name) === 1 || module.trusted) {
        module.bindings.set(stmt.name, { kind: 'class', cls: declareClass(program, module, stmt) });
        return;
      }
      return refuse(
        spanOf(module.source, stmt.start, stmt.end),
        `class '${stmt.name}' defined more than once or conditionally`,
        'define the class once, at the top level of the module',
      );
    case 'Import':
    case 'ImportFrom':
      for (const [name, binding] of importBindings(program, module, stmt)) {
        if (module.trusted) module.locals.set(name, binding);
        else if ((counts.get(name) ?? 1) === 1 && !(bound.has(name) && isCopied(binding))) module.bindings.set(name, binding);
      }
      return;
    case 'Assign':
    case 'AnnAssign': {
      const target = stmt.kind === 'Assign' ? stmt.targets[0] : stmt.target;
      if (stmt.kind === 'Assign' && stmt.targets.length !== 1) return;
      if (target?.kind !== 'Name' || counts.get(target.name) !== 1 || !stmt.value) return;
      const typeVar = typeVarName(stmt.value);
      if (typeVar) {
        (module.trusted ? module.locals : module.bindings).set(target.name, { kind: 'typevar', name: target.name });
        return;
      }
      const value = literal(stmt.value);
      if (!value || (!module.trusted && program.storedAttributes.has(target.name))) return;
      const global = program.newGlobal(
        target.name,
        `${module.name}.${target.name}`,
        module.trusted && stmt.kind === 'AnnAssign' ? stmt.annotation : null,
      );
      global.constant = value;
      module.bindings.set(target.name, { kind: 'var', global });
    }
  }
}

/** `from m import x` copies the value that a variable has at that moment. */
const isCopied = (binding: Binding): boolean => binding.kind === 'var' && binding.global.constant === null;

function declareFunction(program: Program, module: ModuleInfo, stmt: FunctionDef): void {
  const fn = makeFunction(program, module, stmt, { cls: null, parent: null, kind: 'function' });
  const before = module.bindings.get(stmt.name);
  if (before?.kind === 'func' && module.trusted) before.fn.overloads.push(fn);
  else module.bindings.set(stmt.name, { kind: 'func', fn });
}

/** What an import statement binds; the modules it names are added to the program. */
export function importBindings(
  program: Program,
  module: ModuleInfo,
  stmt: Extract<Stmt, { kind: 'Import' | 'ImportFrom' }>,
): [string, Binding][] {
  const span = (start: number, end: number) => spanOf(module.source, start, end);
  const out: [string, Binding][] = [];
  if (stmt.kind === 'Import') {
    for (const alias of stmt.names) {
      const name = alias.asname ? alias.name : (alias.name.split('.')[0] as string);
      if (TYPING_MODULES.has(name) && !program.sources.stdlib.has(`lib/${name}.py`)) {
        out.push([alias.asname ?? name, { kind: 'typing', name }]);
        continue;
      }
      if (alias.name !== name) program.resolve(alias.name);
      const found = program.resolve(name);
      if (!found) throw notFound(module, alias.name, span(alias.start, alias.end));
      out.push([alias.asname ?? name, { kind: 'module', mod: found }]);
    }
    return out;
  }
  const from = absoluteName(module, stmt.module, stmt.level);
  for (const alias of stmt.names) {
    const name = alias.asname ?? alias.name;
    if (from === 'molt.intrinsics' && module.trusted) {
      const constant = alias.name === 'FROZEN_IMAGE' ? BigInt(program.frozenImage) : ABI_CONSTANTS.get(alias.name);
      out.push([name, constant === undefined ? { kind: 'intrinsic', name: alias.name } : { kind: 'const', value: constant }]);
      continue;
    }
    if (TYPING_MODULES.has(from)) {
      // names with a meaning at run time are in the stdlib
      const real = from === 'dataclasses' && alias.name === 'replace' ? REPLACE : program.stdlibBinding(from, alias.name);
      out.push([name, real ?? { kind: 'typing', name: alias.name }]);
      continue;
    }
    const target = program.resolve(from);
    if (alias.name === '*' && target) {
      const listed = exportedNames(target);
      for (const [key, binding] of target.bindings) if (listed ? listed.has(key) : !key.startsWith('_')) out.push([key, binding]);
      continue;
    }
    const found = target?.bindings.get(alias.name);
    if (found) {
      out.push([name, found]);
      continue;
    }
    const sub = program.resolve(from === '' ? alias.name : `${from}.${alias.name}`);
    if (sub) out.push([name, { kind: 'module', mod: sub }]);
    else if (!target) throw notFound(module, from, span(stmt.start, stmt.end));
    else throw new Refusal(reportMissing(module, target, alias.name, alias.start, alias.end));
  }
  return out;
}

/** Names in `__all__`, where a module has one. */
function exportedNames(module: ModuleInfo): Set<string> | null {
  for (const stmt of module.ast.body) {
    if (stmt.kind !== 'Assign' || stmt.targets[0]?.kind !== 'Name' || stmt.targets[0].name !== '__all__') continue;
    if (stmt.value.kind !== 'List' && stmt.value.kind !== 'Tuple') return null;
    return new Set(stmt.value.elts.flatMap((e) => (e.kind === 'Constant' && e.value.type === 'str' ? [e.value.value] : [])));
  }
  return null;
}

function reportMissing(module: ModuleInfo, target: ModuleInfo, name: string, start: number, end: number) {
  const close = near(name, [...target.bindings.keys()]);
  const suggestion =
    close.length > 0 ? `did you mean ${close.join(', ')}?` : `it has: ${[...target.bindings.keys()].slice(0, 12).join(', ')}`;
  return report('MOLT1202', spanOf(module.source, start, end), { module: target.name, name, suggestion });
}

function notFound(_module: ModuleInfo, name: string, span: ReturnType<typeof spanOf>): Refusal {
  return new Refusal(report('MOLT1201', span, { name }));
}

/** The dotted name that an import statement means, leading dots resolved. */
export function absoluteName(module: ModuleInfo, name: string | null, level: number): string {
  if (level === 0) return name ?? '';
  const parts = module.name === '__main__' ? [''] : module.name.split('.');
  const isPackage = module.path.endsWith('__init__.py');
  const base = parts.slice(0, parts.length - level + (isPackage ? 1 : 0)).filter((p) => p !== '');
  return [...base, ...(name ? [name] : [])].join('.');
}

function typeVarName(value: Expr): boolean {
  return value.kind === 'Call' && value.func.kind === 'Name' && value.func.name === 'TypeVar';
}

/** The constant that an expression of literals gives, or null. */
export function literal(expr: Expr): PyConstant | null {
  if (expr.kind === 'Constant') return expr.value.type === 'imaginary' ? null : expr.value;
  if (expr.kind === 'UnaryOp' && expr.op === 'USub') {
    const inner = literal(expr.operand);
    if (inner?.type === 'int') return { type: 'int', value: -inner.value };
    if (inner?.type === 'float') return { type: 'float', value: -inner.value };
  }
  if (expr.kind === 'BinOp') {
    const a = literal(expr.left);
    const b = literal(expr.right);
    if (a?.type !== 'int' || b?.type !== 'int' || b.value > 4096n) return null;
    switch (expr.op) {
      case 'Add':
        return { type: 'int', value: a.value + b.value };
      case 'Sub':
        return { type: 'int', value: a.value - b.value };
      case 'Mult':
        return { type: 'int', value: a.value * b.value };
      case 'LShift':
        return b.value >= 0n ? { type: 'int', value: a.value << b.value } : null;
      case 'Pow':
        return b.value >= 0n ? { type: 'int', value: a.value ** b.value } : null;
    }
  }
  return null;
}

/** Is a name assigned at the top level of the body, before anything could call a function that reads it? */
function certainlyAssigned(body: readonly Stmt[], name: string, own: ReadonlySet<string>): boolean {
  for (const stmt of body) {
    if (stmt.kind === 'FunctionDef' || stmt.kind === 'With') {
      if (scopeNames([stmt], null).bound.has(name)) return true;
      if (stmt.kind === 'FunctionDef') continue;
    }
    if (callsOwn(stmt, own)) return false;
    if (stmt.kind === 'Assign' && stmt.targets.some((t) => targetNames(t).includes(name))) return true;
    if (stmt.kind === 'AnnAssign' && stmt.value && stmt.target.kind === 'Name' && stmt.target.name === name) return true;
    if ((stmt.kind === 'Import' || stmt.kind === 'ImportFrom') && scopeNames([stmt], null).bound.has(name)) return true;
  }
  return false;
}

function targetNames(target: Expr): string[] {
  if (target.kind === 'Name') return [target.name];
  return target.kind === 'Tuple' || target.kind === 'List' ? target.elts.flatMap(targetNames) : [];
}

/** Names of what the module defines and of all methods in it: a call of one may read any global. */
function ownNames(body: readonly Stmt[]): Set<string> {
  const out = new Set<string>();
  const walk = (node: Node): void => {
    if (node.kind === 'FunctionDef' || node.kind === 'ClassDef') out.add(node.name);
    // another name of a function
    if (node.kind === 'Assign' && ['Lambda', 'Name', 'Attribute'].includes(node.value.kind))
      for (const t of node.targets) for (const name of targetNames(t)) out.add(name);
    forEachChild(node, walk);
  };
  for (const stmt of body) walk(stmt);
  return out;
}

function callsOwn(stmt: Stmt, own: ReadonlySet<string>): boolean {
  if (stmt.kind === 'ClassDef') return false;
  let found = false;
  const walk = (node: Node): void => {
    if (node.kind === 'Call') {
      const { func } = node;
      found ||= func.kind === 'Name' ? own.has(func.name) : func.kind === 'Attribute' ? own.has(func.attr) : true;
    }
    if (!found) forEachChild(node, walk);
  };
  walk(stmt);
  return found;
}
