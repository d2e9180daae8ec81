/**
 * The error that a call ends with, on either side of the wire.
 *
 * It is a MoltError whose code is MOLT5 and the three digits of the protocol's code, and it keeps what a caller decides by: `executed`,
 * `retry`, `afterMs`.
 */
import { MoltError } from '@molt/diagnostics';
import type { ControlMap } from './control-pack.ts';
import { type Executed, MIP_ERRORS, type MipErrorName, type Retry } from './error-taxonomy.ts';

/** What an error is made of; left-out parts come from the table. */
export interface MipErrorParts {
  readonly name: MipErrorName;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly executed?: Executed;
  readonly retry?: Retry;
  /** When a repeat may succeed, for `retry: 'after'`. */
  readonly afterMs?: number;
  readonly details?: ControlMap;
  readonly cause?: unknown;
}

/** A call that did not return a result. */
export class MipError extends MoltError {
  /** The name in the table, such as `BUSY`. */
  readonly mip: MipErrorName;
  readonly executed: Executed;
  readonly retry: Retry;
  readonly afterMs: number;
  /** The message without the code. */
  readonly text: string;
  readonly facts: ControlMap;

  constructor(parts: MipErrorParts) {
    const row = MIP_ERRORS[parts.name];
    super({ code: `MOLT5${row.code}`, message: parts.message, hint: parts.hint, details: parts.details, cause: parts.cause });
    this.mip = parts.name;
    this.executed = parts.executed ?? row.executed;
    this.retry = parts.retry ?? row.retry;
    this.afterMs = parts.afterMs ?? 0;
    this.text = parts.message;
    this.facts = parts.details ?? {};
  }
}

/** Whether a caught value is the error of a call, of that name if one is given. */
export function isMipError(error: unknown, name?: MipErrorName): error is MipError {
  return error instanceof MipError && (name === undefined || error.mip === name);
}
