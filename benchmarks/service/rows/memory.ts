/**
 * A million calls of all kinds against one worker process: resident memory, file descriptors and threads must stay what they were.
 *
 * Small and large echoes, exceptions, calls that are cancelled at once and calls that run into their deadline. What matters is the trend: the
 * middle of the samples of the last fifth against that of the second fifth, so that neither warming up nor a single peak counts.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../../src/statistics.ts';
import type { FigureName } from '../bars.ts';
import { type Bench, KINDS, startWorker, type WorkerKind } from '../bench.ts';
import { type LoadCall, runLoad, writeCalls } from '../load/load.ts';
import type { Findings, Probe } from '../probe.ts';

const SAMPLE_MS = 20;
const WARM_UP_CALLS = 5000;

const MIX: readonly LoadCall[] = [
  { exportName: 'echo', input: { data: new Uint8Array(100).fill(7) }, weight: 80 },
  { exportName: 'echo', input: { data: new Uint8Array(60_000).fill(9) }, weight: 4 },
  { exportName: 'refuse', input: { text: 'no price for x' }, weight: 8 },
  { exportName: 'work', input: { rounds: 2000 }, weight: 4 },
  { exportName: 'work', input: { rounds: 10_000_000 }, cancel: true, weight: 2 },
  { exportName: 'echo', input: { data: new Uint8Array(100) }, cancel: true, weight: 2 },
];

interface Sample {
  readonly rssKib: number;
  readonly descriptors: number;
  readonly threads: number;
}

function sample(pid: number): Sample {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return { rssKib: of('VmRSS'), threads: of('Threads'), descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

/** How far the last fifth lies from the second, in percent. */
export function drift(values: readonly number[]): number {
  const fifth = Math.floor(values.length / 5);
  if (fifth < 1) throw new Error(`expected at least 5 samples, got ${values.length}`);
  const early = median(values.slice(fifth, 2 * fifth));
  return (median(values.slice(-fifth)) / early - 1) * 100;
}

function tenths(rssKib: readonly number[]): string[] {
  const tenth = Math.max(1, Math.floor(rssKib.length / 10));
  return Array.from({ length: 10 }, (_, i) => rssKib.slice(i * tenth, (i + 1) * tenth))
    .filter((part) => part.length > 0)
    .map((part) => (median(part) / 1024).toFixed(1));
}

async function measure(bench: Bench, kind: WorkerKind, calls: number): Promise<Findings> {
  const socket = join(bench.folder, `memory-${kind}.sock`);
  const worker = await startWorker(bench, kind, socket, ['--quiet']);
  if (worker === undefined) return { values: {} };
  const samples: Sample[] = [];
  try {
    const requests = await writeCalls(bench, `memory-${kind}`, MIX);
    const plan = { address: `unix:${socket}`, protocol: 'mip', requests, connections: 2, depth: 4, seconds: 3600 } as const;
    await runLoad(bench, { ...plan, calls: WARM_UP_CALLS });
    const timer = setInterval(() => samples.push(sample(worker.pid)), SAMPLE_MS);
    const run = await runLoad(bench, { ...plan, calls });
    clearInterval(timer);
    if (run.unanswered > 0) throw new Error(`${kind}: ${run.unanswered} calls had no answer`);
    const of = (part: keyof Sample): number[] => samples.map((one) => one[part]);
    for (const part of ['descriptors', 'threads'] as const) {
      const values = of(part);
      const [before, after] = [Math.max(...values.slice(0, values.length / 2)), Math.max(...values.slice(values.length / 2))];
      if (after > before + 1) throw new Error(`${kind}: ${part} went from ${before} to ${after}`);
    }
    const last = samples.at(-1)!;
    const errors = run.records.filter(({ code }) => code !== 0).length;
    return {
      values: { [`memory.${kind}.drift`]: Math.max(0, drift(of('rssKib'))) } as Partial<Record<FigureName, number>>,
      notes: [
        `memory ${kind}: ${run.records.length} calls, ${errors} with an error; RSS ${(last.rssKib / 1024).toFixed(1)} MiB, ` +
          `by tenths of the run ${tenths(of('rssKib')).join(', ')} MiB; ${last.descriptors} descriptors, ${last.threads} threads`,
      ],
    };
  } finally {
    await worker.stop();
  }
}

/** Both workers. */
export const memory: Probe = {
  name: 'memory',
  timed: false,
  figures: ['memory.native.drift', 'memory.node.drift', 'memory.calls'],
  async run(bench) {
    const calls = bench.quick ? 40_000 : 1_000_000;
    const found = [];
    for (const kind of KINDS) found.push(await measure(bench, kind, calls));
    return {
      values: { ...Object.assign({}, ...found.map(({ values }) => values)), 'memory.calls': calls },
      notes: found.flatMap(({ notes = [] }) => notes),
    };
  },
};
