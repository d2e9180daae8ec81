/**
 * Diagnostics for people: message, place, the source line with carets, notes, hint.
 *
 *     error MOLT1203: expected int, got str
 *       app/jobs.py:7:12
 *       7 |     return label
 *         |            ^^^^^ this is str
 *       4 | def total(n: int) -> int:
 *         |                      --- because of this annotation
 *       hint: return int(label)
 *       more: molt explain MOLT1203
 *
 * Source text is untrusted: control characters are shown as pictures, so that a file cannot steer the reader's terminal.
 */
import type { Severity } from './code-row.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { MoltError } from './molt-error.ts';
import { type Palette, PLAIN, paletteFor } from './palette.ts';
import { lineAt, lineStarts, lineText, positionAt, type Span } from './source.ts';
import { displayWidth, showable } from './terminal-text.ts';

/** How to render. */
export interface PrettyOptions {
  /** Colours by ANSI escapes; false unless given. */
  readonly color?: boolean;
  /** Whether to name `molt explain CODE`; true unless given. */
  readonly explain?: boolean;
}

/** Diagnostics as text, a blank line between them and no newline at the end. */
export function renderPretty(diagnostics: readonly Diagnostic[], options: PrettyOptions = {}): string {
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, options)).join('\n\n');
}

/** One diagnostic as text. */
export function renderDiagnostic(diagnostic: Diagnostic, options: PrettyOptions = {}): string {
  const paint = options.color === true ? paletteFor(diagnostic.severity) : PLAIN;
  const out = [head(diagnostic.severity, diagnostic.code, diagnostic.message, paint)];
  const { span } = diagnostic;
  const gutter = gutterWidth([span, ...diagnostic.notes.map((note) => note.span)]);
  if (span !== undefined) out.push(`  ${place(span)}`, ...snippet(span, '^', diagnostic.label ?? '', gutter, paint.mark));
  let shown = span?.file.path;
  for (const note of diagnostic.notes) {
    if (note.span === undefined) {
      out.push(`  note: ${showable(note.message)}`);
      continue;
    }
    if (note.span.file.path !== shown) out.push(`  ${place(note.span)}`);
    shown = note.span.file.path;
    out.push(...snippet(note.span, '-', note.message, gutter, paint.note));
  }
  out.push(...tail(diagnostic.hint, options.explain === false ? undefined : diagnostic.code, paint));
  return out.join('\n');
}

/** A thrown error in the same dress: code, message, hint, and the messages of its causes. */
export function renderError(error: MoltError, options: PrettyOptions = {}): string {
  const paint = options.color === true ? paletteFor('error') : PLAIN;
  const message = error.message.startsWith(`${error.code}: `) ? error.message.slice(error.code.length + 2) : error.message;
  const out = [head('error', error.code, message, paint)];
  const seen = new Set<unknown>([error]);
  for (let cause = error.cause; cause instanceof Error && !seen.has(cause); cause = cause.cause) {
    seen.add(cause);
    out.push(`  cause: ${showable(cause.message)}`);
  }
  out.push(...tail(error.hint, options.explain === false ? undefined : error.code, paint));
  return out.join('\n');
}

function head(severity: Severity, code: string, message: string, paint: Palette): string {
  return `${paint.head(`${severity} ${code}`)}: ${showable(message)}`;
}

function tail(hint: string | undefined, code: string | undefined, paint: Palette): string[] {
  const out: string[] = [];
  if (hint !== undefined) out.push(`  ${paint.hint('hint:')} ${showable(hint).replaceAll('\n', '\n        ')}`);
  if (code !== undefined) out.push(`  more: molt explain ${code}`);
  return out;
}

function place(span: Span): string {
  const { line, column } = positionAt(span.file, span.start);
  return `${showable(span.file.path)}:${line}:${column}`;
}

function gutterWidth(spans: readonly (Span | undefined)[]): number {
  return Math.max(1, ...spans.map((span) => (span === undefined ? 0 : String(lineAt(span.file, span.start)).length)));
}

/** The source line of a span and the marks under it; a span over several lines is marked to the end of its first. */
function snippet(span: Span, mark: '^' | '-', label: string, gutter: number, paint: (text: string) => string): string[] {
  const line = lineAt(span.file, span.start);
  const text = lineText(span.file, line);
  const start = span.start - (lineStarts(span.file)[line - 1] as number);
  const end = Math.min(text.length, start + (span.end - span.start));
  const shown = (from: number, to: number): string => showable(text.slice(from, to)).replaceAll('\t', '    ');
  const before = ' '.repeat(displayWidth(shown(0, start)));
  const marks = mark.repeat(Math.max(1, displayWidth(shown(start, end))));
  const words = label === '' ? '' : ` ${showable(label)}`;
  return [
    `  ${String(line).padStart(gutter)} | ${shown(0, text.length)}`.trimEnd(),
    `  ${' '.repeat(gutter)} | ${before}${paint(marks + words)}`,
  ];
}
