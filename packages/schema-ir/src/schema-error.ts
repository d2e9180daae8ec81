/**
 * The error of this package, and the path that it gathers on the way out.
 *
 * Codecs do not carry a path while all goes well. The innermost closure throws without one, and each container it passes through
 * adds its segment in `within`, so the good case pays nothing for the message of the bad one.
 */
import { type DiagnosticCode, type ErrorParts, fault, MoltError, type ParamsOf } from '@molt/diagnostics';

/** A schema, a value or encoded bytes that are not as they should be. */
export class SchemaError extends MoltError {
  /** Where in the value or schema, such as `$.orders[3].price`. */
  readonly path: string;
  /** The byte at fault, when bytes were read. */
  readonly offset: number | undefined;

  constructor(parts: ErrorParts, path: string, offset?: number) {
    super(parts);
    this.path = path;
    this.offset = offset;
  }
}

type SchemaCode = Extract<DiagnosticCode, `MOLT4${string}`>;

/** A fault inside a value whose place is not yet complete; see the header. */
class Unplaced {
  readonly segments: string[] = [];
  readonly offset: number | undefined;
  readonly finish: (path: string) => ErrorParts;

  constructor(finish: (path: string) => ErrorParts, offset: number | undefined) {
    this.finish = finish;
    this.offset = offset;
  }
}

/** Ends the work on a value; `at` turns what is thrown into a SchemaError. */
export function refuse<C extends SchemaCode>(code: C, params: Omit<ParamsOf<C>, 'path'>, offset?: number): never {
  throw new Unplaced((path) => fault(code, { ...params, path } as never), offset);
}

/** Adds one segment to the path of a fault that passes through; rethrow what it returns. */
export function within(error: unknown, segment: string | number): unknown {
  if (error instanceof Unplaced) error.segments.push(typeof segment === 'number' ? `[${segment}]` : segment);
  return error;
}

/** Runs `work`; a fault inside it becomes a SchemaError whose path starts with `root`. */
export function at<T>(root: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw placed(error, root);
  }
}

/** The SchemaError of a fault that reached the outside; anything else as it is. */
export function placed(error: unknown, root = '$'): unknown {
  if (!(error instanceof Unplaced)) return error;
  const path = root + error.segments.reverse().join('');
  return new SchemaError(error.finish(path), path, error.offset);
}

/** What a value is, in words short enough for a message. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return value.length > 40 ? `str of ${value.length} characters` : JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return `${typeof value} ${value}`;
  if (Array.isArray(value)) return `array of ${value.length}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof Map) return `map of ${value.size}`;
  return typeof value;
}
