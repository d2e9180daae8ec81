/**
 * Source files and spans: where something stands in a text.
 *
 * A span is a pair of UTF-16 offsets into one file, so that making one costs nothing while parsing. Lines and columns are derived
 * only when somebody looks, from a line map that is built once per file and kept beside it (the data itself stays plain).
 */

/** One source text under the path that messages show. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The half-open range `start..end` of UTF-16 offsets in `file`. */
export interface Span {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** A place as people read it: both numbers count from 1, columns count code points. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Makes a source file. */
export function sourceFile(path: string, text: string): SourceFile {
  return { path, text };
}

/** Makes a span; offsets outside the text are clamped, so that a diagnostic about the end of a file is always showable. */
export function spanOf(file: SourceFile, start: number, end: number = start): Span {
  const from = Math.min(Math.max(0, start), file.text.length);
  return { file, start: from, end: Math.min(Math.max(from, end), file.text.length) };
}

/** The smallest span that holds both; they must be of one file. */
export function joinSpans(a: Span, b: Span): Span {
  return { file: a.file, start: Math.min(a.start, b.start), end: Math.max(a.end, b.end) };
}

/** The text that a span covers. */
export function spanText(span: Span): string {
  return span.file.text.slice(span.start, span.end);
}

const lineMaps = new WeakMap<SourceFile, readonly number[]>();

/** Offsets at which the lines of a file start. A line ends at `\n`, `\r\n` or a lone `\r`, as in Python. */
export function lineStarts(file: SourceFile): readonly number[] {
  const known = lineMaps.get(file);
  if (known !== undefined) return known;
  const starts = [0];
  for (const match of file.text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  lineMaps.set(file, starts);
  return starts;
}

/** The line (from 1) that holds an offset. */
export function lineAt(file: SourceFile, offset: number): number {
  const starts = lineStarts(file);
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] as number) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

/** Line and column of an offset, both from 1; the column counts code points. */
export function positionAt(file: SourceFile, offset: number): Position {
  const line = lineAt(file, offset);
  const start = lineStarts(file)[line - 1] as number;
  return { line, column: [...file.text.slice(start, offset)].length + 1 };
}

/** The text of a line (from 1) without its line ending; empty when there is no such line. */
export function lineText(file: SourceFile, line: number): string {
  const starts = lineStarts(file);
  const start = starts[line - 1];
  if (start === undefined) return '';
  return file.text.slice(start, starts[line] ?? file.text.length).replace(/[\r\n]+$/, '');
}
