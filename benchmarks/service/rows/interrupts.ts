/** What interrupt checks cost, as `npm run bench -- --interrupts` measures it: the dearer of the two targets counts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { output } from '../bench.ts';
import type { Probe } from '../probe.ts';

interface Cost {
  readonly title: string;
  readonly geometricMean: number;
}

/** One run of the whole compute set. */
export const interrupts: Probe = {
  name: 'interrupts',
  timed: false,
  figures: ['interrupts'],
  async run(bench) {
    const folder = join(bench.folder, 'interrupts');
    const script = join(bench.root, 'scripts', 'bench.mjs');
    await output([process.execPath, script, '--interrupts', '--rounds', bench.quick ? '1' : '5', '--output', folder], { cwd: bench.root });
    const { costs } = JSON.parse(readFileSync(join(folder, 'interrupts.json'), 'utf8')) as { costs: readonly Cost[] };
    const percent = ({ geometricMean }: Cost): number => (geometricMean - 1) * 100;
    return {
      values: { interrupts: Math.max(...costs.map(percent)) },
      notes: costs.map((cost) => `interrupts: ${cost.title} ${percent(cost).toFixed(2)} %`),
    };
  },
};
