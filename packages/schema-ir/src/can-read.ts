/**
 * Compatibility: can code built against one schema take every value of another?
 *
 * The answer is a list of reasons against, each with the path and the rule it breaks. Types that contain themselves are compared by
 * assuming what is being proved, which is right for structures built step by step.
 */
import type { ReadContext } from './kind-spec.ts';
import { kindOf } from './kind-table.ts';
import { isNamed, type NamedSchema, NO_TYPES, type Schema, type SchemaTypes } from './schema.ts';
import { refuse } from './schema-error.ts';
import { resolve, scopeOf } from './type-scope.ts';

/** Why a reader cannot take what a writer may send. */
export interface ReadObstacle {
  /** Where, such as `$.items[].price`. */
  readonly path: string;
  /** Stable name of the rule, such as `int-range`. */
  readonly rule: string;
  readonly message: string;
}

/** The verdict; `ok` means there is no obstacle. */
export interface ReadVerdict {
  readonly ok: boolean;
  readonly obstacles: readonly ReadObstacle[];
}

/** Whether a reader with one schema understands everything that a writer with another may send. */
export function canRead(
  reader: Schema,
  writer: Schema,
  readerTypes: SchemaTypes = NO_TYPES,
  writerTypes: SchemaTypes = NO_TYPES,
): ReadVerdict {
  const scopes = { reader: scopeOf(reader, readerTypes), writer: scopeOf(writer, writerTypes) };
  const obstacles: ReadObstacle[] = [];
  const assumed = new Set<string>();

  const compare = (path: string, left: Schema, right: Schema): void => {
    const wanted = resolve(left, scopes.reader);
    const sent = resolve(right, scopes.writer);
    const no = (rule: string, message: string): void => {
      obstacles.push({ path, rule, message });
    };
    if (isNamed(wanted) && isNamed(sent)) {
      const pair = `${wanted.name} ${sent.name}`;
      if (assumed.has(pair)) return;
      assumed.add(pair);
    }
    // What is always there may be read as what may be missing.
    if (wanted.kind === 'optional' && sent.kind === 'none') return;
    if (wanted.kind === 'optional' && sent.kind !== 'optional') return compare(path, wanted.of, sent);
    if (wanted.kind !== sent.kind) return no('kind', `the reader takes ${wanted.kind}, the writer sends ${sent.kind}`);
    const context: ReadContext = {
      child: (segment, a, b) => compare(path + segment, a, b),
      no,
      named: (side, name): NamedSchema => scopes[side].types.get(name) ?? refuse('MOLT4041', { name }),
    };
    kindOf(wanted).canRead(wanted, sent, context);
  };

  compare('$', reader, writer);
  return { ok: obstacles.length === 0, obstacles };
}
