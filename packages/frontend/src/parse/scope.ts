/**
 * One scope as the scope check sees it: what kind, around what, and what has been met in it so far.
 */
import type { Expr, Global, Node, Nonlocal, Return } from '../ast/nodes.ts';

/** `limited` stands for places with a scope of their own that holds one expression: annotations, bounds, aliases. */
export type ScopeKind = 'module' | 'class' | 'function' | 'lambda' | 'comprehension' | 'limited';

export interface Scope {
  readonly kind: ScopeKind;
  readonly parent: Scope | null;
  /** Module, definition, lambda, comprehension or the limited expression. */
  readonly node: Node;
  readonly isAsync: boolean;
  /** What a limited scope or a comprehension is, for messages: `an annotation`, `list comprehension`. */
  readonly label: string;
  /** Loops and `except*` handlers around the current statement, within this scope. */
  readonly blocks: ('loop' | 'exceptStar')[];
  readonly declarations: (Global | Nonlocal)[];
  /** Type parameters of the definition that this is the body of. */
  readonly typeParameters: readonly string[];
  isGenerator: boolean;
  readonly valueReturns: Return[];
  /** For a comprehension: its loop variables, and the names that `:=` in it binds outside. */
  readonly loopNames: Set<string>;
  readonly walrusNames: Set<string>;
  /** For a comprehension: whether it awaits. */
  awaits: boolean;
  /** How many comprehension iterables the current expression is inside of. */
  iterableDepth: number;
}

/** Opens a scope inside `parent`. */
export function openScope(
  kind: ScopeKind,
  node: Node,
  parent: Scope | null,
  options: { readonly isAsync?: boolean; readonly label?: string; readonly typeParameters?: readonly string[] } = {},
): Scope {
  return {
    kind,
    parent,
    node,
    isAsync: options.isAsync ?? false,
    label: options.label ?? '',
    blocks: [],
    declarations: [],
    typeParameters: options.typeParameters ?? [],
    isGenerator: false,
    valueReturns: [],
    loopNames: new Set(),
    walrusNames: new Set(),
    awaits: false,
    iterableDepth: parent?.iterableDepth ?? 0,
  };
}

/** The names that a target binds. */
export function targetNames(target: Expr, into: Set<string>): void {
  switch (target.kind) {
    case 'Name':
      into.add(target.name);
      break;
    case 'Starred':
      targetNames(target.value, into);
      break;
    case 'Tuple':
    case 'List':
      for (const element of target.elts) targetNames(element, into);
      break;
    default:
  }
}
