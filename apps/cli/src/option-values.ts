/** Readers of option values: each says what it expected when it cannot use what it got. */
import { InvalidArgumentError } from 'commander';

/** A reader for one of several words. */
export function oneOf<const T extends string>(...words: readonly T[]): (value: string) => T {
  return (value) => {
    if ((words as readonly string[]).includes(value)) return value as T;
    throw new InvalidArgumentError(`expected ${words.join(', ')}.`);
  };
}

/** A reader for a comma-separated list of some words. */
export function listOf<const T extends string>(...words: readonly T[]): (value: string) => T[] {
  return (value) => splitList(value).map(oneOf(...words));
}

/** A reader for a comma-separated list of names. */
export function splitList(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** A reader that adds to the values so far, for options that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, ...splitList(value)];
}

/** A reader for a whole number of at least `least`. */
export function atLeast(least: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && Number.isSafeInteger(number) && number >= least) return number;
    throw new InvalidArgumentError(`expected a whole number of at least ${least}.`);
  };
}

/** A reader for optimisation levels. */
export function optLevel(value: string): 0 | 1 | 2 {
  return Number(oneOf('0', '1', '2')(value)) as 0 | 1 | 2;
}
