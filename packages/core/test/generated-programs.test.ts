/**
 * Random typed programs on every engine: what CPython prints is what the interpreter and WebAssembly print, optimised or not, and when a
 * collection runs at every allocation. `npm run fuzz` runs more of them; a failure names the seed that makes the program again.
 */
import { availableParallelism } from 'node:os';
import { cpythonEngine, fuzzRuns, fuzzSeed, generateProgram, readCase } from '@molt/testkit';
import { afterAll, describe, expect, it } from 'vitest';
import { CaseThreads } from './support/case-threads.ts';
import type { RunConfig } from './support/run-request.ts';

const BASE = { engine: 'wasm', opt: 2, gcFlags: 0, verifyEach: false, disablePasses: [] } as const satisfies RunConfig;
const CONFIGS: Readonly<Record<string, RunConfig>> = {
  interpreter: { ...BASE, engine: 'interp' },
  wasm: BASE,
  'wasm, not optimised': { ...BASE, opt: 0 },
  'wasm, collecting at every allocation': { ...BASE, gcFlags: 3 },
};

const threads = new CaseThreads(Math.min(2, availableParallelism()), 60_000);
afterAll(() => threads.close());
const first = fuzzSeed(20_261_120);

describe('generated programs', () => {
  for (let i = 0; i < fuzzRuns(6); i++) {
    const seed = first + i;
    it(`seed ${seed}`, async () => {
      const text = generateProgram(seed);
      const python = process.env.MOLT_PYTHON;
      const expected = python ? await runPython(python, text) : null;
      const outcomes = await Promise.all(
        Object.entries(CONFIGS).map(async ([name, config]) => {
          const answer = await threads.run({ files: [{ path: 'main.py', text }], entry: 'main.py', args: [], stdin: '', config });
          if (answer.kind !== 'outcome')
            throw new Error(`seed ${seed}, ${name}: ${answer.kind === 'failure' ? answer.message : answer.kind}\n${text}`);
          return { name, stdout: answer.stdout, exit: answer.exit };
        }),
      );
      const want = expected ?? { stdout: outcomes[0]?.stdout, exit: outcomes[0]?.exit };
      for (const { name, stdout, exit } of outcomes) expect({ name, stdout, exit }, `seed ${seed}`).toEqual({ name, ...want });
    }, 120_000);
  }
});

async function runPython(python: string, text: string): Promise<{ stdout: string; exit: number }> {
  const engine = cpythonEngine(python);
  const testCase = readCase(`---\nname: generated\n---\n\`\`\`python\n${text}\n\`\`\`\n\`\`\`stdout\n\`\`\`\n`, 'generated.case.md');
  const outcome = await engine.run?.(testCase);
  if (!outcome) throw new Error('CPython did not run');
  return { stdout: outcome.stdout, exit: outcome.exit };
}
