/**
 * Comprehensions become loops that fill a fresh container. A generator expression that its consumer uses up at once is fused with it:
 * `any`, `all` and `sum` become loops with the same order of evaluation; consumers that collect everything first get a list.
 */
import type { Call, Comprehension, DictComp, Expr, GeneratorExp, ListComp, SetComp } from '../ast/nodes.ts';
import type { Var } from '../program/function-info.ts';
import { newVar } from '../program/make-function.ts';
import { at, buildExpr, constant, runtimeCall } from './build-expressions.ts';
import { assignTo } from './build-targets.ts';
import { findVar, type HirScope, tempVar } from './hir-scope.ts';
import type { HExpr, HStmt } from './nodes.ts';

type Comp = ListComp | SetComp | DictComp | GeneratorExp;

export function buildComprehension(scope: HirScope, e: ListComp | SetComp | DictComp): HExpr {
  const result = tempVar(scope, 'comp');
  const place = { start: e.start, end: e.end };
  const read = (): HExpr => at(scope, e, { k: 'var', v: result });
  const empty: HExpr =
    e.kind === 'ListComp'
      ? at(scope, e, { k: 'list', items: [] })
      : e.kind === 'SetComp'
        ? at(scope, e, { k: 'set', items: [] })
        : at(scope, e, { k: 'dict', keys: [], values: [] });
  const stmts: HStmt[] = [{ k: 'assign', v: result, value: empty, declared: null, ...place }];
  const [only, ...others] = e.generators;
  const everyItem = e.kind === 'ListComp' && others.length === 0 && only?.ifs.length === 0;
  loops(scope, e, stmts, everyItem ? read : null, (body) => {
    if (e.kind === 'DictComp') {
      const key = buildExpr(scope, e.key);
      const keyVar = tempVar(scope, 'key');
      body.push({ k: 'assign', v: keyVar, value: key, declared: null, ...place });
      body.push({
        k: 'setitem',
        id: scope.fn.exprCount++,
        obj: read(),
        index: at(scope, e.key, { k: 'var', v: keyVar }),
        value: buildExpr(scope, e.value),
        start: e.key.start,
        end: e.value.end,
      });
      return;
    }
    const method = e.kind === 'ListComp' ? 'append' : 'add';
    const func = at(scope, e, { k: 'attr', obj: read(), name: method });
    const value = at(scope, e.elt, { k: 'call', func, args: [{ value: buildExpr(scope, e.elt), star: false }], kwargs: [] });
    body.push({ k: 'expr', value, start: e.elt.start, end: e.elt.end });
  });
  return at(scope, e, { k: 'seq', stmts, value: read() });
}

/** Makes room in a list for the items of an iterable whose length is known before; gives the iterable, whose parts are then evaluated. */
function reserve(scope: HirScope, e: Comp, iter: HExpr, list: HExpr, out: HStmt[]): HExpr {
  const place = { start: e.start, end: e.end };
  const once = (value: HExpr): (() => HExpr) => {
    const v = tempVar(scope, 'bound');
    out.push({ k: 'assign', v, value, declared: null, ...place });
    return () => at(scope, e, { k: 'var', v });
  };
  const room = (name: string, args: readonly HExpr[]): void => {
    out.push({ k: 'expr', value: runtimeCall(scope, e, name, [list, ...args]), ...place });
  };
  if (iter.k === 'var') {
    room('reserve_for', [at(scope, e, { k: 'var', v: iter.v })]);
    return iter;
  }
  const isRange =
    iter.k === 'call' && iter.func.k === 'binding' && iter.func.binding.kind === 'class' && iter.func.binding.cls.name === 'range';
  if (!isRange || iter.args.length > 2 || iter.args.some(({ star }) => star) || iter.kwargs.length > 0) return iter;
  const bounds = iter.args.map(({ value }) => once(value));
  const start = bounds.length === 2 ? (bounds[0] as () => HExpr)() : constant(scope, e, { type: 'int', value: 0n });
  room('reserve_range', [start, (bounds.at(-1) as () => HExpr)()]);
  return { ...iter, args: bounds.map((read) => ({ value: read(), star: false })) };
}

/** The nested loops of a comprehension around `inner`; `list` reads the list that gets every item, if there is one. */
function loops(scope: HirScope, e: Comp, out: HStmt[], list: (() => HExpr) | null, inner: (body: HStmt[]) => void): void {
  // the first iterable belongs to the scope outside
  let first = buildExpr(scope, (e.generators[0] as Comprehension).iter);
  if (list) first = reserve(scope, e, first, list(), out);
  const names = new Map<string, Var>();
  const declare = (t: Expr): void => {
    if (t.kind === 'Name') names.set(t.name, newVar(scope.fn, t.name));
    else if (t.kind === 'Tuple' || t.kind === 'List') t.elts.forEach(declare);
    else if (t.kind === 'Starred') declare(t.value);
  };
  for (const g of e.generators) declare(g.target);
  scope.comprehensions.push(names);
  const clause = (i: number, into: HStmt[]): void => {
    const g = e.generators[i];
    if (!g) return inner(into);
    const item = tempVar(scope, 'item');
    const body: HStmt[] = [];
    assignTo(scope, g.target, at(scope, g.target, { k: 'var', v: item }), body);
    let target = body;
    for (const test of g.ifs) {
      const then: HStmt[] = [];
      target.push({ k: 'if', test: buildExpr(scope, test), then, else: [], start: test.start, end: test.end });
      target = then;
    }
    clause(i + 1, target);
    const iter = i === 0 ? first : buildExpr(scope, g.iter);
    into.push({ k: 'for', id: scope.fn.exprCount++, v: item, iter, body, orelse: [], start: g.iter.start, end: g.iter.end });
  };
  clause(0, out);
  scope.comprehensions.pop();
}

const COLLECTORS = new Set([
  'list',
  'tuple',
  'set',
  'frozenset',
  'dict',
  'sorted',
  'min',
  'max',
  'Counter',
  'deque',
  'bytes',
  'fsum',
  'prod',
  'OrderedDict',
]);

/** A call whose first argument is a generator expression; null when the consumer is not known to use it up at once. */
export function buildGeneratorCall(scope: HirScope, e: Call, gen: GeneratorExp): HExpr | null {
  const { func } = e;
  const name = func.kind === 'Name' && !findVar(scope, func.name) ? func.name : null;
  if ((name === 'any' || name === 'all') && e.args.length === 1) return anyAll(scope, e, gen, name === 'any');
  if (name === 'sum') return sum(scope, e, gen);
  const method = func.kind === 'Attribute' ? func.attr : null;
  const methods = new Set(['join', 'extend', 'update', 'union', 'fsum', 'prod', 'fromkeys', 'writelines']);
  if (!((name && COLLECTORS.has(name)) || (method && methods.has(method)))) return null;
  const list = buildComprehension(scope, { ...gen, kind: 'ListComp' } as ListComp);
  if (e.args.some((x) => x.kind === 'Starred') || e.keywords.some((k) => k.arg === null)) return null;
  const rest = e.args.slice(1).map((x) => ({ value: buildExpr(scope, x), star: false }));
  const callee = buildExpr(scope, func);
  return at(scope, e, {
    k: 'call',
    func: callee,
    args: [{ value: list, star: false }, ...rest],
    kwargs: e.keywords.map((k) => ({ name: k.arg as string, value: buildExpr(scope, k.value) })),
  });
}

function anyAll(scope: HirScope, e: Call, gen: GeneratorExp, any: boolean): HExpr {
  const place = { start: e.start, end: e.end };
  const found = tempVar(scope, any ? 'any' : 'all');
  const set = (value: boolean): HStmt => ({
    k: 'assign',
    v: found,
    value: constant(scope, e, { type: 'bool', value }),
    declared: null,
    ...place,
  });
  const stmts: HStmt[] = [set(!any)];
  loops(scope, gen, stmts, null, (body) => {
    const elt = buildExpr(scope, gen.elt);
    const test = any ? elt : at(scope, gen.elt, { k: 'op', op: 'not', args: [elt] });
    body.push({ k: 'if', test, then: [set(any), { k: 'break', ...place }], else: [], ...place });
  });
  // several clauses: an inner break leaves one loop only, so test the flag in the outer ones
  breakOuter(scope, stmts.slice(1), found, any, place);
  return at(scope, e, { k: 'seq', stmts, value: at(scope, e, { k: 'var', v: found }) });
}

function breakOuter(scope: HirScope, stmts: readonly HStmt[], found: Var, any: boolean, place: { start: number; end: number }): void {
  for (const s of stmts) {
    if (s.k === 'if') breakOuter(scope, s.then, found, any, place);
    if (s.k !== 'for') continue;
    const after = (body: HStmt[]): void => {
      for (const [i, inner] of body.entries()) {
        if (inner.k === 'if') after(inner.then as HStmt[]);
        if (inner.k !== 'for') continue;
        breakOuter(scope, [inner], found, any, place);
        const read = at(scope, place, { k: 'var', v: found });
        const test = any ? read : at(scope, place, { k: 'op', op: 'not', args: [read] });
        body.splice(i + 1, 0, { k: 'if', test, then: [{ k: 'break', ...place }], else: [], ...place });
        // the flag must also leave the statements above
        break;
      }
    };
    after(s.body as HStmt[]);
  }
}

function sum(scope: HirScope, e: Call, gen: GeneratorExp): HExpr {
  const place = { start: e.start, end: e.end };
  const total = tempVar(scope, 'sum');
  const startArg = e.args[1] ?? e.keywords.find((k) => k.arg === 'start')?.value;
  const start = startArg ? buildExpr(scope, startArg) : constant(scope, e, { type: 'int', value: 0n });
  const stmts: HStmt[] = [{ k: 'assign', v: total, value: start, declared: null, ...place }];
  loops(scope, gen, stmts, null, (body) => {
    const value = at(scope, gen.elt, { k: 'op', op: 'add', args: [at(scope, e, { k: 'var', v: total }), buildExpr(scope, gen.elt)] });
    body.push({ k: 'assign', v: total, value, declared: null, start: gen.elt.start, end: gen.elt.end });
  });
  return at(scope, e, { k: 'seq', stmts, value: at(scope, e, { k: 'var', v: total }) });
}
