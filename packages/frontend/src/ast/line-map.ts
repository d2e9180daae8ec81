/**
 * Turns UTF-16 offsets of one source text into what Python shows: 1-based lines and 0-based UTF-8 columns.
 *
 * A line ends at `\n`, `\r\n` or a lone `\r`, as in CPython's tokenizer; a byte order mark at the very start is in no
 * column. The table of line starts is made on first use, so a file without diagnostics or debug lines never pays for it.
 */

const LF = 10;
const CR = 13;

/** A place as Python numbers it: `line` from 1, `column` from 0 in UTF-8 bytes. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

export class LineMap {
  readonly source: string;
  private startsTable: Int32Array | null = null;
  /** Line numbers (0-based) known to be ASCII: 1, or known not to be: 2. */
  private asciiLines: Uint8Array | null = null;
  /** The line found last; look-ups are mostly local. */
  private lastLine = 0;

  constructor(source: string) {
    this.source = source;
  }

  /** How many lines there are; an empty text has one. */
  get lineCount(): number {
    return this.starts().length;
  }

  /** The 1-based line that holds `offset`. */
  line(offset: number): number {
    return this.lineIndex(offset) + 1;
  }

  /** The offset where a 1-based line starts (after a byte order mark). */
  lineStart(line: number): number {
    const starts = this.starts();
    if (line < 1 || line > starts.length) throw new RangeError(`line ${line} is not in 1..${starts.length}`);
    return starts[line - 1] as number;
  }

  /** The text of a 1-based line without its line ending. */
  lineText(line: number): string {
    const start = this.lineStart(line);
    let end = start;
    while (end < this.source.length) {
      const c = this.source.charCodeAt(end);
      if (c === LF || c === CR) break;
      end++;
    }
    return this.source.slice(start, end);
  }

  /** The UTF-8 column of `offset` in its line. */
  column(offset: number): number {
    return this.columnIn(this.lineIndex(offset), offset);
  }

  /** Line and UTF-8 column of `offset`. */
  locate(offset: number): LineColumn {
    const index = this.lineIndex(offset);
    return { line: index + 1, column: this.columnIn(index, offset) };
  }

  private lineIndex(offset: number): number {
    const starts = this.starts();
    const last = this.lastLine;
    if (offset >= (starts[last] as number)) {
      if (last + 1 === starts.length || offset < (starts[last + 1] as number)) return last;
      if (last + 2 === starts.length || offset < (starts[last + 2] as number)) {
        this.lastLine = last + 1;
        return last + 1;
      }
    }
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    this.lastLine = low;
    return low;
  }

  private columnIn(index: number, offset: number): number {
    const starts = this.starts();
    const start = starts[index] as number;
    const ascii = (this.asciiLines ??= new Uint8Array(starts.length));
    if (ascii[index] === 0) {
      const end = index + 1 < starts.length ? (starts[index + 1] as number) : this.source.length;
      ascii[index] = isAscii(this.source, start, end) ? 1 : 2;
    }
    if (ascii[index] === 1) return Math.max(0, offset - start);
    return utf8Length(this.source, start, offset);
  }

  private starts(): Int32Array {
    this.startsTable ??= lineStarts(this.source);
    return this.startsTable;
  }
}

function lineStarts(source: string): Int32Array {
  const starts = [source.charCodeAt(0) === 0xfeff ? 1 : 0];
  for (let i = 0; i < source.length; i++) {
    const c = source.charCodeAt(i);
    if (c > CR) continue;
    if (c === LF) starts.push(i + 1);
    else if (c === CR && source.charCodeAt(i + 1) !== LF) starts.push(i + 1);
  }
  return Int32Array.from(starts);
}

function isAscii(source: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (source.charCodeAt(i) > 0x7f) return false;
  return true;
}

function utf8Length(source: string, start: number, end: number): number {
  let length = 0;
  for (let i = start; i < end; i++) {
    const c = source.charCodeAt(i);
    // Each half of a surrogate pair counts two of the four bytes.
    length += c < 0x80 ? 1 : c < 0x800 || (c >= 0xd800 && c < 0xe000) ? 2 : 3;
  }
  return length;
}
