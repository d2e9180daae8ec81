/**
 * `npm run bench`: the programs of `benchmarks/programs` on every engine found, as tables and as JSON.
 *
 * Reads top to bottom: options, engines, probes, start-up, programs, report. The exit code is 1 when an engine of Molt or C failed or
 * printed something else than CPython; peers may refuse a program.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { command } from './command.ts';
import type { Engine, Place } from './engine.ts';
import { ENGINES } from './engines/all-engines.ts';
import { CHECKED } from './engines/molt.ts';
import { costsToMarkdown, interruptCosts } from './interrupt-cost.ts';
import { toMarkdown } from './markdown.ts';
import { type Measured, type MeasureOptions, measure } from './measure.ts';
import { makeMeter } from './meter.ts';
import { HELP, type Options, readOptions } from './options.ts';
import timed from './probes/timed.py';
import timedNumba from './probes/timed_numba.py';
import { findPrograms, type Program } from './programs.ts';
import { makeReport } from './report.ts';

/** Runs the benchmarks and gives the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = readOptions(args);
    if (options.help) {
      process.stdout.write(HELP);
      return 0;
    }
    return await runBenchmarks(options, checkout());
  } catch (error) {
    process.stderr.write(`bench: ${(error as Error).message}\n`);
    return 2;
  }
}

async function runBenchmarks(options: Options, root: string): Promise<number> {
  const programs = findPrograms(join(root, 'benchmarks', 'programs'), options.only);
  const folder = mkdtempSync(join(tmpdir(), 'molt-bench-'));
  try {
    const python = await interpreterOf(process.env.MOLT_PYTHON);
    const place: Place = { root, python, peerPython: process.env.MOLT_BENCH_PYTHON ?? python, probes: writeProbes(folder) };
    const meter = await makeMeter(folder, place.python);
    const say = (line: string) => process.stderr.write(`${line}\n`);
    if (options.interrupts) return await runInterrupts(options, { root, programs, folder, place, meter, say });
    const { found, missing } = await findEngines(options.engines, place);
    const common = { engines: found, rounds: options.rounds, folder, place, meter, say };
    const startup = await measure({ ...common, programs: [helloProgram(folder)], wholeProcess: true });
    const measured = await measure({ ...common, programs });
    const engines = Object.fromEntries(found.map(({ name, title }) => [name, title]));
    const report = makeReport({ machine: await machineOf(place), rounds: options.rounds, engines, missing, programs, measured, startup });
    const markdown = toMarkdown(report);
    const output = resolve(root, options.output);
    mkdirSync(output, { recursive: true });
    writeFileSync(join(output, 'latest.json'), `${JSON.stringify(report, undefined, 2)}\n`);
    writeFileSync(join(output, 'latest.md'), markdown);
    process.stdout.write(markdown);
    return [...startup, ...measured].some(isFault) ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Programs with and without interrupt checks, side by side; the first engine's output is the reference. */
async function runInterrupts(
  { rounds, output }: Options,
  { root, ...common }: Omit<MeasureOptions, 'engines' | 'rounds'> & { readonly root: string },
): Promise<number> {
  const pairs = CHECKED.map((checked) => [ENGINES.find(({ name }) => name === checked.against)!, checked] as const);
  const usable: Engine[] = [];
  for (const pair of pairs) if ((await pair[1].missing(common.place)) === undefined) usable.push(...pair);
  const measured = await measure({ ...common, rounds, engines: usable });
  const costs = interruptCosts(common.programs, measured, CHECKED);
  const markdown = costsToMarkdown({ machine: await machineOf(common.place), rounds, costs });
  const folder = resolve(root, output);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'interrupts.json'), `${JSON.stringify({ rounds, costs }, undefined, 2)}\n`);
  writeFileSync(join(folder, 'interrupts.md'), markdown);
  process.stdout.write(markdown);
  return measured.some(({ failure }) => failure !== undefined) ? 1 : 0;
}

/** Engines that must run every program; peers may refuse some. */
const REQUIRED = new Set(['cpython', 'c', 'molt-wasm', 'molt-native']);

function isFault({ engine, failure }: Measured): boolean {
  return failure !== undefined && REQUIRED.has(engine);
}

/** The interpreter itself, not a script that starts it: its start-up is measured. */
async function interpreterOf(wanted: string | undefined): Promise<string> {
  const python = wanted !== undefined && existsSync(wanted) ? wanted : 'python3';
  return (await command([python, '-c', 'import sys; print(sys.executable)'])).trim();
}

/** The folder of the checkout: the nearest one above the current folder that has `benchmarks/programs`. */
function checkout(): string {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'benchmarks', 'programs'))) return folder;
    if (folder === dirname(folder)) throw new Error('run this inside the checkout: benchmarks/programs is not above the current folder');
  }
}

async function findEngines(names: readonly string[], place: Place): Promise<{ found: Engine[]; missing: Record<string, string> }> {
  const unknown = names.find((name) => !ENGINES.some((engine) => engine.name === name));
  if (unknown !== undefined) throw new Error(`no engine ${unknown}; there are: ${ENGINES.map(({ name }) => name).join(', ')}`);
  const found: Engine[] = [];
  const missing: Record<string, string> = {};
  for (const engine of ENGINES) {
    // CPython is always there: outputs and ratios need it.
    if (names.length > 0 && !names.includes(engine.name) && engine.name !== 'cpython') continue;
    const why = await engine.missing(place);
    if (why === undefined) found.push(engine);
    else missing[engine.name] = why;
  }
  if (missing.cpython !== undefined) throw new Error(`CPython is needed: ${missing.cpython}`);
  return { found, missing };
}

function writeProbes(folder: string): string {
  const probes = join(folder, 'probes');
  mkdirSync(probes);
  writeFileSync(join(probes, 'timed.py'), timed);
  writeFileSync(join(probes, 'timed_numba.py'), timedNumba);
  return probes;
}

/** The smallest program, in Python and in C, for start-up. */
function helloProgram(folder: string): Program {
  const own = join(folder, 'hello-source');
  mkdirSync(own);
  const [python, c] = [join(own, 'hello.py'), join(own, 'hello.c')];
  writeFileSync(python, "def main() -> None:\n    print('hello')\n\n\nif __name__ == '__main__':\n    main()\n");
  writeFileSync(c, '#include <stdio.h>\n\nint main(void) {\n  puts("hello");\n  return 0;\n}\n');
  return { name: 'hello', group: 'kernel', python, c };
}

async function machineOf({ python }: Place): Promise<Record<string, string | number>> {
  const version = (await command([python, '-c', 'import platform; print(platform.python_version())'])).trim();
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    system: process.platform,
    node: process.versions.node,
    python: version,
  };
}
