/**
 * The one error type of this package.
 *
 * Bytes that are not valid Arrow are the sender's fault, so they end in an `ArrowError` with a stable code, the path of
 * the thing that was being read (`batches[2].origin.offsets`), the byte offset in the input when there is one, and what
 * was expected and found. Places are linked lists: a path becomes text only when an error is made.
 */
import { fillTemplate, MoltError } from '@molt/diagnostics';
import { ARROW_CODES, type ArrowCode } from './arrow-codes.ts';

/** Where a reader stands: a name below a parent. `null` is the top. */
export type Place = { readonly parent: Place; readonly name: string } | null;

/** What an error tells beyond its code; `offset` counts bytes from the start of the input. */
export type Fault = {
  readonly place?: Place;
  readonly offset?: number | undefined;
  readonly expected: string;
  readonly actual: string | number | bigint;
};

/** Invalid, unsupported or oversized Arrow data. `code` is stable; `path` and `offset` say where. */
export class ArrowError extends MoltError {
  declare readonly code: ArrowCode;
  /** Such as `batches[2].origin.offsets`; empty when the fault concerns the whole input. */
  readonly path: string;
  /** Bytes from the start of the input, or null when no single byte is to blame. */
  readonly offset: number | null;

  constructor(code: ArrowCode, { place = null, offset, expected, actual }: Fault) {
    const path = renderPlace(place);
    const where = `${path === '' ? '' : ` at ${path}`}${offset === undefined ? '' : ` (byte ${offset})`}`;
    const params = { where, expected: clip(expected, 300), actual: clip(String(actual), 300) };
    const row = ARROW_CODES[code];
    super({
      code,
      message: fillTemplate(row.message, params),
      hint: row.hint,
      details: { path, offset: offset ?? null, expected: params.expected, actual: params.actual },
    });
    this.path = path;
    this.offset = offset ?? null;
  }
}

/** Whether a caught value is an `ArrowError`. */
export function isArrowError(error: unknown): error is ArrowError {
  return error instanceof ArrowError;
}

/** Throws the error for `code`; typed `never` so that callers keep their narrowing. */
export function fail(code: ArrowCode, fault: Fault): never {
  throw new ArrowError(code, fault);
}

/** The place `name` below `parent`. */
export function within(parent: Place, name: string): Place {
  return { parent, name };
}

/** `batches[2].origin.offsets`. */
export function renderPlace(place: Place): string {
  const names: string[] = [];
  for (let at = place; at !== null; at = at.parent) names.push(clip(at.name, 64));
  return names.reverse().reduce((path, name) => (path === '' || name.startsWith('[') ? path + name : `${path}.${name}`), '');
}

/** Names and types come from the input; long ones are cut so that they cannot flood a log. */
function clip(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 3)}...` : text;
}
