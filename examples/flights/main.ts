/**
 * The main job, end to end: builds the flights service, sends 20,000 real records through every road that this machine has, checks that all
 * answers are equal, and prints what each road costs.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ARTIFACT_FILES, type Manifest, readProgram, writeArtifact } from '@molt/core/node';
import { hasErrors, renderPretty } from '@molt/diagnostics';
import { type Measurement, measure, type Road, type Workload } from './measurement.ts';
import { size, table } from './table.ts';
import { startWorkerProcess, type WorkerCommand } from './worker-process.ts';

const EXPORTS = ['analyse', 'route_score'];
const PER_REQUEST = 200;
const ROUNDS = 3;

/** A road with its result. */
interface Row {
  readonly name: string;
  readonly coldStartMs: number;
  readonly artifact: string;
  readonly measurement: Measurement;
}

/** Runs everything; the result is the exit code. `--rounds N` sends the records N times. */
export async function main(args: readonly string[] = []): Promise<number> {
  const root = findRoot();
  const folder = join(root, 'examples', 'flights');
  const artifactDir = join(root, '.molt', 'flights');
  const scratch = await mkdtemp(join(tmpdir(), 'molt-flights-'));
  try {
    const manifest = await build(join(folder, 'flights.py'), artifactDir);
    const records = join(root, 'node_modules', 'vega-datasets', 'data', 'flights-20k.json');
    const workload: Workload = { python: findPython(root), folder, records, perRequest: PER_REQUEST, rounds: roundsOf(args) };
    return await run(root, artifactDir, manifest, workload, scratch);
  } catch (error) {
    process.stderr.write(`flights: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function run(root: string, artifactDir: string, { files }: Manifest, workload: Workload, scratch: string): Promise<number> {
  const rows: Row[] = [];
  const artifactOf = (name: string): string => (files[name] === undefined ? '' : `${name} ${size(files[name].bytes)}`);

  say('plain Python');
  const plain = await measure({ kind: 'python' }, workload);
  rows.push({ name: `CPython ${plain.pythonVersion}`, coldStartMs: plain.firstAnswerMs, artifact: '', measurement: plain });

  const wasmSocket = join(scratch, 'wasm.sock');
  const molt = join(root, 'apps', 'cli', 'bin', 'molt.mjs');
  const wasm: WorkerCommand = {
    command: process.execPath,
    args: [molt, 'worker', artifactDir, '--socket', wasmSocket],
    socketPath: wasmSocket,
  };
  rows.push({
    name: 'WASM worker',
    artifact: artifactOf(ARTIFACT_FILES.wasm),
    ...(await throughWorker('WASM worker', wasm, artifactDir, workload)),
  });

  if (files[ARTIFACT_FILES.worker] !== undefined) {
    const nativeSocket = join(scratch, 'native.sock');
    const native: WorkerCommand = {
      command: join(artifactDir, ARTIFACT_FILES.worker),
      args: ['--socket', nativeSocket],
      socketPath: nativeSocket,
    };
    rows.push({
      name: 'native worker',
      artifact: artifactOf(ARTIFACT_FILES.worker),
      ...(await throughWorker('native worker', native, artifactDir, workload)),
    });
  }
  if (files[ARTIFACT_FILES.library] !== undefined) {
    say('in process');
    const inproc = await measure({ kind: 'inproc', artifactDir }, workload);
    rows.push({ name: 'in process', coldStartMs: inproc.firstAnswerMs, artifact: artifactOf(ARTIFACT_FILES.library), measurement: inproc });
  }
  print(rows, plain, workload);
  return report(rows, plain);
}

/** Builds the service, unless the artifact that lies there was made by the same compiler from the same source. */
async function build(source: string, artifactDir: string): Promise<Manifest> {
  const start = performance.now();
  const { program } = await readProgram(source);
  const stamp = stampOf(program);
  const stampFile = `${artifactDir}.stamp`;
  const present = await readFile(stampFile, 'utf8').then(
    (text) => (text === stamp ? intact(artifactDir) : undefined),
    () => undefined,
  );
  if (present !== undefined) {
    say(`${artifactDir} is up to date`);
    return present;
  }
  await rm(stampFile, { force: true });
  const { manifest, diagnostics, skipped } = await writeArtifact(program, { outDir: artifactDir, mode: 'service', exports: EXPORTS });
  if (manifest === null || hasErrors(diagnostics)) throw new Error(`${source} does not compile\n${renderPretty(diagnostics)}`);
  say(`built ${artifactDir} in ${seconds(start)}`);
  // Without a C compiler the next run looks for one again.
  if (skipped === undefined) await writeFile(stampFile, stamp);
  else say(`skipped: native worker and in process (${skipped})`);
  return manifest;
}

/** What an artifact was made from: the program, and the compiler, which is in the bundle that this file is part of; its name has a hash of it. */
function stampOf({ files }: { readonly files: ReadonlyMap<string, string> }): string {
  const compiler = import.meta.url.endsWith('.ts') ? randomUUID() : import.meta.url;
  return createHash('sha256')
    .update(JSON.stringify([compiler, process.version, ...files]))
    .digest('hex');
}

/** The manifest of an artifact whose files are all there and as they were written. */
async function intact(artifactDir: string): Promise<Manifest | undefined> {
  try {
    const manifest = JSON.parse(await readFile(join(artifactDir, ARTIFACT_FILES.manifest), 'utf8')) as Manifest;
    for (const [name, { sha256 }] of Object.entries(manifest.files)) {
      const bytes = await readFile(join(artifactDir, name));
      if (createHash('sha256').update(bytes).digest('hex') !== sha256) return undefined;
    }
    return manifest;
  } catch {
    return undefined;
  }
}

async function throughWorker(
  name: string,
  command: WorkerCommand,
  artifactDir: string,
  workload: Workload,
): Promise<Pick<Row, 'coldStartMs' | 'measurement'>> {
  say(name);
  const first = (JSON.parse(readFileSync(workload.records, 'utf8')) as unknown[]).slice(0, workload.perRequest);
  const worker = await startWorkerProcess(command, 'analyse', { flights: first });
  try {
    const road: Road = { kind: 'unix', socketPath: command.socketPath, artifactDir };
    return { coldStartMs: worker.coldStartMs, measurement: await measure(road, workload) };
  } finally {
    await worker.stop();
  }
}

function print(rows: readonly Row[], plain: Measurement, { perRequest, rounds }: Workload): void {
  const body = rows.map(({ name, coldStartMs, artifact, measurement }) => [
    name,
    measurement.requestsPerSecond.toFixed(1),
    `${measurement.p50.toFixed(2)} ms`,
    `${measurement.p99.toFixed(2)} ms`,
    `${(measurement.requestsPerSecond / plain.requestsPerSecond).toFixed(1)}x`,
    `${coldStartMs.toFixed(0)} ms`,
    artifact,
  ]);
  const count = plain.digests.length;
  process.stdout.write(
    [
      '',
      `${count} requests of ${perRequest} flights, ${rounds} times, one after the other, timed in Python from objects to objects`,
      '',
      ...table([['road', 'requests/s', 'p50', 'p99', 'to CPython', 'cold start', 'artifact'], ...body]),
      '',
      '',
    ].join('\n'),
  );
}

/** Says whether all roads gave the same answers; that decides the exit code. */
function report(rows: readonly Row[], plain: Measurement): number {
  let wrong = 0;
  for (const { name, measurement } of rows) {
    const different = plain.digests.flatMap((digest, i) => (measurement.digests[i] === digest ? [] : [i]));
    if (different.length === 0 && measurement.digests.length === plain.digests.length) continue;
    wrong++;
    process.stderr.write(
      `flights: ${name} answers ${different.length} requests differently from plain Python, the first is request ${different[0]}\n`,
    );
  }
  if (wrong > 0) return 1;
  say(`all ${plain.digests.length} answers are equal on ${rows.length} roads`);
  return 0;
}

function roundsOf(args: readonly string[]): number {
  const at = args.indexOf('--rounds');
  if (at < 0) return ROUNDS;
  const rounds = Number(args[at + 1]);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`expected a whole number of rounds, got ${args[at + 1] ?? 'nothing'}`);
  return rounds;
}

/** The checkout: this file may run as it is or from a bundle, which lies in it too. */
function findRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'pnpm-workspace.yaml'))) return folder;
    if (folder === dirname(folder)) throw new Error('this example runs inside a checkout of Molt');
  }
}

function findPython(root: string): string {
  const local = join(root, '.venv', 'bin', 'python');
  return process.env.MOLT_PYTHON ?? (existsSync(local) ? local : 'python3');
}

function say(text: string): void {
  process.stdout.write(`flights: ${text}\n`);
}

function seconds(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
