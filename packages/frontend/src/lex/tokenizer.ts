/**
 * Turns Python text into a token list by the rules of CPython 3.12's tokenizer: indentation with tab consistency,
 * implicit and explicit line joining, string prefixes, nested f-strings, number rules.
 *
 * It never stops at a fault: it leaves an ERROR token and goes on, so that one run can report several. Inside brackets,
 * a line that starts with a keyword no expression can hold (`def`, `class`, `return` ...) ends the brackets: they were
 * never closed, and what follows is worth reading. Character codes only; no regular expression on the common path.
 */
import { describeBadCharacter, firstBadNameCharacter, isAsciiNameContinue, isAsciiNameStart, isDigit } from './char-class.ts';
import { type FStringFrame, inLiteralText, MAX_FIELD_NESTING, MAX_FSTRING_NESTING } from './fstring-frame.ts';
import { keywordKind } from './keywords.ts';
import { matchOperator, operatorKind } from './operators.ts';
import { type NumberScan, scanNumber } from './scan-number.ts';
import { type SyntaxFault, syntaxDiagnostic } from './syntax-diagnostic.ts';
import * as T from './token-kind.ts';
import { TokenList } from './token-list.ts';

const MAX_INDENTS = 100;
const MAX_BRACKETS = 200;
const TAB_SIZE = 8;

const CR = 13;
const LF = 10;
const FORM_FEED = 12;
const SPACE = 32;
const TAB = 9;
const BACKSLASH = 92;

/** Tokenizes a whole file. */
export function tokenize(source: string): TokenList {
  const tokenizer = new Tokenizer(source);
  tokenizer.run();
  return tokenizer.list;
}

class Tokenizer {
  readonly list: TokenList;
  private readonly source: string;
  private readonly length: number;
  private pos = 0;
  /** Columns of the open indentation levels, counting a tab as up to 8 columns, and as 1. */
  private readonly indents: number[] = [0];
  private readonly altIndents: number[] = [0];
  /** Offsets of the open brackets. */
  private readonly brackets: number[] = [];
  private readonly fstrings: FStringFrame[] = [];
  private readonly number: NumberScan = { end: 0, message: null, errorStart: 0, errorEnd: 0 };

  constructor(source: string) {
    this.source = source;
    this.length = source.length;
    this.list = new TokenList(source);
  }

  run(): void {
    const { source, length, list, brackets, fstrings } = this;
    if (source.charCodeAt(0) === 0xfeff) this.pos = 1;
    let atLineStart = true;
    for (;;) {
      if (atLineStart) {
        atLineStart = false;
        if (brackets.length === 0) this.indentation();
      }
      if (fstrings.length > 0 && inLiteralText(fstrings[fstrings.length - 1] as FStringFrame)) {
        this.fstringText(fstrings[fstrings.length - 1] as FStringFrame);
        continue;
      }
      let pos = this.pos;
      let c = source.charCodeAt(pos);
      while (c === SPACE || c === TAB || c === FORM_FEED) c = source.charCodeAt(++pos);
      if (pos >= length) {
        this.pos = pos;
        break;
      }
      const start = pos;

      if (isAsciiNameStart(c) || c >= 128) {
        let unicode = c >= 128;
        for (pos++; pos < length; pos++) {
          c = source.charCodeAt(pos);
          if (c >= 128) unicode = true;
          else if (!isAsciiNameContinue(c)) break;
        }
        if ((c === 34 || c === 39) && pos - start <= 2 && pos < length && isStringPrefix(source, start, pos)) {
          this.pos = pos;
          this.string(start, pos);
          continue;
        }
        this.pos = pos;
        if (unicode) {
          this.unicodeName(start);
          continue;
        }
        const kind = keywordKind(source, start, pos);
        if (brackets.length > 0 && kind !== T.NAME && endsOpenBrackets(kind) && this.isFirstOnLine(start)) {
          this.pos = this.abandonBrackets(start);
          atLineStart = true;
          continue;
        }
        list.push(kind, start, pos);
        continue;
      }

      if (isDigit(c) || (c === 46 && isDigit(source.charCodeAt(pos + 1)))) {
        scanNumber(source, start, this.number);
        this.pos = this.number.end;
        if (this.number.message === null) list.push(T.NUMBER, start, this.number.end);
        else this.fail('invalidNumber', this.number.message, this.number.errorStart, this.number.errorEnd);
        continue;
      }

      switch (c) {
        case LF:
        case CR: {
          this.pos = c === CR && source.charCodeAt(pos + 1) === LF ? pos + 2 : pos + 1;
          // Inside brackets a line end is white space; what was opened by a string's field counts as a bracket too.
          if (brackets.length === 0) list.push(T.NEWLINE, start, this.pos);
          atLineStart = true;
          continue;
        }
        case 35: {
          do c = source.charCodeAt(++pos);
          while (pos < length && c !== LF && c !== CR);
          this.pos = pos;
          continue;
        }
        case BACKSLASH:
          this.continuation(start);
          continue;
        case 34:
        case 39:
          this.string(start, start);
          continue;
        case 40:
        case 91:
        case 123:
          this.open(c, start);
          continue;
        case 41:
        case 93:
        case 125:
          this.close(c, start);
          continue;
        case 58:
          if (this.startsFormatSpec(start)) continue;
      }
      const end = matchOperator(source, start);
      if (end === start) {
        this.badCharacter(start);
        continue;
      }
      list.push(operatorKind(source, start, end), start, end);
      this.pos = end;
    }
    this.finish();
  }

  // ------------------------------------------------------------------------------------------------------- layout

  /** Passes blank lines and comment lines, which have no tokens; emits INDENT or DEDENTs for the line after them. */
  private indentation(): void {
    while (this.blankLine());
  }

  /** Reads the white space of one line; answers whether the line holds nothing and another one follows. */
  private blankLine(): boolean {
    const { source, length } = this;
    let pos = this.pos;
    let column = 0;
    let alt = 0;
    let joined = -1;
    let c: number;
    for (;;) {
      c = source.charCodeAt(pos);
      if (c === SPACE) {
        column++;
        alt++;
      } else if (c === TAB) {
        column = (Math.floor(column / TAB_SIZE) + 1) * TAB_SIZE;
        alt++;
      } else if (c === FORM_FEED) {
        column = 0;
        alt = 0;
      } else if (c === BACKSLASH) {
        // The white space before the first backslash decides, whatever the joined lines start with.
        const next = lineEnd(source, pos + 1);
        if (next < 0 || next >= length) break;
        if (joined <= 0) joined = column;
        pos = next;
        continue;
      } else break;
      pos++;
    }
    if (c === 35) while (pos < length && (c = source.charCodeAt(pos)) !== LF && c !== CR) pos++;
    this.pos = pos;
    if (pos >= length) return false;
    if (c === LF || c === CR) {
      this.pos = c === CR && source.charCodeAt(pos + 1) === LF ? pos + 2 : pos + 1;
      return true;
    }
    if (joined > 0) {
      column = joined;
      alt = joined;
    }
    this.indent(column, alt, pos);
    return false;
  }

  private indent(column: number, alt: number, at: number): void {
    const { indents, altIndents, list } = this;
    const depth = indents.length - 1;
    if (column === indents[depth]) {
      if (alt !== altIndents[depth]) this.tabError(at);
    } else if (column > (indents[depth] as number)) {
      if (indents.length >= MAX_INDENTS) {
        this.fail('nestingLimit', 'too many levels of indentation', at, at);
        this.pos = this.length;
        return;
      }
      indents.push(column);
      altIndents.push(alt);
      list.push(T.INDENT, at, at);
      // The fault comes after the INDENT, so that the parser finds it as the first statement of a proper block.
      if (alt <= (altIndents[depth] as number)) this.tabError(at);
    } else {
      while (indents.length > 1 && column < (indents[indents.length - 1] as number)) {
        indents.pop();
        altIndents.pop();
        list.push(T.DEDENT, at, at);
      }
      const top = indents.length - 1;
      if (column !== indents[top]) {
        this.fail('badDedent', 'unindent does not match any outer indentation level', at, at);
      } else if (alt !== altIndents[top]) this.tabError(at);
    }
  }

  private tabError(at: number): void {
    this.fail('inconsistentTabs', 'inconsistent use of tabs and spaces in indentation', at, at);
  }

  private continuation(start: number): void {
    const next = lineEnd(this.source, start + 1);
    if (next < 0) {
      this.pos = start + 1;
      if (start + 1 >= this.length) this.fail('badContinuation', 'unexpected EOF while parsing', start, start + 1);
      else {
        const message = 'unexpected character after line continuation character';
        this.fail('badContinuation', message, start + 1, start + 2);
        this.skipLine();
      }
      return;
    }
    if (next >= this.length) this.fail('badContinuation', 'unexpected EOF while parsing', start, start + 1);
    this.pos = next;
  }

  private isFirstOnLine(start: number): boolean {
    for (let at = start - 1; at >= 0; at--) {
      const c = this.source.charCodeAt(at);
      if (c === LF || c === CR) return true;
      if (c !== SPACE && c !== TAB && c !== FORM_FEED) return false;
    }
    return true;
  }

  /** Reports the brackets that are open before the statement at `start` and answers where its line starts. */
  private abandonBrackets(start: number): number {
    const { source, list } = this;
    this.unclosed();
    let line = start;
    while (line > 0 && source.charCodeAt(line - 1) !== LF && source.charCodeAt(line - 1) !== CR) line--;
    list.push(T.NEWLINE, line, line);
    return line;
  }

  private unclosed(): void {
    const at = this.brackets[this.brackets.length - 1] as number;
    this.fail('unclosedBracket', `'${this.source[at]}' was never closed`, at, at + 1);
    this.brackets.length = 0;
    this.fstrings.length = 0;
  }

  private finish(): void {
    const { list, length, indents } = this;
    if (this.brackets.length > 0) this.unclosed();
    const last = list.count === 0 ? T.NEWLINE : (list.kinds[list.count - 1] as number);
    if (last > T.DEDENT || last === T.ENDMARKER) list.push(T.NEWLINE, length, length);
    for (let i = indents.length; i > 1; i--) list.push(T.DEDENT, length, length);
    list.push(T.ENDMARKER, length, length);
  }

  // ----------------------------------------------------------------------------------------------------- brackets

  private open(c: number, start: number): void {
    this.pos = start + 1;
    if (this.brackets.length >= MAX_BRACKETS) {
      this.fail('nestingLimit', 'too many nested parentheses', start, start + 1);
      this.pos = this.length;
      this.brackets.length = 0;
      this.fstrings.length = 0;
      return;
    }
    this.brackets.push(start);
    this.list.push(c === 40 ? T.LPAR : c === 91 ? T.LSQB : T.LBRACE, start, start + 1);
  }

  private close(c: number, start: number): void {
    const { brackets, source, fstrings } = this;
    this.pos = start + 1;
    const closer = String.fromCharCode(c);
    if (brackets.length === 0) {
      this.fail('unmatchedBracket', `unmatched '${closer}'`, start, start + 1);
      return;
    }
    const frame = fstrings[fstrings.length - 1];
    const opened = brackets[brackets.length - 1] as number;
    const opener = source.charCodeAt(opened);
    const inField = frame !== undefined && frame.fieldLevels[frame.fieldLevels.length - 1] === brackets.length;
    if (opener + (opener === 40 ? 1 : 2) !== c) {
      if (inField) {
        this.fail('unmatchedBracket', `f-string: unmatched '${closer}'`, start, start + 1);
        return;
      }
      brackets.pop();
      let message = `closing parenthesis '${closer}' does not match opening parenthesis '${source[opened]}'`;
      const openLine = this.list.lines.line(opened);
      if (openLine !== this.list.lines.line(start)) message += ` on line ${openLine}`;
      this.fail('unmatchedBracket', message, start, start + 1);
      return;
    }
    brackets.pop();
    if (inField) {
      frame.fieldLevels.pop();
      frame.inSpec.pop();
    }
    this.list.push(c === 41 ? T.RPAR : c === 93 ? T.RSQB : T.RBRACE, start, start + 1);
  }

  // ------------------------------------------------------------------------------------------------------ strings

  /** A string whose prefix starts at `start` and whose quote is at `quoteAt`. */
  private string(start: number, quoteAt: number): void {
    const { source, length } = this;
    const quote = source.charCodeAt(quoteAt);
    let size = 1;
    if (source.charCodeAt(quoteAt + 1) === quote && source.charCodeAt(quoteAt + 2) === quote) size = 3;
    let isFormat = false;
    let raw = false;
    for (let i = start; i < quoteAt; i++) {
      const p = source.charCodeAt(i) | 32;
      if (p === 102) isFormat = true;
      else if (p === 114) raw = true;
    }
    let pos = quoteAt + size;
    if (isFormat) {
      this.pos = pos;
      if (this.fstrings.length >= MAX_FSTRING_NESTING) {
        this.fail('nestingLimit', 'too many nested f-strings', start, pos);
        this.pos = length;
        return;
      }
      this.fstrings.push({ start, quote, quoteSize: size, raw, outerLevel: this.brackets.length, fieldLevels: [], inSpec: [] });
      this.list.push(T.FSTRING_START, start, pos);
      return;
    }
    if (size === 1) {
      for (; pos < length; pos++) {
        const c = source.charCodeAt(pos);
        if (c === quote) {
          this.list.push(T.STRING, start, pos + 1);
          this.pos = pos + 1;
          return;
        }
        if (c === BACKSLASH) {
          pos++;
          if (source.charCodeAt(pos) === CR && source.charCodeAt(pos + 1) === LF) pos++;
        } else if (c === LF || c === CR) break;
      }
    } else {
      for (; pos < length; pos++) {
        const c = source.charCodeAt(pos);
        if (c === quote && source.charCodeAt(pos + 1) === quote && source.charCodeAt(pos + 2) === quote) {
          this.list.push(T.STRING, start, pos + 3);
          this.pos = pos + 3;
          return;
        }
        if (c === BACKSLASH) pos++;
      }
    }
    this.unterminated(start, quote, size, Math.min(pos, length));
  }

  private unterminated(start: number, quote: number, size: number, pos: number): void {
    this.pos = pos;
    const frame = this.fstrings[this.fstrings.length - 1];
    if (frame !== undefined && frame.quote === quote && frame.quoteSize === size) {
      // The quote was meant to end the f-string around it.
      this.fail('fstring', "f-string: expecting '}'", start, start + size);
      this.brackets.length = (this.fstrings[0] as FStringFrame).outerLevel;
      this.fstrings.length = 0;
      return;
    }
    const line = this.list.lines.line(Math.max(start, pos - (size === 3 ? 1 : 0)));
    const what = size === 3 ? 'unterminated triple-quoted string literal' : 'unterminated string literal';
    this.fail('unterminatedString', `${what} (detected at line ${line})`, start, start + size);
  }

  /** Literal text of an f-string, up to a brace, the closing quote or a fault. */
  private fstringText(frame: FStringFrame): void {
    const { source, length, list } = this;
    const start = this.pos;
    const { quote, quoteSize, raw } = frame;
    const inSpec = frame.inSpec.length > 0;
    let pos = start;
    for (; pos < length; pos++) {
      const c = source.charCodeAt(pos);
      if (c === quote) {
        if (quoteSize === 1 || (source.charCodeAt(pos + 1) === quote && source.charCodeAt(pos + 2) === quote)) break;
      } else if (c === 123) {
        if (inSpec || source.charCodeAt(pos + 1) !== 123) break;
        pos++;
      } else if (c === 125) {
        if (inSpec || source.charCodeAt(pos + 1) !== 125) break;
        pos++;
      } else if (c === BACKSLASH) {
        const next = source.charCodeAt(pos + 1);
        if (next === 123 || next === 125) continue;
        if (!raw && next === 78 && source.charCodeAt(pos + 2) === 123) {
          // The braces of a named character escape are not a field.
          pos += 2;
          while (pos + 1 < length && source.charCodeAt(pos) !== 125 && source.charCodeAt(pos + 1) !== quote) pos++;
          continue;
        }
        pos++;
        if (next === CR && source.charCodeAt(pos + 1) === LF) pos++;
      } else if ((c === LF || c === CR) && quoteSize === 1) break;
    }
    if (pos > length) pos = length;
    if (pos > start) list.push(T.FSTRING_MIDDLE, start, pos);
    this.pos = pos;
    const c = source.charCodeAt(pos);
    if (pos >= length || ((c === LF || c === CR) && quoteSize === 1)) {
      if (inSpec && pos < length) {
        // A line end also ends the specification; only the closing brace may follow.
        frame.inSpec[frame.inSpec.length - 1] = false;
        return;
      }
      const what = quoteSize === 3 ? 'unterminated triple-quoted f-string literal' : 'unterminated f-string literal';
      const line = this.list.lines.line(Math.max(frame.start, pos - (quoteSize === 3 ? 1 : 0)));
      this.fail('unterminatedString', `${what} (detected at line ${line})`, frame.start, frame.start + 1);
      this.leave(frame);
      return;
    }
    if (c === quote) {
      this.pos = pos + quoteSize;
      if (inSpec) this.fail('fstring', "f-string: expecting '}', or format specs", pos, pos + quoteSize);
      else list.push(T.FSTRING_END, pos, pos + quoteSize);
      this.leave(frame);
      return;
    }
    if (c === 123) {
      this.open(c, pos);
      if (this.brackets.length === 0) return;
      if (frame.fieldLevels.length >= MAX_FIELD_NESTING) {
        this.fail('nestingLimit', 'f-string: expressions nested too deeply', pos, pos + 1);
      }
      frame.fieldLevels.push(this.brackets.length);
      frame.inSpec.push(false);
      return;
    }
    if (inSpec) {
      this.close(c, pos);
      return;
    }
    this.pos = pos + 1;
    this.fail('fstring', "f-string: single '}' is not allowed", pos, pos + 1);
  }

  private leave(frame: FStringFrame): void {
    this.fstrings.pop();
    if (this.brackets.length > frame.outerLevel) this.brackets.length = frame.outerLevel;
  }

  /** A `:` directly inside a replacement field starts its format specification, whatever follows. */
  private startsFormatSpec(start: number): boolean {
    const frame = this.fstrings[this.fstrings.length - 1];
    if (frame === undefined || frame.fieldLevels[frame.fieldLevels.length - 1] !== this.brackets.length) return false;
    frame.inSpec[frame.inSpec.length - 1] = true;
    this.list.push(T.COLON, start, start + 1);
    this.pos = start + 1;
    return true;
  }

  // -------------------------------------------------------------------------------------------------------- faults

  private unicodeName(start: number): void {
    const end = this.pos;
    const bad = firstBadNameCharacter(this.source.slice(start, end));
    if (bad < 0) {
      this.list.hasUnicodeNames = true;
      this.list.push(T.NAME, start, end);
      return;
    }
    const at = start + bad;
    const character = String.fromCodePoint(this.source.codePointAt(at) as number);
    this.fail('invalidCharacter', describeBadCharacter(character), at, at + character.length);
    this.pos = at + character.length;
  }

  private badCharacter(start: number): void {
    const c = this.source.charCodeAt(start);
    this.pos = start + 1;
    if (c === 0) this.fail('nullByte', 'source code cannot contain null bytes', start, start + 1);
    else if (c < SPACE || c === 127) this.fail('invalidCharacter', describeBadCharacter(String.fromCharCode(c)), start, start + 1);
    else this.list.push(T.ERROR, start, start + 1);
  }

  private fail(fault: SyntaxFault, message: string, start: number, end: number): void {
    const { list } = this;
    list.errors.set(list.count, syntaxDiagnostic(fault, message, start, end));
    list.push(T.ERROR, start, end);
  }

  private skipLine(): void {
    let pos = this.pos;
    for (; pos < this.length; pos++) {
      const c = this.source.charCodeAt(pos);
      if (c === LF || c === CR) break;
    }
    this.pos = pos;
  }
}

/** Where the next line starts if a line end is at `pos`, else -1. */
function lineEnd(source: string, pos: number): number {
  const c = source.charCodeAt(pos);
  if (c === LF) return pos + 1;
  if (c === CR) return source.charCodeAt(pos + 1) === LF ? pos + 2 : pos + 1;
  return -1;
}

/** Whether `source[start..end)` (one or two letters) is `r u b f br fr` in any case and order. */
function isStringPrefix(source: string, start: number, end: number): boolean {
  const first = source.charCodeAt(start) | 32;
  if (end - start === 1) return first === 114 || first === 117 || first === 98 || first === 102;
  const second = source.charCodeAt(start + 1) | 32;
  if (first === 114) return second === 98 || second === 102;
  return second === 114 && (first === 98 || first === 102);
}

/** Keywords that start a statement and can be nowhere in an expression. */
function endsOpenBrackets(kind: number): boolean {
  switch (kind) {
    case T.KW_ASSERT:
    case T.KW_BREAK:
    case T.KW_CLASS:
    case T.KW_CONTINUE:
    case T.KW_DEF:
    case T.KW_DEL:
    case T.KW_EXCEPT:
    case T.KW_FINALLY:
    case T.KW_GLOBAL:
    case T.KW_IMPORT:
    case T.KW_NONLOCAL:
    case T.KW_PASS:
    case T.KW_RAISE:
    case T.KW_RETURN:
    case T.KW_TRY:
    case T.KW_WHILE:
    case T.KW_WITH:
      return true;
    default:
      return false;
  }
}
