/**
 * The values of string and bytes literals: prefixes, line ends and escape sequences.
 *
 * Unknown escapes stay as they are, with their backslash, as in Python; malformed ones are reported with CPython's
 * message, whose positions count the bytes of the text that its codec sees (ten for each character beyond ASCII).
 */
import { isHexDigit } from '../lex/char-class.ts';
import { unicodeCharacterNamed } from './unicode-name.ts';

/** A decoded literal, or the message that refuses it. */
export type Decoded<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly message: string };

const BACKSLASH = 92;
const LF = 10;
const CR = 13;

/** The text of `source[start..end)` (between the quotes) as a str. `format`: doubled braces stand for one. */
export function decodeText(source: string, start: number, end: number, raw: boolean, format: boolean): Decoded<string> {
  let plain = true;
  for (let i = start; i < end; i++) {
    const c = source.charCodeAt(i);
    if ((c === BACKSLASH && !raw) || c === CR || (format && (c === 123 || c === 125))) {
      plain = false;
      break;
    }
  }
  if (plain) return { ok: true, value: source.slice(start, end) };
  return decodeEscapes(source, start, end, raw, format);
}

function decodeEscapes(source: string, start: number, end: number, raw: boolean, format: boolean): Decoded<string> {
  let out = '';
  let from = start;
  let pos = start;
  while (pos < end) {
    const c = source.charCodeAt(pos);
    if (c === CR) {
      out += `${source.slice(from, pos)}\n`;
      pos += source.charCodeAt(pos + 1) === LF && pos + 1 < end ? 2 : 1;
      from = pos;
      continue;
    }
    if (format && (c === 123 || c === 125)) {
      out += source.slice(from, pos + 1);
      pos += source.charCodeAt(pos + 1) === c && pos + 1 < end ? 2 : 1;
      from = pos;
      continue;
    }
    if (c !== BACKSLASH || raw) {
      pos++;
      continue;
    }
    const next = pos + 1 < end ? source.charCodeAt(pos + 1) : 0;
    let value: string | null = null;
    let after = pos + 2;
    switch (next) {
      case LF:
        value = '';
        break;
      case CR:
        value = '';
        if (source.charCodeAt(pos + 2) === LF) after++;
        break;
      case 120:
      case 117:
      case 85: {
        const digits = next === 120 ? 2 : next === 117 ? 4 : 8;
        const stop = hexEnd(source, after, Math.min(end, after + digits));
        if (stop - after < digits) {
          const what = next === 120 ? '\\xXX' : next === 117 ? '\\uXXXX' : '\\UXXXXXXXX';
          return unicodeError(source, start, pos, stop, `truncated ${what} escape`);
        }
        const code = Number.parseInt(source.slice(after, stop), 16);
        if (code > 0x10ffff) return unicodeError(source, start, pos, stop, 'illegal Unicode character');
        value = String.fromCodePoint(code);
        after = stop;
        break;
      }
      case 78: {
        const close = source.charCodeAt(after) === 123 ? source.indexOf('}', after) : -1;
        if (close < 0 || close >= end || close === after + 1) {
          const stop = close < 0 || close >= end ? (source.charCodeAt(after) === 123 && after < end ? end : after) : close + 1;
          return unicodeError(source, start, pos, stop, 'malformed \\N character escape');
        }
        const found = unicodeCharacterNamed(source.slice(after + 1, close));
        if (found === null) return unicodeError(source, start, pos, close + 1, 'unknown Unicode character name');
        value = found;
        after = close + 1;
        break;
      }
      default:
        if (next >= 48 && next <= 55) {
          after = octalEnd(source, pos + 1, end);
          value = String.fromCharCode(Number.parseInt(source.slice(pos + 1, after), 8));
        } else value = simpleEscape(next);
    }
    if (value === null) {
      // Not an escape: the backslash stays. A brace after it still starts a field, so only one character is passed.
      pos++;
      if (!format || (next !== 123 && next !== 125)) pos++;
      continue;
    }
    out += source.slice(from, pos) + value;
    pos = after;
    from = pos;
  }
  return { ok: true, value: out + source.slice(from, end) };
}

/** The text between the quotes as bytes. */
export function decodeBytes(source: string, start: number, end: number, raw: boolean): Decoded<Uint8Array> {
  const bytes = new Uint8Array(end - start);
  let length = 0;
  let pos = start;
  while (pos < end) {
    const c = source.charCodeAt(pos);
    if (c >= 128) return { ok: false, message: 'bytes can only contain ASCII literal characters' };
    if (c === CR) {
      bytes[length++] = LF;
      pos += source.charCodeAt(pos + 1) === LF && pos + 1 < end ? 2 : 1;
      continue;
    }
    if (c !== BACKSLASH || raw) {
      bytes[length++] = c;
      pos++;
      continue;
    }
    const next = source.charCodeAt(pos + 1);
    if (next === LF) pos += 2;
    else if (next === CR) pos += source.charCodeAt(pos + 2) === LF ? 3 : 2;
    else if (next === 120) {
      const stop = hexEnd(source, pos + 2, Math.min(end, pos + 4));
      if (stop < pos + 4) return { ok: false, message: `(value error) invalid \\x escape at position ${pos - start}` };
      bytes[length++] = Number.parseInt(source.slice(pos + 2, stop), 16);
      pos = stop;
    } else if (next >= 48 && next <= 55) {
      const stop = octalEnd(source, pos + 1, end);
      bytes[length++] = Number.parseInt(source.slice(pos + 1, stop), 8) & 255;
      pos = stop;
    } else {
      const value = simpleEscape(next);
      if (value === null) {
        bytes[length++] = BACKSLASH;
        pos++;
      } else {
        bytes[length++] = value.charCodeAt(0);
        pos += 2;
      }
    }
  }
  return { ok: true, value: bytes.slice(0, length) };
}

function simpleEscape(c: number): string | null {
  switch (c) {
    case BACKSLASH:
      return '\\';
    case 39:
      return "'";
    case 34:
      return '"';
    case 97:
      return '\x07';
    case 98:
      return '\b';
    case 102:
      return '\f';
    case 110:
      return '\n';
    case 114:
      return '\r';
    case 116:
      return '\t';
    case 118:
      return '\v';
    default:
      return null;
  }
}

function hexEnd(source: string, start: number, limit: number): number {
  let pos = start;
  for (; pos < limit; pos++) {
    if (!isHexDigit(source.charCodeAt(pos))) break;
  }
  return pos;
}

function octalEnd(source: string, start: number, end: number): number {
  let pos = start;
  while (pos < end && pos < start + 3 && source.charCodeAt(pos) >= 48 && source.charCodeAt(pos) <= 55) pos++;
  return pos;
}

function unicodeError(source: string, start: number, from: number, to: number, reason: string): Decoded<never> {
  let first = 0;
  for (let i = start; i < from; i++) first += codecWidth(source.charCodeAt(i));
  const last = first + to - from - 1;
  const where = last > first ? `bytes in position ${first}-${last}` : `byte 0x5c in position ${first}`;
  return { ok: false, message: `(unicode error) 'unicodeescape' codec can't decode ${where}: ${reason}` };
}

/** Halves of a surrogate pair together make one ten-byte escape. */
function codecWidth(c: number): number {
  if (c < 128) return 1;
  return c >= 0xd800 && c < 0xe000 ? 5 : 10;
}
