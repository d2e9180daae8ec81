/** How a semantic type lies in registers and memory. */
import type { MemType, Type as MirType } from '@molt/mir';
import type { Type } from '../types/type.ts';

/** Memory type of a value; `registerType` gives the register's. */
export function memTypeOf(type: Type): MemType {
  switch (type.k) {
    case 'bool':
      return 'bool';
    case 'int':
      return 'int';
    case 'float':
      return 'f64';
    case 'i32':
    case 'i64':
      return type.k;
    case 'any':
    case 'unbound':
      return 'val';
    case 'union':
      return type.members.every(isReference) ? 'ref' : 'val';
    default:
      return 'ref';
  }
}

export function mirTypeOf(type: Type): MirType {
  const mem = memTypeOf(type);
  return mem === 'bool' ? 'i32' : (mem as MirType);
}

/** Values of these types are references (None is the null reference). */
export function isReference(type: Type): boolean {
  switch (type.k) {
    case 'bool':
    case 'int':
    case 'float':
    case 'i32':
    case 'i64':
    case 'any':
    case 'unbound':
      return false;
    case 'union':
      return type.members.every(isReference);
    default:
      return true;
  }
}

/** Types with one value, which needs no data. */
export function isUnit(type: Type): boolean {
  return (
    type.k === 'class' ||
    type.k === 'module' ||
    type.k === 'notimpl' ||
    type.k === 'ellipsis' ||
    type.k === 'intrinsic' ||
    type.k === 'typearg' ||
    (type.k === 'func' && (type.owner === null || type.fn.free.length === 0))
  );
}
