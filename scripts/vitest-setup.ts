/** Makes every property of fast-check follow `npm run fuzz`: more runs, and the seed that the command printed. */
import fc from 'fast-check';

const factor = Number(process.env.MOLT_FUZZ ?? '1');
const seed = process.env.MOLT_FUZZ_SEED;
if (factor !== 1 || seed !== undefined)
  fc.configureGlobal({ numRuns: Math.ceil(100 * factor), ...(seed === undefined ? {} : { seed: Number(seed) }) });
