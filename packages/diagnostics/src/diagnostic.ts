/**
 * A diagnostic: one fault of the user's program or input, as plain data.
 *
 * Faults of users are values, so that one run can show several and a caller can choose how; faults of Molt itself throw (see
 * invariant.ts). `report` is the only way to make one, which keeps messages in the code table and their parameters typed.
 */
import { fillTemplate, type ParamValue, type Severity } from './code-row.ts';
import { codeRow, type DiagnosticCode, type ParamArguments } from './codes.ts';
import type { Span } from './source.ts';

/** A further place that helps to understand a diagnostic. */
export interface DiagnosticNote {
  readonly span?: Span | undefined;
  readonly message: string;
}

/** One fault, with its place and what to do about it. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  readonly message: string;
  /** Absent when the fault has no place in a source, for instance a missing file. */
  readonly span?: Span | undefined;
  /** Short text behind the carets of the main place. */
  readonly label?: string | undefined;
  readonly notes: readonly DiagnosticNote[];
  readonly hint?: string | undefined;
  /** The parameters of the message, for tools. */
  readonly params: Readonly<Record<string, ParamValue>>;
}

/** What a report may add to the row of its code. */
export interface ReportExtras {
  readonly label?: string;
  readonly notes?: readonly DiagnosticNote[];
  /** Replaces the hint of the row when the place allows a better one. */
  readonly hint?: string;
}

/**
 * Makes a diagnostic of a code at a place.
 *
 * @example report('MOLT2001', span, { expected: 'a block', actual: 'end of text' })
 */
export function report<C extends DiagnosticCode>(code: C, span: Span | undefined, ...rest: ParamArguments<C, ReportExtras>): Diagnostic {
  const row = codeRow(code);
  const params: Readonly<Record<string, ParamValue>> = rest[0] ?? {};
  const more: ReportExtras = rest[1] ?? {};
  const hint = more.hint ?? row.hint;
  return {
    code,
    severity: row.severity,
    message: fillTemplate(row.message, params),
    ...(span === undefined ? {} : { span }),
    ...(more.label === undefined ? {} : { label: more.label }),
    notes: more.notes ?? [],
    ...(hint === undefined ? {} : { hint: fillTemplate(hint, params) }),
    params,
  };
}

/** Whether any of them is an error, which is what stops a compilation. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}

/** The same diagnostics by file (in order of appearance) and place; those without a place come first. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const fileOrder = new Map<string, number>();
  for (const { span } of diagnostics)
    if (span !== undefined && !fileOrder.has(span.file.path)) fileOrder.set(span.file.path, fileOrder.size);
  const rank = ({ span }: Diagnostic): [number, number] =>
    span === undefined ? [-1, 0] : [fileOrder.get(span.file.path) ?? 0, span.start];
  return [...diagnostics].sort((a, b) => {
    const [fileA, startA] = rank(a);
    const [fileB, startB] = rank(b);
    return fileA - fileB || startA - startB;
  });
}
