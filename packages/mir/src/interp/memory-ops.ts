/**
 * Loads and stores by memory type, at both levels.
 */
import type { MemType } from '../ir.ts';
import type { Scalar } from '../pure-ops.ts';
import type { LinearMemory } from './linear-memory.ts';

/** Reads by memory type. */
export const READ: { readonly [K in MemType]: (memory: LinearMemory, address: number) => Scalar } = {
  u8: (m, a) => m.view.getUint8(a),
  i8: (m, a) => m.view.getInt8(a),
  u16: (m, a) => m.view.getUint16(a, true),
  i16: (m, a) => m.view.getInt16(a, true),
  i32: (m, a) => m.view.getInt32(a, true),
  i64: (m, a) => m.view.getBigInt64(a, true),
  f64: (m, a) => m.view.getFloat64(a, true),
  ref: (m, a) => m.view.getInt32(a, true),
  val: (m, a) => m.view.getBigInt64(a, true),
  int: (m, a) => m.view.getBigInt64(a, true),
  bool: (m, a) => m.view.getUint8(a),
};

/** Writes by memory type. */
export const WRITE: { readonly [K in MemType]: (memory: LinearMemory, address: number, value: Scalar) => void } = {
  u8: (m, a, v) => m.view.setUint8(a, v as number),
  i8: (m, a, v) => m.view.setInt8(a, v as number),
  u16: (m, a, v) => m.view.setUint16(a, v as number, true),
  i16: (m, a, v) => m.view.setInt16(a, v as number, true),
  i32: (m, a, v) => m.view.setInt32(a, v as number, true),
  i64: (m, a, v) => m.view.setBigInt64(a, v as bigint, true),
  f64: (m, a, v) => m.view.setFloat64(a, v as number, true),
  ref: (m, a, v) => m.view.setInt32(a, v as number, true),
  val: (m, a, v) => m.view.setBigInt64(a, v as bigint, true),
  int: (m, a, v) => m.view.setBigInt64(a, v as bigint, true),
  bool: (m, a, v) => m.view.setUint8(a, v as number),
};
