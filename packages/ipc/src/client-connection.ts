/**
 * The client's side of one connection, over any byte stream: bytes come in through `receive`, go out through `write`.
 *
 * States: greeting (HELLO sent) -> listing (HELLO_OK came, EXPORTS awaited) -> open -> draining (GOAWAY came) -> closed. Any state may go to
 * closed. A call is waiting (for the handshake or a credit), in flight, abandoned (its caller has an answer already, the wire still owes
 * one, and so its credit), or done. Every call settles exactly once, and a lost connection settles all of them.
 */
import type { SchemaSet } from '@molt/schema-ir';
import { exportIds } from '@molt/schema-ir';
import { CALL_HEAD, type CallStats, decodeResult, encodeCallHead } from './call-payload.ts';
import { packControl, unpackControlMap, wholeAt } from './control-pack.ts';
import { decodeError, encodeError } from './error-payload.ts';
import type { CancelReason } from './error-taxonomy.ts';
import { agreeOn, DEFAULT_LIMITS, encodeMessage, PREFACE, VERSION, type WireLimits } from './frame.ts';
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
  /** Calls that may wait for a credit. Default twice the credit. */
  readonly maxWaiting?: number;
  /** How long after its deadline a call still waits for the worker's own answer. Default 100 ms. */
  readonly graceMs?: number;
}

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
}

/** An answer with what it cost. */
export interface CallAnswer {
  readonly body: Uint8Array;
  readonly stats: CallStats;
}

/** What a worker says about itself on a ping. */
export interface Pong {
  readonly roundTripMs: number;
  readonly depth: number;
  readonly slots: number;
  readonly delayUs: number;
}

interface Pending {
  readonly name: string;
  readonly input: Uint8Array;
  readonly options: CallOptions;
  readonly startedAt: number;
  readonly resolve: (answer: CallAnswer) => void;
  readonly reject: (error: MipError) => void;
  /** The call id once it was sent. */
  id: bigint | undefined;
  settled: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
  waitTimer: ReturnType<typeof setTimeout> | undefined;
  onAbort: (() => void) | undefined;
}

type State = 'greeting' | 'listing' | 'open' | 'draining' | 'closed';

const NOTHING = new Uint8Array(0);
/** Timers beyond this many milliseconds would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

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
  #byName = new Map<string, { readonly id: number; readonly input: string; readonly output: string }>();
  #credit = 0;
  #nextId = 1n;
  readonly #waiting: Pending[] = [];
  readonly #inFlight = new Map<bigint, Pending>();
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
    this.#send(
      'HELLO',
      0n,
      encodeHello({
        client: options.client ?? 'molt-ts',
        pid: options.pid ?? 0,
        limits: this.#offered,
        minors: [0, VERSION.minor],
      }),
    );
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
      const call: Pending = {
        name,
        input,
        options,
        resolve,
        reject,
        startedAt: performance.now(),
        id: undefined,
        settled: false,
        timer: undefined,
        waitTimer: undefined,
        onAbort: undefined,
      };
      const { deadlineMs, signal } = options;
      if (!(deadlineMs > 0))
        return this.#fail(call, { name: 'INVALID_INPUT', message: `expected a deadline in milliseconds, got ${deadlineMs}` });
      if (signal?.aborted)
        return this.#fail(call, {
          name: 'CANCELLED',
          message: `${name} was cancelled before it was sent`,
          executed: 'no',
          details: { reason: 'user' },
        });
      if (this.#state === 'closed') return this.#fail(call, { name: 'WORKER_LOST', message: 'the connection is closed', executed: 'no' });
      call.timer = setTimeout(() => this.#expire(call), Math.min(LONGEST_TIMER, deadlineMs + (this.#options.graceMs ?? 100)));
      if (signal !== undefined) {
        call.onAbort = () =>
          this.#abandon(call, 'user', { name: 'CANCELLED', message: `${name} was cancelled`, details: { reason: 'user' } });
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
      if (this.#state === 'closed')
        return reject(new MipError({ name: 'WORKER_LOST', message: 'the connection is closed', executed: 'no' }));
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
    this.#shut({ name: 'WORKER_LOST', message: `the worker closed the connection${unfinished}${why}`, cause });
  }

  /** Takes bytes of the stream. Never throws. */
  receive(chunk: Uint8Array): void {
    if (this.#state === 'closed') return;
    const { frames, fault } = this.#decoder.push(chunk);
    for (const frame of frames) {
      const message = this.#assembler.push(frame);
      if (message === undefined) continue;
      const wrong = 'name' in message ? message : this.#handle(message);
      if (wrong !== undefined) return this.#refuse(wrong);
      if ((this.#state as State) === 'closed') return;
    }
    if (fault !== undefined) this.#refuse(fault);
  }

  #handle(message: Message): FrameFault | undefined {
    const { kind, payload } = message;
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
      case 'RESULT': {
        // Decoded first: a payload that is no RESULT leaves its call in flight, and so ends with the connection.
        const result = decodeResult(payload);
        if (typeof result === 'string') return wrong(result);
        const call = this.#answered(message.callId);
        if (call === undefined) return wrong(`RESULT for call ${message.callId}, which is not in flight`);
        this.#settle(call, () => call.resolve({ body: result.body, stats: result.stats }));
        this.#pump();
        return undefined;
      }
      case 'ERROR': {
        const error = decodeError(payload);
        if (typeof error === 'string') return wrong(error);
        if (message.callId === 0n) {
          this.#shutWith(error);
          return undefined;
        }
        const call = this.#answered(message.callId);
        if (call === undefined) return wrong(`ERROR for call ${message.callId}, which is not in flight`);
        this.#settle(call, () => call.reject(error));
        this.#pump();
        return undefined;
      }
      case 'CREDIT': {
        const map = unpackControlMap(payload);
        const calls = map && wholeAt(map, 'calls', 1 << 20);
        if (calls === undefined) return wrong('CREDIT without calls');
        this.#credit += calls;
        this.#pump();
        return undefined;
      }
      case 'PING':
        this.#send('PONG', message.callId, packControl({}));
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
    this.#hello = hello;
    this.#state = 'listing';
    return undefined;
  }

  #listed(payload: Uint8Array): FrameFault | undefined {
    if (this.#state !== 'listing') return wrong('EXPORTS at the wrong time');
    const schemas = decodeExports(payload);
    if (typeof schemas === 'string') return wrong(schemas);
    this.#schemas = schemas;
    for (const [id, item] of schemas.exports.entries()) this.#byName.set(item.name, { id, ...exportIds(item, schemas.types) });
    this.#state = 'open';
    this.#readyResolve(this.#hello as HelloOk);
    this.#pump();
    // The latest first: if there are too many, it is those who came last that are turned away.
    for (const call of [...this.#waiting].reverse()) this.#queue(call);
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
    const parts: MipErrorParts = { name: 'DRAINING', message: 'the worker is shutting down', executed: 'no' };
    for (const call of this.#waiting.splice(0)) this.#fail(call, parts);
    for (const [id, call] of this.#inFlight) {
      if (id <= BigInt(last)) continue;
      this.#inFlight.delete(id);
      this.#fail(call, parts);
    }
    return undefined;
  }

  /** Sends waiting calls as long as there are credits. */
  #pump(): void {
    while (this.#state === 'open' && this.#credit > 0 && this.#waiting.length > 0) {
      const call = this.#waiting.shift() as Pending;
      clearTimeout(call.waitTimer);
      this.#dispatch(call);
    }
  }

  #dispatch(call: Pending): void {
    const target = this.#byName.get(call.name);
    if (target === undefined) return this.#settle(call, () => call.reject(unknownExport(call.name, [...this.#byName.keys()])));
    const difference = this.#verdict(call.name);
    if (difference !== undefined) return this.#settle(call, () => call.reject(difference));
    if (CALL_HEAD + call.input.length > this.#limits.maxMessage) {
      const message = `the input of ${call.name} has ${call.input.length} bytes, the connection takes ${this.#limits.maxMessage - CALL_HEAD}`;
      return this.#fail(call, { name: 'FRAME_TOO_LARGE', message });
    }
    const left = call.options.deadlineMs - (performance.now() - call.startedAt);
    if (left <= 0) return this.#expire(call);
    call.id = this.#takeId();
    this.#inFlight.set(call.id, call);
    this.#credit--;
    const head = encodeCallHead({
      exportId: target.id,
      deadlineMs: left,
      cpuMs: call.options.cpuMs ?? 0,
      memoryKib: call.options.memoryKib ?? 0,
      criticality: call.options.criticality ?? 1,
      inputId: target.input,
      outputId: target.output,
    });
    this.#options.write(encodeMessage('CALL', call.id, head, call.input, this.#limits.maxFrame));
  }

  #verdict(name: string): MipError | undefined {
    if (this.#options.schemas === undefined) return undefined;
    if (!this.#verdicts.has(name)) this.#verdicts.set(name, compareExports(name, this.#options.schemas, this.#schemas as SchemaSet));
    return this.#verdicts.get(name);
  }

  /** Bounds the wait of a call for a credit: in number, and to a quarter of its deadline. */
  #queue(call: Pending): void {
    const most = this.#options.maxWaiting ?? 2 * Math.max(1, this.#hello?.credit ?? 1);
    const busy = (): void => {
      this.#unqueue(call);
      this.#fail(call, {
        name: 'BUSY',
        message: `${call.name} was not sent: ${this.#inFlight.size} calls are in flight and ${most} may wait`,
        hint: 'raise the worker count or the deadline, or send less at once',
        afterMs: 50,
        details: { local: true },
      });
    };
    if (this.#waiting.length > most) return busy();
    call.waitTimer = setTimeout(busy, Math.min(LONGEST_TIMER, call.options.deadlineMs / 4));
  }

  #unqueue(call: Pending): void {
    const at = this.#waiting.indexOf(call);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  #expire(call: Pending): void {
    this.#abandon(call, 'deadline', {
      name: 'DEADLINE_EXCEEDED',
      message: `${call.name} did not end within ${call.options.deadlineMs} ms`,
      hint: 'raise the deadline, or look at the worker: it did not answer in time either',
    });
  }

  /** Answers the caller now; the worker is told and its answer, when it comes, only returns the credit. */
  #abandon(call: Pending, reason: CancelReason, parts: MipErrorParts): void {
    if (call.settled) return;
    if (call.id === undefined) {
      this.#unqueue(call);
      return this.#fail(call, { ...parts, executed: 'no' });
    }
    if (this.#state !== 'closed') this.#send('CANCEL', call.id, packControl({ reason }));
    this.#fail(call, parts);
  }

  #answered(id: bigint): Pending | undefined {
    const call = this.#inFlight.get(id);
    if (call !== undefined) {
      this.#inFlight.delete(id);
      this.#credit++;
    }
    return call;
  }

  #fail(call: Pending, parts: MipErrorParts): void {
    this.#settle(call, () => call.reject(new MipError(parts)));
  }

  #settle(call: Pending, answer: () => void): void {
    if (call.settled) return;
    call.settled = true;
    clearTimeout(call.timer);
    clearTimeout(call.waitTimer);
    if (call.onAbort !== undefined) call.options.signal?.removeEventListener('abort', call.onAbort);
    answer();
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
    for (const call of this.#waiting.splice(0)) this.#fail(call, unsent);
    for (const call of this.#inFlight.values()) this.#fail(call, { ...unsent, executed: 'maybe' });
    this.#inFlight.clear();
    this.#options.end();
  }

  #takeId(): bigint {
    const id = this.#nextId;
    this.#nextId += 2n;
    return id;
  }

  #send(kind: 'HELLO' | 'CANCEL' | 'PING' | 'PONG' | 'ERROR', id: bigint, payload: Uint8Array): void {
    this.#options.write(encodeMessage(kind, id, payload, NOTHING));
  }
}

function wrong(message: string): FrameFault {
  return { name: 'PROTOCOL_ERROR', message, offset: 0 };
}
