/**
 * Character classes of Python's lexical grammar: a table for ASCII, Unicode properties beyond it.
 */

const START = 1;
const CONTINUE = 2;
const DIGIT = 4;
const HEX = 8;

const table = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
  const s = String.fromCharCode(c);
  if (/[A-Za-z_]/.test(s)) table[c] |= START | CONTINUE;
  if (/[0-9]/.test(s)) table[c] |= CONTINUE | DIGIT | HEX;
  if (/[A-Fa-f]/.test(s)) table[c] |= HEX;
}

/** Whether an ASCII letter or underscore. */
export function isAsciiNameStart(c: number): boolean {
  return c < 128 && ((table[c] as number) & START) !== 0;
}

/** Whether an ASCII letter, digit or underscore. */
export function isAsciiNameContinue(c: number): boolean {
  return c < 128 && ((table[c] as number) & CONTINUE) !== 0;
}

/** Whether `0` to `9`. NaN, which `charCodeAt` answers at the end, is no digit. */
export function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

/** Whether a hexadecimal digit. */
export function isHexDigit(c: number): boolean {
  return c < 128 && ((table[c] as number) & HEX) !== 0;
}

const nameStart = /^[\p{XID_Start}_]$/u;
const nameContinue = /^\p{XID_Continue}$/u;
const nonPrintable = /^[\p{C}\p{Z}]$/u;

/** The offset of the first character of `name` that cannot be there in an identifier, or -1. */
export function firstBadNameCharacter(name: string): number {
  let at = 0;
  for (const character of name) {
    if (!(at === 0 ? nameStart : nameContinue).test(character)) return at;
    at += character.length;
  }
  return -1;
}

/** The message for a character that no token can start or hold. */
export function describeBadCharacter(character: string): string {
  const hex = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
  return nonPrintable.test(character) ? `invalid non-printable character U+${hex}` : `invalid character '${character}' (U+${hex})`;
}
