/**
 * A worker: one artifact, served over one socket.
 *
 * This thread is the supervisor. It reads frames, queues calls, watches their limits and never runs user code; compute threads do. So a call
 * that spins cannot keep the worker from answering others, from refusing what is too much, or from ending.
 */
import { availableParallelism } from 'node:os';
import { fault, MoltError } from '@molt/diagnostics';
import { DEFAULT_LIMITS, prepareExports, RESULT_HEAD } from '@molt/ipc';
import { MipServer } from '@molt/ipc/node';
import { type HttpEndpoints, serveHttp } from '../observe/http-endpoints.ts';
import type { WorkerLog } from '../observe/log-entry.ts';
import { type WorkerGauges, WorkerMetrics } from '../observe/worker-metrics.ts';
import { systemClock } from '../schedule/clock.ts';
import { QUEUE_PER_SLOT, Scheduler, type SchedulerLoad } from '../schedule/scheduler.ts';
import { ThreadPool } from '../slot/thread-pool.ts';
import { readArtifact } from './artifact.ts';
import { type CallBudget, type CallServer, serveCall } from './serve-call.ts';

/** Heap of one call unless the worker is told otherwise. */
const DEFAULT_MEMORY_BYTES = 256 << 20;
/** Milliseconds that calls get to finish when the worker is closed. */
const DEFAULT_DRAIN_MS = 5000;
/** The most credit of a connection: enough to keep a worker busy with calls of some microseconds. */
const FULL_CREDIT = 64;
/** Milliseconds that calls get to end after they were stopped. */
const STOP_MS = 500;

/** Settings of a worker. */
export interface WorkerOptions {
  /** Directory that `molt build` wrote. */
  readonly artifactDir: string;
  /** Path of the Unix socket to make; only this user can open it. */
  readonly socketPath: string;
  /** Calls that run at once. Default: the number of processors. */
  readonly slots?: number;
  /** Takes what whoever runs the worker should know. Default: nobody does. */
  readonly log?: WorkerLog;
  /** Whether `log` also gets an entry for each call. Default: false. */
  readonly logCalls?: boolean;
  /** `HOST:PORT` for `/metrics` and `/healthz`; port 0 takes any. Default: none. */
  readonly metrics?: string;
  /** Heap of one call in bytes; calls may ask for less. Default: 256 MiB. */
  readonly memoryBytes?: number;
  /** CPU time of one call in milliseconds; calls may ask for less. Default: 0, no limit but the deadline. */
  readonly cpuMs?: number;
  /** Calls that may wait. Default: 4 per slot, more of short ones. */
  readonly queueCap?: number;
  /** The file that compute threads run. Default: `compute-slot.js` beside the file that this code is in. */
  readonly entry?: URL;
}

/** A running worker. */
export interface WorkerHandle {
  readonly socketPath: string;
  readonly artifactId: string;
  readonly slots: number;
  /** Names of the exports. */
  readonly exports: readonly string[];
  /** Where metrics are served; undefined if nowhere. */
  readonly metricsUrl: string | undefined;
  /** What it is doing. */
  load(): SchedulerLoad;
  /** Takes no more calls, lets those that it has finish for `drainMs` (default 5000), stops the rest, and ends. */
  close(drainMs?: number): Promise<void>;
  /** Resolves when the worker has ended. */
  readonly closed: Promise<void>;
}

/** Starts a worker; resolves when it takes calls, rejects with a MoltError that says what is wrong. */
export async function startWorker(options: WorkerOptions): Promise<WorkerHandle> {
  const { artifactDir, socketPath, log = () => {} } = options;
  const slots = checkSlots(options.slots ?? availableParallelism());
  const budget: CallBudget = { memoryBytes: options.memoryBytes ?? DEFAULT_MEMORY_BYTES, cpuMs: options.cpuMs ?? 0 };
  const { manifest, schemas, module } = await readArtifact(artifactDir);
  const names = manifest.exports.map(({ name }) => name);
  const pool = await ThreadPool.start({
    slots,
    entry: options.entry ?? new URL('./compute-slot.js', import.meta.url),
    setup: { module, memoryBytes: budget.memoryBytes, outputBytes: DEFAULT_LIMITS.maxMessage - RESULT_HEAD },
    log: (message) => log({ level: 'warn', event: 'fault', message }),
  });
  const { queueCap } = options;
  const scheduler = new Scheduler({ slots, pool, clock: systemClock, queueCap });
  const exports = prepareExports(schemas);
  const metrics = new WorkerMetrics(exports.exports.map(({ schema }) => schema.name));
  const calls: CallServer = { scheduler, budget, metrics, logCall: options.logCalls === true ? log : undefined };
  let draining = false;
  let server: MipServer | undefined;
  let endpoints: HttpEndpoints | undefined;
  try {
    const gauges = (): WorkerGauges => {
      const { queued, running } = scheduler.load;
      return { queued, running, slots, connections: server?.connections ?? 0, creditLeft: server?.creditLeft ?? 0 };
    };
    const source = { metrics: () => metrics.text(gauges()), draining: () => draining };
    if (options.metrics !== undefined) endpoints = await serveHttp(options.metrics, source);
    server = await MipServer.listen({
      path: socketPath,
      exports,
      slots,
      artifactId: manifest.artifactId,
      runtime: 'molt-wasm',
      // One connection may fill the worker; what is beyond that would only be refused, unless calls are short.
      credit: slots + (queueCap ?? QUEUE_PER_SLOT * slots),
      moreCredit: ({ target }) => (scheduler.shortFor(target.index, FULL_CREDIT) ? FULL_CREDIT : 0),
      onCall: (call) => serveCall(calls, call),
      onRefused: (name) => metrics.rejected(name),
      load: () => ({ depth: scheduler.load.queued, delayUs: Math.ceil(scheduler.load.expectedWaitMs * 1000) }),
    });
  } catch (error) {
    pool.close();
    await endpoints?.close();
    throw error;
  }
  const listening = server;
  log({
    level: 'info',
    event: 'start',
    message: `serving ${names.join(', ') || 'nothing'} at ${socketPath} with ${slots} slots`,
    fields: { socket: socketPath, artifact: manifest.artifactId, exports: names.length, slots, pid: process.pid },
  });

  let resolveClosed: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    resolveClosed = resolve;
  });
  let closing: Promise<void> | undefined;
  const shutDown = async (drainMs: number): Promise<void> => {
    draining = true;
    log({ level: 'info', event: 'drain', message: `draining for at most ${drainMs} ms`, fields: { drain_ms: drainMs } });
    const stop = setTimeout(() => scheduler.stopAll('shutdown'), drainMs);
    // Connections outlive the calls that are stopped, so that their answers get out.
    await Promise.all([listening.close(drainMs, STOP_MS), scheduler.drain()]);
    clearTimeout(stop);
    pool.close();
    await endpoints?.close();
    log({ level: 'info', event: 'stop', message: 'ended' });
    resolveClosed();
  };
  return {
    socketPath,
    artifactId: manifest.artifactId,
    slots,
    exports: names,
    metricsUrl: endpoints === undefined ? undefined : `${endpoints.url}/metrics`,
    load: () => scheduler.load,
    close: (drainMs = DEFAULT_DRAIN_MS) => (closing ??= shutDown(drainMs)),
    closed,
  };
}

function checkSlots(slots: number): number {
  if (Number.isInteger(slots) && slots >= 1 && slots <= 1024) return slots;
  throw new MoltError(fault('MOLT6206', { slots }));
}
