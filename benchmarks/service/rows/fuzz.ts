/** Damaged frames against both workers and the Python client's decoder, as `npm run fuzz:workers` counts them. */
import { join } from 'node:path';
import { output } from '../bench.ts';
import type { Probe } from '../probe.ts';

interface FuzzRun {
  readonly target: string;
  readonly frames: number;
  readonly faults: number;
  readonly grownMib: number;
  readonly examples: readonly string[];
}

/** A third of a million frames for each target, so a million in all. */
export const fuzz: Probe = {
  name: 'fuzz',
  timed: false,
  figures: ['fuzz.frames', 'fuzz.faults'],
  async run(bench) {
    const script = join(bench.root, 'clients/python/tests/faults/fuzz_frames.py');
    const frames = bench.quick ? '5000' : '334000';
    // The run ends with 1 when it counted something, and then has printed what.
    const command = ['sh', '-c', `"$0" "$@" || true`, bench.python, script, '--json', '--frames', frames];
    const found = JSON.parse(await output(command)) as { seed: number; frames: number; faults: number; runs: FuzzRun[] };
    return {
      values: { 'fuzz.frames': found.frames, 'fuzz.faults': found.faults },
      notes: [
        `fuzz: seed ${found.seed}; ${found.runs.map((run) => `${run.target} ${run.frames} frames, grown by ${run.grownMib} MiB`).join('; ')}`,
        ...found.runs.flatMap(({ examples }) => examples),
      ],
    };
  },
};
