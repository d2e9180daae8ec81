/**
 * UTF-8: a validator for ranges of bytes and a reader that is fast for short ASCII text.
 *
 * The platform decoder can refuse bad bytes but would build the whole text to do so; columns are validated once and
 * mostly never turned into strings. The rules are those of Unicode table 3-7: no overlong forms, no surrogates, nothing
 * above U+10FFFF.
 */

/** The position of the first byte that is not part of valid UTF-8 in `[from, to)`, or -1. */
export function invalidUtf8At(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to) {
    // Most text is ASCII: skip runs of it before looking at sequences.
    while (at + 4 <= to && (bytes[at]! | bytes[at + 1]! | bytes[at + 2]! | bytes[at + 3]!) < 0x80) at += 4;
    if (at >= to) break;
    const lead = bytes[at]!;
    if (lead < 0x80) {
      at++;
      continue;
    }
    const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length === 0 || at + length > to) return at;
    const second = bytes[at + 1]!;
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return at;
    for (let i = 2; i < length; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return at;
    at += length;
  }
  return -1;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Above this many bytes the platform decoder wins over building the string here. */
const SHORT = 24;

/** The text in `[from, to)`, which must be valid UTF-8. */
export function readUtf8(bytes: Uint8Array, from: number, to: number): string {
  if (to - from <= SHORT) {
    let text = '';
    let at = from;
    while (at < to && bytes[at]! < 0x80) text += String.fromCharCode(bytes[at++]!);
    if (at === to) return text;
  }
  return decoder.decode(bytes.subarray(from, to));
}

/** UTF-8 of `text`, or null when it holds a lone surrogate, which has no UTF-8 form. */
export function utf8Of(text: string): Uint8Array | null {
  return /\p{Surrogate}/u.test(text) ? null : encoder.encode(text);
}
