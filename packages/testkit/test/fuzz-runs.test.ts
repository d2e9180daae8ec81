import { afterEach, describe, expect, it, vi } from 'vitest';
import { fuzzRuns, fuzzSeed } from '../src/index.ts';

describe('fuzzRuns and fuzzSeed', () => {
  afterEach(() => vi.unstubAllEnvs());
  it('are the usual numbers unless the environment says more', () => {
    vi.stubEnv('MOLT_FUZZ', undefined);
    vi.stubEnv('MOLT_FUZZ_SEED', undefined);
    expect([fuzzRuns(100), fuzzSeed(7)]).toEqual([100, 7]);
    vi.stubEnv('MOLT_FUZZ', '2.5');
    vi.stubEnv('MOLT_FUZZ_SEED', '99');
    expect([fuzzRuns(100), fuzzSeed(7)]).toEqual([250, 99]);
  });

  it.each(['', 'many', '-1', '0'])('refuse %j', (value) => {
    vi.stubEnv('MOLT_FUZZ', value);
    expect(() => fuzzRuns(1)).toThrow('MOLT_FUZZ: expected a positive number');
  });

  it('refuse a seed that is no integer', () => {
    vi.stubEnv('MOLT_FUZZ_SEED', '1.5');
    expect(() => fuzzSeed(1)).toThrow('MOLT_FUZZ_SEED: expected an integer');
  });
});
