/**
 * A value outside of its schema, on its way to becoming an ArrowError.
 *
 * Conversions do not carry a path while all goes well: the innermost throws without one and each container adds its
 * segment as the fault passes through, so good values pay nothing for the message of a bad one.
 */
import { ArrowError, type Place, within } from '../arrow-error.ts';

/** The fault; `segments` are gathered from the inside out. */
export class Unfit {
  readonly segments: string[] = [];
  readonly expected: string;
  readonly actual: string;

  constructor(expected: string, actual: string) {
    this.expected = expected;
    this.actual = actual;
  }
}

/** Ends a conversion. */
export function unfit(expected: string, value: unknown): never {
  throw new Unfit(expected, describe(value));
}

/** What to throw for something caught while converting the value at `place`: an ArrowError for a fault, else the same. */
export function placed(caught: unknown, place: Place): unknown {
  if (!(caught instanceof Unfit)) return caught;
  const at = caught.segments.length === 0 ? place : within(place, caught.segments.reverse().join('').replace(/^\./, ''));
  return new ArrowError('MOLT7020', { place: at, expected: caught.expected, actual: caught.actual });
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'string') return value.length > 40 ? `str of ${value.length} characters` : JSON.stringify(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  return typeof value === 'object' || typeof value === 'function' ? `a ${typeof value}` : `${typeof value} ${String(value)}`;
}
