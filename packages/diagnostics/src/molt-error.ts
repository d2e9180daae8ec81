/**
 * The base of every error that Molt throws or rejects with.
 *
 * Each package has one subclass, so callers can tell layers apart with `instanceof` and faults apart with `code`. The parts of an error
 * come from the code table through `fault`, which gives thrown errors the same typed parameters as diagnostics have.
 */
import { fillTemplate, type ParamValue } from './code-row.ts';
import { codeRow, type DiagnosticCode, type ParamArguments } from './codes.ts';

/** What an error is made of; `fault` fills it from the code table. */
export interface ErrorParts {
  readonly code: string;
  /** The message without the code. */
  readonly message: string;
  readonly hint?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** What a fault may add to the row of its code. */
export interface FaultExtras {
  readonly hint?: string;
  /** Further facts for programs, beside the parameters of the message. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * The parts of an error of a code.
 *
 * @example throw new IpcError(fault('MOLT5001', { offset: 12, expected: 'MIP1', actual: 'HTTP' }))
 */
export function fault<C extends DiagnosticCode>(code: C, ...rest: ParamArguments<C, FaultExtras>): ErrorParts {
  const row = codeRow(code);
  const params: Readonly<Record<string, ParamValue>> = rest[0] ?? {};
  const more: FaultExtras = rest[1] ?? {};
  const hint = more.hint ?? row.hint;
  return {
    code,
    message: fillTemplate(row.message, params),
    hint: hint === undefined ? undefined : fillTemplate(hint, params),
    details: { ...params, ...more.details },
    cause: more.cause,
  };
}

/** Marks our errors across copies of this package (two versions in one process fail `instanceof`). */
const BRAND = Symbol.for('@molt/diagnostics/MoltError');

/** An error with a stable code; its message starts with the code. */
export class MoltError extends Error {
  readonly code: string;
  /** What to do about it. */
  readonly hint: string | undefined;
  /** The facts of the message, for programs. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly [BRAND]: true = true as const;

  constructor(parts: ErrorParts) {
    super(`${parts.code}: ${parts.message}`, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = new.target.name;
    this.code = parts.code;
    this.hint = parts.hint;
    this.details = parts.details ?? {};
  }
}

/** Whether a caught value is an error of Molt, of any package and any copy of it. */
export function isMoltError(error: unknown): error is MoltError {
  return typeof error === 'object' && error !== null && (error as { [BRAND]?: unknown })[BRAND] === true;
}
