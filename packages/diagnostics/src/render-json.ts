/**
 * Diagnostics for programs: plain JSON data with lines and columns already computed.
 *
 * The shape is stable: editors and CI read it, so fields are added and never renamed.
 */
import type { ParamValue, Severity } from './code-row.ts';
import { codeRow } from './codes.ts';
import type { Diagnostic } from './diagnostic.ts';
import { positionAt, type Span } from './source.ts';

/** A place in JSON; lines and columns count from 1, offsets are UTF-16. */
export interface JsonPlace {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly start: number;
  readonly end: number;
}

/** A diagnostic in JSON. */
export interface JsonDiagnostic {
  readonly code: string;
  readonly slug: string;
  readonly severity: Severity;
  readonly message: string;
  readonly place: JsonPlace | null;
  readonly label: string | null;
  readonly notes: readonly { readonly message: string; readonly place: JsonPlace | null }[];
  readonly hint: string | null;
  readonly params: Readonly<Record<string, ParamValue>>;
}

/** A diagnostic as JSON-able data. */
export function toJsonDiagnostic(diagnostic: Diagnostic): JsonDiagnostic {
  const { code, severity, message, span, label, notes, hint, params } = diagnostic;
  return {
    code,
    slug: codeRow(code).slug,
    severity,
    message,
    place: toPlace(span),
    label: label ?? null,
    notes: notes.map((note) => ({ message: note.message, place: toPlace(note.span) })),
    hint: hint ?? null,
    params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, typeof value === 'bigint' ? value.toString() : value])),
  };
}

/** Diagnostics as JSON text, one array. */
export function renderJson(diagnostics: readonly Diagnostic[]): string {
  return JSON.stringify(diagnostics.map(toJsonDiagnostic), null, 2);
}

function toPlace(span: Span | undefined): JsonPlace | null {
  if (span === undefined) return null;
  const from = positionAt(span.file, span.start);
  const to = positionAt(span.file, span.end);
  return {
    path: span.file.path,
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
    start: span.start,
    end: span.end,
  };
}
