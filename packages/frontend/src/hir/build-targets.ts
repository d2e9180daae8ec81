/** Assignment targets: names, attributes, subscripts, and unpacking. */
import { spanOf } from '@molt/diagnostics';
import type { Expr } from '../ast/nodes.ts';
import { refuse } from '../program/refusal.ts';
import { at, buildExpr, buildSlice } from './build-expressions.ts';
import { attributeName, findVar, type HirScope, localVar, tempVar } from './hir-scope.ts';
import type { HExpr, HStmt } from './nodes.ts';

/** Binds a name to a value in the current scope. */
export function bindName(
  scope: HirScope,
  name: string,
  value: HExpr,
  place: { start: number; end: number },
  declared: Expr | null = null,
): HStmt {
  const { fn } = scope;
  const span = { start: place.start, end: place.end };
  const inComprehension = scope.comprehensions.some((c) => c.has(name));
  if (!inComprehension && (fn.kind === 'module' || scope.names.globals.has(name))) {
    const binding = fn.module.bindings.get(name);
    if (binding?.kind === 'var') {
      return { k: 'setglobal', g: binding.global, value, ...span };
    }
    if (binding)
      return refuse(
        spanOf(fn.module.source, place.start, place.end),
        `assigning to '${name}', which names a ${binding.kind}`,
        'use another name for the variable',
      );
  }
  const variable = scope.names.nonlocals.has(name) || inComprehension ? findVar(scope, name) : localVar(scope, name);
  if (!variable)
    return refuse(spanOf(fn.module.source, place.start, place.end), `assigning to '${name}' here`, 'declare it in an enclosing function');
  variable.assignments++;
  if (declared && fn.trusted) variable.declared = declared;
  return { k: 'assign', v: variable, value, declared: fn.trusted ? declared : null, ...span };
}

/** Statements that store a value in a target. */
export function assignTo(scope: HirScope, target: Expr, value: HExpr, out: HStmt[]): void {
  const place = { start: target.start, end: target.end };
  switch (target.kind) {
    case 'Name':
      out.push(bindName(scope, target.name, value, target));
      return;
    case 'Attribute':
      out.push({
        k: 'setattr',
        id: scope.fn.exprCount++,
        obj: buildExpr(scope, target.value),
        name: attributeName(scope, target.attr),
        value,
        ...place,
      });
      return;
    case 'Subscript':
      if (target.slice.kind === 'Slice') {
        out.push({
          k: 'setslice',
          id: scope.fn.exprCount++,
          obj: buildExpr(scope, target.value),
          slice: buildSlice(scope, target.slice),
          value,
          ...place,
        });
        return;
      }
      out.push({
        k: 'setitem',
        id: scope.fn.exprCount++,
        obj: buildExpr(scope, target.value),
        index: buildExpr(scope, target.slice),
        value,
        ...place,
      });
      return;
    case 'Tuple':
    case 'List':
      return unpackTo(scope, target.elts, value, target, out);
    case 'Starred':
      return assignTo(scope, target.value, value, out);
    default:
      refuse(
        spanOf(scope.fn.module.source, target.start, target.end),
        'this assignment target',
        'assign to a name, an attribute or an item',
      );
  }
}

function unpackTo(scope: HirScope, targets: readonly Expr[], value: HExpr, place: { start: number; end: number }, out: HStmt[]): void {
  const span = { start: place.start, end: place.end };
  const starAt = targets.findIndex((t) => t.kind === 'Starred');
  const before = starAt < 0 ? targets.length : starAt;
  const after = starAt < 0 ? 0 : targets.length - starAt - 1;
  const temp = tempVar(scope, 'unpacked');
  const unpacked = at(scope, value, { k: 'unpack', value, before, star: starAt >= 0, after });
  out.push({ k: 'assign', v: temp, value: unpacked, declared: null, ...span });
  targets.forEach((target, index) => {
    assignTo(scope, target, at(scope, target, { k: 'item', tuple: at(scope, target, { k: 'var', v: temp }), index }), out);
  });
}

/** `a, b = x, y` without making a tuple: all values first, then the stores. */
export function assignPairwise(scope: HirScope, targets: readonly Expr[], values: readonly Expr[], out: HStmt[]): void {
  const temps = values.map((value) => {
    const temp = tempVar(scope, 'item');
    out.push({ k: 'assign', v: temp, value: buildExpr(scope, value), declared: null, start: value.start, end: value.end });
    return temp;
  });
  targets.forEach((target, i) => {
    assignTo(scope, target, at(scope, target, { k: 'var', v: temps[i] as (typeof temps)[number] }), out);
  });
}
