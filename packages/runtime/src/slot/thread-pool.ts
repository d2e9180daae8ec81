/**
 * The compute threads of a worker: as many as slots, and one warm spare.
 *
 * Ending a thread is how a call that does not stop is stopped, so a new one must stand ready: with the spare, the next call does not wait for
 * a thread to start. A thread that ends is replaced; if replacements fail too, they are tried again after a growing pause.
 */
import { type ErrorParts, fault, MoltError } from '@molt/diagnostics';
import type { ComputeSlot, ComputeSlotPool } from '../schedule/compute-slot-pool.ts';
import type { SlotSetup } from './slot-message.ts';
import { ThreadSlot } from './thread-slot.ts';

/** Threads beyond the slots. */
const SPARES = 1;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5000;

/** Settings of a pool. */
export interface ThreadPoolOptions {
  readonly slots: number;
  readonly setup: SlotSetup;
  /** The file that threads run. */
  readonly entry: URL;
  /** Told what a person who runs the worker should know. */
  readonly log: (line: string) => void;
}

/** A pool of compute threads. */
export class ThreadPool implements ComputeSlotPool {
  onFree: () => void = () => {};
  readonly #options: ThreadPoolOptions;
  readonly #threads = new Set<ThreadSlot>();
  #closed = false;
  #pauseMs = FIRST_PAUSE_MS;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #onFirstEnd: ((error: MoltError) => void) | undefined;

  private constructor(options: ThreadPoolOptions) {
    this.#options = options;
  }

  /** Starts the threads; resolves when the first can take calls, rejects with a MoltError that says why none can. */
  static async start(options: ThreadPoolOptions): Promise<ThreadPool> {
    const pool = new ThreadPool(options);
    try {
      await new Promise<void>((resolve, reject) => {
        pool.onFree = resolve;
        pool.#onFirstEnd = reject;
        // One first: when the module does not load, it says so once.
        pool.#add();
      });
    } catch (error) {
      pool.close();
      throw error;
    }
    pool.#onFirstEnd = undefined;
    pool.onFree = () => {};
    pool.#fill();
    return pool;
  }

  /** Threads that exist, starting ones included. */
  get size(): number {
    return this.#threads.size;
  }

  take(): ComputeSlot | undefined {
    for (const thread of this.#threads) if (thread.idle) return thread;
    return undefined;
  }

  /** Ends all threads. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    for (const thread of this.#threads) thread.terminate();
  }

  #fill(): void {
    while (!this.#closed && this.#threads.size < this.#options.slots + SPARES) this.#add();
  }

  #add(): void {
    const { entry, setup } = this.#options;
    let wasReady = false;
    const thread: ThreadSlot = new ThreadSlot(entry, setup, {
      onReady: () => {
        wasReady = true;
        this.#pauseMs = FIRST_PAUSE_MS;
        this.onFree();
      },
      onEnd: (why, error) => {
        this.#threads.delete(thread);
        if (this.#closed) return;
        this.#onFirstEnd?.(startError(why, error, entry));
        if (this.#onFirstEnd !== undefined) return;
        if (wasReady) this.#fill();
        else this.#fillLater(why);
      },
    });
    this.#threads.add(thread);
  }

  #fillLater(why: string): void {
    this.#options.log(`a compute thread cannot be started: ${why}; trying again in ${this.#pauseMs} ms`);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#fill(), this.#pauseMs);
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
  }
}

function startError(why: string, error: ErrorParts | undefined, entry: URL): MoltError {
  return new MoltError(error ?? fault('MOLT6205', { why, entry: entry.href }));
}
