import { describe, expect, it } from 'vitest';
import { cpythonEngine, findPython, fuzzRuns, fuzzSeed, generateProgram, readCase } from '../src/index.ts';

const python = findPython();
if (python === undefined) throw new Error('these tests need python3');
const engine = cpythonEngine(python, 10_000);

describe('generateProgram', () => {
  it('gives the same program for the same seed and another for another', () => {
    expect(generateProgram(1)).toBe(generateProgram(1));
    expect(generateProgram(1)).not.toBe(generateProgram(2));
  });

  it('gives programs that CPython runs to their end, the same way twice', async () => {
    const first = fuzzSeed(1000);
    const kinds = new Set<string>();
    for (let seed = first; seed < first + fuzzRuns(12); seed++) {
      const program = generateProgram(seed);
      const testCase = readCase(`\`\`\`python\n${program}\`\`\`\n`, `seed-${seed}`);
      const one = await engine.run?.(testCase);
      expect(one, `seed ${seed}`).toMatchObject({ exit: 0, stderr: '' });
      expect((await engine.run?.(testCase))?.stdout, `seed ${seed}`).toBe(one?.stdout);
      for (const [, kind] of one?.stdout.matchAll(/(?:raised|caught) (\w+)/g) ?? []) kinds.add(kind as string);
      expect(one?.stdout).not.toMatch(/NameError|UnboundLocal|AttributeError|0x[0-9a-f]{6}/);
    }
    // Failure paths are reached, not only the straight ones.
    expect(kinds.size).toBeGreaterThan(2);
  });
});
