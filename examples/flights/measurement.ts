/** Runs `measure.py` over one road, and the figures that follow from it. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** What is sent, the same for every road. */
export interface Workload {
  readonly python: string;
  /** Folder of this example. */
  readonly folder: string;
  readonly records: string;
  readonly perRequest: number;
  readonly rounds: number;
}

/** A road that requests can take. */
export type Road =
  | { readonly kind: 'python' }
  | { readonly kind: 'unix'; readonly socketPath: string; readonly artifactDir: string }
  | { readonly kind: 'inproc'; readonly artifactDir: string };

/** What a road came to. */
export interface Measurement {
  /** Milliseconds from starting the Python process to its first answer. */
  readonly firstAnswerMs: number;
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** A hash of each answer. */
  readonly digests: readonly string[];
  readonly pythonVersion: string;
}

interface Done {
  readonly milliseconds: readonly number[];
  readonly digests: readonly string[];
  readonly python: string;
}

/** Sends the workload over a road; rejects with what Python said when that fails. */
export async function measure(road: Road, workload: Workload): Promise<Measurement> {
  const { python, folder, records, perRequest, rounds } = workload;
  const args = [join(folder, 'measure.py'), '--road', road.kind, '--records', records];
  args.push('--per-request', String(perRequest), '--rounds', String(rounds));
  if (road.kind !== 'python') args.push('--artifact', road.artifactDir);
  if (road.kind === 'unix') args.push('--socket', road.socketPath);

  const start = performance.now();
  const child = spawn(python, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  let firstAnswerMs = 0;
  child.stdout.on('data', (data: Buffer) => {
    if (output === '') firstAnswerMs = performance.now() - start;
    output += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString();
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${python} ${args.join(' ')} ended with ${code}\n${errors.trimEnd()}`);
  const done = JSON.parse(output.trim().split('\n').at(-1) as string) as Done;
  return { firstAnswerMs, ...figures(done.milliseconds), digests: done.digests, pythonVersion: done.python };
}

/** Rate and percentiles of times of requests that were sent one after the other. */
export function figures(milliseconds: readonly number[]): Pick<Measurement, 'requestsPerSecond' | 'p50' | 'p99'> {
  const ordered = [...milliseconds].sort((a, b) => a - b);
  const rank = (share: number): number => ordered[Math.min(ordered.length - 1, Math.ceil(share * ordered.length) - 1)] ?? Number.NaN;
  const total = ordered.reduce((sum, ms) => sum + ms, 0);
  return { requestsPerSecond: (1000 * ordered.length) / total, p50: rank(0.5), p99: rank(0.99) };
}
