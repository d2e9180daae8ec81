/**
 * WebAssembly opcodes by their text names, and which MIR op is which instruction.
 *
 * Numbers above 0xff are a prefix byte and a second opcode: 0xfc06 is `fc 06`.
 */
import type { MemType, OpName } from '@molt/mir';

/** Every instruction without immediates that the code generator uses. */
// biome-ignore format: a table
export const OPCODE = {
  unreachable: 0x00, return: 0x0f, drop: 0x1a, select: 0x1b,
  'i32.eqz': 0x45, 'i32.eq': 0x46, 'i32.ne': 0x47, 'i32.lt_s': 0x48, 'i32.lt_u': 0x49, 'i32.gt_s': 0x4a, 'i32.gt_u': 0x4b,
  'i32.le_s': 0x4c, 'i32.le_u': 0x4d, 'i32.ge_s': 0x4e, 'i32.ge_u': 0x4f,
  'i64.eqz': 0x50, 'i64.eq': 0x51, 'i64.ne': 0x52, 'i64.lt_s': 0x53, 'i64.lt_u': 0x54, 'i64.gt_s': 0x55, 'i64.gt_u': 0x56,
  'i64.le_s': 0x57, 'i64.le_u': 0x58, 'i64.ge_s': 0x59, 'i64.ge_u': 0x5a,
  'f64.eq': 0x61, 'f64.ne': 0x62, 'f64.lt': 0x63, 'f64.gt': 0x64, 'f64.le': 0x65, 'f64.ge': 0x66,
  'i32.clz': 0x67, 'i32.ctz': 0x68, 'i32.popcnt': 0x69, 'i32.add': 0x6a, 'i32.sub': 0x6b, 'i32.mul': 0x6c, 'i32.div_s': 0x6d, 'i32.div_u': 0x6e,
  'i32.rem_s': 0x6f, 'i32.rem_u': 0x70, 'i32.and': 0x71, 'i32.or': 0x72, 'i32.xor': 0x73, 'i32.shl': 0x74, 'i32.shr_s': 0x75, 'i32.shr_u': 0x76,
  'i64.clz': 0x79, 'i64.ctz': 0x7a, 'i64.popcnt': 0x7b, 'i64.add': 0x7c, 'i64.sub': 0x7d, 'i64.mul': 0x7e, 'i64.div_s': 0x7f, 'i64.div_u': 0x80,
  'i64.rem_s': 0x81, 'i64.rem_u': 0x82, 'i64.and': 0x83, 'i64.or': 0x84, 'i64.xor': 0x85, 'i64.shl': 0x86, 'i64.shr_s': 0x87, 'i64.shr_u': 0x88,
  'f64.abs': 0x99, 'f64.neg': 0x9a, 'f64.ceil': 0x9b, 'f64.floor': 0x9c, 'f64.trunc': 0x9d, 'f64.nearest': 0x9e, 'f64.sqrt': 0x9f,
  'f64.add': 0xa0, 'f64.sub': 0xa1, 'f64.mul': 0xa2, 'f64.div': 0xa3, 'f64.copysign': 0xa6,
  'i32.wrap_i64': 0xa7, 'i64.extend_i32_s': 0xac, 'i64.extend_i32_u': 0xad, 'f64.convert_i64_s': 0xb9, 'f64.convert_i64_u': 0xba,
  'i64.reinterpret_f64': 0xbd, 'f64.reinterpret_i64': 0xbf, 'i64.trunc_sat_f64_s': 0xfc06,
} as const;
export type PlainInstruction = keyof typeof OPCODE;

/** Loads and stores: opcode and the exponent of the natural alignment. */
// biome-ignore format: a table
export const MEMORY_OPCODE = {
  'i32.load': [0x28, 2], 'i64.load': [0x29, 3], 'f64.load': [0x2b, 3], 'i32.load8_s': [0x2c, 0], 'i32.load8_u': [0x2d, 0],
  'i32.load16_s': [0x2e, 1], 'i32.load16_u': [0x2f, 1],
  // Of the threads proposal: other threads may write the cell, and the engine must not move the load out of a loop.
  'i32.atomic.load': [0xfe10, 2],
  'i32.store': [0x36, 2], 'i64.store': [0x37, 3], 'f64.store': [0x39, 3], 'i32.store8': [0x3a, 0], 'i32.store16': [0x3b, 1],
} as const;
export type MemoryInstruction = keyof typeof MEMORY_OPCODE;

/** MIR ops whose instruction has another name. */
const RENAMED = {
  'i32.wrap': 'i32.wrap_i64',
  'i64.extend_s': 'i64.extend_i32_s',
  'i64.extend_u': 'i64.extend_i32_u',
  'i64.trunc_f64': 'i64.trunc_sat_f64_s',
  'f64.from_i64': 'f64.convert_i64_s',
  'f64.from_u64': 'f64.convert_i64_u',
  'f64.bits': 'i64.reinterpret_f64',
  'f64.from_bits': 'f64.reinterpret_i64',
} as const satisfies Partial<Record<OpName, PlainInstruction>>;

/** The instruction that a MIR op is, when it is exactly one without immediates and its operands come in MIR order. */
export function plainInstruction(op: OpName): PlainInstruction | null {
  if (op === 'select') return null;
  if (Object.hasOwn(RENAMED, op)) return RENAMED[op as keyof typeof RENAMED];
  return Object.hasOwn(OPCODE, op) ? (op as PlainInstruction) : null;
}

/** The opposite of an integer comparison; floats have none because of NaN. */
// biome-ignore format: a table
export const OPPOSITE: Partial<Record<OpName, PlainInstruction>> = {
  'i32.eq': 'i32.ne', 'i32.ne': 'i32.eq', 'i32.lt_s': 'i32.ge_s', 'i32.ge_s': 'i32.lt_s', 'i32.gt_s': 'i32.le_s', 'i32.le_s': 'i32.gt_s',
  'i32.lt_u': 'i32.ge_u', 'i32.ge_u': 'i32.lt_u', 'i32.gt_u': 'i32.le_u', 'i32.le_u': 'i32.gt_u',
  'i64.eq': 'i64.ne', 'i64.ne': 'i64.eq', 'i64.lt_s': 'i64.ge_s', 'i64.ge_s': 'i64.lt_s', 'i64.gt_s': 'i64.le_s', 'i64.le_s': 'i64.gt_s',
  'i64.lt_u': 'i64.ge_u', 'i64.ge_u': 'i64.lt_u', 'i64.gt_u': 'i64.le_u', 'i64.le_u': 'i64.gt_u',
  'f64.eq': 'f64.ne', 'f64.ne': 'f64.eq',
};

/** How a memory type is loaded. */
// biome-ignore format: a table
export const LOAD: Readonly<Record<MemType, MemoryInstruction>> = {
  u8: 'i32.load8_u', bool: 'i32.load8_u', i8: 'i32.load8_s', u16: 'i32.load16_u', i16: 'i32.load16_s',
  i32: 'i32.load', ref: 'i32.load', i64: 'i64.load', val: 'i64.load', int: 'i64.load', f64: 'f64.load',
};

/** How a memory type is stored. */
// biome-ignore format: a table
export const STORE: Readonly<Record<MemType, MemoryInstruction>> = {
  u8: 'i32.store8', bool: 'i32.store8', i8: 'i32.store8', u16: 'i32.store16', i16: 'i32.store16',
  i32: 'i32.store', ref: 'i32.store', i64: 'i64.store', val: 'i64.store', int: 'i64.store', f64: 'f64.store',
};
