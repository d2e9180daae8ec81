/**
 * The types that survive legalisation: at machine level a ref is an i32 offset, and int and val are i64 words.
 */
import { registerType } from './builder.ts';
import type { MemType, Module, Type } from './ir.ts';

/** Register type at machine level. */
export function machineType(type: Type): Type {
  return type === 'ref' ? 'i32' : type === 'int' || type === 'val' ? 'i64' : type;
}

/** Memory type at machine level. */
export function machineMemType(type: MemType): MemType {
  return type === 'ref' ? 'i32' : type === 'int' || type === 'val' ? 'i64' : type === 'bool' ? 'u8' : type;
}

/** The register type of a language type at the level of a module. */
export function typeAt(level: Module['level'], type: Type): Type {
  return level === 'machine' ? machineType(type) : type;
}

/** The register type that a load of a memory type gives at the level of a module. */
export function loadedType(level: Module['level'], type: MemType): Type {
  return typeAt(level, registerType(type));
}

/** Bytes that a memory type takes, which is also its alignment. */
export function memSize(type: MemType): 1 | 2 | 4 | 8 {
  switch (type) {
    case 'u8':
    case 'i8':
    case 'bool':
      return 1;
    case 'u16':
    case 'i16':
      return 2;
    case 'i32':
    case 'ref':
      return 4;
    default:
      return 8;
  }
}
