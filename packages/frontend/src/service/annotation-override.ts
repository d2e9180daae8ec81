/**
 * Overrides in `Annotated[T, ...]`: a dict in the words of schemas.json, or `Bound(...)` with the same words in Python's spelling.
 *
 *     Annotated[str, {"maxBytes": 64}]           Annotated[list[int], Bound(1000)]
 *     Annotated[Decimal, {"precision": 12, "scale": 2}]      Annotated[int, Bound(min=0, max=9)]
 *
 * `Bound(n)` sets the main bound of the kind. Other metadata belongs to other tools and is passed over, as PEP 593 asks.
 */
import type { Schema, SchemaKind, TimeUnit } from '@molt/schema-ir';
import { durationLimits } from '@molt/schema-ir';
import type { Expr } from '../ast/nodes.ts';
import { literal } from '../program/declare.ts';

type Value = string | bigint;

/** Words that a kind takes. */
const WORDS: Readonly<Partial<Record<SchemaKind, readonly string[]>>> = {
  int: ['min', 'max'],
  float: ['kind'],
  str: ['maxBytes'],
  bytes: ['maxBytes'],
  list: ['maxItems', 'kind', 'length'],
  map: ['maxItems'],
  decimal: ['precision', 'scale'],
  time: ['unit'],
  timestamp: ['unit', 'zone'],
  duration: ['unit', 'min', 'max'],
  stream: ['maxItems'],
  table: ['maxRows'],
  capability: ['grant'],
};

/** The word that `Bound(n)` sets. */
const MAIN: Readonly<Partial<Record<SchemaKind, string>>> = {
  int: 'max',
  str: 'maxBytes',
  bytes: 'maxBytes',
  list: 'maxItems',
  map: 'maxItems',
  decimal: 'precision',
  stream: 'maxItems',
  table: 'maxRows',
};

/** Words of `int` that stand for the bounds of a machine width. */
const WIDTH = /^([iu])(8|16|32|64)$/;

/** The schema with the overrides that one piece of metadata holds; `fail` refuses what is meant for Molt and makes no sense. */
export function withOverride(schema: Schema, metadata: Expr, fail: (why: string, rewrite: string) => never): Schema {
  const words = wordsOf(schema, metadata, fail);
  if (words === null) return schema;
  const known = WORDS[schema.kind] ?? [];
  for (const word of words.keys()) {
    if (!known.includes(word)) {
      fail(
        `${schema.kind} has no bound '${word}'`,
        known.length === 0 ? `leave it out: ${schema.kind} has no bounds` : `it has ${known.join(', ')}`,
      );
    }
  }
  const given: Record<string, unknown> = Object.fromEntries(words);
  for (const word of ['maxBytes', 'maxItems', 'maxRows', 'length', 'precision', 'scale']) {
    if (given[word] === undefined) continue;
    if (typeof given[word] !== 'bigint') fail(`'${word}' is a whole number`, `write ${word} as a literal int`);
    given[word] = Number(given[word]);
  }
  switch (schema.kind) {
    case 'float': {
      if (given.kind !== 'float32') fail("the other kind of float is 'float32'", 'write {"kind": "float32"}');
      return { kind: 'float32' };
    }
    case 'list': {
      const { kind, length, ...rest } = given;
      if (kind !== undefined && kind !== 'array') fail("the other kind of list is 'array'", 'write {"kind": "array", "length": n}');
      if (kind === undefined && length === undefined) return { ...schema, ...rest };
      if (length === undefined) fail('an array has a length', 'write {"kind": "array", "length": n}');
      return { kind: 'array', of: schema.of, length: length as number };
    }
    case 'decimal': {
      // A smaller precision takes the scale with it, unless the scale is given too.
      const precision = (given.precision as number | undefined) ?? schema.precision;
      return { ...schema, precision, scale: (given.scale as number | undefined) ?? Math.min(schema.scale, precision) };
    }
    case 'duration': {
      const unit = (given.unit as TimeUnit | undefined) ?? schema.unit;
      return { ...schema, unit, ...durationLimits(unit), ...given };
    }
    default:
      return { ...schema, ...given } as Schema;
  }
}

/** The words of a piece of metadata; null when it is none of ours. */
function wordsOf(schema: Schema, e: Expr, fail: (why: string, rewrite: string) => never): Map<string, Value> | null {
  if (e.kind === 'Dict') {
    return new Map(
      e.keys.map((key, i): [string, Value] => {
        const word = key === null ? undefined : wordOf(key);
        const value = wordOf(e.values[i] as Expr);
        if (typeof word !== 'string' || value === undefined)
          return fail('an override is a dict of literals', 'write it as {"maxItems": 1000}');
        return [word, value];
      }),
    );
  }
  const text = wordOf(e);
  if (schema.kind === 'int' && typeof text === 'string' && WIDTH.test(text)) {
    const [, sign, bits] = WIDTH.exec(text) as unknown as [string, string, string];
    const span = 2n ** BigInt(bits);
    return new Map(
      sign === 'u'
        ? [
            ['min', 0n],
            ['max', span - 1n],
          ]
        : [
            ['min', -span / 2n],
            ['max', span / 2n - 1n],
          ],
    );
  }
  if (e.kind !== 'Call' || !(e.func.kind === 'Name' ? e.func.name === 'Bound' : e.func.kind === 'Attribute' && e.func.attr === 'Bound'))
    return null;
  const words = new Map<string, Value>();
  const put = (word: string | undefined, given: Expr): void => {
    const value = wordOf(given);
    if (word === undefined || value === undefined) return fail('Bound takes literals', 'write Bound(1000), or Bound(min=0, max=9)');
    words.set(word, value);
  };
  if (e.args.length > 1) fail('Bound takes one number, or words', 'write Bound(1000), or Bound(min=0, max=9)');
  for (const given of e.args) put(MAIN[schema.kind], given);
  for (const { arg, value } of e.keywords)
    put(
      arg?.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    );
  return words;
}

function wordOf(e: Expr): Value | undefined {
  const value = literal(e);
  return value?.type === 'str' || value?.type === 'int' ? value.value : undefined;
}
