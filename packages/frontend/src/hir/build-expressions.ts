/** Expressions: AST to HIR. */

import { spanOf } from '@molt/diagnostics';
import type { Call, Compare, Expr, PyConstant } from '../ast/nodes.ts';
import { MISSING_BUILTINS } from '../program/compiler-builtins.ts';
import { literal } from '../program/declare.ts';
import { makeFunction } from '../program/make-function.ts';
import { lookupModuleName } from '../program/module-info.ts';
import { refuse } from '../program/refusal.ts';
import { buildComprehension, buildGeneratorCall } from './build-comprehension.ts';
import { buildFormatCall } from './build-format.ts';
import { buildGenerator } from './build-generator.ts';
import { bindName } from './build-targets.ts';
import { attributeName, capture, findVar, type HirScope, localClass, tempVar } from './hir-scope.ts';
import type { Arg, HExpr, HStmt, OpKind } from './nodes.ts';

const BINARY: Readonly<Record<string, OpKind>> = {
  Add: 'add',
  Sub: 'sub',
  Mult: 'mul',
  Div: 'truediv',
  FloorDiv: 'floordiv',
  Mod: 'mod',
  Pow: 'pow',
  LShift: 'lshift',
  RShift: 'rshift',
  BitAnd: 'and',
  BitOr: 'or',
  BitXor: 'xor',
  MatMult: 'matmul',
};
const COMPARE: Readonly<Record<string, OpKind>> = {
  Eq: 'eq',
  NotEq: 'ne',
  Lt: 'lt',
  LtE: 'le',
  Gt: 'gt',
  GtE: 'ge',
  Is: 'is',
  IsNot: 'isnot',
  In: 'contains',
  NotIn: 'notcontains',
};
const UNARY: Readonly<Record<string, OpKind>> = { USub: 'neg', UAdd: 'pos', Invert: 'invert', Not: 'not' };

export const binaryOp = (op: string): OpKind => BINARY[op] as OpKind;

type NoAt<T> = T extends unknown ? Omit<T, 'id' | 'start' | 'end'> : never;

/** A node at the place of another. */
export function at(scope: HirScope, place: { start: number; end: number }, node: NoAt<HExpr>): HExpr {
  return { ...node, id: scope.fn.exprCount++, start: place.start, end: place.end } as HExpr;
}

export const constant = (scope: HirScope, place: { start: number; end: number }, value: PyConstant): HExpr =>
  at(scope, place, { k: 'const', value });
export const noneOf = (scope: HirScope, place: { start: number; end: number }): HExpr => constant(scope, place, { type: 'none' });

export function buildExpr(scope: HirScope, e: Expr): HExpr {
  const b = (x: Expr): HExpr => buildExpr(scope, x);
  const span = () => spanOf(scope.fn.module.source, e.start, e.end);
  switch (e.kind) {
    case 'Constant':
      if (e.value.type === 'imaginary') return refuse(span(), 'a complex number', 'use two floats');
      return at(scope, e, { k: 'const', value: e.value });
    case 'Name':
      return buildName(scope, e.name, e);
    case 'Attribute':
      return at(scope, e, { k: 'attr', obj: b(e.value), name: attributeName(scope, e.attr) });
    case 'BinOp': {
      // left-associative chains can be thousands long: walk the left spine without recursion
      const spine: Extract<Expr, { kind: 'BinOp' }>[] = [];
      let at0: Expr = e;
      while (at0.kind === 'BinOp') {
        spine.push(at0);
        at0 = at0.left;
      }
      let left = b(at0);
      for (let i = spine.length - 1; i >= 0; i--) {
        const node = spine[i] as (typeof spine)[number];
        left = at(scope, node, { k: 'op', op: binaryOp(node.op), args: [left, b(node.right)] });
      }
      return left;
    }
    case 'UnaryOp': {
      const op = UNARY[e.op] as OpKind;
      if (op === 'neg' && e.operand.kind === 'Constant') {
        if (e.operand.value.type === 'int') return constant(scope, e, { type: 'int', value: -e.operand.value.value });
        if (e.operand.value.type === 'float') return constant(scope, e, { type: 'float', value: -e.operand.value.value });
      }
      return at(scope, e, { k: 'op', op, args: [b(e.operand)] });
    }
    case 'BoolOp': {
      let left = b(e.values[0] as Expr);
      for (const value of e.values.slice(1)) left = at(scope, e, { k: e.op === 'And' ? 'and' : 'or', left, right: b(value) });
      return left;
    }
    case 'Compare':
      return buildCompare(scope, e);
    case 'IfExp': {
      const test = b(e.test);
      return at(scope, e, { k: 'cond', test, then: b(e.body), else: b(e.orelse) });
    }
    case 'Call':
      return buildCall(scope, e);
    case 'Tuple':
    case 'List':
    case 'Set': {
      const k = e.kind === 'Tuple' ? 'tuple' : e.kind === 'List' ? 'list' : 'set';
      const items = e.elts.map((x) => buildArg(scope, x));
      if (k === 'tuple' && items.some((x) => x.star)) return at(scope, e, { k, items, list: at(scope, e, { k: 'list', items }) });
      const display = at(scope, e, { k, items });
      // CPython builds a frozen set of the constants first, which shows in the order
      if (k === 'set' && !scope.fn.trusted && e.elts.length >= 3 && e.elts.every((x) => literal(x) !== null))
        return runtimeCall(scope, e, 'set_of_constants', [display]);
      return display;
    }
    case 'Dict':
      return at(scope, e, { k: 'dict', keys: e.keys.map((x) => (x ? b(x) : null)), values: e.values.map(b) });
    case 'Subscript': {
      // `list[int]` as a value: a type alias
      if (isTypeExpr(scope, e)) return at(scope, e, { k: 'typeexpr', expr: e });
      const obj = b(e.value);
      if (e.slice.kind === 'Slice') return at(scope, e, { k: 'op', op: 'getslice', args: [obj, ...buildSlice(scope, e.slice)] });
      return at(scope, e, { k: 'op', op: 'getitem', args: [obj, b(e.slice)] });
    }
    case 'Slice':
      return refuse(span(), 'a slice inside a tuple index', 'index with one slice');
    case 'Lambda': {
      const fn = makeFunction(scope.program, scope.fn.module, e, { cls: null, parent: scope.fn, kind: 'function', scope });
      return functionValue(scope, e, fn, e.args);
    }
    case 'ListComp':
    case 'SetComp':
    case 'DictComp':
      return buildComprehension(scope, e);
    case 'GeneratorExp':
      return buildGenerator(scope, e);
    case 'JoinedStr':
      return at(scope, e, {
        k: 'fstring',
        parts: e.values.map((v) => {
          if (v.kind === 'Constant') return v.value.type === 'str' ? v.value.value : '';
          const conversion = v.conversion === -1 ? null : (String.fromCharCode(v.conversion) as 's' | 'r' | 'a');
          const value = b(v.value);
          return { value, conversion, spec: v.format_spec ? b(v.format_spec) : null };
        }),
      });
    case 'NamedExpr': {
      const value = b(e.value);
      const temp = tempVar(scope, 'walrus');
      const read = at(scope, e, { k: 'var', v: temp });
      const stmts: HStmt[] = [{ k: 'assign', v: temp, value, declared: null, start: e.start, end: e.end }];
      stmts.push(bindName(scope, e.target.name, read, e.target));
      return at(scope, e, { k: 'seq', stmts, value: at(scope, e, { k: 'var', v: temp }) });
    }
    case 'Starred':
      return refuse(span(), 'a starred expression here', 'unpack into a list or tuple');
    case 'Await':
      return refuse(span(), 'await', 'exports are synchronous functions today');
    case 'Yield':
    case 'YieldFrom':
      return refuse(span(), 'a generator', 'build and return a list');
    case 'FormattedValue':
      return refuse(span(), 'this formatted value', 'write it inside an f-string');
  }
}

export function buildName(scope: HirScope, name: string, place: { start: number; end: number }): HExpr {
  if (name === '__debug__') return constant(scope, place, { type: 'bool', value: true });
  const cls = currentClass(scope);
  const classVar = cls?.classVars.get(name);
  if (classVar) return at(scope, place, { k: 'global', g: classVar });
  const inner = cls?.inner.get(name);
  if (inner) return at(scope, place, { k: 'binding', name, binding: { kind: 'class', cls: inner } });
  const variable = findVar(scope, name);
  if (variable) {
    // making objects of a local class takes what its methods use
    for (const v of localClass(scope, name)?.captures ?? []) capture(scope, v);
    const shadowed =
      scope.fn.kind === 'module' &&
      variable.owner === scope.fn &&
      !variable.temp &&
      scope.comprehensions.every((c) => c.get(name) !== variable);
    if (!(shadowed && scope.fn.module.bindings.has(name))) return at(scope, place, { k: 'var', v: variable });
  }
  const { module } = scope.fn;
  if (name === '__name__' && !module.bindings.has(name)) return constant(scope, place, { type: 'str', value: module.name });
  if (name === '__file__' && !module.bindings.has(name)) return constant(scope, place, { type: 'str', value: module.path });
  const binding =
    lookupModuleName(module, name) ??
    scope.program.builtinFor(module, name) ??
    (module.trusted ? scope.program.runtime.get(name) : undefined);
  if (binding?.kind === 'typing' && name === 'TYPE_CHECKING') return constant(scope, place, { type: 'bool', value: false });
  const instead = binding ? undefined : MISSING_BUILTINS.get(name);
  if (instead) refuse(spanOf(module.source, place.start, place.end), `the builtin ${name}`, instead);
  if (!binding) return at(scope, place, { k: 'unknown', name });
  if (binding.kind === 'var') {
    const { global } = binding;
    if (global.constant) return at(scope, place, { k: 'const', value: global.constant });
    const builtin = module.trusted ? undefined : scope.program.builtinFor(module, name);
    const fallback = builtin && builtin.kind !== 'var' ? at(scope, place, { k: 'binding', name, binding: builtin }) : null;
    return at(scope, place, { k: 'global', g: global, ...(fallback ? { fallback } : {}) });
  }
  return at(scope, place, { k: 'binding', name, binding });
}

const classStack = new WeakMap<HirScope, import('../program/class-info.ts').ClassInfo>();
/** Marks that expressions built next belong to a class body. */
export function inClassBody<T>(scope: HirScope, cls: import('../program/class-info.ts').ClassInfo, action: () => T): T {
  const outer = classStack.get(scope);
  classStack.set(scope, cls);
  try {
    return action();
  } finally {
    if (outer) classStack.set(scope, outer);
    else classStack.delete(scope);
  }
}
const currentClass = (scope: HirScope) => classStack.get(scope) ?? null;

/** The three parts of a slice; None where left out. */
export function buildSlice(scope: HirScope, e: Extract<Expr, { kind: 'Slice' }>): HExpr[] {
  return [e.lower, e.upper, e.step].map((x) => (x ? buildExpr(scope, x) : noneOf(scope, e)));
}

function buildArg(scope: HirScope, e: Expr): Arg {
  return e.kind === 'Starred' ? { value: buildExpr(scope, e.value), star: true } : { value: buildExpr(scope, e), star: false };
}

function buildCompare(scope: HirScope, e: Compare): HExpr {
  let left = buildExpr(scope, e.left);
  if (e.ops.length === 1) return compareOp(scope, e, e.ops[0] as string, left, buildExpr(scope, e.comparators[0] as Expr));
  // a < b < c: b is evaluated once
  const build = (i: number, lhs: HExpr): HExpr => {
    const rhs = buildExpr(scope, e.comparators[i] as Expr);
    if (i === e.ops.length - 1) return compareOp(scope, e, e.ops[i] as string, lhs, rhs);
    const temp = tempVar(scope, 'middle');
    const store: HStmt = { k: 'assign', v: temp, value: rhs, declared: null, start: rhs.start, end: rhs.end };
    const first = compareOp(
      scope,
      e,
      e.ops[i] as string,
      lhs,
      at(scope, rhs, { k: 'seq', stmts: [store], value: at(scope, rhs, { k: 'var', v: temp }) }),
    );
    return at(scope, e, { k: 'and', left: first, right: build(i + 1, at(scope, rhs, { k: 'var', v: temp })) });
  };
  left = build(0, left);
  return left;
}

function compareOp(scope: HirScope, e: Compare, op: string, left: HExpr, right: HExpr): HExpr {
  return at(scope, e, { k: 'op', op: COMPARE[op] as OpKind, args: [left, right] });
}

/** Functions whose generator argument is consumed at once. */
function buildCall(scope: HirScope, e: Call): HExpr {
  const { func } = e;
  if (func.kind === 'Name' && func.name === 'super' && e.args.length === 0 && e.keywords.length === 0) {
    const method = enclosingMethod(scope);
    if (!method?.fn.cls)
      return refuse(spanOf(scope.fn.module.source, e.start, e.end), 'super() outside a method', 'call the base class by name');
    const self = method.fn.params[0];
    if (!self) return refuse(spanOf(scope.fn.module.source, e.start, e.end), 'super() in a method without self', 'add the parameter');
    return at(scope, e, { k: 'super', cls: method.fn.cls, self: buildName(scope, self.name, e) });
  }
  if (func.kind === 'Attribute' && func.attr === 'format' && func.value.kind === 'Constant' && func.value.value.type === 'str') {
    const made = buildFormatCall(scope, e, func.value.value.value);
    if (made) return made;
  }
  if (e.args.length >= 1 && e.args[0]?.kind === 'GeneratorExp') {
    const made = buildGeneratorCall(scope, e, e.args[0]);
    if (made) return made;
  }
  const generic = func.kind === 'Subscript' && isTypeExpr(scope, func);
  const callee = generic ? at(scope, func, { k: 'typeexpr', expr: func }) : buildExpr(scope, func);
  const isIntrinsic = callee.k === 'binding' && callee.binding.kind === 'intrinsic' && !callee.binding.name.startsWith('py.');
  const args = e.args.map(
    (x): Arg =>
      isIntrinsic && isTypeExpr(scope, x) ? { value: at(scope, x, { k: 'typeexpr', expr: x }), star: false } : buildArg(scope, x),
  );
  const firstMapping = e.keywords.findIndex((k) => k.arg === null);
  const kwargs = e.keywords.flatMap((k, i) =>
    k.arg === null ? [] : [{ name: k.arg, value: buildExpr(scope, k.value), late: firstMapping >= 0 && i > firstMapping }],
  );
  return at(scope, e, { k: 'call', func: callee, args, kwargs, ...tailsOf(scope, e, args), ...mappingOf(scope, e) });
}

/** The starred arguments of a call as list displays. */
function tailsOf(scope: HirScope, e: Call, args: readonly Arg[]) {
  const start = args.findIndex((a) => a.star);
  if (start < 0) return {};
  const all = at(scope, e, { k: 'list', items: args });
  return { tails: { start, all, rest: start === 0 ? all : at(scope, e, { k: 'list', items: args.slice(start) }) } };
}

/** All `**m` of a call as one dict. */
function mappingOf(scope: HirScope, e: Call) {
  let mapping: HExpr | null = null;
  for (const k of e.keywords) {
    if (k.arg !== null) continue;
    const value = buildExpr(scope, k.value);
    mapping = mapping ? runtimeCall(scope, e, 'keywords_join', [mapping, value]) : runtimeCall(scope, e, 'keywords_of', [value]);
  }
  return mapping ? { mapping } : {};
}

/** A call of a function of the stdlib that programs do not see. */
export function runtimeCall(scope: HirScope, e: Expr, name: string, args: readonly HExpr[]): HExpr {
  const func = at(scope, e, { k: 'binding', name, binding: { kind: 'func', fn: scope.program.runtimeFunction(name) } });
  return at(scope, e, { k: 'call', func, args: args.map((value) => ({ value, star: false })), kwargs: [] });
}

function isTypeExpr(scope: HirScope, e: Expr): boolean {
  const head = e.kind === 'Subscript' ? e.value : e;
  if (head.kind === 'Constant') return e.kind !== 'Subscript' && head.value.type === 'none' && scope.fn.trusted && false;
  if (head.kind !== 'Name') return false;
  // a name that the module body binds by an import or a class statement is no variable
  const isBinding = scope.fn.kind === 'module' && scope.fn.module.bindings.has(head.name);
  if (!isBinding && findVar(scope, head.name)) return false;
  const binding = lookupModuleName(scope.fn.module, head.name) ?? scope.program.builtinFor(scope.fn.module, head.name);
  return (
    binding?.kind === 'typevar' ||
    binding?.kind === 'class' ||
    binding?.kind === 'typing' ||
    (binding?.kind === 'intrinsic' && ['i32', 'i64', 'ref', 'val', 'u8'].includes(head.name))
  );
}

function enclosingMethod(scope: HirScope): HirScope | null {
  for (let s: HirScope | null = scope; s; s = s.parent) if (s.fn.cls) return s;
  return null;
}

/** The value of a nested function or lambda: a closure, after its computed defaults. */
export function functionValue(
  scope: HirScope,
  place: { start: number; end: number },
  fn: import('../program/function-info.ts').FunctionInfo,
  args: import('../ast/nodes.ts').Arguments,
): HExpr {
  fn.build?.();
  const exprs = [...args.defaults, ...args.kw_defaults.filter((x): x is Expr => x !== null)];
  const hidden = fn.params.filter((p) => p.default !== null);
  const stmts: HStmt[] = [];
  hidden.forEach((param, i) => {
    const expr = exprs[i];
    if (!expr || !param.default || param.default.kind === 'const') return;
    const value = buildExpr(scope, expr);
    if (param.default.kind === 'global') stmts.push({ k: 'setglobal', g: param.default.global, value, start: expr.start, end: expr.end });
    else {
      const { variable } = param.default;
      stmts.push({ k: 'assign', v: variable, value, declared: null, start: expr.start, end: expr.end });
      if (!fn.free.includes(variable)) fn.free.push(variable);
    }
  });
  const value = at(scope, place, { k: 'func', fn, defaults: [] });
  return stmts.length === 0 ? value : at(scope, place, { k: 'seq', stmts, value });
}
