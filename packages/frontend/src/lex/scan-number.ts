/**
 * Finds where a number literal ends and refuses malformed ones, by the rules of CPython's tokenizer: underscores only
 * between digits, no old-style octals, nothing that looks like an identifier glued to the end except a keyword that
 * may follow (`1if x else 2`).
 */
import { isAsciiNameContinue, isDigit, isHexDigit } from './char-class.ts';

/** Where the literal ends, or what is wrong and where. */
export interface NumberScan {
  end: number;
  /** `null` when the literal is fine. */
  message: string | null;
  errorStart: number;
  errorEnd: number;
}

const UNDERSCORE = 95;

/** Scans the number that starts at `start` (a digit, or a dot before a digit) into `out`. */
export function scanNumber(source: string, start: number, out: NumberScan): void {
  out.message = null;
  let pos = start;
  let c = source.charCodeAt(pos);
  if (c === 48) {
    c = source.charCodeAt(pos + 1) | 32;
    if (c === 120) return scanRadix(source, start, 16, 'hexadecimal', out);
    if (c === 111) return scanRadix(source, start, 8, 'octal', out);
    if (c === 98) return scanRadix(source, start, 2, 'binary', out);
    pos = zeros(source, pos);
    const zerosEnd = pos;
    let nonzero = false;
    if (source.charCodeAt(pos) === UNDERSCORE) return fail(out, pos, 'invalid decimal literal', pos, pos + 1);
    if (isDigit(source.charCodeAt(pos))) {
      nonzero = true;
      pos = digits(source, pos);
      if (source.charCodeAt(pos) === UNDERSCORE) return fail(out, pos + 1, 'invalid decimal literal', pos, pos + 1);
    }
    c = source.charCodeAt(pos);
    const fractional = c === 46 || c === 101 || c === 69 || c === 106 || c === 74;
    if (nonzero && !fractional) {
      const message = 'leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers';
      return fail(out, pos, message, start, zerosEnd);
    }
  } else if (c !== 46) {
    pos = digits(source, pos);
    if (source.charCodeAt(pos) === UNDERSCORE) return fail(out, pos + 1, 'invalid decimal literal', pos, pos + 1);
  }
  if (source.charCodeAt(pos) === 46) {
    pos++;
    if (isDigit(source.charCodeAt(pos))) {
      pos = digits(source, pos);
      if (source.charCodeAt(pos) === UNDERSCORE) return fail(out, pos + 1, 'invalid decimal literal', pos, pos + 1);
    }
  }
  c = source.charCodeAt(pos);
  if (c === 101 || c === 69) {
    let at = pos + 1;
    const sign = source.charCodeAt(at);
    if (sign === 43 || sign === 45) {
      at++;
      if (!isDigit(source.charCodeAt(at))) return fail(out, at, 'invalid decimal literal', at - 1, at);
    } else if (!isDigit(sign)) {
      return verifyEnd(source, pos, 'decimal', out);
    }
    pos = digits(source, at);
    if (source.charCodeAt(pos) === UNDERSCORE) return fail(out, pos + 1, 'invalid decimal literal', pos, pos + 1);
    c = source.charCodeAt(pos);
  }
  if (c === 106 || c === 74) return verifyEnd(source, pos + 1, 'imaginary', out);
  verifyEnd(source, pos, 'decimal', out);
}

function fail(out: NumberScan, end: number, message: string, errorStart: number, errorEnd: number): void {
  out.end = end;
  out.message = message;
  out.errorStart = errorStart;
  out.errorEnd = errorEnd;
}

/** Skips digits with single underscores between them; stops at an underscore that no digit follows. */
function digits(source: string, start: number): number {
  let pos = start;
  for (;;) {
    const c = source.charCodeAt(pos);
    if (isDigit(c)) pos++;
    else if (c === UNDERSCORE && isDigit(source.charCodeAt(pos + 1))) pos += 2;
    else return pos;
  }
}

function zeros(source: string, start: number): number {
  let pos = start;
  for (;;) {
    const c = source.charCodeAt(pos);
    if (c === 48) pos++;
    else if (c === UNDERSCORE && isDigit(source.charCodeAt(pos + 1))) pos++;
    else return pos;
  }
}

function scanRadix(source: string, start: number, radix: number, name: string, out: NumberScan): void {
  let pos = start + 2;
  let c = source.charCodeAt(pos);
  do {
    if (c === UNDERSCORE) c = source.charCodeAt(++pos);
    if (!isRadixDigit(c, radix)) {
      if (isDigit(c)) return fail(out, pos + 1, `invalid digit '${String.fromCharCode(c)}' in ${name} literal`, pos, pos + 1);
      return fail(out, pos, `invalid ${name} literal`, pos - 1, pos);
    }
    while (isRadixDigit(c, radix)) c = source.charCodeAt(++pos);
  } while (c === UNDERSCORE);
  if (isDigit(c)) return fail(out, pos + 1, `invalid digit '${String.fromCharCode(c)}' in ${name} literal`, pos, pos + 1);
  verifyEnd(source, pos, name, out);
}

function isRadixDigit(c: number, radix: number): boolean {
  return radix === 16 ? isHexDigit(c) : c >= 48 && c < 48 + radix;
}

/** A literal may be followed at once by a keyword that can follow a number, but by no other name. */
function verifyEnd(source: string, pos: number, name: string, out: NumberScan): void {
  out.end = pos;
  const c = source.charCodeAt(pos);
  if (!isAsciiNameContinue(c)) return;
  if (source.startsWith('and', pos) || source.startsWith('else', pos) || source.startsWith('for', pos)) return;
  if (source.startsWith('or', pos) || source.startsWith('not', pos)) return;
  if (source.startsWith('if', pos) || source.startsWith('in', pos) || source.startsWith('is', pos)) return;
  fail(out, pos, `invalid ${name} literal`, pos - 1, pos);
}
