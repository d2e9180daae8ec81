/**
 * The nodes of `match` statements: clauses and patterns. `nodes.ts` exports them with the rest of the tree.
 */
import type { NodeBase, PyConstant } from './node-parts.ts';
import type { Expr, Stmt } from './nodes.ts';

/** One `case pattern if guard:` of a `match` statement. */
export interface MatchCase extends NodeBase {
  readonly kind: 'match_case';
  readonly pattern: Pattern;
  readonly guard: Expr | null;
  readonly body: readonly Stmt[];
}

/** Compares with `==`: a number, a string or a dotted name. */
export interface MatchValue extends NodeBase {
  readonly kind: 'MatchValue';
  readonly value: Expr;
}

/** Compares with `is`: `None`, `True` or `False`. */
export interface MatchSingleton extends NodeBase {
  readonly kind: 'MatchSingleton';
  readonly value: PyConstant;
}

export interface MatchSequence extends NodeBase {
  readonly kind: 'MatchSequence';
  readonly patterns: readonly Pattern[];
}

export interface MatchMapping extends NodeBase {
  readonly kind: 'MatchMapping';
  readonly keys: readonly Expr[];
  readonly patterns: readonly Pattern[];
  readonly rest: string | null;
}

export interface MatchClass extends NodeBase {
  readonly kind: 'MatchClass';
  readonly cls: Expr;
  readonly patterns: readonly Pattern[];
  readonly kwd_attrs: readonly string[];
  readonly kwd_patterns: readonly Pattern[];
}

/** `*name` in a sequence pattern; `name` is `null` for `*_`. */
export interface MatchStar extends NodeBase {
  readonly kind: 'MatchStar';
  readonly name: string | null;
}

/** `pattern as name`, a capture (`pattern` null) or the wildcard (both null). */
export interface MatchAs extends NodeBase {
  readonly kind: 'MatchAs';
  readonly pattern: Pattern | null;
  readonly name: string | null;
}

export interface MatchOr extends NodeBase {
  readonly kind: 'MatchOr';
  readonly patterns: readonly Pattern[];
}

/** Any pattern. */
export type Pattern = MatchValue | MatchSingleton | MatchSequence | MatchMapping | MatchClass | MatchStar | MatchAs | MatchOr;
