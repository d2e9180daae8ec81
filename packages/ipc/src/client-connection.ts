/**
 * The client's side of one connection, over any byte stream: bytes come in through `receive`, go out through `write`.
 *
 * States: greeting (HELLO sent) -> listing (HELLO_OK came, EXPORTS awaited) -> open -> draining (GOAWAY came) -> closed. Any state may go to
 * closed. A call is waiting (for the handshake or a credit), in flight, abandoned (its caller has an answer already, the wire still owes
 * one, and so its credit), or done. Every call settles exactly once, and a lost connection settles all of them.
 */
import type { SchemaSet } from '@molt/schema-ir';
import { exportIds } from '@molt/schema-ir';
import { type CallHead, decodeResult, encodeCallHead } from './call-payload.ts';
import { checkCallOptions } from './check-call-options.ts';
import { alarm, type CallAnswer, type CallOptions, ClientCall } from './client-call.ts';
import { deliverOutput, feedInput } from './client-streams.ts';
import { packControl, unpackControlMap, wholeAt } from './control-pack.ts';
import { decodeError, encodeError } from './error-payload.ts';
import { CANCEL_REASONS, type CancelReason } from './error-taxonomy.ts';
import { type ExportStreams, streamsOf } from './export-streams.ts';
import { decodeCredit, decodeProgress, encodeCredit, type Progress } from './flow-payload.ts';
import { agreeOn, DEFAULT_LIMITS, encodeFrame, encodeMessage, PREFACE, VERSION, type WireLimits } from './frame.ts';
import { FrameDecoder, type FrameFault } from './frame-decoder.ts';
import { decodeExports, decodeHelloOk, encodeHello, type HelloOk } from './hello.ts';
import { type Message, MessageAssembler } from './message-assembler.ts';
import { MipError, type MipErrorParts } from './mip-error.ts';
import { compareExports, unknownExport } from './mismatch.ts';

/** Where a connection lives. */
export interface ClientConnectionOptions {
  /** Sends bytes. */
  readonly write: (bytes: Uint8Array) => void;
  /** Ends the stream once what was written is sent. */
  readonly end: () => void;
  /** Name and version of the client program, for the worker's logs. */
  readonly client?: string;
  readonly pid?: number;
  readonly limits?: WireLimits;
  /** What the caller was built against; without it the worker's schemas are taken as right. */
  readonly schemas?: SchemaSet;
  /** Calls that may wait for a credit. Default twice the credit, at least 64. */
  readonly maxWaiting?: number;
  /** How long after its deadline a call still waits for the worker's own answer. Default 100 ms. */
  readonly graceMs?: number;
}

/** What a worker says about itself on a ping. */
export interface Pong {
  readonly roundTripMs: number;
  readonly depth: number;
  readonly slots: number;
  readonly delayUs: number;
}

/** What calls of an export need to know. */
interface Target {
  readonly id: number;
  readonly input: string;
  readonly output: string;
  readonly streams: ExportStreams;
}

type State = 'greeting' | 'listing' | 'open' | 'draining' | 'closed';

/** Credits are leases: without a sign of life for so many milliseconds, none is used before the worker has answered a PING. */
const LEASE_MS = 10_000;
/** Calls that may wait for a credit, at least. */
const LEAST_WAITING = 64;

const DRAINING: MipErrorParts = {
  name: 'DRAINING',
  message: 'the worker is shutting down',
  hint: 'send the call to another worker, or connect again when it has been restarted',
  executed: 'no',
};
const CLOSED: MipErrorParts = {
  name: 'WORKER_LOST',
  message: 'the connection is closed',
  hint: 'connect again; the worker may have been restarted',
  executed: 'no',
};

/** One connection of a client. */
export class ClientConnection {
  /** Settles when calls can be sent, or with why they never can. */
  readonly ready: Promise<HelloOk>;
  readonly #options: ClientConnectionOptions;
  readonly #decoder: FrameDecoder;
  readonly #assembler: MessageAssembler;
  readonly #offered: WireLimits;
  #limits: WireLimits;
  #state: State = 'greeting';
  #hello: HelloOk | undefined;
  #schemas: SchemaSet | undefined;
  #byName = new Map<string, Target>();
  #credit = 0;
  #window = 0;
  /** Bytes of CALL payload that are not answered. */
  #bytesInFlight = 0;
  #nextId = 1n;
  #lastHeard = performance.now();
  #renewing = false;
  readonly #waiting: ClientCall[] = [];
  readonly #inFlight = new Map<bigint, ClientCall>();
  readonly #pings = new Map<
    bigint,
    { readonly sentAt: number; readonly resolve: (pong: Pong) => void; readonly reject: (error: MipError) => void }
  >();
  readonly #verdicts = new Map<string, MipError | undefined>();
  #readyResolve!: (hello: HelloOk) => void;
  #readyReject!: (error: MipError) => void;

  constructor(options: ClientConnectionOptions) {
    this.#options = options;
    this.#offered = options.limits ?? DEFAULT_LIMITS;
    this.#limits = this.#offered;
    this.#decoder = new FrameDecoder('server', this.#offered.maxFrame);
    this.#assembler = new MessageAssembler(this.#offered.maxMessage);
    this.ready = new Promise((resolve, reject) => {
      this.#readyResolve = resolve;
      this.#readyReject = reject;
    });
    // Callers that only make calls learn of a failed handshake through those.
    this.ready.catch(() => {});
    options.write(PREFACE);
    const client = options.client ?? 'molt-ts';
    this.#send('HELLO', 0n, encodeHello({ client, pid: options.pid ?? 0, limits: this.#offered, minors: [0, VERSION.minor] }));
  }

  /** The schemas of the worker; undefined before the handshake ended. */
  get schemas(): SchemaSet | undefined {
    return this.#schemas;
  }

  /** Calls that are in flight or waiting; what routing by least outstanding compares. */
  get outstanding(): number {
    return this.#inFlight.size + this.#waiting.length;
  }

  get state(): State {
    return this.#state;
  }

  /** Calls an export; rejects with MipError. */
  call(name: string, input: Uint8Array, options: CallOptions): Promise<CallAnswer> {
    return new Promise((resolve, reject) => {
      const call = new ClientCall(name, input, options, resolve, reject);
      const { deadlineMs, signal } = options;
      const wrongOption = checkCallOptions(options);
      if (wrongOption !== undefined) return call.fail({ name: 'INVALID_INPUT', message: wrongOption });
      if (signal?.aborted) {
        const message = `${name} was cancelled before it was sent`;
        return call.fail({ name: 'CANCELLED', message, executed: 'no', details: { reason: reasonOf(signal) } });
      }
      if (this.#state === 'closed') return call.fail(CLOSED);
      if (this.#state === 'draining') return call.fail(DRAINING);
      call.deadlineTimer = alarm(deadlineMs + (this.#options.graceMs ?? 100), () => this.#expire(call));
      if (signal !== undefined) {
        call.onAbort = () => {
          const reason = reasonOf(signal);
          this.#abandon(call, reason, { name: 'CANCELLED', message: `${name} was cancelled`, details: { reason } });
        };
        signal.addEventListener('abort', call.onAbort, { once: true });
      }
      this.#waiting.push(call);
      this.#pump();
      if (call.id === undefined && !call.settled && this.#state === 'open') this.#queue(call);
    });
  }

  /** Asks the worker for a sign of life. */
  ping(): Promise<Pong> {
    return new Promise((resolve, reject) => {
      if (this.#state === 'closed') return reject(new MipError(CLOSED));
      const id = this.#takeId();
      this.#pings.set(id, { sentAt: performance.now(), resolve, reject });
      this.#send('PING', id, packControl({}));
    });
  }

  /** Ends the connection; calls in flight end with CANCELLED. */
  close(): void {
    this.#shut({ name: 'CANCELLED', message: 'the client closed the connection', details: { reason: 'user' } });
  }

  /** The stream ended; `cause` says why, if that is known. */
  closed(cause?: unknown): void {
    const unfinished = this.#decoder.unfinished && this.#state !== 'greeting' ? ' in the middle of a frame' : '';
    const why = cause instanceof Error ? `: ${cause.message}` : '';
    this.#shut({
      name: 'WORKER_LOST',
      message: `the worker closed the connection${unfinished}${why}`,
      hint: 'it may have been restarted or killed; its log says why. Repeat calls if running them twice does no harm',
      cause,
    });
  }

  /** Takes bytes of the stream. Never throws. */
  receive(chunk: Uint8Array): void {
    if (this.#state === 'closed') return;
    this.#lastHeard = performance.now();
    const { frames, fault } = this.#decoder.push(chunk);
    for (const frame of frames) {
      const message = this.#assembler.push(frame);
      if (message === undefined) continue;
      const wrong = 'name' in message ? message : this.#handle(message);
      if (wrong !== undefined) return this.#refuse(wrong);
      if ((this.#state as State) === 'closed') return;
    }
    if (fault !== undefined) return this.#refuse(fault);
    this.#pump();
  }

  #handle(message: Message): FrameFault | undefined {
    const { kind, callId, payload } = message;
    if (this.#state === 'greeting' && kind !== 'HELLO_OK' && kind !== 'HELLO_ERR' && kind !== 'ERROR')
      return wrong(`${kind} before HELLO_OK`);
    switch (kind) {
      case 'HELLO_OK':
        return this.#greeted(payload);
      case 'HELLO_ERR': {
        const error = decodeError(payload);
        if (typeof error === 'string') return wrong(error);
        this.#shutWith(error);
        return undefined;
      }
      case 'EXPORTS':
        return this.#listed(payload);
      case 'RESULT':
        return this.#result(callId, payload);
      case 'ERROR': {
        const error = decodeError(payload);
        if (typeof error === 'string') return wrong(error);
        if (callId === 0n) {
          this.#shutWith(error);
          return undefined;
        }
        const call = this.#answered(callId);
        if (call === undefined) return wrong(`ERROR for call ${callId}, which is not in flight`);
        call.fail(error);
        return undefined;
      }
      case 'CHUNK': {
        const call = this.#inFlight.get(callId);
        if (call === undefined) return this.#unlessEnded(kind, callId);
        const fault =
          call.receiver === undefined ? `CHUNK for ${call.name}, whose result is no stream` : call.receiver.push(payload, message.more);
        return fault === undefined ? undefined : wrong(fault);
      }
      case 'PROGRESS': {
        const progress = decodeProgress(payload);
        if (typeof progress === 'string') return wrong(progress);
        const call = this.#inFlight.get(callId);
        if (call === undefined) return this.#unlessEnded(kind, callId);
        this.#report(call, progress);
        return undefined;
      }
      case 'CREDIT':
        return this.#credited(callId, payload);
      case 'PING':
        this.#send('PONG', callId, packControl({}));
        return undefined;
      case 'PONG':
        return this.#ponged(message);
      case 'GOAWAY':
        return this.#goAway(payload);
      default:
        return wrong(`a server may not send ${kind}`);
    }
  }

  #greeted(payload: Uint8Array): FrameFault | undefined {
    if (this.#state !== 'greeting') return wrong('a second HELLO_OK');
    const hello = decodeHelloOk(payload);
    if (typeof hello === 'string') return wrong(hello);
    this.#limits = agreeOn(this.#offered, hello.limits);
    this.#decoder.setMaxFrame(this.#limits.maxFrame);
    this.#assembler.setMaxMessage(this.#limits.maxMessage);
    this.#credit = hello.credit;
    this.#window = hello.window;
    this.#hello = hello;
    this.#state = 'listing';
    return undefined;
  }

  #listed(payload: Uint8Array): FrameFault | undefined {
    if (this.#state !== 'listing') return wrong('EXPORTS at the wrong time');
    const schemas = decodeExports(payload);
    if (typeof schemas === 'string') return wrong(schemas);
    this.#schemas = schemas;
    for (const [id, item] of schemas.exports.entries())
      this.#byName.set(item.name, { id, ...exportIds(item, schemas.types), streams: streamsOf(item) });
    this.#state = 'open';
    this.#readyResolve(this.#hello as HelloOk);
    this.#pump();
    // The latest first: if there are too many, it is those who came last that are turned away.
    for (const call of [...this.#waiting].reverse()) this.#queue(call);
    return undefined;
  }

  #result(id: bigint, payload: Uint8Array): FrameFault | undefined {
    // Decoded first: a payload that is no RESULT leaves its call in flight, and so ends with the connection.
    const result = decodeResult(payload);
    if (typeof result === 'string') return wrong(result);
    const open = this.#inFlight.get(id);
    if (open === undefined) return wrong(`RESULT for call ${id}, which is not in flight`);
    if (open.receiver?.ended === false) return wrong(`RESULT of ${open.name} before the end of its stream`);
    const call = this.#answered(id) as ClientCall;
    if (call.delivered === undefined) call.succeed(result);
    else call.delivered.then(() => call.succeed(result));
    return undefined;
  }

  /** The callback is the caller's: its exceptions end its own call. */
  #report(call: ClientCall, progress: Progress): void {
    if (call.settled) return;
    try {
      call.options.onProgress?.(progress);
    } catch (cause) {
      this.#abandon(call, 'user', { name: 'INTERNAL', message: `the progress callback of ${call.name} failed: ${String(cause)}`, cause });
    }
  }

  #credited(id: bigint, payload: Uint8Array): FrameFault | undefined {
    const grant = decodeCredit(payload);
    if (typeof grant === 'string') return wrong(grant);
    if (id === 0n) {
      this.#credit += grant.calls;
      this.#window += grant.bytes;
      return undefined;
    }
    if (grant.calls > 0) return wrong('CREDIT of calls for a stream');
    const call = this.#inFlight.get(id);
    if (call === undefined) return this.#unlessEnded('CREDIT', id);
    if (call.sender === undefined) return wrong(`CREDIT for ${call.name}, which has no input stream`);
    call.sender.grant(grant.bytes);
    return undefined;
  }

  #ponged(message: Message): FrameFault | undefined {
    const ping = this.#pings.get(message.callId);
    const map = unpackControlMap(message.payload);
    if (ping === undefined || map === undefined) return wrong('PONG without PING');
    this.#pings.delete(message.callId);
    ping.resolve({
      roundTripMs: performance.now() - ping.sentAt,
      depth: wholeAt(map, 'depth') ?? 0,
      slots: wholeAt(map, 'slots') ?? 1,
      delayUs: wholeAt(map, 'delay_us') ?? 0,
    });
    return undefined;
  }

  #goAway(payload: Uint8Array): FrameFault | undefined {
    const map = unpackControlMap(payload);
    const last = map && Object.hasOwn(map, 'last') ? map['last'] : undefined;
    if (typeof last !== 'number' && typeof last !== 'bigint') return wrong('GOAWAY without the last call id');
    this.#state = 'draining';
    for (const call of this.#waiting.splice(0)) call.fail(DRAINING);
    // They stay in flight: the worker answers them too, and that answer has to find them.
    for (const [id, call] of this.#inFlight) if (id > BigInt(last)) call.fail(DRAINING);
    return undefined;
  }

  /** Sends waiting calls as long as there are credits and bytes for them, in order. */
  #pump(): void {
    while (this.#state === 'open' && this.#credit > 0 && this.#waiting.length > 0) {
      if (performance.now() - this.#lastHeard > LEASE_MS) return this.#renew();
      const call = this.#waiting[0] as ClientCall;
      const target = this.#admit(call);
      if (target !== undefined) {
        const head = headOf(call, target);
        call.bytes = head.length + call.input.length;
        if (call.bytes > this.#limits.maxMessage) {
          const message = `the input of ${call.name} has ${call.input.length} bytes, the connection takes ${this.#limits.maxMessage - head.length}`;
          call.fail({ name: 'FRAME_TOO_LARGE', message, hint: 'send less in one call' });
        } else {
          if (this.#inFlight.size > 0 && this.#bytesInFlight + call.bytes > this.#window) return;
          this.#dispatch(call, target, head);
        }
      }
      this.#unqueue(call);
    }
  }

  /** Where a call goes; undefined if it was turned away here. */
  #admit(call: ClientCall): Target | undefined {
    const target = this.#byName.get(call.name);
    if (target === undefined) {
      call.fail(unknownExport(call.name, [...this.#byName.keys()]));
      return undefined;
    }
    const difference = this.#verdict(call.name) ?? streamFault(call, target.streams);
    if (difference !== undefined) {
      call.fail(difference);
      return undefined;
    }
    if (call.leftMs > 0) return target;
    this.#expire(call);
    return undefined;
  }

  #dispatch(call: ClientCall, target: Target, head: Uint8Array): void {
    const id = this.#takeId();
    call.id = id;
    clearTimeout(call.waitTimer);
    this.#inFlight.set(id, call);
    this.#credit--;
    this.#bytesInFlight += call.bytes;
    this.#options.write(encodeMessage('CALL', id, head, call.input, this.#limits.maxFrame));
    const fail = (message: string, cause: unknown): void => this.#abandon(call, 'user', { name: 'INTERNAL', message, cause });
    const write = (kind: 'CHUNK' | 'CREDIT', payload: Uint8Array, more: boolean): void => {
      if (this.#state !== 'closed' && this.#inFlight.has(id)) this.#options.write(encodeFrame(kind, id, payload, more));
    };
    if (target.streams.input) feedInput(call, this.#limits.maxFrame, (items, more) => write('CHUNK', items, more), fail);
    if (target.streams.output) deliverOutput(call, this.#limits.maxFrame, (bytes) => write('CREDIT', encodeCredit({ bytes }), false), fail);
  }

  #verdict(name: string): MipError | undefined {
    if (this.#options.schemas === undefined) return undefined;
    if (!this.#verdicts.has(name)) this.#verdicts.set(name, compareExports(name, this.#options.schemas, this.#schemas as SchemaSet));
    return this.#verdicts.get(name);
  }

  /** Bounds the wait of a call for a credit: in number, and to a quarter of its deadline. */
  #queue(call: ClientCall): void {
    const most = this.#options.maxWaiting ?? Math.max(LEAST_WAITING, 2 * (this.#hello?.credit ?? 1));
    const busy = (): void => {
      this.#unqueue(call);
      call.fail({
        name: 'BUSY',
        message: `${call.name} was not sent: ${this.#inFlight.size} calls are in flight and ${most} may wait`,
        hint: 'raise the worker count or the deadline, or send less at once',
        afterMs: 50,
        details: { local: true },
      });
    };
    if (this.#waiting.length > most) return busy();
    call.waitTimer = alarm(call.options.deadlineMs / 4, busy);
  }

  /** Asks for a sign of life before credits are used that may have lapsed. */
  #renew(): void {
    if (this.#renewing) return;
    this.#renewing = true;
    const done = (): void => {
      this.#renewing = false;
    };
    this.ping().then(done, done);
  }

  #unqueue(call: ClientCall): void {
    const at = this.#waiting.indexOf(call);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  #expire(call: ClientCall): void {
    this.#abandon(call, 'deadline', {
      name: 'DEADLINE_EXCEEDED',
      message: `${call.name} did not end within ${call.options.deadlineMs} ms`,
      hint: 'raise the deadline, or look at the worker: it did not answer in time either',
    });
  }

  /** Answers the caller now; the worker is told and its answer, when it comes, only returns the credit. */
  #abandon(call: ClientCall, reason: CancelReason, parts: MipErrorParts): void {
    if (call.settled) return;
    if (call.id === undefined) {
      this.#unqueue(call);
      return call.fail({ ...parts, executed: 'no' });
    }
    if (this.#state !== 'closed' && this.#inFlight.has(call.id)) this.#send('CANCEL', call.id, packControl({ reason }));
    call.fail(parts);
    this.#pump();
  }

  /** The call that an answer is for; its credit is free again. */
  #answered(id: bigint): ClientCall | undefined {
    const call = this.#inFlight.get(id);
    if (call === undefined) return undefined;
    this.#inFlight.delete(id);
    this.#credit++;
    this.#bytesInFlight -= call.bytes;
    call.sender?.stop(new MipError({ name: 'INTERNAL', message: `${call.name} was answered before its input had ended` }));
    return call;
  }

  /** Frames of calls that have ended may have crossed the answer; those of calls that never were are a fault. */
  #unlessEnded(kind: string, id: bigint): FrameFault | undefined {
    return id % 2n === 1n && id < this.#nextId ? undefined : wrong(`${kind} for call ${id}, which was never sent`);
  }

  #refuse(fault: FrameFault): void {
    const error = new MipError({
      name: fault.name,
      message: fault.message,
      hint: 'is the socket really that of a Molt worker of this version?',
    });
    if (this.#state !== 'closed') this.#send('ERROR', 0n, encodeError(error));
    this.#shutWith(error);
  }

  #shut(parts: MipErrorParts): void {
    this.#shutWith(new MipError(parts));
  }

  /** The one way into `closed`. */
  #shutWith(error: MipError): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#readyReject(error);
    for (const ping of this.#pings.values()) ping.reject(error);
    this.#pings.clear();
    const unsent: MipErrorParts = {
      name: error.mip,
      message: error.text,
      hint: error.hint,
      retry: error.retry,
      details: error.facts,
      cause: error,
      executed: 'no',
    };
    for (const call of this.#waiting.splice(0)) call.fail(unsent);
    for (const call of this.#inFlight.values()) call.fail({ ...unsent, executed: 'maybe' });
    this.#inFlight.clear();
    this.#bytesInFlight = 0;
    this.#options.end();
  }

  #takeId(): bigint {
    const id = this.#nextId;
    this.#nextId += 2n;
    return id;
  }

  #send(kind: 'HELLO' | 'CANCEL' | 'PING' | 'PONG' | 'ERROR', id: bigint, payload: Uint8Array): void {
    this.#options.write(encodeFrame(kind, id, payload));
  }
}

/** The head of a CALL that is sent now. */
function headOf({ options, leftMs }: ClientCall, target: Target): Uint8Array {
  const head: CallHead = {
    exportId: target.id,
    deadlineMs: leftMs,
    cpuMs: options.cpuMs ?? 0,
    memoryKib: options.memoryKib ?? 0,
    criticality: options.criticality ?? 1,
    inputId: target.input,
    outputId: target.output,
    ...(options.trace && { trace: options.trace }),
    ...(options.idempotencyKey && { key: options.idempotencyKey }),
  };
  return encodeCallHead(head);
}

/** Streams are given where the export has them, and only there. */
function streamFault({ name, options }: ClientCall, streams: ExportStreams): MipError | undefined {
  const refuse = (message: string): MipError => new MipError({ name: 'INVALID_INPUT', message, executed: 'no' });
  if (streams.input !== (options.chunks !== undefined))
    return refuse(streams.input ? `${name} takes a stream: pass chunks` : `${name} takes no stream, but chunks were passed`);
  if (streams.output && options.onChunk === undefined) return refuse(`the result of ${name} is a stream: pass onChunk`);
  return undefined;
}

/** The protocol's reason for an abort: what the caller gave, if the protocol knows it. */
function reasonOf(signal: AbortSignal): CancelReason {
  return (CANCEL_REASONS as readonly unknown[]).includes(signal.reason) ? (signal.reason as CancelReason) : 'user';
}

function wrong(message: string): FrameFault {
  return { name: 'PROTOCOL_ERROR', message, offset: 0 };
}
