/**
 * One call from the worker's side: what it brings, and the one answer that it must get.
 *
 * States: open -> answered. When the client cancels or goes away, the signal says so and the answer is still owed; it is dropped if nobody
 * listens any more. Streams end with the answer.
 */
import { broken } from '@molt/diagnostics';
import type { LinkedExport } from '@molt/schema-ir';
import type { CallHead, CallStats, TraceContext } from './call-payload.ts';
import { encodeResultHead, RESULT_HEAD } from './call-payload.ts';
import { ChunkReceiver } from './chunk-receiver.ts';
import { ChunkSender } from './chunk-sender.ts';
import type { CancelReason } from './error-taxonomy.ts';
import type { ExportStreams } from './export-streams.ts';
import { encodeCredit, encodeProgress } from './flow-payload.ts';
import { encodeFrame, encodeMessage, type FrameKind, type WireLimits } from './frame.ts';
import { MipError, type MipErrorParts } from './mip-error.ts';

/** One call as the server sees it. */
export interface ServerCall {
  readonly id: bigint;
  readonly target: LinkedExport;
  /** The encoded input; `target.input.decode` reads it. */
  readonly input: Uint8Array;
  /** Milliseconds from receipt; a deadline has passed when `performance.now() > receivedAt + deadlineMs`. */
  readonly deadlineMs: number;
  /** `performance.now()` at receipt. */
  readonly receivedAt: number;
  readonly cpuMs: number;
  readonly memoryKib: number;
  readonly criticality: number;
  readonly trace: TraceContext | undefined;
  /** The idempotency key. */
  readonly key: Uint8Array | undefined;
  /** Aborts with a CancelReason when the client cancels or goes away. */
  readonly signal: AbortSignal;
  /** Like `signal`, for one listener and at less cost. It is called at most once, at once if that has happened already. */
  onCancel(listener: (reason: CancelReason) => void): void;
  /** The input stream, as encoded lists of items; undefined if the export takes none. For one consumer. */
  readonly chunks: AsyncIterableIterator<Uint8Array, undefined> | undefined;
  /** Sends a chunk of the output stream; resolves when the client had room for it, rejects with MipError when the call is over. */
  sendChunk(items: Uint8Array, last?: boolean): Promise<void>;
  /** Tells the client how far the call has come, in parts of a million. */
  progress(ppm: number, message?: string): void;
  /** Ends the call with the encoded result. */
  result(body: Uint8Array, stats?: Partial<CallStats>): void;
  /** Ends the call with an error. */
  fail(error: MipError | MipErrorParts): void;
}

/** What a call needs of its connection. */
export interface CallConnection {
  readonly limits: WireLimits;
  /** Whether anybody still listens. */
  readonly open: boolean;
  readonly write: (bytes: Uint8Array) => void;
  readonly sendError: (id: bigint, error: MipError) => void;
  /** The call was answered: called before the answer is written. */
  readonly answered: (call: ActiveCall, send: () => void) => void;
}

/** What a call is made of. */
export interface CallParts {
  readonly id: bigint;
  readonly target: LinkedExport;
  readonly streams: ExportStreams;
  readonly head: CallHead;
  readonly input: Uint8Array;
  /** Bytes of its CALL payload. */
  readonly bytes: number;
}

/** A call that was accepted. */
export class ActiveCall implements ServerCall {
  readonly id: bigint;
  readonly target: LinkedExport;
  readonly input: Uint8Array;
  readonly bytes: number;
  readonly receivedAt: number = performance.now();
  readonly deadlineMs: number;
  readonly cpuMs: number;
  readonly memoryKib: number;
  readonly criticality: number;
  readonly trace: TraceContext | undefined;
  readonly key: Uint8Array | undefined;
  readonly receiver: ChunkReceiver | undefined;
  readonly sender: ChunkSender | undefined;
  readonly #connection: CallConnection;
  #abort: AbortController | undefined;
  #reason: CancelReason | undefined;
  #listener: ((reason: CancelReason) => void) | undefined;
  #answered = false;

  constructor({ id, target, streams, head, input, bytes }: CallParts, connection: CallConnection) {
    this.id = id;
    this.target = target;
    this.input = input;
    this.bytes = bytes;
    this.deadlineMs = head.deadlineMs;
    this.cpuMs = head.cpuMs;
    this.memoryKib = head.memoryKib;
    this.criticality = head.criticality;
    this.trace = head.trace;
    this.key = head.key;
    this.#connection = connection;
    const { maxFrame } = connection.limits;
    if (streams.input) this.receiver = new ChunkReceiver(maxFrame, (bytes) => this.#write('CREDIT', encodeCredit({ bytes }), false));
    if (streams.output) this.sender = new ChunkSender(maxFrame, (items, more) => this.#write('CHUNK', items, more));
  }

  get answered(): boolean {
    return this.#answered;
  }

  /** Made when somebody asks: most calls end without being cancelled. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#reason !== undefined) this.#abort.abort(this.#reason);
    }
    return this.#abort.signal;
  }

  onCancel(listener: (reason: CancelReason) => void): void {
    if (this.#reason !== undefined) listener(this.#reason);
    else this.#listener = listener;
  }

  get chunks(): AsyncIterableIterator<Uint8Array, undefined> | undefined {
    return this.receiver;
  }

  sendChunk(items: Uint8Array, last = false): Promise<void> {
    if (this.sender === undefined) broken(`${this.target.schema.name} has no output stream`);
    return this.sender.send(items, last);
  }

  progress(ppm: number, message = ''): void {
    this.#write('PROGRESS', encodeProgress({ ppm, message }), false);
  }

  result(body: Uint8Array, stats: Partial<CallStats> = {}): void {
    const { limits, write } = this.#connection;
    const { name } = this.target.schema;
    if (RESULT_HEAD + body.length > limits.maxMessage) {
      const message = `the result of ${name} has ${body.length} bytes, the connection takes ${limits.maxMessage - RESULT_HEAD}`;
      return this.fail({ name: 'RESULT_TOO_LARGE', message });
    }
    if (this.sender?.ended === false)
      return this.fail({ name: 'INTERNAL', message: `${name} returned before its stream had ended`, executed: 'yes' });
    const full: CallStats = { queueUs: 0, execUs: 0, cpuUs: 0, peakKib: 0, ...stats };
    this.#answer(() => write(encodeMessage('RESULT', this.id, encodeResultHead(full), body, limits.maxFrame)));
  }

  fail(error: MipError | MipErrorParts): void {
    this.#answer(() => this.#connection.sendError(this.id, error instanceof MipError ? error : new MipError(error)));
  }

  /** The client cancels or is gone; the answer is still owed. */
  cancel(reason: CancelReason): void {
    if (this.#reason !== undefined || this.#answered) return;
    this.#reason = reason;
    this.#stopStreams({ name: 'CANCELLED', message: `${this.target.schema.name} was cancelled`, details: { reason } });
    this.#abort?.abort(reason);
    this.#listener?.(reason);
  }

  #answer(send: () => void): void {
    if (this.#answered) broken(`call ${this.id} to ${this.target.schema.name} was answered twice`);
    this.#answered = true;
    this.#connection.answered(this, send);
    this.#stopStreams({ name: 'INTERNAL', message: `the call to ${this.target.schema.name} has ended` });
  }

  #stopStreams(parts: MipErrorParts): void {
    if (this.receiver === undefined && this.sender === undefined) return;
    const error = new MipError(parts);
    this.receiver?.stop(error);
    this.sender?.stop(error);
  }

  #write(kind: FrameKind, payload: Uint8Array, more: boolean): void {
    if (!this.#answered && this.#connection.open) this.#connection.write(encodeFrame(kind, this.id, payload, more));
  }
}
