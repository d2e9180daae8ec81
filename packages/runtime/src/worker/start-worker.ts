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
import { systemClock } from '../schedule/clock.ts';
import { QUEUE_PER_SLOT, Scheduler, type SchedulerLoad } from '../schedule/scheduler.ts';
import { ThreadPool } from '../slot/thread-pool.ts';
import { readArtifact } from './artifact.ts';
import { type CallBudget, serveCall } from './serve-call.ts';

/** Heap of one call unless the worker is told otherwise. */
const DEFAULT_MEMORY_BYTES = 256 << 20;
/** Milliseconds that calls get to finish when the worker is closed. */
const DEFAULT_DRAIN_MS = 5000;
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
  /** Takes lines for whoever runs the worker. Default: none. */
  readonly log?: (line: string) => void;
  /** Heap of one call in bytes; calls may ask for less. Default: 256 MiB. */
  readonly memoryBytes?: number;
  /** CPU time of one call in milliseconds; calls may ask for less. Default: 0, no limit but the deadline. */
  readonly cpuMs?: number;
  /** Calls that may wait. Default: 4 per slot. */
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
  const pool = await ThreadPool.start({
    slots,
    entry: options.entry ?? new URL('./compute-slot.js', import.meta.url),
    setup: { module, memoryBytes: budget.memoryBytes, outputBytes: DEFAULT_LIMITS.maxMessage - RESULT_HEAD },
    log,
  });
  const queueCap = options.queueCap ?? QUEUE_PER_SLOT * slots;
  const scheduler = new Scheduler({ slots, pool, clock: systemClock, queueCap });
  const exports = prepareExports(schemas);
  let server: MipServer;
  try {
    server = await MipServer.listen({
      path: socketPath,
      exports,
      slots,
      artifactId: manifest.artifactId,
      runtime: 'molt-wasm',
      // One connection may fill the worker; what is beyond that would only be refused.
      credit: slots + queueCap,
      onCall: (call) => serveCall(scheduler, call, budget),
      load: () => ({ depth: scheduler.load.queued, delayUs: Math.ceil(scheduler.load.expectedWaitMs * 1000) }),
    });
  } catch (error) {
    pool.close();
    throw error;
  }
  log(`serving ${manifest.exports.map(({ name }) => name).join(', ') || 'nothing'} at ${socketPath} with ${slots} slots`);

  let resolveClosed: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    resolveClosed = resolve;
  });
  let closing: Promise<void> | undefined;
  const shutDown = async (drainMs: number): Promise<void> => {
    log(`draining for at most ${drainMs} ms`);
    const stop = setTimeout(() => scheduler.stopAll('shutdown'), drainMs);
    // Connections outlive the calls that are stopped, so that their answers get out.
    await Promise.all([server.close(drainMs + STOP_MS), scheduler.drain()]);
    clearTimeout(stop);
    pool.close();
    log('ended');
    resolveClosed();
  };
  return {
    socketPath,
    artifactId: manifest.artifactId,
    slots,
    exports: manifest.exports.map(({ name }) => name),
    load: () => scheduler.load,
    close: (drainMs = DEFAULT_DRAIN_MS) => (closing ??= shutDown(drainMs)),
    closed,
  };
}

function checkSlots(slots: number): number {
  if (Number.isInteger(slots) && slots >= 1 && slots <= 1024) return slots;
  throw new MoltError(fault('MOLT6206', { slots }));
}
