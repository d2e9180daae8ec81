/** Where tasks run, as the scheduler sees it: threads in production, fakes under its tests. */

import type { StopReason } from '../task/outcome.ts';
import type { Answer } from '../task/task-state.ts';

/** One piece of work. */
export interface Work {
  readonly exportIndex: number;
  readonly input: Uint8Array;
  /** Bytes of heap that the task may use; 0 for the worker's default. */
  readonly memoryBytes: number;
  /** Milliseconds of CPU; 0 for no limit but the deadline. */
  readonly cpuMs: number;
  /** Milliseconds from receipt until the work must have ended, and when that was by the scheduler's clock: what the code may see of its limits. */
  readonly deadlineMs?: number;
  readonly receivedAt?: number;
}

/** How work on a slot ended: compiled code came to an end, or the thread did. */
export type WorkEnd = { readonly kind: 'answer'; readonly answer: Answer } | { readonly kind: 'lose'; readonly why: string };

/** One thread that computes. It has at most one piece of work. */
export interface ComputeSlot {
  /** Starts work; `done` is called exactly once, in a later turn of the event loop. */
  run(work: Work, done: (end: WorkEnd) => void): void;
  /** Ends the work in progress one way or the other; `done` follows. */
  stop(reason: StopReason): void;
  /** Milliseconds of CPU since the work began, for work with a CPU limit; undefined where the platform does not tell. */
  cpuMs(): number | undefined;
}

/** The slots of a worker. */
export interface ComputeSlotPool {
  /** A slot without work, which is the caller's until its work is done; undefined if there is none now. */
  take(): ComputeSlot | undefined;
  /** Called whenever a slot may have become free. */
  onFree: () => void;
}
