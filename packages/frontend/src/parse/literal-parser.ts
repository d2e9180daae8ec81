/**
 * Parses numbers and strings: implicit concatenation, bytes against text, and f-strings with their replacement fields.
 *
 * Neighbouring pieces of text become one `Constant`, across the borders of adjacent literals too, as in CPython 3.12.
 */
import type { Constant, Expr, FormattedValue, JoinedStr } from '../ast/nodes.ts';
import { SYNTAX_CODES } from '../lex/syntax-diagnostic.ts';
import * as T from '../lex/token-kind.ts';
import { numberValue } from './number-value.ts';
import { ParserState, SyntaxFailure } from './parser-state.ts';
import { type Decoded, decodeBytes, decodeText } from './string-value.ts';

/** A stretch of literal text, or a field. */
type Piece = { kind: 'text'; text: string; start: number; end: number; unicodePrefix: boolean } | FormattedValue;

/** Where the parts of a STRING or FSTRING_START token are. */
interface LiteralShape {
  readonly bytes: boolean;
  readonly raw: boolean;
  readonly unicodePrefix: boolean;
  readonly bodyStart: number;
  readonly quoteSize: number;
}

export abstract class LiteralParser extends ParserState {
  /** First token of the replacement field entered last. */
  protected fieldFirst = -1;

  /** An operand with its prefix operators and what follows it in brackets. */
  protected abstract parseOperand(): Expr;
  /** `yield` expression or expressions with commas and stars: what a replacement field holds. */
  protected abstract parseYieldOrStarExpressions(): Expr;
  /** Reports two expressions side by side inside brackets, if that is what the cursor is at. */
  protected abstract checkMissingComma(): void;

  protected parseNumber(): Constant {
    const index = this.pos++;
    const start = this.starts[index] as number;
    const end = this.ends[index] as number;
    const value = numberValue(this.source.slice(start, end));
    if (typeof value === 'string') this.fail('invalidNumber', value, start, end);
    return { kind: 'Constant', value, literalKind: null, id: this.nodeCount++, start, end };
  }

  /** One or more adjacent string literals. */
  protected parseStrings(): Constant | JoinedStr {
    const first = this.pos;
    const next = this.kinds[first + 1];
    if (this.kinds[first] === T.STRING && next !== T.STRING && next !== T.FSTRING_START) {
      this.pos++;
      return this.singleString(first);
    }
    return this.concatenation(first);
  }

  private singleString(index: number): Constant {
    const start = this.starts[index] as number;
    const end = this.ends[index] as number;
    const shape = this.shape(index);
    const literalKind = shape.unicodePrefix ? 'u' : null;
    const bodyEnd = end - shape.quoteSize;
    if (shape.bytes) {
      const value = this.decoded(decodeBytes(this.source, shape.bodyStart, bodyEnd, shape.raw), index);
      return { kind: 'Constant', value: { type: 'bytes', value }, literalKind, id: this.nodeCount++, start, end };
    }
    const value = this.decoded(decodeText(this.source, shape.bodyStart, bodyEnd, shape.raw, false), index);
    return { kind: 'Constant', value: { type: 'str', value }, literalKind, id: this.nodeCount++, start, end };
  }

  private concatenation(first: number): Constant | JoinedStr {
    const pieces: Piece[] = [];
    let bytes: Uint8Array[] | null = null;
    let isFormat = false;
    for (;;) {
      const index = this.pos;
      const kind = this.kinds[index];
      if (kind === T.FSTRING_START) {
        if (bytes !== null) this.failMixed(first);
        isFormat = true;
        this.parseFString(pieces);
      } else if (kind === T.STRING) {
        const shape = this.shape(index);
        if (shape.bytes !== (bytes !== null) && index !== first) this.failMixed(first);
        this.pos++;
        const bodyEnd = (this.ends[index] as number) - shape.quoteSize;
        if (shape.bytes) {
          bytes ??= [];
          bytes.push(this.decoded(decodeBytes(this.source, shape.bodyStart, bodyEnd, shape.raw), index));
        } else {
          const text = this.decoded(decodeText(this.source, shape.bodyStart, bodyEnd, shape.raw, false), index);
          const { unicodePrefix } = shape;
          addText(pieces, text, this.starts[index] as number, this.ends[index] as number, unicodePrefix);
        }
      } else break;
    }
    const start = this.starts[first] as number;
    const end = this.lastEnd;
    if (bytes !== null) {
      return { kind: 'Constant', value: { type: 'bytes', value: concatBytes(bytes) }, literalKind: null, id: this.nodeCount++, start, end };
    }
    if (isFormat) return { kind: 'JoinedStr', values: this.values(pieces), id: this.nodeCount++, start, end };
    const text = pieces[0] as Extract<Piece, { kind: 'text' }>;
    const literalKind = text.unicodePrefix ? 'u' : null;
    return { kind: 'Constant', value: { type: 'str', value: text.text }, literalKind, id: this.nodeCount++, start, end };
  }

  private failMixed(first: number): never {
    let last = this.pos;
    while (this.kinds[last + 1] === T.STRING) last++;
    this.fail('badBytes', 'cannot mix bytes and nonbytes literals', this.starts[first] as number, this.ends[last] as number);
  }

  /** Reads prefix and quotes of the literal token at `index`. */
  private shape(index: number): LiteralShape {
    const { source } = this;
    let pos = this.starts[index] as number;
    let bytes = false;
    let raw = false;
    let unicodePrefix = false;
    let c = source.charCodeAt(pos);
    for (; c !== 34 && c !== 39; c = source.charCodeAt(++pos)) {
      if (c === 98 || c === 66) bytes = true;
      else if (c === 114 || c === 82) raw = true;
      // CPython records the prefix only in its lower-case form.
      else if (c === 117) unicodePrefix = true;
    }
    const triple = source.charCodeAt(pos + 1) === c && source.charCodeAt(pos + 2) === c && (this.ends[index] as number) - pos >= 3;
    const quoteSize = triple ? 3 : 1;
    return { bytes, raw, unicodePrefix, bodyStart: pos + quoteSize, quoteSize };
  }

  private decoded<Value>(result: Decoded<Value>, index: number): Value {
    if (result.ok) return result.value;
    const fault = result.message.startsWith('bytes') ? 'badBytes' : 'badEscape';
    return this.failAt(fault, result.message, index);
  }

  // ---------------------------------------------------------------------------------------------------- f-strings

  private parseFString(pieces: Piece[]): void {
    const { raw } = this.shape(this.pos);
    this.pos++;
    for (;;) {
      const kind = this.kinds[this.pos];
      if (kind === T.FSTRING_MIDDLE) this.parseLiteralText(pieces, raw, true);
      else if (kind === T.LBRACE) this.parseField(pieces, raw);
      else break;
    }
    if (this.kinds[this.pos] !== T.FSTRING_END) this.failField("f-string: expecting '}'");
    this.pos++;
  }

  private parseLiteralText(pieces: Piece[], raw: boolean, doubledBraces: boolean): void {
    const index = this.pos++;
    const start = this.starts[index] as number;
    const end = this.ends[index] as number;
    const text = this.decoded(decodeText(this.source, start, end, raw, doubledBraces), index);
    addText(pieces, text, start, end, false);
  }

  /** `{ expression [=] [!conversion] [: specification] }` */
  private parseField(pieces: Piece[], raw: boolean): void {
    const open = this.pos++;
    const start = this.starts[open] as number;
    const first = this.kinds[this.pos];
    if (first === T.EQUAL || first === T.EXCLAMATION || first === T.COLON || first === T.RBRACE) {
      this.failField(`f-string: valid expression required before '${T.TOKEN_TEXT[first]}'`);
    }
    const value = this.parseFieldExpression();
    const isDebug = this.accept(T.EQUAL);
    if (isDebug) {
      const from = this.ends[open] as number;
      addText(pieces, debugText(this.source.slice(from, this.start)), from, this.start, false);
    }
    const conversion = this.parseConversion(isDebug);
    let spec: JoinedStr | null = null;
    if (this.kinds[this.pos] === T.COLON) spec = this.parseFormatSpec(raw);
    if (this.kinds[this.pos] !== T.RBRACE) this.failField(`f-string: expecting '}'${spec === null ? '' : ', or format specs'}`);
    this.pos++;
    pieces.push({
      kind: 'FormattedValue',
      value,
      conversion: conversion === -1 && isDebug && spec === null ? 114 : conversion,
      format_spec: spec,
      id: this.nodeCount++,
      start,
      end: this.lastEnd,
    });
  }

  private parseFieldExpression(): Expr {
    const first = this.pos;
    this.fieldFirst = first;
    try {
      return this.parseYieldOrStarExpressions();
    } catch (error) {
      if (!(error instanceof SyntaxFailure) || error.diagnostic.code !== SYNTAX_CODES.invalidSyntax) throw error;
      // Say what a field needs: an expression at all, or an end after the part that is one.
      const failedAt = this.pos;
      this.pos = first;
      if (this.wouldParse(() => this.parseOperand()) === null) {
        return this.failAt('fstring', "f-string: expecting a valid expression after '{'", first);
      }
      return this.failAt('fstring', FIELD_END_EXPECTED, Math.max(first + 1, failedAt - 1));
    }
  }

  private parseConversion(isDebug: boolean): FormattedValue['conversion'] {
    const kind = this.kinds[this.pos];
    if (kind !== T.EXCLAMATION) {
      if (kind === T.COLON || kind === T.RBRACE) return -1;
      if (!isDebug) this.checkMissingComma();
      this.failField(isDebug ? "f-string: expecting '!', or ':', or '}'" : FIELD_END_EXPECTED);
    }
    this.pos++;
    const name = this.pos;
    if (this.kinds[name] === T.COLON || this.kinds[name] === T.RBRACE) this.failField('f-string: missing conversion character');
    if (this.kinds[name] !== T.NAME) this.failField('f-string: invalid conversion character');
    if (this.starts[name] !== this.ends[name - 1]) {
      this.failField('f-string: conversion type must come right after the exclamation mark');
    }
    const text = this.nameAt(name);
    if (text !== 's' && text !== 'r' && text !== 'a') {
      this.failField(`f-string: invalid conversion character '${text}': expected 's', 'r', or 'a'`);
    }
    this.pos++;
    if (this.kinds[this.pos] !== T.COLON && this.kinds[this.pos] !== T.RBRACE) this.failField("f-string: expecting ':' or '}'");
    return text === 's' ? 115 : text === 'r' ? 114 : 97;
  }

  private parseFormatSpec(raw: boolean): JoinedStr {
    const start = this.start;
    this.pos++;
    const pieces: Piece[] = [];
    for (;;) {
      const kind = this.kinds[this.pos];
      if (kind === T.FSTRING_MIDDLE) this.parseLiteralText(pieces, raw, false);
      else if (kind === T.LBRACE) this.parseField(pieces, raw);
      else break;
    }
    const end = this.lastEnd;
    return { kind: 'JoinedStr', values: this.values(pieces), id: this.nodeCount++, start, end };
  }

  private values(pieces: readonly Piece[]): (Constant | FormattedValue)[] {
    const values: (Constant | FormattedValue)[] = [];
    for (const piece of pieces) {
      if (piece.kind !== 'text') values.push(piece);
      else if (piece.text !== '') {
        const { text, start, end, unicodePrefix } = piece;
        const literalKind = unicodePrefix ? 'u' : null;
        values.push({ kind: 'Constant', value: { type: 'str', value: text }, literalKind, id: this.nodeCount++, start, end });
      }
    }
    return values;
  }

  private failField(message: string): never {
    if (this.tokens.errors.has(this.pos)) this.failSyntax();
    this.failAt('fstring', message, this.pos);
  }
}

const FIELD_END_EXPECTED = "f-string: expecting '=', or '!', or ':', or '}'";

function addText(pieces: Piece[], text: string, start: number, end: number, unicodePrefix: boolean): void {
  const last = pieces[pieces.length - 1];
  if (last !== undefined && last.kind === 'text') {
    last.text += text;
    last.end = end;
  } else pieces.push({ kind: 'text', text, start, end, unicodePrefix });
}

/** The text that `{expression=}` prints before the value: as written, without comments. */
function debugText(written: string): string {
  const text = written.replace(/\r\n?/g, '\n');
  if (!text.includes('#')) return text;
  let out = '';
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (quote !== '') {
      if (c === quote) quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if (c === '#') {
      const end = text.indexOf('\n', i);
      if (end < 0) break;
      i = end - 1;
      continue;
    }
    out += c;
  }
  return out;
}

function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
