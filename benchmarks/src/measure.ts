/**
 * Measures programs on engines, interleaved: every round runs each program on every engine in turn, so that a change in the machine's
 * speed meets all of them alike. The order turns with the round. Every run's output is compared with CPython's.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine, Place, Prepared } from './engine.ts';
import type { Meter, Run } from './meter.ts';
import type { Program } from './programs.ts';

/** A program on an engine: its runs, or why there are none. */
export interface Measured {
  readonly engine: string;
  readonly program: string;
  readonly prepareSeconds: number;
  readonly artifactBytes: number | undefined;
  /** Seconds of each round, in order. */
  readonly seconds: readonly number[];
  /** CPU seconds of each round; of the program's code alone where the command reports that. */
  readonly cpuSeconds: readonly number[];
  /** Largest resident set of all rounds. */
  readonly peakBytes: number;
  /** Why the program cannot be measured on the engine: it was refused, it failed, or it printed something else. */
  readonly failure: string | undefined;
}

/** What `measure` needs. */
export interface MeasureOptions {
  readonly programs: readonly Program[];
  /** The first is the reference for outputs. */
  readonly engines: readonly Engine[];
  readonly rounds: number;
  readonly folder: string;
  readonly place: Place;
  readonly meter: Meter;
  readonly say: (line: string) => void;
  /** Count the wall clock of the whole command even where the command reports a time of its own. Default: false. */
  readonly wholeProcess?: boolean;
}

interface Entry {
  readonly engine: Engine;
  readonly program: Program;
  readonly prepared: Prepared | undefined;
  readonly prepareSeconds: number;
  readonly seconds: number[];
  readonly cpuSeconds: number[];
  peakBytes: number;
  failure: string | undefined;
}

/** Runs everything and gives the measurements of every pair of program and engine. */
export async function measure(options: MeasureOptions): Promise<Measured[]> {
  const all: Entry[] = [];
  for (const program of options.programs) {
    const entries: Entry[] = [];
    for (const engine of options.engines) entries.push(await prepare(engine, program, options));
    let expected: string | undefined;
    for (let round = 0; round < options.rounds; round++) {
      // The reference runs first in the first round; later the order turns.
      for (let k = 0; k < entries.length; k++) {
        const entry = entries[(k + round) % entries.length]!;
        expected ??= runOnce(entry, undefined, options);
        if (entry.seconds.length <= round) runOnce(entry, expected, options);
      }
    }
    options.say(`${program.name}: ${entries.map(summary).join(', ')}`);
    all.push(...entries);
  }
  return all.map(({ engine, program, prepared, prepareSeconds, seconds, cpuSeconds, peakBytes, failure }) => ({
    engine: engine.name,
    program: program.name,
    prepareSeconds,
    artifactBytes: prepared?.artifactBytes,
    seconds: failure === undefined ? seconds : [],
    cpuSeconds: failure === undefined ? cpuSeconds : [],
    peakBytes,
    failure,
  }));
}

async function prepare(engine: Engine, program: Program, { folder, place }: MeasureOptions): Promise<Entry> {
  const own = join(folder, engine.name, program.name);
  mkdirSync(own, { recursive: true });
  const start = performance.now();
  let prepared: Prepared | undefined;
  let failure: string | undefined;
  try {
    prepared = await engine.prepare(program, own, place);
  } catch (error) {
    failure = (error as Error).message;
  }
  return {
    engine,
    program,
    prepared,
    prepareSeconds: (performance.now() - start) / 1000,
    seconds: [],
    cpuSeconds: [],
    peakBytes: 0,
    failure,
  };
}

/** Runs an entry once, notes time or failure, and gives back the output. */
function runOnce(entry: Entry, expected: string | undefined, { meter, wholeProcess }: MeasureOptions): string | undefined {
  if (entry.prepared === undefined || entry.failure !== undefined) return undefined;
  const run = meter(entry.prepared.argv);
  entry.peakBytes = Math.max(entry.peakBytes, run.peakBytes);
  if (run.exitCode !== 0) entry.failure = `exit code ${run.exitCode}: ${run.stderr.trimEnd().split('\n').slice(-1)[0]}`;
  else if (expected !== undefined && run.stdout !== expected)
    entry.failure = `printed something else: ${firstDifference(run.stdout, expected)}`;
  else {
    entry.seconds.push(wholeProcess || entry.prepared.clock === 'process' ? run.wallSeconds : reportedSeconds(run));
    entry.cpuSeconds.push(Number(/^@cpu (\S+)$/m.exec(run.stderr)?.[1] ?? run.cpuSeconds));
  }
  return run.exitCode === 0 ? run.stdout : undefined;
}

function reportedSeconds({ stderr }: Run): number {
  const found = /^@seconds (\S+)$/m.exec(stderr);
  if (found === null) throw new Error(`the command reported no time: ${stderr}`);
  return Number(found[1]);
}

function firstDifference(actual: string, expected: string): string {
  const [a, b] = [actual.split('\n'), expected.split('\n')];
  const at = a.findIndex((line, i) => line !== b[i]);
  return at < 0
    ? `${a.length} lines, expected ${b.length}`
    : `line ${at + 1} is ${JSON.stringify(a[at])}, expected ${JSON.stringify(b[at])}`;
}

function summary({ engine, seconds, failure }: Entry): string {
  return failure === undefined ? `${engine.name} ${Math.min(...seconds).toFixed(3)} s` : `${engine.name} -`;
}
