/**
 * Names visible while a function body is built, and the counters of that function. Scopes nest like the source does; a name found in an
 * enclosing function makes its variable captured.
 */

import { type ClassInfo, mangled } from '../program/class-info.ts';
import type { FunctionInfo, Var } from '../program/function-info.ts';
import { newVar } from '../program/make-function.ts';
import type { Program } from '../program/program.ts';
import type { ScopeNames } from './scope-names.ts';

export interface HirScope {
  readonly program: Program;
  readonly fn: FunctionInfo;
  readonly names: ScopeNames;
  readonly locals: Map<string, Var>;
  /** Innermost last: targets of comprehensions around the current place. */
  readonly comprehensions: Map<string, Var>[];
  readonly parent: HirScope | null;
  /** Classes defined in this function so far. */
  readonly classes: Map<string, ClassInfo>;
}

export function openScope(program: Program, fn: FunctionInfo, names: ScopeNames, parent: HirScope | null): HirScope {
  const locals = new Map<string, Var>();
  for (const param of fn.params) locals.set(param.name, param.variable);
  return { program, fn, names, locals, comprehensions: [], parent, classes: new Map() };
}

/** The variable that a name denotes here, or null when it is not a variable of this or an enclosing function. */
export function findVar(scope: HirScope, name: string): Var | null {
  for (let i = scope.comprehensions.length - 1; i >= 0; i--) {
    const found = scope.comprehensions[i]?.get(name);
    if (found) return found;
  }
  if (scope.names.globals.has(name)) return null;
  if (scope.names.bound.has(name) || scope.locals.has(name)) return localVar(scope, name);
  for (let outer = scope.parent; outer; outer = outer.parent) {
    const found = findOwn(outer, name);
    if (!found) continue;
    found.captured = true;
    for (let s: HirScope | null = scope; s && s.fn !== found.owner; s = s.parent) if (!s.fn.free.includes(found)) s.fn.free.push(found);
    return found;
  }
  return null;
}

function findOwn(scope: HirScope, name: string): Var | null {
  for (let i = scope.comprehensions.length - 1; i >= 0; i--) {
    const found = scope.comprehensions[i]?.get(name);
    if (found) return found;
  }
  if (scope.names.globals.has(name)) return null;
  if (scope.fn.kind === 'module' && scope.fn.module.bindings.has(name)) return null;
  return scope.names.bound.has(name) || scope.locals.has(name) ? localVar(scope, name) : null;
}

/** A class that a function around defines under a name. */
export function localClass(scope: HirScope, name: string): ClassInfo | null {
  for (let s: HirScope | null = scope; s; s = s.parent) {
    const found = s.classes.get(name);
    if (found) return found;
  }
  return null;
}

/** Makes a variable of a function around available here. */
export function capture(scope: HirScope, v: Var): void {
  if (v.owner === scope.fn) return;
  v.captured = true;
  for (let s: HirScope | null = scope; s && s.fn !== v.owner; s = s.parent) if (!s.fn.free.includes(v)) s.fn.free.push(v);
}

/** An attribute's name as the class around the place spells it. */
export function attributeName(scope: HirScope, name: string): string {
  if (!name.startsWith('__')) return name;
  for (let s: HirScope | null = scope; s; s = s.parent) if (s.fn.cls) return mangled(s.fn.cls, name);
  return name;
}

export function localVar(scope: HirScope, name: string): Var {
  const known = scope.locals.get(name);
  if (known) return known;
  const variable = newVar(scope.fn, name);
  scope.locals.set(name, variable);
  return variable;
}

export function tempVar(scope: HirScope, name: string): Var {
  return newVar(scope.fn, name, true);
}
