/**
 * Which names a function binds, and which names nested functions use: syntactic facts that decide where a variable lives.
 */
import type { Arguments, Expr, Node, Stmt } from '../ast/nodes.ts';
import { forEachChild } from '../ast/walk.ts';

export interface ScopeNames {
  readonly bound: Set<string>;
  readonly globals: Set<string>;
  readonly nonlocals: Set<string>;
}

/** Names that a body binds itself, comprehension targets and nested scopes left out. */
export function scopeNames(body: readonly Stmt[] | Expr, args: Arguments | null): ScopeNames {
  const out: ScopeNames = { bound: new Set(), globals: new Set(), nonlocals: new Set() };
  if (args) for (const arg of allArgs(args)) out.bound.add(arg.arg);
  if (Array.isArray(body)) for (const stmt of body) visit(stmt, out);
  else visit(body as Expr, out);
  for (const name of [...out.globals, ...out.nonlocals]) out.bound.delete(name);
  return out;
}

export function allArgs(args: Arguments) {
  return [
    ...args.posonlyargs,
    ...args.args,
    ...(args.vararg ? [args.vararg] : []),
    ...args.kwonlyargs,
    ...(args.kwarg ? [args.kwarg] : []),
  ];
}

function visit(node: Node, out: ScopeNames): void {
  switch (node.kind) {
    case 'FunctionDef':
    case 'AsyncFunctionDef':
      out.bound.add(node.name);
      for (const d of node.decorator_list) visit(d, out);
      for (const d of [...node.args.defaults, ...node.args.kw_defaults]) if (d) visit(d, out);
      return;
    case 'ClassDef':
      out.bound.add(node.name);
      return;
    case 'Lambda':
      return;
    case 'ListComp':
    case 'SetComp':
    case 'DictComp':
    case 'GeneratorExp':
      comprehensionWalrus(node, out);
      return;
    case 'Name':
      if (node.ctx !== 'Load') out.bound.add(node.name);
      return;
    case 'Global':
      for (const n of node.names) out.globals.add(n);
      return;
    case 'Nonlocal':
      for (const n of node.names) out.nonlocals.add(n);
      return;
    case 'Import':
    case 'ImportFrom':
      for (const a of node.names) out.bound.add(a.asname ?? (a.name.split('.')[0] as string));
      return;
    case 'ExceptHandler':
      if (node.name) out.bound.add(node.name);
      break;
    case 'MatchAs':
    case 'MatchStar':
      if (node.name) out.bound.add(node.name);
      break;
    case 'MatchMapping':
      if (node.rest) out.bound.add(node.rest);
      break;
  }
  forEachChild(node, (child) => visit(child, out));
}

/** A walrus inside a comprehension binds in the function around it. */
function comprehensionWalrus(node: Node, out: ScopeNames): void {
  if (node.kind === 'Lambda' || node.kind === 'FunctionDef') return;
  if (node.kind === 'NamedExpr') out.bound.add(node.target.name);
  forEachChild(node, (child) => comprehensionWalrus(child, out));
}

/** Names that functions, lambdas and class bodies nested in the statements mention. */
export function namesUsedInNested(body: readonly Stmt[]): Set<string> {
  const used = new Set<string>();
  const walk = (node: Node, nested: boolean): void => {
    if (node.kind === 'Name' && nested) used.add(node.name);
    if (node.kind === 'Global') for (const n of node.names) used.add(n);
    const inside =
      nested || node.kind === 'FunctionDef' || node.kind === 'AsyncFunctionDef' || node.kind === 'Lambda' || node.kind === 'ClassDef';
    forEachChild(node, (child) => walk(child, inside));
  };
  for (const stmt of body) walk(stmt, false);
  return used;
}
