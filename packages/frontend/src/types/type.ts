/**
 * Semantic types of the inference. A container's element types are cells (union-find variables), so that every alias of
 * a container sees what is stored through any other; all other parts are plain data.
 */

import type { Instance } from '../infer/instance.ts';
import type { ClassInfo } from '../program/class-info.ts';
import type { FunctionInfo } from '../program/function-info.ts';
import type { ModuleInfo } from '../program/module-info.ts';

/** A growing type variable; `find` gives its representative. */
export interface Cell {
  parent: Cell | null;
  type: Type;
  /** Instances that read it, to be inferred again when it grows. */
  readers: Set<Instance> | null;
}

export type Type =
  | { readonly k: 'never' | 'none' | 'bool' | 'int' | 'float' | 'any' | 'unbound' | 'notimpl' | 'ellipsis' }
  /** Machine types of the stdlib dialect. */
  | { readonly k: 'i32' | 'i64' | 'ref' }
  | { readonly k: 'inst'; readonly cls: ClassInfo; readonly args: readonly Cell[] }
  | { readonly k: 'tuple'; readonly items: readonly Type[] }
  /** A known function; `owner` is the instance whose variables it captures. */
  | { readonly k: 'func'; readonly fn: FunctionInfo; readonly owner: Instance | null }
  | { readonly k: 'bound'; readonly fn: FunctionInfo; readonly self: Type }
  | { readonly k: 'class'; readonly cls: ClassInfo }
  | { readonly k: 'module'; readonly mod: ModuleInfo }
  /** An operation that only the compiler knows. */
  | { readonly k: 'intrinsic'; readonly name: string }
  /** A type expression as a value in stdlib code: `T` in `size_of(T)`. */
  | { readonly k: 'typearg'; readonly type: Type }
  | { readonly k: 'union'; readonly members: readonly Type[] };

export const NEVER: Type = { k: 'never' };
export const NONE: Type = { k: 'none' };
export const BOOL: Type = { k: 'bool' };
export const INT: Type = { k: 'int' };
export const FLOAT: Type = { k: 'float' };
export const ANY: Type = { k: 'any' };
export const UNBOUND: Type = { k: 'unbound' };
export const ELLIPSIS: Type = { k: 'ellipsis' };
export const I32: Type = { k: 'i32' };
export const I64: Type = { k: 'i64' };
export const REF: Type = { k: 'ref' };

/** Largest number of members of a union; a larger one becomes `any`. */
export const UNION_CAP = 8;

export function newCell(type: Type = NEVER): Cell {
  return { parent: null, type, readers: null };
}

export function find(cell: Cell): Cell {
  let root = cell;
  while (root.parent) root = root.parent;
  let at = cell;
  while (at.parent) {
    const next = at.parent;
    at.parent = root;
    at = next;
  }
  return root;
}

/** Members of a union, or the type itself; none for never. */
export function members(type: Type): readonly Type[] {
  if (type.k === 'union') return type.members;
  return type.k === 'never' ? [] : [type];
}

/** Instance of a class by its name in the builtins (`str`, `list`, ...). */
export function isInst(type: Type, name: string): type is Extract<Type, { k: 'inst' }> {
  return type.k === 'inst' && type.cls.name === name && type.cls.builtin;
}
