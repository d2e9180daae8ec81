/**
 * Days, times of day and moments: whole numbers on the wire, ISO 8601 text in JavaScript.
 *
 * Numbers cost a few bytes and have one form; text is what both languages print and read. A moment is counted without leap seconds, as
 * POSIX and Python do.
 */
import { DAY_LIMITS, daysOf, dayText, timeOfDay, timeText, unitsPerSecond } from '../calendar.ts';
import type { KindSpec, ReadContext } from '../kind-spec.ts';
import type { DateSchema, TimeSchema, TimestampSchema, TimeUnit } from '../schema.ts';
import { describe, refuse } from '../schema-error.ts';
import { annotated } from './python-annotation.ts';

const UNITS = ['us', 'ms', 's'] as const;
const ZONES = ['utc', 'naive'] as const;

function checkUnit(unit: TimeUnit): void {
  if (!UNITS.includes(unit)) refuse('MOLT4040', { expected: `unit to be ${UNITS.join(' or ')}`, actual: describe(unit) });
}

function sameUnit(reader: TimeUnit, writer: TimeUnit, context: ReadContext): void {
  if (reader !== writer) context.no('time-unit', `the reader counts ${reader}, the writer ${writer}`);
}

function finest(unit: TimeUnit): string {
  return unit === 's' ? '' : `.${unit === 'us' ? 'ffffff' : 'fff'}`;
}

/** The row of `date`. */
export const dateKind: KindSpec<DateSchema> = {
  doc: 'A day of the Gregorian calendar.',
  tag: 17,
  children: () => [],
  check: () => {},
  finite: () => true,
  largest: () => 5,
  canonical: () => {},
  encoder: () => (value, out) => {
    const days = typeof value === 'string' ? daysOf(value) : undefined;
    if (days === undefined) return refuse('MOLT4001', { expected: 'date as YYYY-MM-DD', actual: describe(value) });
    out.int(days);
  },
  decoder: () => (input) => {
    const offset = input.offset;
    const days = input.int();
    if (days < DAY_LIMITS.min || days > DAY_LIMITS.max) {
      refuse('MOLT4002', { expected: `days from ${DAY_LIMITS.min} to ${DAY_LIMITS.max}`, actual: String(days) }, offset);
    }
    return dayText(Number(days));
  },
  print: () => 'date',
  toJson: () => ({}),
  fromJson: () => ({ kind: 'date' }),
  typescript: () => 'string',
  python: () => 'datetime.date',
  canRead: () => {},
};

/** The row of `time`. */
export const timeKind: KindSpec<TimeSchema> = {
  doc: 'A time of day, without zone.',
  tag: 18,
  children: () => [],
  check: ({ unit }) => checkUnit(unit),
  finite: () => true,
  largest: ({ unit }) => (unit === 'us' ? 9 : 5),
  canonical: ({ unit }, out) => out.text(unit),
  encoder:
    ({ unit }) =>
    (value, out) => {
      const units = typeof value === 'string' ? timeOfDay(value, unit) : undefined;
      if (units === undefined) return refuse('MOLT4001', { expected: `time as HH:MM:SS${finest(unit)}`, actual: describe(value) });
      out.int(units);
    },
  decoder: ({ unit }) => {
    const end = 86_400 * unitsPerSecond(unit);
    return (input) => {
      const offset = input.offset;
      const units = input.int();
      if (units < 0 || units >= end) refuse('MOLT4002', { expected: `0 to ${end - 1} ${unit}`, actual: String(units) }, offset);
      return timeText(Number(units), unit);
    };
  },
  print: ({ unit }) => (unit === 'us' ? 'time' : `time(${unit})`),
  toJson: ({ unit }) => ({ unit }),
  fromJson: (node) => ({ kind: 'time', unit: node.word('unit', UNITS, 'us') }),
  typescript: () => 'string',
  python: ({ unit }) => (unit === 'us' ? 'datetime.time' : annotated('datetime.time', { unit })),
  canRead: (reader, writer, context) => sameUnit(reader.unit, writer.unit, context),
};

/** The row of `timestamp`. */
export const timestampKind: KindSpec<TimestampSchema> = {
  doc: 'A moment, or a day and a time of day without zone.',
  tag: 19,
  children: () => [],
  check: ({ unit, zone }) => {
    checkUnit(unit);
    if (!ZONES.includes(zone)) refuse('MOLT4040', { expected: `zone to be ${ZONES.join(' or ')}`, actual: describe(zone) });
  },
  finite: () => true,
  largest: () => 9,
  canonical: ({ unit, zone }, out) => {
    out.text(unit);
    out.text(zone);
  },
  encoder: ({ unit, zone }) => {
    const perDay = 86_400 * unitsPerSecond(unit);
    const mark = zone === 'utc' ? 'Z' : '';
    return (value, out) => {
      const [day, time] = typeof value === 'string' && value.length <= 27 && value.endsWith(mark) ? value.split('T') : [];
      const days = day === undefined ? undefined : daysOf(day);
      const units = time === undefined ? undefined : timeOfDay(time.slice(0, time.length - mark.length), unit);
      if (days === undefined || units === undefined) {
        return refuse('MOLT4001', { expected: `timestamp as YYYY-MM-DDTHH:MM:SS${finest(unit)}${mark}`, actual: describe(value) });
      }
      const total = days * perDay + units;
      if (Number.isSafeInteger(total)) out.int(total);
      else out.bigint(BigInt(days) * BigInt(perDay) + BigInt(units));
    };
  },
  decoder: ({ unit, zone }) => {
    const perDay = 86_400 * unitsPerSecond(unit);
    const mark = zone === 'utc' ? 'Z' : '';
    return (input) => {
      const offset = input.offset;
      const value = input.int();
      // A division of doubles may be rounded up to the next day; the remainder then is negative and says so.
      let days = typeof value === 'bigint' ? Number(value / BigInt(perDay)) : Math.floor(value / perDay);
      const rest = (): number => (typeof value === 'bigint' ? Number(value - BigInt(days) * BigInt(perDay)) : value - days * perDay);
      if (rest() < 0) days--;
      if (days < DAY_LIMITS.min || days > DAY_LIMITS.max) {
        refuse('MOLT4002', { expected: `a moment of the years 1 to 9999 in ${unit}`, actual: String(value) }, offset);
      }
      return `${dayText(days)}T${timeText(rest(), unit)}${mark}`;
    };
  },
  print: ({ unit, zone }) => (unit === 'us' && zone === 'utc' ? 'timestamp' : `timestamp(${unit}, ${zone})`),
  toJson: ({ unit, zone }) => ({ unit, zone }),
  fromJson: (node) => ({ kind: 'timestamp', unit: node.word('unit', UNITS, 'us'), zone: node.word('zone', ZONES, 'utc') }),
  typescript: () => 'string',
  python: ({ unit, zone }) => (unit === 'us' && zone === 'utc' ? 'datetime.datetime' : annotated('datetime.datetime', { unit, zone })),
  canRead: (reader, writer, context) => {
    sameUnit(reader.unit, writer.unit, context);
    if (reader.zone !== writer.zone) context.no('time-zone', `the reader takes ${reader.zone} times, the writer sends ${writer.zone} ones`);
  },
};
