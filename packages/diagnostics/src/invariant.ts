/**
 * Checks of what must hold if Molt itself is right.
 *
 * A broken invariant is never the user's fault, so it throws, and it names the pass, the function and the source line that were at hand:
 * that is what a report of the fault needs.
 */
import { fault, MoltError } from './molt-error.ts';
import { positionAt, type Span } from './source.ts';

/** What was being worked on when an invariant broke. */
export interface FaultPlace {
  readonly pass?: string | undefined;
  readonly func?: string | undefined;
  readonly span?: Span | undefined;
}

/** A fault of Molt itself. */
export class InternalError extends MoltError {}

/** Throws an InternalError; for places that cannot be reached. */
export function broken(what: string, place: FaultPlace = {}): never {
  const words: string[] = [];
  if (place.pass !== undefined) words.push(`in pass ${place.pass}`);
  if (place.func !== undefined) words.push(`in function ${place.func}`);
  if (place.span !== undefined) {
    const { line, column } = positionAt(place.span.file, place.span.start);
    words.push(`at ${place.span.file.path}:${line}:${column}`);
  }
  const where = words.length === 0 ? '' : ` ${words.join(' ')}`;
  throw new InternalError(fault('MOLT9001', { where, what }, { details: { ...place } }));
}

/** Throws an InternalError unless the condition holds. Pass a function as message where building it costs. */
export function invariant(condition: unknown, message: string | (() => string), place?: FaultPlace): asserts condition {
  if (!condition) broken(typeof message === 'string' ? message : message(), place);
}

/** The end of an exhaustive switch: does not compile while a case is missing, and says so if one slips through at run time. */
export function unreachable(value: never, place?: FaultPlace): never {
  const kind = typeof value === 'object' && value !== null ? (value as { kind?: unknown }).kind : value;
  return broken(`unexpected ${String(kind)}`, place);
}
