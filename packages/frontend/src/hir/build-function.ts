/** Builds the HIR of function bodies, lambdas and module bodies. */

import { spanOf } from '@molt/diagnostics';
import type { FunctionDef, Lambda } from '../ast/nodes.ts';
import type { FunctionInfo } from '../program/function-info.ts';
import type { ModuleInfo } from '../program/module-info.ts';
import type { Program } from '../program/program.ts';
import { Refusal, refuse } from '../program/refusal.ts';
import { buildExpr } from './build-expressions.ts';
import { buildBlock } from './build-statements.ts';
import { type HirScope, openScope } from './hir-scope.ts';
import type { HStmt } from './nodes.ts';
import { scopeNames } from './scope-names.ts';

export function buildFunctionBody(program: Program, fn: FunctionInfo, node: FunctionDef | Lambda, outer: HirScope | null): void {
  const body = node.kind === 'Lambda' ? node.body : node.body;
  const scope = openScope(program, fn, scopeNames(body, node.args), outer);
  try {
    if (node.kind === 'Lambda') {
      fn.body = [{ k: 'return', value: buildExpr(scope, node.body), start: node.body.start, end: node.body.end }];
      return;
    }
    if (usesYield(node)) refuse(spanOf(fn.module.source, node.start, node.start + 3), 'a generator function', 'build and return a list');
    fn.body = buildBlock(scope, node.body);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    program.diagnostics.push(error.diagnostic);
  }
}

export function buildModuleBody(program: Program, module: ModuleInfo): void {
  const fn: FunctionInfo = {
    id: program.unique(`${module.name}.<module>`),
    name: '<module>',
    display: '<module>',
    qualname: '<module>',
    doc: null,
    module,
    cls: null,
    parent: null,
    params: [],
    returns: null,
    vars: [],
    free: [],
    body: [],
    exprCount: 0,
    kind: 'module',
    trusted: false,
    overloads: [],
    inline: 'never',
    pure: false,
    start: 0,
    end: module.ast.end,
    build: null,
  };
  fn.overloads.push(fn);
  module.body = fn;
  const scope = openScope(program, fn, scopeNames(module.ast.body, null), null);
  const body: HStmt[] = [];
  for (const stmt of module.ast.body) {
    try {
      body.push(...buildBlock(scope, [stmt]));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      program.diagnostics.push(error.diagnostic);
    }
  }
  fn.body = body;
}

function usesYield(node: FunctionDef): boolean {
  const found = (n: import('../ast/nodes.ts').Node): boolean => {
    if (n.kind === 'Yield' || n.kind === 'YieldFrom') return true;
    if (n !== node && (n.kind === 'FunctionDef' || n.kind === 'Lambda' || n.kind === 'ClassDef')) return false;
    let any = false;
    forEachChild(n, (c) => {
      any ||= found(c);
    });
    return any;
  };
  return node.body.some(found);
}

import { forEachChild } from '../ast/walk.ts';
