/** Makes the FunctionInfo of a definition or lambda; its body is built by the first request. */

import { spanOf } from '@molt/diagnostics';
import type { Arguments, Expr, FunctionDef, Lambda, Stmt } from '../ast/nodes.ts';
import { buildFunctionBody } from '../hir/build-function.ts';
import type { HirScope } from '../hir/hir-scope.ts';
import type { ClassInfo } from './class-info.ts';
import { literal } from './declare.ts';
import type { FunctionInfo, Param, ParamDefault, Var } from './function-info.ts';
import type { ModuleInfo } from './module-info.ts';
import type { Program } from './program.ts';
import { refuse } from './refusal.ts';

export interface FunctionPlace {
  readonly cls: ClassInfo | null;
  readonly parent: FunctionInfo | null;
  readonly kind: FunctionInfo['kind'];
  /** Names of the enclosing functions, for nested ones. */
  readonly scope?: HirScope;
}

export function makeFunction(program: Program, module: ModuleInfo, node: FunctionDef | Lambda, place: FunctionPlace): FunctionInfo {
  const name = node.kind === 'Lambda' ? '<lambda>' : node.name;
  const prefix = place.cls ? place.cls.id : place.parent ? place.parent.id : module.name;
  const decorators = node.kind === 'Lambda' ? [] : node.decorator_list.flatMap((d) => (d.kind === 'Name' ? [d.name] : []));
  const fn: FunctionInfo = {
    id: program.unique(`${prefix}.${name === '<lambda>' ? 'lambda' : name}`),
    name,
    display: name,
    qualname: place.cls
      ? `${place.cls.qualname}.${name}`
      : place.parent && place.parent.kind !== 'module'
        ? `${place.parent.qualname}.<locals>.${name}`
        : name,
    doc: node.kind === 'Lambda' ? null : docOf(node.body),
    module,
    cls: place.cls,
    parent: place.parent,
    params: [],
    returns: node.kind === 'Lambda' ? null : node.returns,
    vars: [],
    free: [],
    body: [],
    exprCount: 0,
    kind: place.kind,
    trusted: module.trusted,
    overloads: [],
    inline: module.trusted && decorators.includes('inline') ? 'always' : module.trusted && decorators.includes('noinline') ? 'never' : null,
    pure: module.trusted && decorators.includes('pure'),
    start: node.start,
    end: node.end,
    build: null,
  };
  fn.overloads.push(fn);
  addParams(program, fn, node.args);
  fn.build = () => {
    fn.build = null;
    buildFunctionBody(program, fn, node, place.scope ?? null);
  };
  return fn;
}

/** The docstring of a body. */
export function docOf(body: readonly Stmt[]): string | null {
  const first = body[0];
  return first?.kind === 'Expr' && first.value.kind === 'Constant' && first.value.value.type === 'str' ? first.value.value.value : null;
}

export function newVar(fn: FunctionInfo, name: string, temp = false): Var {
  const variable: Var = { name, index: fn.vars.length, owner: fn, captured: false, assignments: 0, declared: null, temp };
  fn.vars.push(variable);
  return variable;
}

function addParams(program: Program, fn: FunctionInfo, args: Arguments): void {
  const positional = [...args.posonlyargs, ...args.args];
  const firstDefault = positional.length - args.defaults.length;
  const add = (arg: { arg: string; annotation: Expr | null }, kind: Param['kind'], value: Expr | null): void => {
    const variable = newVar(fn, arg.arg);
    variable.assignments = 1;
    fn.params.push({
      name: arg.arg,
      variable,
      annotation: arg.annotation,
      kind,
      default: value ? defaultOf(program, fn, arg.arg, value) : null,
    });
  };
  positional.forEach((arg, i) =>
    add(arg, i < args.posonlyargs.length ? 'posonly' : 'normal', i >= firstDefault ? (args.defaults[i - firstDefault] as Expr) : null),
  );
  if (args.vararg) add(args.vararg, 'vararg', null);
  args.kwonlyargs.forEach((arg, i) => add(arg, 'kwonly', args.kw_defaults[i] ?? null));
  if (args.kwarg) add(args.kwarg, 'kwarg', null);
}

/** Literals are used in place; other defaults are computed once, where the function is defined, into a hidden variable. */
function defaultOf(program: Program, fn: FunctionInfo, name: string, value: Expr): ParamDefault {
  const constant = literal(value);
  if (constant) return { kind: 'const', value: constant };
  if (fn.trusted) refuse(spanOf(fn.module.source, value.start, value.end), 'a computed default in a stdlib file', 'use None');
  if (!fn.parent || fn.cls) return { kind: 'global', global: program.newGlobal(`${fn.name}.${name}`, `${fn.id}.default.${name}`) };
  const variable = newVar(fn.parent, `${fn.name}.${name}`, true);
  variable.captured = true;
  variable.perClosure = true;
  return { kind: 'var', variable };
}
