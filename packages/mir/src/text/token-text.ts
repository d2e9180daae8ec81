/**
 * How names and doubles are written in MIR text, so that printer and parser agree.
 *
 * Names carry an `@`. A name of letters, digits, `_ . $` stands bare, any other is a JSON string: `@"list[int]"`. Doubles always
 * show a point, an exponent or a word, so they cannot be taken for integers; a NaN shows its bits.
 */

const BARE_NAME = /^[A-Za-z_][\w.$]*$/;

/** `@name` or `@"any name"`. */
export function formatName(name: string): string {
  return BARE_NAME.test(name) ? `@${name}` : `@${JSON.stringify(name)}`;
}

/** A double that reads back to the same bits. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return `nan:0x${doubleBits(value).toString(16)}`;
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** The double of a text that `formatDouble` made (or of a plain number); undefined when it is none. */
export function readDouble(text: string): number | undefined {
  if (text === 'inf') return Number.POSITIVE_INFINITY;
  if (text === '-inf') return Number.NEGATIVE_INFINITY;
  if (/^nan:0x[0-9a-f]{1,16}$/.test(text)) return bitsDouble(BigInt(text.slice(4)));
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text) ? Number(text) : undefined;
}

const scratch = new DataView(new ArrayBuffer(8));

/** The bit pattern of a double, unsigned. */
export function doubleBits(value: number): bigint {
  scratch.setFloat64(0, value, true);
  return scratch.getBigUint64(0, true);
}

/** The double of a bit pattern. */
export function bitsDouble(bits: bigint): number {
  scratch.setBigUint64(0, BigInt.asUintN(64, bits), true);
  return scratch.getFloat64(0, true);
}
