/**
 * Days and times of day as text and as numbers.
 *
 * Text is that of ISO 8601 in the one form that Python's isoformat and JavaScript share: four-digit years, a fraction only where there is
 * one, and then with all digits of the unit. The calendar is the proleptic Gregorian one, as in Python's datetime.
 */
import type { TimeUnit } from './schema.ts';

/** 0001-01-01 and 9999-12-31 as days since 1970-01-01. */
export const DAY_LIMITS = { min: -719_162, max: 2_932_896 } as const;

/** Digits after the point of a second, by unit. */
const FRACTION_DIGITS: Readonly<Record<TimeUnit, number>> = { us: 6, ms: 3, s: 0 };

/** Units in a second. */
export function unitsPerSecond(unit: TimeUnit): number {
  return 10 ** FRACTION_DIGITS[unit];
}

/** `YYYY-MM-DD` as days since 1970-01-01; undefined when there is no such day. */
export function daysOf(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const days = Date.parse(`${text}T00:00:00Z`) / 86_400_000;
  // Some engines take 31 February for a day in March.
  return days >= DAY_LIMITS.min && days <= DAY_LIMITS.max && dayText(days) === text ? days : undefined;
}

/** Days since 1970-01-01 as `YYYY-MM-DD`; the caller has checked the limits. */
export function dayText(days: number): string {
  return new Date(days * 86_400_000).toISOString().slice(0, 10);
}

/** `HH:MM:SS[.fraction]` as units since midnight; undefined when it is none or finer than the unit. */
export function timeOfDay(text: string, unit: TimeUnit): number | undefined {
  const found = /^(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?$/.exec(text);
  if (found === null) return undefined;
  const [hours, minutes, seconds] = [Number(found[1]), Number(found[2]), Number(found[3])];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const digits = FRACTION_DIGITS[unit];
  const fraction = (found[4] ?? '').padEnd(digits, '0');
  if (/[1-9]/.test(fraction.slice(digits))) return undefined;
  return (hours * 3600 + minutes * 60 + seconds) * unitsPerSecond(unit) + Number(fraction.slice(0, digits) || '0');
}

/** Units since midnight as `HH:MM:SS[.fraction]`. */
export function timeText(units: number, unit: TimeUnit): string {
  const perSecond = unitsPerSecond(unit);
  const seconds = Math.floor(units / perSecond);
  const fraction = units - seconds * perSecond;
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return fraction === 0 ? clock : `${clock}.${String(fraction).padStart(FRACTION_DIGITS[unit], '0')}`;
}
