import { describe, expect, it } from 'vitest';
import { readOptions } from '../src/options.ts';

describe('readOptions', () => {
  it('measures everything five times by default', () => {
    expect(readOptions([])).toEqual({ only: [], engines: [], rounds: 5, output: 'benchmarks/results', interrupts: false, help: false });
  });

  it('splits lists at commas', () => {
    expect(readOptions(['--only', 'fib,sort', '--engines=c', '--rounds', '2'])).toMatchObject({
      only: ['fib', 'sort'],
      engines: ['c'],
      rounds: 2,
    });
  });

  it.each([['0'], ['101'], ['2.5'], ['many'], ['']])('refuses --rounds %s', (rounds) => {
    expect(() => readOptions(['--rounds', rounds])).toThrow('expected --rounds from 1 to 100');
  });

  it('refuses unknown options', () => {
    expect(() => readOptions(['--fast'])).toThrow('--fast');
  });
});
