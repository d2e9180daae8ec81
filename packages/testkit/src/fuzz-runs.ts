/**
 * How often a property is tried: its usual number in tests, many times that under `npm run fuzz`.
 *
 * `npm run fuzz` sets MOLT_FUZZ to the factor and MOLT_FUZZ_SEED to the seed that it prints, so that a finding can be replayed.
 */

/** Runs of a property whose usual number is `usual`. */
export function fuzzRuns(usual: number): number {
  const factor = Number(process.env.MOLT_FUZZ ?? '1');
  if (!Number.isFinite(factor) || factor <= 0) throw new Error(`MOLT_FUZZ: expected a positive number, got ${process.env.MOLT_FUZZ}`);
  return Math.max(1, Math.ceil(usual * factor));
}

/** The seed to generate from: MOLT_FUZZ_SEED, else `usual`, so that tests are the same each time. */
export function fuzzSeed(usual: number): number {
  const seed = Number(process.env.MOLT_FUZZ_SEED ?? usual);
  if (!Number.isSafeInteger(seed)) throw new Error(`MOLT_FUZZ_SEED: expected an integer, got ${process.env.MOLT_FUZZ_SEED}`);
  return seed;
}
