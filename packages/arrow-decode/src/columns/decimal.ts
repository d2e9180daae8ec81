/**
 * Decimal128 values: two's complement integers of 128 bits, low word first, scaled by a power of ten.
 *
 * Text is the form that loses nothing and that every consumer understands; the words are there for compiled code.
 */

/** The scaled integer of slot `index` in an array of (low, high) words. */
export function unscaledAt(words: BigUint64Array, index: number): bigint {
  return (BigInt.asIntN(64, words[2 * index + 1]!) << 64n) | words[2 * index]!;
}

/** Writes a scaled integer into slot `index`. */
export function setUnscaled(words: BigUint64Array, index: number, value: bigint): void {
  words[2 * index] = BigInt.asUintN(64, value);
  words[2 * index + 1] = BigInt.asUintN(64, value >> 64n);
}

/** `-12.30` for -1230 at scale 2; a negative scale appends zeros. */
export function decimalText(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString();
  const sign = unscaled < 0n ? '-' : '';
  if (scale <= 0) return unscaled === 0n ? '0' : sign + digits + '0'.repeat(-scale);
  const padded = digits.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

/** The scaled integer of plain decimal text, or null when it is no number or has more digits after the point than `scale`. */
export function parseDecimal(text: string, scale: number): bigint | null {
  const match = /^([+-]?)(\d+)(?:\.(\d*))?$/.exec(text);
  if (match === null) return null;
  const whole = match[2]!;
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  const digits = whole + fraction;
  const shift = scale - fraction.length;
  let value: bigint;
  if (shift >= 0) value = BigInt(digits) * 10n ** BigInt(shift);
  else {
    const divisor = 10n ** BigInt(-shift);
    if (BigInt(digits) % divisor !== 0n) return null;
    value = BigInt(digits) / divisor;
  }
  return match[1] === '-' ? -value : value;
}
