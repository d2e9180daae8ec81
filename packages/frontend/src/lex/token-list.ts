/**
 * The tokens of one file as three growing typed arrays: kind, start, end.
 *
 * The whole file is tokenized before parsing, so that the parser looks ahead and behind by index. A fault becomes an
 * ERROR token whose diagnostic is found by token index; the parser reports it if it gets there.
 */
import { LineMap } from '../ast/line-map.ts';
import type { SyntaxDiagnostic } from './syntax-diagnostic.ts';

export class TokenList {
  readonly source: string;
  readonly lines: LineMap;
  kinds: Uint8Array;
  starts: Int32Array;
  ends: Int32Array;
  count = 0;
  /** Whether any NAME has a character outside ASCII and so needs NFKC. */
  hasUnicodeNames = false;
  /** Diagnostics of ERROR tokens by token index; one without is a character or operator that no rule uses. */
  readonly errors = new Map<number, SyntaxDiagnostic>();

  constructor(source: string) {
    this.source = source;
    this.lines = new LineMap(source);
    // Python text has about one token for four characters.
    const capacity = (source.length >> 2) + 16;
    this.kinds = new Uint8Array(capacity);
    this.starts = new Int32Array(capacity);
    this.ends = new Int32Array(capacity);
  }

  push(kind: number, start: number, end: number): void {
    const at = this.count++;
    if (at === this.kinds.length) this.grow();
    this.kinds[at] = kind;
    this.starts[at] = start;
    this.ends[at] = end;
  }

  private grow(): void {
    const capacity = this.kinds.length * 2;
    const kinds = new Uint8Array(capacity);
    kinds.set(this.kinds);
    this.kinds = kinds;
    const starts = new Int32Array(capacity);
    starts.set(this.starts);
    this.starts = starts;
    const ends = new Int32Array(capacity);
    ends.set(this.ends);
    this.ends = ends;
  }
}
