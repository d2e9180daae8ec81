/**
 * One call from its caller's side: what it asks for, its alarms, its streams, and that it settles once.
 *
 * States: waiting (for the handshake or a credit) -> in flight (it has an id) -> settled. A call may settle while it is in flight, when its caller
 * gives up: then the wire still owes an answer, and with it the credit.
 */
import type { CallStats, TraceContext } from './call-payload.ts';
import type { ChunkReceiver } from './chunk-receiver.ts';
import type { ChunkSender } from './chunk-sender.ts';
import type { Progress } from './flow-payload.ts';
import { MipError, type MipErrorParts } from './mip-error.ts';

/** What a call may ask for. */
export interface CallOptions {
  /** Milliseconds from now until the call must have ended. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  /** CPU time; 0 for the export's default. */
  readonly cpuMs?: number;
  /** Memory; 0 for the export's default. */
  readonly memoryKib?: number;
  /** 0 sheddable, 1 normal (default), 2 important, 3 critical. */
  readonly criticality?: 0 | 1 | 2 | 3;
  /** Where the call belongs in a distributed trace. */
  readonly trace?: TraceContext;
  /** Names work that may be sent more than once: 1 to 64 bytes. */
  readonly idempotencyKey?: Uint8Array;
  /** The input stream: encoded lists of items, each of at most one frame. */
  readonly chunks?: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Takes the output stream, chunk by chunk; the next comes when what it returns has resolved. */
  readonly onChunk?: (items: Uint8Array) => void | Promise<void>;
  /** Told how far the call has come. */
  readonly onProgress?: (progress: Progress) => void;
}

/** An answer with what it cost. */
export interface CallAnswer {
  readonly body: Uint8Array;
  readonly stats: CallStats;
}

/** Timers beyond this many milliseconds would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Starts a timer, however long. */
export function alarm(ms: number, action: () => void): ReturnType<typeof setTimeout> {
  return setTimeout(action, Math.min(LONGEST_TIMER, ms));
}

/** A call that was made and has perhaps not settled. */
export class ClientCall {
  readonly name: string;
  readonly input: Uint8Array;
  readonly options: CallOptions;
  readonly startedAt: number = performance.now();
  readonly #resolve: (answer: CallAnswer) => void;
  readonly #reject: (error: MipError) => void;
  /** The call id once it was sent. */
  id: bigint | undefined;
  /** Bytes of CALL payload that it holds of the window. */
  bytes = 0;
  settled = false;
  deadlineTimer: ReturnType<typeof setTimeout> | undefined;
  waitTimer: ReturnType<typeof setTimeout> | undefined;
  onAbort: (() => void) | undefined;
  sender: ChunkSender | undefined;
  receiver: ChunkReceiver | undefined;
  /** Settles when the consumer of the output stream has taken all of it. */
  delivered: Promise<void> | undefined;

  constructor(
    name: string,
    input: Uint8Array,
    options: CallOptions,
    resolve: (answer: CallAnswer) => void,
    reject: (error: MipError) => void,
  ) {
    this.name = name;
    this.input = input;
    this.options = options;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Milliseconds until its deadline. */
  get leftMs(): number {
    return this.options.deadlineMs - (performance.now() - this.startedAt);
  }

  /** Gives the caller its answer; without effect when it has one. */
  succeed(answer: CallAnswer): void {
    if (this.settled) return;
    this.#settle();
    this.#resolve(answer);
  }

  /** Gives the caller an error; without effect when it has an answer. */
  fail(cause: MipError | MipErrorParts): void {
    if (this.settled) return;
    const error = cause instanceof MipError ? cause : new MipError(cause);
    this.#settle();
    this.sender?.stop(error);
    this.receiver?.stop(error);
    this.#reject(error);
  }

  #settle(): void {
    this.settled = true;
    clearTimeout(this.deadlineTimer);
    clearTimeout(this.waitTimer);
    if (this.onAbort !== undefined) this.options.signal?.removeEventListener('abort', this.onAbort);
  }
}
