/**
 * Generator expressions that are values: iterators of the stdlib over two small functions of their own, one that decides whether an item
 * counts and one that makes the value. They run when an item is asked for, as in Python; further `for` clauses make iterators of iterators.
 */
import type { Arguments, Comprehension, Expr, FunctionDef, GeneratorExp, Stmt } from '../ast/nodes.ts';
import { makeFunction } from '../program/make-function.ts';
import { at, buildExpr, functionValue, noneOf } from './build-expressions.ts';
import type { HirScope } from './hir-scope.ts';
import type { HExpr } from './nodes.ts';

/** Name of the parameter, which no program can spell. */
const ITEM = '.0';

export function buildGenerator(scope: HirScope, e: GeneratorExp): HExpr {
  const first = e.generators[0] as Comprehension;
  const rest = e.generators.slice(1);
  const iterable = buildExpr(scope, first.iter);
  const keep = first.ifs.length === 0 ? noneOf(scope, e) : itemFunction(scope, e, first.target, allOf(first.ifs));
  const make = itemFunction(scope, e, first.target, rest.length === 0 ? e.elt : { ...e, generators: rest });
  const cls = scope.program.builtinClass(rest.length === 0 ? 'generator' : 'nested_generator');
  const func = at(scope, e, { k: 'binding', name: cls.name, binding: { kind: 'class', cls } });
  return at(scope, e, { k: 'call', func, args: [keep, make, iterable].map((value) => ({ value, star: false })), kwargs: [] });
}

/** A function from an item to the value of an expression over the clause's target. */
function itemFunction(scope: HirScope, place: Expr, target: Expr, value: Expr): HExpr {
  const span = { id: -1, start: value.start, end: value.end };
  const args: Arguments = {
    ...span,
    kind: 'arguments',
    posonlyargs: [],
    args: [{ ...span, kind: 'arg', arg: ITEM, annotation: null }],
    vararg: null,
    kwonlyargs: [],
    kw_defaults: [],
    kwarg: null,
    defaults: [],
  };
  const body: Stmt[] = [
    {
      ...span,
      start: target.start,
      end: target.end,
      kind: 'Assign',
      targets: [target],
      value: { ...span, kind: 'Name', name: ITEM, ctx: 'Load' },
    },
    { ...span, kind: 'Return', value },
  ];
  const node: FunctionDef = {
    ...span,
    kind: 'FunctionDef',
    name: '<genexpr>',
    args,
    body,
    decorator_list: [],
    returns: null,
    type_params: [],
  };
  const fn = makeFunction(scope.program, scope.fn.module, node, { cls: null, parent: scope.fn, kind: 'function', scope });
  return functionValue(scope, place, fn, args);
}

function allOf(tests: readonly Expr[]): Expr {
  const [only] = tests as [Expr];
  return tests.length === 1
    ? only
    : { id: -1, start: only.start, end: (tests.at(-1) as Expr).end, kind: 'BoolOp', op: 'And', values: tests };
}
