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
