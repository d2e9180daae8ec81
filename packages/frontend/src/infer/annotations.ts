/**
 * Annotations as types. Only stdlib files (where they are binding), exports and dataclass boundaries ask; ordinary user annotations never
 * decide a type.
 */

import type { Expr } from '../ast/nodes.ts';
import { parseModule } from '../parse/parse-module.ts';
import type { ClassInfo } from '../program/class-info.ts';
import type { ModuleInfo } from '../program/module-info.ts';
import { lookupModuleName } from '../program/module-info.ts';
import type { Program } from '../program/program.ts';
import type { Lattice } from '../types/join.ts';
import { ANY, BOOL, type Cell, FLOAT, I32, I64, INT, NONE, newCell, REF, type Type } from '../types/type.ts';

export interface AnnotationScope {
  readonly program: Program;
  readonly module: ModuleInfo;
  readonly lattice: Lattice;
  /** Type variables in force. */
  typevar(name: string): Cell | null;
}

const SCALARS: Readonly<Record<string, Type>> = {
  bool: BOOL,
  int: INT,
  float: FLOAT,
  None: NONE,
  i32: I32,
  i64: I64,
  u8: I32,
  ref: REF,
  val: ANY,
  object: ANY,
  Any: ANY,
};
const parsed = new Map<string, Expr>();

/** The type that an annotation names; null when it says nothing (a missing or unknown annotation). */
export function annotationType(scope: AnnotationScope, e: Expr | null): Type | null {
  if (!e) return null;
  switch (e.kind) {
    case 'Constant': {
      if (e.value.type === 'none') return NONE;
      if (e.value.type !== 'str') return null;
      let inner = parsed.get(e.value.value);
      if (!inner) {
        const { module } = parseModule(`(${e.value.value})\n`, '<annotation>');
        const stmt = module.body[0];
        if (stmt?.kind !== 'Expr') return null;
        inner = stmt.value;
        parsed.set(e.value.value, inner);
      }
      return annotationType(scope, inner);
    }
    case 'Name':
      return nameType(scope, e.name);
    case 'BinOp': {
      if (e.op !== 'BitOr') return null;
      const left = annotationType(scope, e.left);
      const right = annotationType(scope, e.right);
      return left && right ? scope.lattice.join(left, right) : null;
    }
    case 'Subscript': {
      const name = e.value.kind === 'Name' ? e.value.name : e.value.kind === 'Attribute' ? e.value.attr : '';
      const args = e.slice.kind === 'Tuple' ? e.slice.elts : [e.slice];
      return generic(scope, name, args);
    }
    case 'Attribute': {
      const owner = e.value.kind === 'Name' ? scope.module.bindings.get(e.value.name) : undefined;
      const found = owner?.kind === 'module' ? owner.mod.bindings.get(e.attr) : undefined;
      if (found?.kind === 'class') return classType(found.cls);
      return nameType(scope, e.attr);
    }
    default:
      return null;
  }
}

export function classType(cls: ClassInfo): Type {
  return { k: 'inst', cls, args: cls.params.map(() => newCell()) };
}

function nameType(scope: AnnotationScope, name: string): Type | null {
  const cell = scope.typevar(name);
  if (cell) return scope.lattice.read(cell, null);
  const binding =
    lookupModuleName(scope.module, name) ??
    scope.program.builtins.get(name) ??
    (scope.module.trusted ? scope.program.runtime.get(name) : undefined);
  const builtin =
    !binding || binding.kind === 'intrinsic' || binding.kind === 'typing' || (binding.kind === 'class' && binding.cls.builtin);
  const scalar = builtin ? SCALARS[name] : undefined;
  if (scalar) return scalar;
  return binding?.kind === 'class' ? classType(binding.cls) : null;
}

function generic(scope: AnnotationScope, name: string, args: readonly Expr[]): Type | null {
  const type = (e: Expr | undefined): Type | null => (e ? annotationType(scope, e) : null);
  switch (name) {
    case 'Optional': {
      const inner = type(args[0]);
      return inner ? scope.lattice.join(inner, NONE) : null;
    }
    case 'Union': {
      const all = args.map(type);
      return all.every((t) => t !== null) ? scope.lattice.joinAll(all as Type[]) : null;
    }
    case 'Annotated':
    case 'Final':
    case 'ClassVar':
      return type(args[0]);
    case 'tuple':
    case 'Tuple': {
      if (args.length === 2 && args[1]?.kind === 'Constant' && args[1].value.type === 'ellipsis') {
        return container(scope, 'vtuple', [args[0] as Expr]);
      }
      const items = args.map(type);
      return items.every((t) => t !== null) ? { k: 'tuple', items: items as Type[] } : null;
    }
    case 'List':
    case 'Dict':
    case 'Set':
    case 'FrozenSet':
      return container(scope, name.toLowerCase(), args);
    default: {
      const binding = lookupModuleName(scope.module, name) ?? scope.program.builtins.get(name);
      return binding?.kind === 'class' ? container(scope, binding.cls, args) : null;
    }
  }
}

function container(scope: AnnotationScope, of: string | ClassInfo, args: readonly Expr[]): Type | null {
  const cls = typeof of === 'string' ? scope.program.builtinClass(of) : of;
  if (cls.params.length !== args.length) return cls.params.length === 0 ? classType(cls) : null;
  const cells: Cell[] = [];
  for (const arg of args) {
    // a type variable stands for its cell itself, so that what is stored through one alias is seen by all
    const variable = arg.kind === 'Name' ? scope.typevar(arg.name) : null;
    if (variable) {
      cells.push(variable);
      continue;
    }
    const type = annotationType(scope, arg);
    if (!type) return null;
    cells.push(newCell(type));
  }
  return { k: 'inst', cls, args: cells };
}
