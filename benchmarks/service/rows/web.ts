/** The CPU-heavy endpoint of the demos, offload against baseline, as their own benchmark measures it. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FigureName } from '../bars.ts';
import { output } from '../bench.ts';
import type { Probe } from '../probe.ts';

const DEMOS = ['django', 'fastapi'] as const;

interface DemoResults {
  readonly ratios: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

/** Runs `bench/run_local.sh` of both demos. */
export const web: Probe = {
  name: 'web',
  timed: false,
  figures: DEMOS.flatMap((demo) => [`web.${demo}.throughput`, `web.${demo}.p99`] as const),
  async run(bench) {
    const values: Partial<Record<FigureName, number>> = {};
    const missing: Partial<Record<FigureName, string>> = {};
    const notes: string[] = [];
    for (const demo of DEMOS) {
      const script = join(bench.root, 'examples', `demo-${demo}-offload`, 'bench', 'run_local.sh');
      try {
        if (!existsSync(script)) throw new Error(`there is no ${script}`);
        // Its scripts call npx molt and python as a user's shell would find them.
        const path = [dirname(bench.python), join(bench.root, 'node_modules', '.bin'), process.env.PATH].join(':');
        const flags = ['--json', '--quiet', '--seconds', bench.quick ? '2' : '8', '--cancels', bench.quick ? '5' : '50'];
        const text = await output(['env', `PATH=${path}`, `PYTHON=${bench.python}`, script, ...flags]);
        const { ratios, notes: remarks } = JSON.parse(text.slice(text.indexOf('{'))) as DemoResults;
        values[`web.${demo}.throughput`] = ratios['req/s, offload against baseline']!;
        values[`web.${demo}.p99`] = 1 / ratios['p99 at the same rate, baseline against offload']!;
        notes.push(
          `web ${demo}: ${Object.entries(ratios)
            .map(([name, ratio]) => `${name} ${ratio}`)
            .join('; ')}`,
          ...remarks,
        );
      } catch (error) {
        const why = (error as Error).message.split('\n')[0]!;
        missing[`web.${demo}.throughput`] = why;
        missing[`web.${demo}.p99`] = why;
      }
    }
    return { values, missing, notes };
  },
};
