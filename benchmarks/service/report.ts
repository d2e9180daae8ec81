/** Findings become the report: medians with their range, what they are worth against the bars, and why figures are missing. */
import { type Spread, spread } from '../src/statistics.ts';
import { FIGURES, type Figure, type FigureName, type Verdict, verdictOf } from './bars.ts';
import type { Findings } from './probe.ts';

/** One row. */
export interface Row extends Figure {
  readonly name: FigureName;
  readonly measured?: Spread;
  readonly verdict?: Verdict;
  /** Why it was not measured. */
  readonly missing?: string;
}

/** A whole run. */
export interface ServiceReport {
  readonly machine: Readonly<Record<string, string | number>>;
  readonly rounds: number;
  readonly quick: boolean;
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
}

/** Puts findings together; `wanted` are the figures of the probes that were asked for. */
export function makeReport(
  head: Pick<ServiceReport, 'machine' | 'rounds' | 'quick'>,
  wanted: ReadonlySet<FigureName>,
  findings: readonly Findings[],
): ServiceReport {
  const rows = (Object.keys(FIGURES) as FigureName[])
    .filter((name) => wanted.has(name))
    .map((name): Row => {
      const values = findings.flatMap((found) => found.values[name] ?? []).filter((value) => !Number.isNaN(value));
      if (values.length === 0) {
        const reasons = findings.flatMap((found) => found.missing?.[name] ?? []);
        return { ...FIGURES[name], name, missing: reasons[0] ?? 'the probe did not find it' };
      }
      const measured = spread(values);
      return { ...FIGURES[name], name, measured, verdict: verdictOf(name, measured.median, head.quick) };
    });
  return { ...head, rows, notes: findings.flatMap(({ notes = [] }) => notes) };
}

const WORDS: Readonly<Record<Verdict, string>> = {
  aim: 'reaches the aim',
  floor: 'above the floor',
  below: '**below the floor**',
  told: '',
};

/** The report as Markdown. */
export function toMarkdown({ machine, rounds, quick, rows, notes }: ServiceReport): string {
  const head = Object.entries(machine)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
  const how = `medians of ${rounds} interleaved rounds, the range in brackets; counts and memory are measured once${quick ? '. A quick run: indications only' : ''}`;
  const cells = rows.map((row) => [
    row.what,
    measuredText(row),
    barOf(row, row.floor),
    barOf(row, row.aim),
    row.verdict === undefined ? '' : WORDS[row.verdict],
  ]);
  const table = [['what', 'measured', 'floor', 'aim', 'verdict'], ['---', '--:', '--:', '--:', '---'], ...cells];
  return [
    '# Service path\n',
    `${head}; ${how}.\n`,
    `${table.map((line) => `| ${line.join(' | ')} |`).join('\n')}\n`,
    ...(notes.length === 0 ? [] : [`${notes.map((note) => `- ${note}`).join('\n')}\n`]),
  ].join('\n');
}

function measuredText({ measured, missing, unit }: Row): string {
  if (measured === undefined) return `not measured: ${missing}`;
  const { median, min, max } = measured;
  const range = min === max ? '' : ` (${number(min)}–${number(max)})`;
  return `${number(median)}${range}${unit === '' ? '' : ` ${unit}`}`;
}

function barOf({ better }: Row, bar: number | undefined): string {
  return bar === undefined ? '' : `${better === 'less' ? '≤' : '≥'} ${number(bar)}`;
}

function number(value: number): string {
  return Math.abs(value) >= 100 || Number.isInteger(value) ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
