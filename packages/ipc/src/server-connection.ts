/**
 * The server's side of one connection, over any byte stream.
 *
 * States: greeting (HELLO awaited) -> open -> draining (GOAWAY sent) -> closed. Any state may go to closed. Each accepted call is handed to
 * `onCall` once and must be answered once, by `result` or `fail`; when the client goes away or cancels, its signal says so, and the answer
 * is still owed (it is dropped if nobody listens any more).
 */
import { broken } from '@molt/diagnostics';
import { type LinkedExport, linkSchemaSet, type SchemaSet, schemaSetDigest } from '@molt/schema-ir';
import { type CallStats, decodeCall, encodeResultHead, ID_PREFIX, RESULT_HEAD } from './call-payload.ts';
import { packControl, textAt, unpackControlMap } from './control-pack.ts';
import { encodeError } from './error-payload.ts';
import { CANCEL_REASONS, type CancelReason } from './error-taxonomy.ts';
import { agreeOn, DEFAULT_LIMITS, DEFAULT_WINDOW, encodeMessage, PREFACE, VERSION, type WireLimits } from './frame.ts';
import { FrameDecoder, type FrameFault } from './frame-decoder.ts';
import { decodeHello, encodeExports, encodeHelloOk, minorAgrees } from './hello.ts';
import { type Message, MessageAssembler } from './message-assembler.ts';
import { MipError, type MipErrorParts } from './mip-error.ts';
import { idMismatch, unknownExport } from './mismatch.ts';

/** The exports of an artifact, made ready once and shared by all connections. */
export interface ServedExports {
  readonly set: SchemaSet;
  readonly exports: readonly LinkedExport[];
  readonly digest: string;
  readonly payload: Uint8Array;
}

/** Makes exports ready to be served; throws SchemaError if the set makes no sense. */
export function prepareExports(set: SchemaSet): ServedExports {
  return { set, exports: [...linkSchemaSet(set).values()], digest: schemaSetDigest(set), payload: encodeExports(set) };
}

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
  /** Aborts with a CancelReason when the client cancels or goes away. */
  readonly signal: AbortSignal;
  /** Ends the call with the encoded result. */
  result(body: Uint8Array, stats?: Partial<CallStats>): void;
  /** Ends the call with an error. */
  fail(error: MipError | MipErrorParts): void;
}

/** Where a connection lives and whom it serves. */
export interface ServerConnectionOptions {
  readonly exports: ServedExports;
  readonly write: (bytes: Uint8Array) => void;
  /** Ends the stream once what was written is sent. */
  readonly end: () => void;
  /** Takes a call; may throw, which ends the call with INTERNAL. */
  readonly onCall: (call: ServerCall) => void;
  /** Calls in flight on this connection. Default 64. */
  readonly credit?: number;
  /** Bytes of CALL payload that may be unanswered on this connection; a single call may be larger. Default 4 MiB. */
  readonly window?: number;
  readonly slots?: number;
  readonly artifactId?: string;
  readonly runtime?: string;
  readonly pid?: number;
  readonly limits?: WireLimits;
  /** What a PONG tells about the load. */
  readonly load?: () => { readonly depth: number; readonly delayUs: number };
}

interface Active {
  readonly abort: AbortController;
  answered: boolean;
}

type State = 'greeting' | 'open' | 'draining' | 'closed';

const NOTHING = new Uint8Array(0);

/** One connection of a server. */
export class ServerConnection {
  readonly #options: ServerConnectionOptions;
  readonly #decoder: FrameDecoder;
  readonly #assembler: MessageAssembler;
  readonly #offered: WireLimits;
  readonly #active = new Map<bigint, Active>();
  #limits: WireLimits;
  #state: State = 'greeting';
  #credit: number;
  #window: number;
  #lastId = 0n;
  #prefaceSent = false;

  constructor(options: ServerConnectionOptions) {
    this.#options = options;
    this.#offered = options.limits ?? DEFAULT_LIMITS;
    this.#limits = this.#offered;
    this.#credit = options.credit ?? 64;
    this.#window = options.window ?? DEFAULT_WINDOW;
    this.#decoder = new FrameDecoder('client', this.#offered.maxFrame);
    this.#assembler = new MessageAssembler(this.#offered.maxMessage);
  }

  get state(): State {
    return this.#state;
  }

  /** Calls that are not answered yet. */
  get active(): number {
    return this.#active.size;
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

  /** The stream ended: whoever still works for this client is told. */
  closed(): void {
    this.#shut('disconnect');
  }

  /** Lets calls in flight finish and refuses new ones. */
  drain(drainMs: number): void {
    if (this.#state === 'greeting') return this.#end('shutdown');
    if (this.#state !== 'open') return;
    this.#state = 'draining';
    this.#send('GOAWAY', 0n, packControl({ last: this.#lastId, drain_ms: drainMs }));
    if (this.#active.size === 0) this.#end('shutdown');
  }

  /** Ends the connection; calls in flight are cancelled. */
  close(): void {
    this.#end('shutdown');
  }

  /** Grants the client more calls in flight. */
  grant(calls: number): void {
    if (this.#state !== 'open') return;
    this.#credit += calls;
    this.#send('CREDIT', 0n, packControl({ calls }));
  }

  #handle(message: Message): FrameFault | undefined {
    if (this.#state === 'greeting' && message.kind !== 'HELLO') return wrong(`${message.kind} before HELLO`);
    switch (message.kind) {
      case 'HELLO':
        return this.#greet(message.payload);
      case 'CALL':
        return this.#call(message);
      case 'CANCEL': {
        const map = unpackControlMap(message.payload);
        const reason = map && textAt(map, 'reason');
        if (reason === undefined) return wrong('CANCEL without a reason');
        // A call that is not active was answered while the CANCEL was on its way.
        const known = (CANCEL_REASONS as readonly string[]).includes(reason) ? (reason as CancelReason) : 'user';
        this.#active.get(message.callId)?.abort.abort(known);
        return undefined;
      }
      case 'PING': {
        const load = this.#options.load?.() ?? { depth: this.#active.size, delayUs: 0 };
        this.#send('PONG', message.callId, packControl({ depth: load.depth, slots: this.#options.slots ?? 1, delay_us: load.delayUs }));
        return undefined;
      }
      case 'PONG':
        return undefined;
      case 'ERROR':
        // Only connection faults travel this way: the client gave up on this stream.
        this.#end('disconnect');
        return undefined;
      default:
        return wrong(`a client may not send ${message.kind}`);
    }
  }

  #greet(payload: Uint8Array): FrameFault | undefined {
    if (this.#state !== 'greeting') return wrong('a second HELLO');
    const hello = decodeHello(payload);
    if (typeof hello === 'string') return wrong(hello);
    if (!minorAgrees(hello)) {
      return {
        name: 'VERSION_UNSUPPORTED',
        message: `the client speaks MIP ${VERSION.major}.${hello.minors[0]} to ${VERSION.major}.${hello.minors[1]}, this worker ${VERSION.major}.${VERSION.minor}`,
        offset: 0,
      };
    }
    this.#limits = agreeOn(this.#offered, hello.limits);
    this.#decoder.setMaxFrame(this.#limits.maxFrame);
    this.#assembler.setMaxMessage(this.#limits.maxMessage);
    const { exports, artifactId, runtime, pid, slots } = this.#options;
    this.#state = 'open';
    this.#send(
      'HELLO_OK',
      0n,
      encodeHelloOk({
        minor: VERSION.minor,
        runtime: runtime ?? 'molt',
        artifactId: artifactId ?? '',
        pid: pid ?? 0,
        limits: this.#limits,
        credit: this.#credit,
        window: this.#window,
        slots: slots ?? 1,
        exportsDigest: exports.digest,
      }),
    );
    this.#options.write(encodeMessage('EXPORTS', 0n, exports.payload, NOTHING, this.#limits.maxFrame));
    return undefined;
  }

  #call(message: Message): FrameFault | undefined {
    const id = message.callId;
    if (id % 2n === 0n || id <= this.#lastId) return wrong(`call id ${id}: ids of a client are odd and rise, the last was ${this.#lastId}`);
    const call = decodeCall(message.payload);
    if (typeof call === 'string') return wrong(call);
    this.#lastId = id;
    const refuse = (error: MipError): undefined => {
      this.#send('ERROR', id, encodeError(error, this.#limits.maxFrame));
    };
    if (this.#state === 'draining') return refuse(new MipError({ name: 'DRAINING', message: 'the worker is shutting down' }));
    const { head } = call;
    const { exports } = this.#options.exports;
    const target = exports[head.exportId];
    if (target === undefined) {
      return refuse(
        unknownExport(
          `#${head.exportId}`,
          exports.map((item) => item.schema.name),
        ),
      );
    }
    const digits = 2 * ID_PREFIX;
    if (head.inputId !== target.ids.input.slice(0, digits))
      return refuse(idMismatch(target.schema.name, 'input', head.inputId, target.ids.input));
    if (head.outputId !== target.ids.output.slice(0, digits))
      return refuse(idMismatch(target.schema.name, 'output', head.outputId, target.ids.output));
    if (this.#active.size >= this.#credit) {
      return refuse(
        new MipError({ name: 'BUSY', message: `more than the ${this.#credit} calls in flight that were granted`, afterMs: 10 }),
      );
    }
    this.#start(id, target, call.body, head);
    return undefined;
  }

  #start(
    id: bigint,
    target: LinkedExport,
    input: Uint8Array,
    head: { deadlineMs: number; cpuMs: number; memoryKib: number; criticality: number },
  ): void {
    const active: Active = { abort: new AbortController(), answered: false };
    this.#active.set(id, active);
    const answer = (send: () => void): void => {
      if (active.answered) broken(`call ${id} to ${target.schema.name} was answered twice`);
      active.answered = true;
      if (this.#state === 'closed') return;
      this.#active.delete(id);
      send();
      if (this.#state === 'draining' && this.#active.size === 0) this.#end('shutdown');
    };
    const fail = (error: MipError | MipErrorParts): void => {
      answer(() => this.#send('ERROR', id, encodeError(error instanceof MipError ? error : new MipError(error), this.#limits.maxFrame)));
    };
    const call: ServerCall = {
      id,
      target,
      input,
      signal: active.abort.signal,
      receivedAt: performance.now(),
      deadlineMs: head.deadlineMs,
      cpuMs: head.cpuMs,
      memoryKib: head.memoryKib,
      criticality: head.criticality,
      fail,
      result: (body, stats = {}) => {
        if (RESULT_HEAD + body.length > this.#limits.maxMessage) {
          const message = `the result of ${target.schema.name} has ${body.length} bytes, the connection takes ${this.#limits.maxMessage - RESULT_HEAD}`;
          return fail({ name: 'RESULT_TOO_LARGE', message });
        }
        const full: CallStats = { queueUs: 0, execUs: 0, cpuUs: 0, peakKib: 0, ...stats };
        answer(() => this.#options.write(encodeMessage('RESULT', id, encodeResultHead(full), body, this.#limits.maxFrame)));
      },
    };
    try {
      this.#options.onCall(call);
    } catch (error) {
      if (!active.answered)
        fail({
          name: 'INTERNAL',
          message: `the worker failed to take the call: ${error instanceof Error ? error.message : String(error)}`,
        });
    }
  }

  #refuse(fault: FrameFault): void {
    const error = new MipError({ name: fault.name, message: fault.message });
    this.#send(this.#state === 'greeting' ? 'HELLO_ERR' : 'ERROR', 0n, encodeError(error, this.#limits.maxFrame));
    this.#end('disconnect');
  }

  #end(reason: CancelReason): void {
    if (this.#state === 'closed') return;
    this.#shut(reason);
    this.#options.end();
  }

  /** The one way into `closed`. */
  #shut(reason: CancelReason): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    const active = [...this.#active.values()];
    this.#active.clear();
    for (const call of active) call.abort.abort(reason);
  }

  #send(kind: 'HELLO_OK' | 'HELLO_ERR' | 'ERROR' | 'CREDIT' | 'PONG' | 'GOAWAY', id: bigint, payload: Uint8Array): void {
    if (this.#state === 'closed') return;
    if (!this.#prefaceSent) {
      this.#prefaceSent = true;
      this.#options.write(PREFACE);
    }
    this.#options.write(encodeMessage(kind, id, payload, NOTHING, this.#limits.maxFrame));
  }
}

/** Makes the server's side of a connection. */
export function createServerConnection(options: ServerConnectionOptions): ServerConnection {
  return new ServerConnection(options);
}

function wrong(message: string): FrameFault {
  return { name: 'PROTOCOL_ERROR', message, offset: 0 };
}
