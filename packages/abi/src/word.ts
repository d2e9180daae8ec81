/**
 * Universal words: how a Python value lies in 64 bits, for hosts and for constant folding.
 *
 * The two top bits are the tag: `00` and `11` a small int (the word is the number), `01` a reference in the low half, `10` a double.
 * Doubles use self-tagging. Adding 2**60 to the bit pattern shifts the exponent by 256, which brings the 512 exponents around 1
 * (magnitudes from 2**-255 to just below 2**257, about 1.7e-77 to 2.3e77) to those whose two top bits are `10`; rotating left by one then
 * moves the sign to the bottom and these two bits to the tag. All other doubles (zeros, infinities, NaN, extremes) lie in a box.
 */
import { WORD } from './heap.ts';

const scratch = new DataView(new ArrayBuffer(8));
const EXPONENT_SHIFT = 1n << 60n;

/** What the tag of a word says. */
export type WordKind = 'int' | 'ref' | 'float';

/** The kind of a word (signed or unsigned 64 bits). */
export function wordKind(word: bigint): WordKind {
  const tag = Number(BigInt.asUintN(64, word) >> 62n);
  return tag === 1 ? 'ref' : tag === 2 ? 'float' : 'int';
}

/** Whether an int is stored inline. */
export function isSmallInt(value: bigint): boolean {
  return value >= WORD.smallMin && value <= WORD.smallMax;
}

/** The word of a double as a signed 64-bit number, or undefined when it needs a box. */
export function encodeFloatWord(value: number): bigint | undefined {
  scratch.setFloat64(0, value, true);
  const shifted = BigInt.asUintN(64, scratch.getBigUint64(0, true) + EXPONENT_SHIFT);
  const word = BigInt.asUintN(64, (shifted << 1n) | (shifted >> 63n));
  return word >> 62n === 2n ? BigInt.asIntN(64, word) : undefined;
}

/** The double of a word whose kind is 'float'. */
export function decodeFloatWord(word: bigint): number {
  const bits = BigInt.asUintN(64, word);
  scratch.setBigUint64(0, BigInt.asUintN(64, ((bits >> 1n) | (bits << 63n)) - EXPONENT_SHIFT), true);
  return scratch.getFloat64(0, true);
}

/** The word of a reference; 0 is None. */
export function encodeRefWord(address: number): bigint {
  return WORD.refTag | BigInt(address >>> 0);
}

/** The address in a word whose kind is 'ref'. */
export function decodeRefWord(word: bigint): number {
  return Number(BigInt.asUintN(32, word));
}
