/**
 * Compatibility: can code built against one schema take every value of another?
 *
 * The answer is a list of reasons against, each with the path and the rule it breaks. Types that contain themselves are compared by
 * assuming what is being proved, which is right for structures built step by step. What a yes means is defined by `compileReader`.
 */
import type { ReadContext } from './kind-spec.ts';
import { kindOf } from './kind-table.ts';
import { type CompatibilityTier, READ_RULES, type ReadRuleName, TIERS } from './read-rules.ts';
import { isNamed, type NamedSchema, NO_TYPES, type Schema, type SchemaTypes } from './schema.ts';
import { refuse } from './schema-error.ts';
import { resolve, scopeOf } from './type-scope.ts';

/** Why a reader cannot take what a writer may send, or not as before. */
export interface ReadObstacle {
  /** Where, such as `$.items[].price`. */
  readonly path: string;
  readonly rule: ReadRuleName;
  readonly tier: CompatibilityTier;
  readonly message: string;
}

/** The verdict; `ok` means there is no obstacle. */
export interface ReadVerdict {
  readonly ok: boolean;
  readonly obstacles: readonly ReadObstacle[];
}

/** Both names of a scalar whose type in generated code may change with its bounds. */
const DECLARED: ReadonlySet<string> = new Set(['int', 'duration', 'float', 'float32']);

/** Whether a reader with one schema understands everything that a writer with another may send; by default to the tier WIRE. */
export function canRead(
  reader: Schema,
  writer: Schema,
  readerTypes: SchemaTypes = NO_TYPES,
  writerTypes: SchemaTypes = NO_TYPES,
  tier: CompatibilityTier = 'WIRE',
): ReadVerdict {
  const scopes = { reader: scopeOf(reader, readerTypes), writer: scopeOf(writer, writerTypes) };
  const obstacles: ReadObstacle[] = [];
  const assumed = new Set<string>();

  const compare = (path: string, left: Schema, right: Schema): void => {
    const wanted = resolve(left, scopes.reader);
    const sent = resolve(right, scopes.writer);
    const no = (rule: ReadRuleName, message: string): void => {
      const found = READ_RULES[rule].tier;
      if (TIERS.indexOf(found) <= TIERS.indexOf(tier)) obstacles.push({ path, rule, tier: found, message });
    };
    if (isNamed(wanted) && isNamed(sent)) {
      const pair = `${wanted.name} ${sent.name}`;
      if (assumed.has(pair)) return;
      assumed.add(pair);
      if (wanted.name !== sent.name) no('type-name', `the reader calls it ${wanted.name}, the writer ${sent.name}`);
    }
    // What is always there may be read as what may be missing.
    if (wanted.kind === 'optional' && sent.kind === 'none') return;
    if (wanted.kind === 'optional' && sent.kind !== 'optional') return compare(path, wanted.of, sent);
    if (DECLARED.has(wanted.kind) && DECLARED.has(sent.kind)) {
      const types = [kindOf(wanted).typescript(wanted, () => ''), kindOf(sent).typescript(sent, () => '')];
      if (types[0] !== types[1]) no('declared-type', `it is ${types[0]} for the reader and ${types[1]} for the writer in TypeScript`);
    }
    // Forms that are the same on the wire, where every value of one is a value of the other.
    if (wanted.kind === 'float' && sent.kind === 'float32') return;
    if (wanted.kind === 'list' && sent.kind === 'array') {
      if (sent.length > wanted.maxItems) no('item-bound', `the reader takes ${wanted.maxItems} items, the writer sends ${sent.length}`);
      if (sent.length > 0) compare(`${path}[]`, wanted.of, sent.of);
      return;
    }
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

/** Like `canRead` for a writer that is newer than the reader: that fields it has added are passed over is what was meant. */
export function canReadNewer(
  reader: Schema,
  writer: Schema,
  readerTypes: SchemaTypes = NO_TYPES,
  writerTypes: SchemaTypes = NO_TYPES,
  tier: CompatibilityTier = 'WIRE',
): ReadVerdict {
  const obstacles = canRead(reader, writer, readerTypes, writerTypes, tier).obstacles.filter(({ rule }) => rule !== 'field-dropped');
  return { ok: obstacles.length === 0, obstacles };
}
