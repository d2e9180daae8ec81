/**
 * Case threads from the outside: bundles the thread's source, hands out requests, and replaces a thread that does not answer in time.
 *
 * Sources run without a build because `scripts/bundle.mjs` bundles them, Python and C texts included, when one of them changed.
 */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { bundle } from '../../../../scripts/bundle.mjs';
import type { RunAnswer, RunPhase, RunRequest } from './run-request.ts';

/** Deep recursion of compiled code and of the interpreter needs more than a thread usually has. */
const STACK_MB = 200;

interface Slot {
  worker: Worker | undefined;
  busy: boolean;
}

/** A number of threads with one queue. */
export class CaseThreads {
  readonly #slots: Slot[];
  readonly #waiting: (() => void)[] = [];
  readonly #timeoutMs: number;
  #path: Promise<string> | undefined;

  constructor(count: number, timeoutMs: number) {
    this.#slots = Array.from({ length: count }, () => ({ worker: undefined, busy: false }));
    this.#timeoutMs = timeoutMs;
  }

  /** Runs a request on a free thread. Never rejects for what the program or the compiler does. */
  run(request: RunRequest): Promise<RunAnswer> {
    return this.session((run) => run(request));
  }

  /** Keeps one thread for several requests: what it compiled for one of them serves the next, if the program is the same. */
  async session<T>(body: (run: (request: RunRequest) => Promise<RunAnswer>) => Promise<T>): Promise<T> {
    this.#path ??= bundle('case-thread', { thread: fileURLToPath(new URL('./case-thread.ts', import.meta.url)) }).then(
      (paths: Record<string, string>) => paths.thread as string,
    );
    const path = await this.#path;
    const slot = await this.#acquire();
    try {
      return await body((request) => {
        slot.worker ??= new Worker(path, {
          resourceLimits: { stackSizeMb: STACK_MB, maxOldGenerationSizeMb: 2048 },
          execArgv: ['--enable-source-maps'],
        });
        return this.#ask(slot, slot.worker, request);
      });
    } finally {
      slot.busy = false;
      this.#waiting.shift()?.();
    }
  }

  /** Ends all threads. */
  async close(): Promise<void> {
    await Promise.all(this.#slots.map(({ worker }) => worker?.terminate()));
  }

  async #acquire(): Promise<Slot> {
    for (;;) {
      const slot = this.#slots.find(({ busy }) => !busy);
      if (slot !== undefined) {
        slot.busy = true;
        return slot;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #ask(slot: Slot, worker: Worker, request: RunRequest): Promise<RunAnswer> {
    return new Promise((resolve) => {
      let phase: RunPhase['phase'] = 'front end';
      const onMessage = (answer: RunAnswer | RunPhase): void => {
        if (answer.kind === 'phase') phase = answer.phase;
        else end(answer, true);
      };
      const onError = (error: Error): void =>
        end({ kind: 'failure', message: `the thread died (${phase}): ${error.stack ?? error.message}` }, false);
      const onExit = (code: number): void => end({ kind: 'failure', message: `the thread ended with ${code} (${phase})` }, false);
      const timer = setTimeout(
        () => end({ kind: 'failure', message: `no end after ${this.#timeoutMs} ms (${phase})` }, false),
        this.#timeoutMs,
      );
      const end = (answer: RunAnswer, alive: boolean): void => {
        clearTimeout(timer);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        if (!alive) {
          slot.worker = undefined;
          worker.on('error', () => undefined);
          void worker.terminate();
        }
        resolve(answer);
      };
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      worker.postMessage(request);
    });
  }
}
