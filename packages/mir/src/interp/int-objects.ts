/**
 * Python ints of any size in the interpreter: words in registers, bigint objects in memory, JavaScript bigints to compute with.
 */
import { BIGINT, isSmallInt, TYPE_ID, WORD, wordKind } from '@molt/abi';
import type { LinearMemory } from './linear-memory.ts';

/** The number that a word of kind int or ref stands for. */
export function readInt(memory: LinearMemory, word: bigint): bigint {
  if (wordKind(word) === 'int') return word;
  const at = Number(BigInt.asUintN(32, word));
  const limbs = memory.view.getInt32(at + BIGINT.size, true);
  let value = 0n;
  for (let k = Math.abs(limbs) - 1; k >= 0; k--) value = (value << 32n) | BigInt(memory.u32(at + BIGINT.limbs + 4 * k));
  return limbs < 0 ? -value : value;
}

/** The word of a number; `allocate` gives zeroed room for an object. */
export function writeInt(memory: LinearMemory, value: bigint, allocate: (size: number, typeId: number) => number): bigint {
  if (isSmallInt(value)) return value;
  const limbs: number[] = [];
  for (let rest = value < 0n ? -value : value; rest > 0n; rest >>= 32n) limbs.push(Number(rest & 0xffffffffn));
  const at = allocate(BIGINT.limbs + 4 * limbs.length, TYPE_ID.int);
  memory.view.setInt32(at + BIGINT.size, value < 0n ? -limbs.length : limbs.length, true);
  limbs.forEach((limb, k) => memory.setU32(at + BIGINT.limbs + 4 * k, limb));
  return WORD.refTag | BigInt(at);
}

const floorDivide = (a: bigint, b: bigint): bigint => {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
};

/** Arithmetic on numbers of any size. */
export const INT_ARITHMETIC: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  'int.add': (a, b) => a + b,
  'int.sub': (a, b) => a - b,
  'int.mul': (a, b) => a * b,
  'int.floordiv': floorDivide,
  'int.mod': (a, b) => a - floorDivide(a, b) * b,
  'int.and': (a, b) => a & b,
  'int.or': (a, b) => a | b,
  'int.xor': (a, b) => a ^ b,
  'int.shl': (a, b) => a << b,
  'int.shr': (a, b) => a >> b,
  'int.neg': (a) => -a,
};

/** Comparisons of numbers of any size. */
export const INT_COMPARE: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  'int.eq': (a, b) => a === b,
  'int.ne': (a, b) => a !== b,
  'int.lt': (a, b) => a < b,
  'int.le': (a, b) => a <= b,
  'int.gt': (a, b) => a > b,
  'int.ge': (a, b) => a >= b,
};
