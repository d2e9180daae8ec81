/** SIGKILL at random moments, as the Python client's chaos run counts it. */
import { join } from 'node:path';
import { output } from '../bench.ts';
import type { Probe } from '../probe.ts';

interface ChaosRun {
  readonly kind: string;
  readonly cycles: number;
  readonly calls: number;
  readonly unanswered: number;
  readonly wrong: number;
  readonly falseNotExecuted: number;
  readonly late: number;
  readonly stuckClients: number;
  readonly examples: readonly string[];
}

/** 2,000 cycles over both workers; 20 in a quick run. */
export const chaos: Probe = {
  name: 'chaos',
  timed: false,
  figures: ['chaos.cycles', 'chaos.calls', 'chaos.faults'],
  async run(bench) {
    const script = join(bench.root, 'clients/python/tests/faults/chaos.py');
    const cycles = bench.quick ? 20 : 2000;
    // The run ends with 1 when it counted something, and then has printed what.
    const text = await output(['sh', '-c', `"$0" "$@" || true`, bench.python, script, '--json', '--cycles', String(cycles)]);
    const { seed, runs } = JSON.parse(text) as { seed: number; runs: ChaosRun[] };
    const sum = (of: (run: ChaosRun) => number): number => runs.reduce((total, run) => total + of(run), 0);
    return {
      values: {
        'chaos.cycles': sum((run) => run.cycles),
        'chaos.calls': sum((run) => run.calls),
        'chaos.faults': sum((run) => run.unanswered + run.wrong + run.falseNotExecuted + run.late + run.stuckClients),
      },
      notes: [
        `chaos: seed ${seed}; ${runs.map((run) => `${run.kind} ${run.cycles} cycles, ${run.calls} calls`).join('; ')}`,
        ...runs.flatMap((run) => run.examples.map((example) => `chaos: ${run.kind}: ${example}`)),
      ],
    };
  },
};
