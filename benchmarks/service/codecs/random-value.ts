/** Random values of a schema, in the form that decoding gives, drawn from a seed: edges of every kind as often as what lies between. */
import type { Schema, SchemaTypes } from '@molt/schema-ir';

/** A source of whole numbers below a bound. */
export type Chance = (bound: number) => number;

/** Numbers that are the same for the same seed. */
export function chanceFrom(seed: number): Chance {
  let state = seed >>> 0;
  return (bound) => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

const EDGES = [
  0n,
  1n,
  31n,
  32n,
  127n,
  128n,
  255n,
  256n,
  32_767n,
  32_768n,
  65_535n,
  65_536n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 53n,
];
const FLOATS = [0, -0, 1, -1.5, 0.1, 5e-324, Number.MAX_VALUE, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
const TEXTS = ['', 'a', 'ß', '€', '😀', '\u0000', 'é'];
/** Below this depth values that contain themselves end. */
const DEEPEST = 6;

/** One value; throws for kinds that compiled modules do not know. */
export function randomValue(schema: Schema, types: SchemaTypes, chance: Chance, depth = 0): unknown {
  const of = (part: Schema): unknown => randomValue(part, types, chance, depth + 1);
  const many = (part: () => unknown): unknown[] => Array.from({ length: depth > DEEPEST ? 0 : length(chance) }, part);
  switch (schema.kind) {
    case 'ref':
      return randomValue(types[schema.name]!, types, chance, depth + 1);
    case 'none':
      return null;
    case 'bool':
      return chance(2) === 1;
    case 'int':
      return intWithin(BigInt(schema.min), BigInt(schema.max), chance);
    case 'float':
      return chance(2) === 0 ? FLOATS[chance(FLOATS.length)] : (chance(2 ** 31) - 2 ** 30) / 2 ** chance(40);
    case 'str':
      return text(chance);
    case 'bytes':
      return Uint8Array.from({ length: length(chance) * (chance(20) === 0 ? 40 : 1) }, () => chance(256));
    case 'optional':
      return chance(3) === 0 ? null : of(schema.of);
    case 'list':
      return many(() => of(schema.of));
    case 'array':
      return Array.from({ length: schema.length }, () => of(schema.of));
    case 'map':
      return new Map(many(() => [of(schema.key), of(schema.value)]) as [unknown, unknown][]);
    case 'tuple':
      return schema.items.map(of);
    case 'record':
      return Object.fromEntries(schema.fields.map((field) => [field.name, of(field.schema)]));
    case 'enum':
      return schema.literals[chance(schema.literals.length)];
    case 'union': {
      const variant = schema.variants[chance(schema.variants.length)]!;
      return { tag: variant.tag, value: of(variant.schema) };
    }
    default:
      throw new Error(`compiled modules do not know the kind ${schema.kind}`);
  }
}

function length(chance: Chance): number {
  return [0, 1, 2, 3, 5, 15, 16, 17][chance(8)]!;
}

function text(chance: Chance): string {
  const whole = Array.from({ length: length(chance) * (chance(10) === 0 ? 20 : 1) }, () => TEXTS[chance(TEXTS.length)]);
  return whole.join('');
}

function intWithin(min: bigint, max: bigint, chance: Chance): number | bigint {
  const edge = EDGES[chance(EDGES.length)]! * (chance(2) === 0 ? 1n : -1n) - BigInt(chance(2));
  const wide = (BigInt(chance(2 ** 31)) << 33n) + (BigInt(chance(2 ** 31)) << 2n) - 2n ** 63n;
  const drawn = [edge, edge, wide, min, max][chance(5)]!;
  const value = drawn < min ? min : drawn > max ? max : drawn;
  return value >= -(2n ** 53n - 1n) && value <= 2n ** 53n - 1n ? Number(value) : value;
}
