/** A class of the program or the stdlib: its bases in method resolution order, methods, and the cells of its attributes. */

import type { ClassDef, Expr } from '../ast/nodes.ts';
import type { Instance } from '../infer/instance.ts';
import type { Cell } from '../types/type.ts';
import type { FunctionInfo, Var } from './function-info.ts';
import type { GlobalVar, ModuleInfo } from './module-info.ts';

export interface DataclassOptions {
  readonly order: boolean;
  readonly frozen: boolean;
  readonly eq: boolean;
  readonly repr: boolean;
  readonly init: boolean;
  readonly unsafeHash: boolean;
  readonly kwOnly: boolean;
}

export interface ClassInfo {
  /** Unique in the program; `__main__.Dog`, or `list` for builtins. */
  readonly id: string;
  readonly name: string;
  readonly qualname: string;
  readonly module: ModuleInfo;
  readonly node: ClassDef | null;
  readonly builtin: boolean;
  /** Defined in a stdlib file: annotations are binding, fields are declared. */
  readonly trusted: boolean;
  /** Type parameter names; each instance type has one cell per name. */
  readonly params: readonly string[];
  /** This class first, then its bases in MRO order. */
  mro: ClassInfo[];
  /** Methods, overload sets and properties of this class body. */
  readonly methods: Map<string, FunctionInfo>;
  readonly properties: Map<string, { get: FunctionInfo; set: FunctionInfo | null }>;
  /** Class-level variables. */
  readonly classVars: Map<string, GlobalVar>;
  /** Annotated fields in order, with the default's expression if any. */
  readonly fields: Map<string, { annotation: Expr; hasDefault: boolean }>;
  /** Attributes that instances of this class (not its bases) introduce; type is the join of all stores. */
  readonly attrs: Map<string, AttrInfo>;
  /** Names that methods assign through self, found before inference, in order of appearance. */
  readonly declaredAttrs: Set<string>;
  /** Attributes that `__init__` (or a dataclass field) certainly sets. */
  readonly certainAttrs: Set<string>;
  dataclass: DataclassOptions | null;
  /** True when an instance is made somewhere that was reached. */
  instantiated: boolean;
  /** Known direct subclasses. */
  readonly subclasses: ClassInfo[];
  /** Classes defined in this class body. */
  readonly inner: Map<string, ClassInfo>;
  /** Variables of the functions around a local class that its methods use; each object holds their cells. */
  readonly captures: Var[];
  /** The instance of the function around it whose variables those are. */
  owner: Instance | null;
}

/** Private names are spelled with their class: `__x` in class `C` is `_C__x`. */
export function mangled(cls: { readonly name: string } | null, name: string): string {
  if (!cls || !name.startsWith('__') || name.endsWith('__') || name.includes('.')) return name;
  const owner = cls.name.replace(/^_+/, '');
  return owner === '' ? name : `_${owner}${name}`;
}

export interface AttrInfo {
  readonly name: string;
  readonly cell: Cell;
}

/** Looks a method up along the MRO. */
export function findMethod(cls: ClassInfo, name: string, after: ClassInfo | null = null): FunctionInfo | null {
  let start = 0;
  if (after) start = cls.mro.indexOf(after) + 1;
  for (let i = start; i < cls.mro.length; i++) {
    const found = (cls.mro[i] as ClassInfo).methods.get(name);
    if (found) return found;
  }
  return null;
}

export function findProperty(cls: ClassInfo, name: string): { get: FunctionInfo; set: FunctionInfo | null } | null {
  for (const c of cls.mro) {
    const found = c.properties.get(name);
    if (found) return found;
    if (c.methods.has(name)) return null;
  }
  return null;
}

export function findClassVar(cls: ClassInfo, name: string): GlobalVar | null {
  for (const c of cls.mro) {
    const found = c.classVars.get(name);
    if (found) return found;
  }
  return null;
}

export function isSubclass(cls: ClassInfo, base: ClassInfo): boolean {
  return cls.mro.includes(base);
}

/** The class of the hierarchy that holds an attribute: the most basic one that mentions it. */
export function attrHolder(cls: ClassInfo, name: string): ClassInfo | null {
  for (let i = cls.mro.length - 1; i >= 0; i--) {
    const c = cls.mro[i] as ClassInfo;
    if (c.declaredAttrs.has(name) || c.attrs.has(name)) return c;
  }
  return null;
}
