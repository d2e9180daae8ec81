/** Spans of time: whole numbers of a unit, between two bounds that 64 bits and Python's timedelta both hold. */
import type { CodecContext, KindSpec } from '../kind-spec.ts';
import type { DurationSchema, IntSchema, TimeUnit } from '../schema.ts';
import { describe, refuse } from '../schema-error.ts';
import { annotated } from './python-annotation.ts';

const UNITS = ['us', 'ms', 's'] as const;
const SAFE = 2n ** 53n - 1n;
const PER_DAY: Readonly<Record<TimeUnit, bigint>> = { us: 86_400_000_000n, ms: 86_400_000n, s: 86_400n };

/** The widest bounds of a unit: 64 bits, and no more than timedelta's 999999999 days and a day less one unit. */
export function durationLimits(unit: TimeUnit): { readonly min: bigint; readonly max: bigint } {
  const day = PER_DAY[unit] ?? 0n;
  const low = -999_999_999n * day;
  const high = 1_000_000_000n * day - 1n;
  return { min: low < -(2n ** 63n) ? -(2n ** 63n) : low, max: high >= 2n ** 63n ? 2n ** 63n - 1n : high };
}

/** The whole number that a duration is on the wire. */
function asInt({ min, max }: DurationSchema): IntSchema {
  return { kind: 'int', min, max };
}

function jsonWhole(value: bigint): number | string {
  return value >= -SAFE && value <= SAFE ? Number(value) : String(value);
}

function print({ unit, min, max }: DurationSchema): string {
  const limits = durationLimits(unit);
  if (min !== limits.min || max !== limits.max) return `duration(${unit}, ${min}..${max})`;
  return unit === 'us' ? 'duration' : `duration(${unit})`;
}

/** The row of `duration`. */
export const durationKind: KindSpec<DurationSchema> = {
  doc: 'A span of time between two bounds.',
  tag: 20,
  children: () => [],
  check: ({ unit, min, max }) => {
    if (!UNITS.includes(unit)) refuse('MOLT4040', { expected: `unit to be ${UNITS.join(' or ')}`, actual: describe(unit) });
    const limits = durationLimits(unit);
    if (typeof min !== 'bigint' || typeof max !== 'bigint' || min > max || min < limits.min || max > limits.max) {
      refuse('MOLT4040', {
        expected: `duration bounds min <= max within ${limits.min} to ${limits.max} ${unit}`,
        actual: `${min}..${max}`,
      });
    }
  },
  finite: () => true,
  largest: () => 9,
  canonical: ({ unit, min, max }, out) => {
    out.text(unit);
    out.text(String(min));
    out.text(String(max));
  },
  encoder: (schema, context: CodecContext) => context.encoder(asInt(schema)),
  decoder: (schema, context: CodecContext) => context.decoder(asInt(schema)),
  print,
  toJson: ({ unit, min, max }) => ({ unit, min: jsonWhole(min), max: jsonWhole(max) }),
  fromJson: (node) => {
    const unit = node.word('unit', UNITS, 'us');
    const limits = durationLimits(unit);
    return { kind: 'duration', unit, min: node.whole('min', limits.min), max: node.whole('max', limits.max) };
  },
  typescript: ({ min, max }) => (min >= -SAFE && max <= SAFE ? 'number' : 'number | bigint'),
  python: ({ unit, min, max }) => {
    const limits = durationLimits(unit);
    if (min !== limits.min || max !== limits.max) return annotated('datetime.timedelta', { unit, min, max });
    return unit === 'us' ? 'datetime.timedelta' : annotated('datetime.timedelta', { unit });
  },
  canRead: (reader, writer, context) => {
    if (reader.unit !== writer.unit) context.no('time-unit', `the reader counts ${reader.unit}, the writer ${writer.unit}`);
    else if (writer.min < reader.min || writer.max > reader.max) {
      context.no('duration-range', `the reader takes ${reader.min} to ${reader.max}, the writer may send ${writer.min} to ${writer.max}`);
    }
  },
};
