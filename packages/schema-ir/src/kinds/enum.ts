/**
 * One of several literals.
 *
 * The wire carries the index, so a literal may be long for free; the literals are therefore part of the wire id.
 */
import type { KindSpec } from '../kind-spec.ts';
import type { EnumLiteral, EnumSchema } from '../schema.ts';
import { describe, refuse } from '../schema-error.ts';
import { checkTypeName } from './names.ts';

/** The most literals of an enum. */
const MAX_LITERALS = 4096;
const MAX_TEXT = 1024;

/** One spelling per literal: 1 and 1n are the same whole number. */
function normal(literal: unknown): unknown {
  return typeof literal === 'bigint' && Number.isSafeInteger(Number(literal)) ? Number(literal) : literal;
}

/** A literal as text that tells kinds apart. */
function spell(literal: EnumLiteral): string {
  if (typeof literal === 'string') return JSON.stringify(literal);
  return typeof literal === 'boolean' ? (literal ? 'True' : 'False') : String(literal);
}

function isLiteral(literal: unknown): literal is EnumLiteral {
  if (typeof literal === 'string') return literal.length <= MAX_TEXT && !/\p{Surrogate}/u.test(literal);
  if (typeof literal === 'number') return Number.isSafeInteger(literal) && !Object.is(literal, -0);
  return typeof literal === 'boolean' || (typeof literal === 'bigint' && literal >= -(2n ** 63n) && literal < 2n ** 64n);
}

/** The row of `enum`. */
export const enumKind: KindSpec<EnumSchema> = {
  doc: 'One of several literals.',
  tag: 12,
  children: () => [],
  check: ({ name, literals }) => {
    checkTypeName(name);
    if (!Array.isArray(literals) || literals.length === 0 || literals.length > MAX_LITERALS || !literals.every(isLiteral)) {
      refuse('MOLT4040', { expected: `1 to ${MAX_LITERALS} literals of str, int or bool`, actual: describe(literals) });
    }
    if (new Set(literals.map(spell)).size !== literals.length) refuse('MOLT4040', { expected: 'distinct literals', actual: 'one twice' });
  },
  finite: () => true,
  largest: ({ literals }) => (literals.length <= 0x80 ? 1 : literals.length <= 0x100 ? 2 : 3),
  canonical: ({ name, literals }, out) => {
    if (out.contract) out.text(name);
    out.count(literals.length);
    for (const literal of literals) out.text(spell(literal));
  },
  encoder: ({ name, literals }) => {
    const index = new Map<unknown, number>(literals.map((literal, i) => [normal(literal), i]));
    const expected = `${name} (${literals.slice(0, 5).map(spell).join(', ')}${literals.length > 5 ? ', ...' : ''})`;
    return (value, out) => {
      const i = index.get(normal(value));
      if (i === undefined) return refuse('MOLT4001', { expected, actual: describe(value) });
      out.int(i);
    };
  },
  decoder: ({ literals }) => {
    const values = literals.map(normal);
    return (input) => {
      const offset = input.offset;
      const i = input.int();
      if (i < 0 || i >= values.length) {
        return refuse('MOLT4002', { expected: `a literal index from 0 to ${values.length - 1}`, actual: String(i) }, offset);
      }
      return values[Number(i)];
    };
  },
  print: ({ name, literals }) => `enum ${name} { ${literals.map(spell).join(' ')} }`,
  toJson: ({ name, literals }) => ({
    name,
    // JSON has no exact 64-bit numbers, so large ones are written as { int: digits }.
    literals: literals.map((literal) => {
      const value = normal(literal) as EnumLiteral;
      return typeof value === 'bigint' ? { int: String(value) } : value;
    }),
  }),
  fromJson: (node) => ({
    kind: 'enum',
    name: node.text('name'),
    literals: node.array('literals', (item, value) => literalFrom(item, value)),
  }),
  typescript: ({ name }) => name,
  python: ({ name }) => name,
  canRead: (reader, writer, context) => {
    const known = new Set(reader.literals.map(spell));
    for (const literal of writer.literals) {
      if (!known.has(spell(literal))) context.no('enum-literal', `the writer may send ${spell(literal)}, which the reader does not know`);
    }
  },
};

function literalFrom(
  item: { whole(key: string, fallback: bigint): bigint; fail(expected: string, actual: unknown): never },
  value: unknown,
): EnumLiteral {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (typeof value === 'object' && value !== null) return item.whole('int', 0n);
  return item.fail('a literal: string, whole number, boolean or { "int": digits }', value);
}
