/** A function, method, lambda or module body, with its variables resolved and its body in HIR. */
import type { Expr } from '../ast/nodes.ts';
import type { HStmt } from '../hir/nodes.ts';
import type { ClassInfo } from './class-info.ts';
import type { ModuleInfo } from './module-info.ts';

/** A local variable of one function; comprehension targets are variables of the function around them. */
export interface Var {
  readonly name: string;
  /** Dense in its function. */
  readonly index: number;
  readonly owner: FunctionInfo;
  /** Read or written by a nested function: lives in a heap cell, its type is flow-insensitive. */
  captured: boolean;
  /** Captured, but assigned once before any capture: closures copy the value. */
  assignments: number;
  /** Annotation that is binding (stdlib only). */
  declared: Expr | null;
  readonly temp: boolean;
  /** Holds a default that was computed when a closure was made: each closure has its own. */
  perClosure?: boolean;
}

export interface Param {
  readonly name: string;
  readonly variable: Var;
  readonly annotation: Expr | null;
  readonly kind: 'posonly' | 'normal' | 'vararg' | 'kwonly' | 'kwarg';
  /** Default: a literal, or the hidden variable that holds the value computed at the definition. */
  readonly default: ParamDefault | null;
}

export type ParamDefault =
  | { readonly kind: 'const'; readonly value: import('../ast/nodes.ts').PyConstant }
  | { readonly kind: 'global'; readonly global: import('./module-info.ts').GlobalVar }
  | { readonly kind: 'var'; readonly variable: Var };

export interface FunctionInfo {
  /** Unique in the program. */
  readonly id: string;
  readonly name: string;
  /** As in a traceback. */
  readonly display: string;
  /** Python's `__qualname__`. */
  readonly qualname: string;
  readonly doc: string | null;
  readonly module: ModuleInfo;
  readonly cls: ClassInfo | null;
  /** Function around it, when it is nested. */
  readonly parent: FunctionInfo | null;
  readonly params: Param[];
  readonly returns: Expr | null;
  readonly vars: Var[];
  /** Captured variables of enclosing functions that this one (or one nested in it) uses. */
  readonly free: Var[];
  body: HStmt[];
  /** Number of HIR expression ids. */
  exprCount: number;
  readonly kind: 'function' | 'method' | 'static' | 'classmethod' | 'module';
  /** Binding annotations. */
  readonly trusted: boolean;
  /** Further definitions under the same name (`@overload` in stdlib files), this one first. */
  overloads: FunctionInfo[];
  readonly inline: 'always' | 'never' | null;
  readonly pure: boolean;
  readonly start: number;
  readonly end: number;
  /** Set when the body is built on demand (stdlib functions that are never reached cost nothing). */
  build: (() => void) | null;
}
