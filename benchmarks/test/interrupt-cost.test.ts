import { describe, expect, it } from 'vitest';
import { costsToMarkdown, interruptCosts } from '../src/interrupt-cost.ts';
import type { Measured } from '../src/measure.ts';

const of = (engine: string, program: string, cpuSeconds: number[]): Measured => ({
  engine,
  program,
  cpuSeconds,
  seconds: cpuSeconds,
  prepareSeconds: 0,
  artifactBytes: undefined,
  peakBytes: 0,
  failure: undefined,
});
const comparisons = [{ name: 'checked', title: 'Checked', against: 'plain' }];
const programs = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];

describe('interruptCosts', () => {
  it('compares least times and takes the geometric mean of the ratios', () => {
    const measured = [of('plain', 'a', [2, 1]), of('checked', 'a', [1.21, 4]), of('plain', 'b', [1]), of('checked', 'b', [1])];
    const [cost] = interruptCosts(programs, measured, comparisons);
    expect(cost?.ratios).toEqual({ a: 1.21, b: 1 });
    expect(cost?.geometricMean).toBeCloseTo(1.1, 10);
  });

  it('leaves out what did not run', () => {
    expect(interruptCosts(programs, [of('plain', 'a', [1]), of('checked', 'a', [])], comparisons)).toEqual([]);
  });
});

describe('costsToMarkdown', () => {
  it('shows a row per program and the mean', () => {
    const costs = interruptCosts(programs, [of('plain', 'a', [1]), of('checked', 'a', [1.05])], comparisons);
    const text = costsToMarkdown({ machine: { cpu: 'x' }, rounds: 3, costs });
    expect(text).toContain('| a | +5.0 % |');
    expect(text).toContain('| **geometric mean** | **+5.0 %** |');
  });
});
