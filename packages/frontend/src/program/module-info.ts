/** A source file of the program or the stdlib, with its global names resolved. */
import type { SourceFile } from '@molt/diagnostics';
import type { Module } from '../ast/nodes.ts';
import type { Cell } from '../types/type.ts';
import type { ClassInfo } from './class-info.ts';
import type { FunctionInfo } from './function-info.ts';

/** A module-level (or class-level) variable that functions can see; its type is the join of all stores. */
export interface GlobalVar {
  readonly name: string;
  /** Name of the MIR global. */
  readonly id: string;
  readonly cell: Cell;
  /** Assigned exactly once, by a literal: reads fold. */
  constant: import('../ast/nodes.ts').PyConstant | null;
  /** May be read before it is assigned. */
  maybeUnbound: boolean;
  /** Machine type by annotation in stdlib files. */
  readonly declared: import('../ast/nodes.ts').Expr | null;
}

export type Binding =
  | { readonly kind: 'func'; readonly fn: FunctionInfo }
  | { readonly kind: 'class'; readonly cls: ClassInfo }
  | { readonly kind: 'module'; readonly mod: ModuleInfo }
  | { readonly kind: 'var'; readonly global: GlobalVar }
  | { readonly kind: 'intrinsic'; readonly name: string }
  | { readonly kind: 'const'; readonly value: bigint }
  /** A builtin name of an object that there is once. */
  | { readonly kind: 'singleton'; readonly type: 'notimpl' | 'ellipsis' }
  | { readonly kind: 'typevar'; readonly name: string }
  /** An import that has no meaning at run time (typing names). */
  | { readonly kind: 'typing'; readonly name: string };

export interface ModuleInfo {
  readonly name: string;
  readonly path: string;
  readonly ast: Module;
  readonly source: SourceFile;
  readonly trusted: boolean;
  readonly bindings: Map<string, Binding>;
  /** Names that only this file sees: what a stdlib file imports, its type variables. Files of `builtins/` share `bindings`. */
  readonly locals: Map<string, Binding>;
  /** The module body as a function without parameters. */
  body: FunctionInfo | null;
  /** Global that tells whether the body has run; modules run once, at their first import. */
  readonly index: number;
}

/** A module-level name as a file sees it. */
export function lookupModuleName(module: ModuleInfo, name: string): Binding | undefined {
  return module.locals.get(name) ?? module.bindings.get(name);
}
