/**
 * What the supervisor and a compute thread say to each other.
 *
 * A thread says `ready` when it can take its first call, with the memory of its instance if that is shared: then the supervisor can write the
 * interrupt cell while the thread computes. Small calls and answers go through a mailbox (mailbox.ts); the buffers of others are transferred.
 */
import type { ErrorParts } from '@molt/diagnostics';
import type { TrapReason } from '../host/trap-error.ts';
import type { TaskCost } from '../task/outcome.ts';

/** What a thread is made with. */
export interface SlotSetup {
  readonly module: WebAssembly.Module;
  /** Heap of a task in bytes, when the call does not say less. */
  readonly memoryBytes: number;
  /** Largest result in bytes. */
  readonly outputBytes: number;
}

/** What a thread gets when it starts: the setup of the pool, and the mailbox that is its own. */
export interface ThreadSetup extends SlotSetup {
  readonly mailbox: SharedArrayBuffer;
}

/** A call for a thread. */
export interface SlotCall {
  readonly exportIndex: number;
  readonly input: Uint8Array;
  /** Bytes of heap; 0 for the thread's own limit, which is also the most. */
  readonly memoryBytes: number;
  /** Limits that the code may look at, in milliseconds; 0 for none. */
  readonly cpuMs: number;
  readonly deadlineMs: number;
  /** When the call was received, by the monotonic clock that all threads share. */
  readonly receivedNs: bigint;
}

/** What a thread says. */
export type SlotReport =
  /** The next call may come. Said once per instance, and again after a trap when memory is put back. */
  | {
      readonly kind: 'ready';
      /** The instance's memory when the module declares it shared. */
      readonly control: SharedArrayBuffer | null;
      /** Where the kernel counts the CPU time of the thread; null where that is not known. */
      readonly cpuFile: string | null;
    }
  | {
      readonly kind: 'answered';
      readonly status: 'returned' | 'failed' | 'invalidInput' | 'oversizedResult';
      readonly bytes: Uint8Array;
      readonly cost: TaskCost;
      /** Whether the next call may come at once; if not, `ready` follows. */
      readonly ready: boolean;
    }
  | { readonly kind: 'trapped'; readonly reason: TrapReason; readonly cost: TaskCost }
  /** The thread cannot go on: the module does not load or its body fails. */
  | { readonly kind: 'unusable'; readonly error: ErrorParts };
