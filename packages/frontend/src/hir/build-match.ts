/**
 * `match` as a chain of `if`: a pattern becomes a condition that tests the subject and binds names on the way, so narrowing and
 * reachability follow the rules of ordinary conditions.
 */
import { spanOf } from '@molt/diagnostics';
import type { Expr, Match, Pattern, PyConstant } from '../ast/nodes.ts';
import type { MatchClass, MatchMapping, MatchSequence } from '../ast/pattern-nodes.ts';
import type { ClassInfo } from '../program/class-info.ts';
import type { Var } from '../program/function-info.ts';
import { refuse } from '../program/refusal.ts';
import { dataclassFields } from '../synth/dataclass.ts';
import { at, buildExpr, constant, noneOf } from './build-expressions.ts';
import { bindName } from './build-targets.ts';
import { type HirScope, tempVar } from './hir-scope.ts';
import type { HExpr, HStmt } from './nodes.ts';

type Block = (scope: HirScope, body: Match['cases'][number]['body']) => HStmt[];

export function buildMatch(scope: HirScope, s: Match, block: Block, out: HStmt[]): void {
  const place = { start: s.start, end: s.end };
  const subject = buildExpr(scope, s.subject);
  // a plain variable is tested itself, so that the bodies see what the patterns told
  let v: Var;
  if (subject.k === 'var' && !subject.v.captured) v = subject.v;
  else {
    v = tempVar(scope, 'subject');
    out.push({ k: 'assign', v, value: subject, declared: null, ...place });
  }
  const build = (i: number): HStmt[] => {
    const clause = s.cases[i];
    if (!clause) return [];
    let test = patternTest(scope, clause.pattern, v);
    if (clause.guard) test = at(scope, clause.guard, { k: 'and', left: test, right: buildExpr(scope, clause.guard) });
    const then = block(scope, clause.body);
    return [{ k: 'if', test, then, else: build(i + 1), start: clause.start, end: clause.end }];
  };
  out.push(...build(0));
}

const truth = (scope: HirScope, p: Pattern, value: boolean): HExpr => constant(scope, p, { type: 'bool', value });

const read = (scope: HirScope, p: Pattern, v: Var): HExpr => at(scope, p, { k: 'var', v });

const int = (value: number): PyConstant => ({ type: 'int', value: BigInt(value) });

/** Both in this order; a test that always holds adds nothing. */
function both(scope: HirScope, p: Pattern, left: HExpr, right: HExpr): HExpr {
  if (left.k === 'const' && left.value.type === 'bool' && left.value.value) return right;
  if (right.k === 'const' && right.value.type === 'bool' && right.value.value) return left;
  return at(scope, p, { k: 'and', left, right });
}

/** Does the variable's value match? Names of the pattern are bound where it does. */
function patternTest(scope: HirScope, p: Pattern, v: Var): HExpr {
  switch (p.kind) {
    case 'MatchValue':
      return at(scope, p, { k: 'op', op: 'eq', args: [read(scope, p, v), buildExpr(scope, p.value)] });
    case 'MatchSingleton':
      return at(scope, p, { k: 'op', op: 'is', args: [read(scope, p, v), constant(scope, p, p.value)] });
    case 'MatchAs': {
      const inner = p.pattern ? patternTest(scope, p.pattern, v) : truth(scope, p, true);
      return p.name === null ? inner : both(scope, p, inner, bind(scope, p, p.name, read(scope, p, v)));
    }
    case 'MatchOr': {
      const [first, ...rest] = p.patterns.map((x) => patternTest(scope, x, v)) as [HExpr, ...HExpr[]];
      return rest.reduce((left, right) => at(scope, p, { k: 'or', left, right }), first);
    }
    case 'MatchClass':
      return classTest(scope, p, v);
    case 'MatchSequence':
      return sequenceTest(scope, p, v);
    case 'MatchMapping':
      return mappingTest(scope, p, v);
    case 'MatchStar':
      return refuse(spanOf(scope.fn.module.source, p.start, p.end), 'this starred pattern', 'use it inside a sequence pattern');
  }
}

/** Binds a name, always true. */
function bind(scope: HirScope, p: Pattern, name: string, value: HExpr): HExpr {
  return at(scope, p, { k: 'seq', stmts: [bindName(scope, name, value, p)], value: truth(scope, p, true) });
}

/** Evaluates a part of the subject once, then matches it. */
function part(scope: HirScope, p: Pattern, value: HExpr): HExpr {
  if (p.kind === 'MatchAs' && !p.pattern) return p.name === null ? truth(scope, p, true) : bind(scope, p, p.name, value);
  const temp = tempVar(scope, 'part');
  const store: HStmt = { k: 'assign', v: temp, value, declared: null, start: p.start, end: p.end };
  const stored = at(scope, p, { k: 'seq', stmts: [store], value: truth(scope, p, true) });
  return at(scope, p, { k: 'and', left: stored, right: patternTest(scope, p, temp) });
}

function builtinCall(scope: HirScope, p: Pattern, name: string, args: HExpr[]): HExpr {
  const binding = scope.program.builtins.get(name);
  if (!binding) throw new Error(`the stdlib has no ${name}`);
  const func = at(scope, p, { k: 'binding', name, binding });
  return at(scope, p, { k: 'call', func, args: args.map((value) => ({ value, star: false })), kwargs: [] });
}

function isInstance(scope: HirScope, p: Pattern, v: Var, names: readonly string[]): HExpr {
  const classes = names.map(
    (name): HExpr => at(scope, p, { k: 'binding', name, binding: { kind: 'class', cls: scope.program.builtinClass(name) } }),
  );
  const against =
    classes.length === 1 ? (classes[0] as HExpr) : at(scope, p, { k: 'tuple', items: classes.map((value) => ({ value, star: false })) });
  return builtinCall(scope, p, 'isinstance', [read(scope, p, v), against]);
}

/** Builtin classes whose only positional pattern is the value itself. */
const WHOLE = new Set(['bool', 'bytearray', 'bytes', 'dict', 'float', 'frozenset', 'int', 'list', 'set', 'str', 'tuple']);

function classTest(scope: HirScope, p: MatchClass, v: Var): HExpr {
  const callee = buildExpr(scope, p.cls);
  let test = builtinCall(scope, p, 'isinstance', [read(scope, p, v), callee]);
  const cls = callee.k === 'binding' && callee.binding.kind === 'class' ? callee.binding.cls : null;
  p.patterns.forEach((inner, i) => {
    if (cls?.builtin && WHOLE.has(cls.name) && i === 0) {
      test = both(scope, p, test, patternTest(scope, inner, v));
      return;
    }
    const name = cls ? matchArgs(cls)[i] : undefined;
    if (name === undefined)
      return refuse(spanOf(scope.fn.module.source, inner.start, inner.end), 'this positional pattern', 'name the attribute');
    test = both(scope, p, test, part(scope, inner, at(scope, inner, { k: 'attr', obj: read(scope, p, v), name })));
  });
  p.kwd_patterns.forEach((inner, i) => {
    const name = p.kwd_attrs[i] as string;
    const has = builtinCall(scope, p, 'hasattr', [read(scope, p, v), constant(scope, p, { type: 'str', value: name })]);
    test = both(scope, p, both(scope, p, test, has), part(scope, inner, at(scope, inner, { k: 'attr', obj: read(scope, p, v), name })));
  });
  return test;
}

/** `__match_args__`: written in the class, or the fields of a dataclass. */
function matchArgs(cls: ClassInfo): readonly string[] {
  for (const base of cls.mro) {
    const own = base.node?.body.flatMap((s) =>
      s.kind === 'Assign' && s.targets.some((t) => t.kind === 'Name' && t.name === '__match_args__') ? [s.value] : [],
    )[0];
    if (own?.kind === 'Tuple' || own?.kind === 'List')
      return own.elts.flatMap((x: Expr) => (x.kind === 'Constant' && x.value.type === 'str' ? [x.value.value] : []));
    if (base.dataclass) return dataclassFields(cls).flatMap((f) => (f.init && !f.kwOnly ? [f.name] : []));
  }
  return [];
}

function sequenceTest(scope: HirScope, p: MatchSequence, v: Var): HExpr {
  const starAt = p.patterns.findIndex((x) => x.kind === 'MatchStar');
  const fixed = starAt < 0 ? p.patterns.length : p.patterns.length - 1;
  const length = builtinCall(scope, p, 'len', [read(scope, p, v)]);
  const enough = at(scope, p, { k: 'op', op: starAt < 0 ? 'eq' : 'ge', args: [length, constant(scope, p, int(fixed))] });
  let test: HExpr = at(scope, p, { k: 'and', left: isInstance(scope, p, v, ['list', 'tuple', 'range']), right: enough });
  p.patterns.forEach((inner, i) => {
    if (inner.kind === 'MatchStar') {
      if (inner.name === null) return;
      const after = p.patterns.length - i - 1;
      const stop = after === 0 ? noneOf(scope, p) : constant(scope, p, int(-after));
      const middle = at(scope, p, {
        k: 'op',
        op: 'getslice',
        args: [read(scope, p, v), constant(scope, p, int(i)), stop, noneOf(scope, p)],
      });
      test = both(scope, p, test, bind(scope, inner, inner.name, builtinCall(scope, p, 'list', [middle])));
      return;
    }
    const index = starAt >= 0 && i > starAt ? i - p.patterns.length : i;
    test = both(
      scope,
      p,
      test,
      part(scope, inner, at(scope, inner, { k: 'op', op: 'getitem', args: [read(scope, p, v), constant(scope, p, int(index))] })),
    );
  });
  return test;
}

function mappingTest(scope: HirScope, p: MatchMapping, v: Var): HExpr {
  let test = isInstance(scope, p, v, ['dict']);
  p.keys.forEach((key, i) => {
    const inner = p.patterns[i] as Pattern;
    const present = at(scope, key, { k: 'op', op: 'contains', args: [buildExpr(scope, key), read(scope, p, v)] });
    const value = at(scope, inner, { k: 'op', op: 'getitem', args: [read(scope, p, v), buildExpr(scope, key)] });
    test = both(scope, p, both(scope, p, test, present), part(scope, inner, value));
  });
  if (p.rest === null) return test;
  const copy = tempVar(scope, 'rest');
  const place = { start: p.start, end: p.end };
  const stmts: HStmt[] = [{ k: 'assign', v: copy, value: builtinCall(scope, p, 'dict', [read(scope, p, v)]), declared: null, ...place }];
  for (const key of p.keys)
    stmts.push({ k: 'delitem', id: scope.fn.exprCount++, obj: read(scope, p, copy), index: buildExpr(scope, key), ...place });
  stmts.push(bindName(scope, p.rest, read(scope, p, copy), p));
  return both(scope, p, test, at(scope, p, { k: 'seq', stmts, value: truth(scope, p, true) }));
}
