/** A construct that Molt refuses, thrown inside the frontend and turned into a diagnostic where a statement or file begins. */
import { type Diagnostic, report, type Span } from '@molt/diagnostics';

export class Refusal extends Error {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

/** Refuses a construct: what it is, and how to write it instead. */
export function refuse(span: Span | undefined, what: string, rewrite: string): never {
  throw new Refusal(report('MOLT1200', span, { what, rewrite }));
}
