/**
 * HIR: Python with names resolved and sugar removed, still as a tree and still untyped.
 *
 * Comprehensions, `with`, `assert`, augmented and chained forms become a few statement and expression kinds, so that
 * inference and lowering are two walks over the same small language. Expression ids are dense per function: side tables are arrays.
 */
import type { Expr, PyConstant } from '../ast/nodes.ts';
import type { ClassInfo } from '../program/class-info.ts';
import type { FunctionInfo, Var } from '../program/function-info.ts';
import type { Binding, GlobalVar } from '../program/module-info.ts';

interface At {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

/** Operators by the dunder they stand for, without underscores; `truth`, `not`, `is` and the like are the compiler's own. */
export type OpKind =
  | 'add'
  | 'sub'
  | 'mul'
  | 'truediv'
  | 'floordiv'
  | 'mod'
  | 'pow'
  | 'lshift'
  | 'rshift'
  | 'and'
  | 'or'
  | 'xor'
  | 'matmul'
  | 'iadd'
  | 'isub'
  | 'imul'
  | 'itruediv'
  | 'ifloordiv'
  | 'imod'
  | 'ipow'
  | 'ilshift'
  | 'irshift'
  | 'iand'
  | 'ior'
  | 'ixor'
  | 'imatmul'
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'is'
  | 'isnot'
  | 'contains'
  | 'notcontains'
  | 'neg'
  | 'pos'
  | 'invert'
  | 'not'
  | 'getitem'
  | 'getslice';

export interface Arg {
  readonly value: HExpr;
  readonly star: boolean;
}

export type HExpr = At &
  (
    | { readonly k: 'const'; readonly value: PyConstant }
    | { readonly k: 'var'; readonly v: Var }
    /** `fallback` is the builtin of that name: what an unbound global denotes. */
    | { readonly k: 'global'; readonly g: GlobalVar; readonly fallback?: HExpr }
    | { readonly k: 'binding'; readonly name: string; readonly binding: Binding }
    | { readonly k: 'unknown'; readonly name: string }
    | { readonly k: 'attr'; readonly obj: HExpr; readonly name: string }
    | { readonly k: 'op'; readonly op: OpKind; readonly args: readonly HExpr[] }
    | {
        readonly k: 'call';
        readonly func: HExpr;
        readonly args: readonly Arg[];
        readonly kwargs: readonly { name: string; value: HExpr; late?: boolean }[];
        /** With a starred argument: the arguments from the first starred one on, and all of them, as list displays. One is used if the number is unknown. */
        readonly tails?: { readonly start: number; readonly rest: HExpr; readonly all: HExpr };
        /** `late` keyword arguments stand after a `**m`. The dict that all `**m` come to. */
        readonly mapping?: HExpr;
      }
    | { readonly k: 'super'; readonly cls: ClassInfo; readonly self: HExpr }
    /** `list` is the same display as a list: used if the number of items is unknown. */
    | { readonly k: 'tuple'; readonly items: readonly Arg[]; readonly list?: HExpr }
    | { readonly k: 'list' | 'set'; readonly items: readonly Arg[] }
    | { readonly k: 'dict'; readonly keys: readonly (HExpr | null)[]; readonly values: readonly HExpr[] }
    | { readonly k: 'cond'; readonly test: HExpr; readonly then: HExpr; readonly else: HExpr }
    | { readonly k: 'and' | 'or'; readonly left: HExpr; readonly right: HExpr }
    | { readonly k: 'func'; readonly fn: FunctionInfo; readonly defaults: readonly { variable: Var; value: HExpr }[] }
    /** Statements, then the value. */
    | { readonly k: 'seq'; readonly stmts: readonly HStmt[]; readonly value: HExpr }
    | {
        readonly k: 'fstring';
        readonly parts: readonly (string | { value: HExpr; conversion: 's' | 'r' | 'a' | null; spec: HExpr | null })[];
      }
    /** A tuple of `before` items, with `star` a list of the middle ones, then `after` items. */
    | { readonly k: 'unpack'; readonly value: HExpr; readonly before: number; readonly star: boolean; readonly after: number }
    /** Item of a fixed tuple by position. */
    | { readonly k: 'item'; readonly tuple: HExpr; readonly index: number }
    /** A type expression: argument of a stdlib intrinsic. */
    | { readonly k: 'typeexpr'; readonly expr: Expr }
    /** The exception that the enclosing handler caught. */
    | { readonly k: 'caught' }
  );

export type HStmt = { readonly start: number; readonly end: number } & (
  | { readonly k: 'expr'; readonly value: HExpr }
  | { readonly k: 'assign'; readonly v: Var; readonly value: HExpr; readonly declared: Expr | null }
  | { readonly k: 'setglobal'; readonly g: GlobalVar; readonly value: HExpr }
  | { readonly k: 'setattr'; readonly id: number; readonly obj: HExpr; readonly name: string; readonly value: HExpr }
  | { readonly k: 'setitem'; readonly id: number; readonly obj: HExpr; readonly index: HExpr; readonly value: HExpr }
  | { readonly k: 'delitem'; readonly id: number; readonly obj: HExpr; readonly index: HExpr }
  | { readonly k: 'setslice'; readonly id: number; readonly obj: HExpr; readonly slice: readonly HExpr[]; readonly value: HExpr }
  | { readonly k: 'delslice'; readonly id: number; readonly obj: HExpr; readonly slice: readonly HExpr[] }
  | { readonly k: 'delattr'; readonly id: number; readonly obj: HExpr; readonly name: string }
  | { readonly k: 'delvar'; readonly v: Var }
  | { readonly k: 'delglobal'; readonly g: GlobalVar }
  | { readonly k: 'if'; readonly test: HExpr; readonly then: readonly HStmt[]; readonly else: readonly HStmt[] }
  | { readonly k: 'while'; readonly id: number; readonly test: HExpr; readonly body: readonly HStmt[]; readonly orelse: readonly HStmt[] }
  /** `iter` is the iterable; each item goes to `v`, and `body` unpacks it further. */
  | {
      readonly k: 'for';
      readonly id: number;
      readonly v: Var;
      readonly iter: HExpr;
      readonly body: readonly HStmt[];
      readonly orelse: readonly HStmt[];
    }
  | {
      readonly k: 'try';
      readonly id: number;
      readonly body: readonly HStmt[];
      readonly handlers: readonly Handler[];
      readonly orelse: readonly HStmt[];
      readonly finalbody: readonly HStmt[];
    }
  | { readonly k: 'return'; readonly value: HExpr | null }
  | { readonly k: 'raise'; readonly id: number; readonly exc: HExpr | null; readonly cause: HExpr | null }
  | { readonly k: 'break' }
  | { readonly k: 'continue' }
  /** Runs a module's body unless it ran already. */
  | { readonly k: 'import'; readonly mod: import('../program/module-info.ts').ModuleInfo }
);

export interface Handler {
  /** Exception class expressions; empty = bare except. */
  readonly types: readonly HExpr[];
  readonly v: Var | null;
  readonly body: readonly HStmt[];
}
