/**
 * `npm run bench:service`: every bar of the service path from one command.
 *
 * The exit code is 1 when a figure is below its floor, so that a run can guard a change; figures that could not be measured do not count.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeBench } from './bench.ts';
import { HELP, type Options, readOptions } from './options.ts';
import type { Findings, Probe } from './probe.ts';
import { makeReport, type ServiceReport, toMarkdown } from './report.ts';
import { PROBES } from './rows/all-probes.ts';

/** Runs the probes and gives the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const root = checkout();
    const report = await runProbes(options, chosen(options.only), root);
    const markdown = toMarkdown(report);
    process.stdout.write(options.json ? `${JSON.stringify(report, undefined, 2)}\n` : markdown);
    if (options.save) save(root, report, markdown);
    return report.rows.some(({ verdict }) => verdict === 'below') ? 1 : 0;
  } catch (error) {
    process.stderr.write(`bench:service: ${(error as Error).message}\n`);
    return 2;
  }
}

function chosen(names: readonly string[]): Probe[] {
  const unknown = names.find((name) => !PROBES.some((probe) => probe.name === name));
  if (unknown !== undefined) throw new Error(`no probe ${unknown}; there are: ${PROBES.map(({ name }) => name).join(', ')}`);
  return PROBES.filter(({ name }) => names.length === 0 || names.includes(name));
}

async function runProbes({ rounds, quick }: Options, probes: readonly Probe[], root: string): Promise<ServiceReport> {
  const folder = mkdtempSync(join(tmpdir(), 'molt-service-'));
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const bench = makeBench({ root, folder, python: process.env.MOLT_PYTHON ?? 'python3', quick, say });
  const findings: Findings[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      for (const probe of probes) {
        if (!probe.timed && round > 0) continue;
        say(`round ${round + 1} of ${rounds}: ${probe.name}`);
        findings.push(await attempt(probe, bench));
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const machine = {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    node: process.versions.node,
    'load before': loadavg()[2]!.toFixed(1),
  };
  return makeReport({ machine, rounds, quick }, new Set(probes.flatMap(({ figures }) => figures)), findings);
}

/** One probe that fails must not cost the others; the report says why its figures are missing. */
async function attempt(probe: Probe, bench: Parameters<Probe['run']>[0]): Promise<Findings> {
  try {
    return await probe.run(bench);
  } catch (error) {
    const why = (error as Error).message.split('\n')[0]!;
    bench.say(`${probe.name}: ${(error as Error).message}`);
    return { values: {}, missing: Object.fromEntries(probe.figures.map((name) => [name, why])), notes: [`${probe.name} failed: ${why}`] };
  }
}

function save(root: string, report: ServiceReport, markdown: string): void {
  const results = join(root, 'benchmarks', 'results');
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, 'service.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(join(results, 'service.md'), markdown);
}

function checkout(): string {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'benchmarks', 'service'))) return folder;
    if (folder === dirname(folder)) throw new Error('run this inside the checkout: benchmarks/service is not above the current folder');
  }
}
