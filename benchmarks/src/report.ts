/** Measurements become the results file: medians with spread, ratios against CPython and C of the same round, means per group. */
import type { Measured } from './measure.ts';
import { GROUPS, type Group, type Program } from './programs.ts';
import { geometricMean, type Spread, spread } from './statistics.ts';

/** A program on an engine, as reported. */
export interface Cell {
  readonly seconds?: Spread;
  /** CPython's time over this one's, round by round: above 1 is faster than CPython. */
  readonly speedup?: Spread;
  /** This one's time over C's, round by round: 1 is as fast as C. */
  readonly timesC?: Spread;
  readonly peakBytes?: number;
  readonly prepareSeconds?: number;
  readonly artifactBytes?: number;
  readonly failure?: string;
}

/** All that a run of the benchmarks found. */
export interface Report {
  readonly machine: Readonly<Record<string, string | number>>;
  readonly rounds: number;
  /** Engine names in order, with their titles. */
  readonly engines: Readonly<Record<string, string>>;
  /** Engines that were asked for or known but not usable, with the reason. */
  readonly missing: Readonly<Record<string, string>>;
  readonly programs: Readonly<Record<string, { readonly group: Group; readonly engines: Readonly<Record<string, Cell>> }>>;
  /** Whole process of a program that prints one line. */
  readonly startup: Readonly<Record<string, Cell>>;
  readonly groups: Readonly<Record<string, Readonly<Record<string, GroupMean>>>>;
}

/** Means of an engine over the programs of a group that it ran. */
export interface GroupMean {
  readonly programs: number;
  readonly speedup?: number;
  readonly timesC?: number;
}

/** What the report is made from. */
export interface ReportInput extends Pick<Report, 'machine' | 'rounds' | 'engines' | 'missing'> {
  readonly programs: readonly Program[];
  readonly measured: readonly Measured[];
  readonly startup: readonly Measured[];
}

/** The whole report as plain data. */
export function makeReport({ programs, measured, startup, ...head }: ReportInput): Report {
  const names = Object.keys(head.engines);
  const rows = programs.map(({ name, group }) => [name, { group, engines: cellsOf(measured.filter((m) => m.program === name)) }] as const);
  const byProgram = Object.fromEntries(rows);
  const groups: Record<string, Record<string, GroupMean>> = {};
  for (const group of Object.keys(GROUPS)) {
    const cells = (engine: string) => rows.filter(([, row]) => row.group === group).map(([, row]) => row.engines[engine] ?? {});
    const present = names.filter((engine) => cells(engine).some(({ seconds }) => seconds !== undefined));
    if (present.length > 0) groups[group] = Object.fromEntries(present.map((engine) => [engine, meanOf(cells(engine))]));
  }
  return { ...head, programs: byProgram, startup: cellsOf(startup), groups };
}

function cellsOf(measured: readonly Measured[]): Record<string, Cell> {
  const secondsOf = (engine: string) => measured.find((m) => m.engine === engine)?.seconds ?? [];
  const [cpython, c] = [secondsOf('cpython'), secondsOf('c')];
  return Object.fromEntries(measured.map((m) => [m.engine, cellOf(m, cpython, c)]));
}

function cellOf(m: Measured, cpython: readonly number[], c: readonly number[]): Cell {
  if (m.failure !== undefined) return { failure: m.failure };
  const paired = (against: readonly number[], ratio: (other: number, own: number) => number) =>
    against.length === m.seconds.length ? spread(m.seconds.map((own, i) => ratio(against[i]!, own))) : undefined;
  const speedup = paired(cpython, (other, own) => other / own);
  const timesC = paired(c, (other, own) => own / other);
  return {
    seconds: spread(m.seconds),
    ...(speedup === undefined ? {} : { speedup }),
    ...(timesC === undefined ? {} : { timesC }),
    peakBytes: m.peakBytes,
    prepareSeconds: m.prepareSeconds,
    ...(m.artifactBytes === undefined ? {} : { artifactBytes: m.artifactBytes }),
  };
}

function meanOf(cells: readonly Cell[]): GroupMean {
  const speedups = cells.flatMap(({ speedup }) => (speedup === undefined ? [] : [speedup.median]));
  const timesC = cells.flatMap(({ timesC }) => (timesC === undefined ? [] : [timesC.median]));
  return {
    programs: cells.filter(({ seconds }) => seconds !== undefined).length,
    ...(speedups.length === 0 ? {} : { speedup: geometricMean(speedups) }),
    ...(timesC.length === 0 ? {} : { timesC: geometricMean(timesC) }),
  };
}
