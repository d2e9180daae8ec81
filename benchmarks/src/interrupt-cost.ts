/**
 * What interrupt checks cost: each program with them against the same program without, by target.
 *
 * The figure of a program is the ratio of the least CPU time of either over the rounds: checks add work, never take it away, and on a machine
 * that does other things the least time is the one that was disturbed least.
 */
import type { Measured } from './measure.ts';
import type { Program } from './programs.ts';
import { geometricMean } from './statistics.ts';

/** The cost on one target. */
export interface InterruptCost {
  readonly engine: string;
  readonly title: string;
  /** Time with checks over time without, by program. */
  readonly ratios: Readonly<Record<string, number>>;
  /** Over the programs; 1 is no cost. */
  readonly geometricMean: number;
}

/** An engine with checks, and the one without that it is compared with. */
export interface Comparison {
  readonly name: string;
  readonly title: string;
  readonly against: string;
}

/** The costs of all targets that ran. */
export function interruptCosts(
  programs: readonly Pick<Program, 'name'>[],
  measured: readonly Measured[],
  comparisons: readonly Comparison[],
): InterruptCost[] {
  const least = (engine: string, program: string): number | undefined => {
    const found = measured.find((m) => m.engine === engine && m.program === program);
    return found === undefined || found.cpuSeconds.length === 0 ? undefined : Math.min(...found.cpuSeconds);
  };
  return comparisons.flatMap(({ name, title, against }) => {
    const ratios: Record<string, number> = {};
    for (const program of programs) {
      const [checked, unchecked] = [least(name, program.name), least(against, program.name)];
      if (checked !== undefined && unchecked !== undefined) ratios[program.name] = checked / unchecked;
    }
    const values = Object.values(ratios);
    return values.length === 0 ? [] : [{ engine: name, title, ratios, geometricMean: geometricMean(values) }];
  });
}

/** What the table is made from. */
export interface CostReport {
  readonly machine: Readonly<Record<string, string | number>>;
  readonly rounds: number;
  readonly costs: readonly InterruptCost[];
}

/** The costs as a Markdown document. */
export function costsToMarkdown({ machine, rounds, costs }: CostReport): string {
  const programs = [...new Set(costs.flatMap(({ ratios }) => Object.keys(ratios)))];
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  const where = Object.entries(machine).map(([name, value]) => `${name} ${value}`);
  return [
    '# Cost of interrupt checks\n\n',
    `${where.join(', ')}; least CPU time of ${rounds} interleaved rounds, with checks over without.\n\n`,
    row(['program', ...costs.map(({ title }) => title)]),
    row(['---', ...costs.map(() => '--:')]),
    ...programs.map((name) => row([name, ...costs.map(({ ratios }) => percent(ratios[name]))])),
    row(['**geometric mean**', ...costs.map((cost) => `**${percent(cost.geometricMean)}**`)]),
  ].join('');
}

function percent(ratio: number | undefined): string {
  if (ratio === undefined) return '-';
  const value = (ratio - 1) * 100;
  return `${value < 0 ? '' : '+'}${value.toFixed(1)} %`;
}
