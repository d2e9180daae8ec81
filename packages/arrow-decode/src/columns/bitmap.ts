/**
 * Bitmaps, least significant bit first: validity of slots and values of bool columns.
 *
 * Counting is on the path of every nullable column, so it goes eight bytes at a time where it can.
 */

/** Bytes that hold `bits` bits. */
export function bitmapBytes(bits: number): number {
  return Math.ceil(bits / 8);
}

/** Whether bit `index` is 1. */
export function bitAt(bitmap: Uint8Array, index: number): boolean {
  return ((bitmap[index >> 3]! >> (index & 7)) & 1) === 1;
}

/** Sets bit `index` to 1. */
export function setBit(bitmap: Uint8Array, index: number): void {
  bitmap[index >> 3]! |= 1 << (index & 7);
}

/** The number of ones among the first `bits` bits. */
export function countOnes(bitmap: Uint8Array, bits: number): number {
  const wholeBytes = bits >> 3;
  let at = 0;
  let ones = 0;
  if (wholeBytes >= 16) {
    const view = new DataView(bitmap.buffer, bitmap.byteOffset, wholeBytes);
    for (; at + 4 <= wholeBytes; at += 4) ones += onesIn(view.getUint32(at, true));
  }
  for (; at < wholeBytes; at++) ones += onesIn(bitmap[at]!);
  const rest = bits & 7;
  return rest === 0 ? ones : ones + onesIn(bitmap[at]! & ((1 << rest) - 1));
}

/** The number of zeros, which in a validity bitmap are nulls, among the first `bits` bits. */
export function countNulls(bitmap: Uint8Array, bits: number): number {
  return bits - countOnes(bitmap, bits);
}

/** A fresh bitmap of `bits` bits copied from bit `from` on; bits past the end are zero. */
export function copyBits(bitmap: Uint8Array, from: number, bits: number): Uint8Array {
  const copy = new Uint8Array(bitmapBytes(bits));
  const shift = from & 7;
  const start = from >> 3;
  if (shift === 0) copy.set(bitmap.subarray(start, start + copy.byteLength));
  else for (let i = 0; i < copy.byteLength; i++) copy[i] = (bitmap[start + i]! >> shift) | ((bitmap[start + i + 1] ?? 0) << (8 - shift));
  if (bits & 7) copy[copy.byteLength - 1]! &= (1 << (bits & 7)) - 1;
  return copy;
}

/** Ones in a 32-bit word, by adding neighbours in parallel. */
function onesIn(word: number): number {
  let sum = word - ((word >>> 1) & 0x55555555);
  sum = (sum & 0x33333333) + ((sum >>> 2) & 0x33333333);
  return Math.imul((sum + (sum >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
