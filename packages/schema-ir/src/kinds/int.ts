/**
 * Whole numbers between two bounds.
 *
 * Machine widths are no kinds of their own: `i32` is an int with the bounds of 32 bits, and the wire form is the shortest one either way.
 * JavaScript sees a number where it is exact (|v| <= 2^53-1) and a bigint elsewhere; encoding takes both.
 */
import { I64, INT_LIMITS } from '../bounds.ts';
import type { Decode, Encode, KindSpec } from '../kind-spec.ts';
import type { IntSchema } from '../schema.ts';
import { describe, refuse } from '../schema-error.ts';
import { annotated } from './python-annotation.ts';

const SAFE = 2n ** 53n - 1n;

/** Bounds that have a name in the text form. */
const WIDTHS = new Map<string, string>([
  ...[8, 16, 32].map((bits): [string, string] => [`${-(2n ** BigInt(bits - 1))}:${2n ** BigInt(bits - 1) - 1n}`, `i${bits}`]),
  ...[8, 16, 32, 64].map((bits): [string, string] => [`0:${2n ** BigInt(bits) - 1n}`, `u${bits}`]),
  [`${I64.min}:${I64.max}`, 'int'],
]);

/** How people write the schema; `int` alone means 64 bits with a sign. */
function printInt({ min, max }: IntSchema): string {
  return WIDTHS.get(`${min}:${max}`) ?? `int(${min}..${max})`;
}

function isSafe({ min, max }: IntSchema): boolean {
  return min >= -SAFE && max <= SAFE;
}

function outOfRange(schema: IntSchema, value: number | bigint, offset?: number): never {
  refuse('MOLT4002', { expected: `${schema.min} to ${schema.max}`, actual: String(value) }, offset);
}

function encoder(schema: IntSchema): Encode {
  const low = Number(schema.min);
  const high = Number(schema.max);
  const safe = isSafe(schema);
  return (value, out) => {
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value)) {
        refuse('MOLT4001', { expected: Number.isInteger(value) ? 'a bigint above 2^53' : 'int', actual: describe(value) });
      }
      // A rounded bound is still right for safe values: it lies outside their range.
      if (value < low || value > high) outOfRange(schema, value);
      out.int(value);
    } else if (typeof value === 'bigint') {
      if (value < schema.min || value > schema.max) outOfRange(schema, value);
      if (safe) out.int(Number(value));
      else out.bigint(value);
    } else refuse('MOLT4001', { expected: 'int', actual: describe(value) });
  };
}

function decoder(schema: IntSchema): Decode {
  const { min, max } = schema;
  return (input) => {
    const offset = input.offset;
    const value = input.int();
    if (value < min || value > max) outOfRange(schema, value, offset);
    return value;
  };
}

/** Safe bounds are compared as numbers, which is several times faster than against a bigint. */
function safeDecoder(schema: IntSchema): Decode {
  const min = Number(schema.min);
  const max = Number(schema.max);
  return (input) => {
    const offset = input.offset;
    const value = input.int();
    if (value < min || value > max) outOfRange(schema, value, offset);
    return value;
  };
}

/** A bound in JSON: a number where that is exact, else digits in a string. */
function jsonWhole(value: bigint): number | string {
  return value >= -SAFE && value <= SAFE ? Number(value) : String(value);
}

function sizeOf(value: bigint): number {
  if (value >= 0n) return value < 0x80n ? 1 : value < 0x100n ? 2 : value < 0x10000n ? 3 : value < 0x100000000n ? 5 : 9;
  return value >= -0x20n ? 1 : value >= -0x80n ? 2 : value >= -0x8000n ? 3 : value >= -0x80000000n ? 5 : 9;
}

/** The row of `int`. */
export const intKind: KindSpec<IntSchema> = {
  doc: 'A whole number between two bounds.',
  tag: 3,
  children: () => [],
  check: ({ min, max }) => {
    if (typeof min !== 'bigint' || typeof max !== 'bigint' || min > max || min < INT_LIMITS.min || max > INT_LIMITS.max) {
      refuse('MOLT4040', { expected: 'int bounds min <= max within -2^63 to 2^64-1', actual: `${min}..${max}` });
    }
  },
  finite: () => true,
  largest: ({ min, max }) => Math.max(sizeOf(min), sizeOf(max)),
  canonical: ({ min, max }, out) => {
    out.text(String(min));
    out.text(String(max));
  },
  encoder,
  decoder: (schema) => (isSafe(schema) ? safeDecoder(schema) : decoder(schema)),
  print: printInt,
  toJson: ({ min, max }) => ({ min: jsonWhole(min), max: jsonWhole(max) }),
  fromJson: (node) => ({ kind: 'int', min: node.whole('min', I64.min), max: node.whole('max', I64.max) }),
  typescript: (schema) => (isSafe(schema) ? 'number' : 'number | bigint'),
  python: ({ min, max }) => annotated('int', min === I64.min && max === I64.max ? {} : { min, max }),
  canRead: (reader, writer, context) => {
    if (writer.min < reader.min || writer.max > reader.max) {
      context.no('int-range', `the reader takes ${reader.min} to ${reader.max}, the writer may send ${writer.min} to ${writer.max}`);
    }
  },
};
