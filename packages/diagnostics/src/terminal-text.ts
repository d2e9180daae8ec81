/**
 * Text on a terminal: which characters are safe to show and how many cells they take.
 *
 * Widths follow the wide and full-width ranges of Unicode UAX #11 closely enough for carets to stand under what they mean.
 */

/** The text with control characters (but tab and newline) and direction overrides replaced by visible signs. */
export function showable(text: string): string {
  let out = '';
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    if (code < 0x20 && char !== '\t' && char !== '\n') out += String.fromCodePoint(0x2400 + code);
    else if (code === 0x7f) out += '\u2421';
    else if ((code >= 0x80 && code < 0xa0) || (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)) out += '\ufffd';
    else out += char;
  }
  return out;
}

const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];

/** How many cells a text takes: two per wide character, none per combining mark. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    if (code < 0x300) width += 1;
    else if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(char)) width += 0;
    else width += WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
  }
  return width;
}
