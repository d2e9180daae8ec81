/**
 * The server's side of one connection, over any byte stream.
 *
 * States: greeting (HELLO awaited) -> open -> draining (GOAWAY sent) -> closed. Any state may go to closed. Each accepted call is handed to
 * `onCall` once and must be answered once, by `result` or `fail`; when the client goes away or cancels, its signal says so, and the answer
 * is still owed (it is dropped if nobody listens any more).
 */
import { type LinkedExport, linkSchemaSet, type SchemaSet, schemaSetDigest } from '@molt/schema-ir';
import { decodeCall, ID_PREFIX } from './call-payload.ts';
import { packControl, textAt, unpackControlMap } from './control-pack.ts';
import { encodeError } from './error-payload.ts';
import { CANCEL_REASONS, type CancelReason, type MipErrorName } from './error-taxonomy.ts';
import { type ExportStreams, streamsOf } from './export-streams.ts';
import { decodeCredit, encodeCredit } from './flow-payload.ts';
import { agreeOn, DEFAULT_LIMITS, DEFAULT_WINDOW, encodeFrame, encodeMessage, PREFACE, VERSION, type WireLimits } from './frame.ts';
import { FrameDecoder, type FrameFault } from './frame-decoder.ts';
import { decodeHello, encodeExports, encodeHelloOk, minorAgrees } from './hello.ts';
import { type Message, MessageAssembler } from './message-assembler.ts';
import { MipError } from './mip-error.ts';
import { idMismatch, unknownExport } from './mismatch.ts';
import { ActiveCall, type CallConnection, type CallParts, type ServerCall } from './server-call.ts';

/** The exports of an artifact, made ready once and shared by all connections. */
export interface ServedExports {
  readonly set: SchemaSet;
  readonly exports: readonly LinkedExport[];
  readonly digest: string;
  readonly payload: Uint8Array;
  /** By export id. */
  readonly streams: readonly ExportStreams[];
}

/** Makes exports ready to be served; throws SchemaError if the set makes no sense. */
export function prepareExports(set: SchemaSet): ServedExports {
  return {
    set,
    exports: [...linkSchemaSet(set).values()],
    digest: schemaSetDigest(set),
    payload: encodeExports(set),
    streams: set.exports.map(streamsOf),
  };
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
  /** Whether the connection may have that credit instead, asked when a call is answered and all credit was in use. */
  readonly moreCredit?: (call: ServerCall) => number;
  /** Told of calls that are refused here and not handed to `onCall`. */
  readonly onRefused?: (name: MipErrorName) => void;
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

type State = 'greeting' | 'open' | 'draining' | 'closed';

const NOTHING = new Uint8Array(0);

/** One connection of a server. */
export class ServerConnection {
  readonly #options: ServerConnectionOptions;
  readonly #decoder: FrameDecoder;
  readonly #assembler: MessageAssembler;
  readonly #offered: WireLimits;
  readonly #active = new Map<bigint, ActiveCall>();
  readonly #callConnection: CallConnection;
  #limits: WireLimits;
  #state: State = 'greeting';
  #credit: number;
  #window: number;
  /** Bytes of CALL payload that are not answered. */
  #activeBytes = 0;
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
    const limits = (): WireLimits => this.#limits;
    const open = (): boolean => this.#state !== 'closed';
    this.#callConnection = {
      get limits() {
        return limits();
      },
      get open() {
        return open();
      },
      write: options.write,
      sendError: (id, error) => this.#send('ERROR', id, encodeError(error, this.#limits.maxFrame)),
      answered: (call, send) => this.#answered(call, send),
    };
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
      // Nothing is collected for a peer that has not said HELLO.
      if (this.#state === 'greeting' && frame.kind !== 'HELLO') return this.#refuse(wrong(`${frame.kind} before HELLO`));
      const message = this.#assembler.push(frame);
      if (message === undefined) continue;
      const bad = 'name' in message ? message : this.#handle(message);
      if (bad !== undefined) return this.#refuse(bad);
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

  /** Grants the client more calls, or bytes of calls, in flight. */
  grant(calls: number, bytes = 0): void {
    if (this.#state !== 'open') return;
    this.#credit += calls;
    this.#window += bytes;
    this.#send('CREDIT', 0n, encodeCredit(bytes === 0 ? { calls } : calls === 0 ? { bytes } : { calls, bytes }));
  }

  /** Calls that the client may still send. */
  get creditLeft(): number {
    return Math.max(0, this.#credit - this.#active.size);
  }

  #handle(message: Message): FrameFault | undefined {
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
        this.#active.get(message.callId)?.cancel(known);
        return undefined;
      }
      case 'CHUNK':
        return this.#chunk(message);
      case 'CREDIT':
        return this.#credited(message);
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
      this.#options.onRefused?.(error.mip);
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
    const bytes = message.payload.length;
    if (this.#active.size >= this.#credit) return refuse(busy(`more than the ${this.#credit} calls in flight that were granted`));
    if (this.#active.size > 0 && this.#activeBytes + bytes > this.#window)
      return refuse(busy(`more than the ${this.#window} bytes of calls in flight that were granted`));
    const streams = this.#options.exports.streams[head.exportId] as ExportStreams;
    this.#start({ id, target, streams, head, input: call.body, bytes });
    return undefined;
  }

  #start(parts: CallParts): void {
    const call = new ActiveCall(parts, this.#callConnection);
    this.#active.set(call.id, call);
    this.#activeBytes += call.bytes;
    try {
      this.#options.onCall(call);
    } catch (error) {
      if (!call.answered) {
        const message = `the worker failed to take the call: ${error instanceof Error ? error.message : String(error)}`;
        call.fail({ name: 'INTERNAL', message });
      }
    }
  }

  /** Forgets a call and sends its answer. */
  #answered(call: ActiveCall, send: () => void): void {
    if (this.#state === 'closed') return;
    const full = this.#active.size >= this.#credit;
    this.#active.delete(call.id);
    this.#activeBytes -= call.bytes;
    send();
    const wanted = full ? (this.#options.moreCredit?.(call) ?? 0) : 0;
    if (wanted > this.#credit) this.grant(wanted - this.#credit);
    if (this.#state === 'draining' && this.#active.size === 0) this.#end('shutdown');
  }

  #chunk({ callId, payload, more }: Message): FrameFault | undefined {
    const call = this.#active.get(callId);
    if (call === undefined) return this.#unlessEnded('CHUNK', callId);
    const fault =
      call.receiver === undefined ? `CHUNK for ${call.target.schema.name}, which has no input stream` : call.receiver.push(payload, more);
    return fault === undefined ? undefined : wrong(fault);
  }

  /** A client grants credit for the output stream of a call, and nothing else. */
  #credited({ callId, payload }: Message): FrameFault | undefined {
    const grant = decodeCredit(payload);
    if (typeof grant === 'string') return wrong(grant);
    if (callId === 0n || grant.calls > 0) return wrong('CREDIT of a client for more than a stream');
    const call = this.#active.get(callId);
    if (call === undefined) return this.#unlessEnded('CREDIT', callId);
    if (call.sender === undefined) return wrong(`CREDIT for ${call.target.schema.name}, whose result is no stream`);
    call.sender.grant(grant.bytes);
    return undefined;
  }

  /** Frames of calls that have ended may have crossed the answer; those of calls that never were are a fault. */
  #unlessEnded(kind: string, id: bigint): FrameFault | undefined {
    return id % 2n === 1n && id <= this.#lastId ? undefined : wrong(`${kind} for call ${id}, which was never sent`);
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
    this.#activeBytes = 0;
    for (const call of active) call.cancel(reason);
  }

  #send(kind: 'HELLO_OK' | 'HELLO_ERR' | 'ERROR' | 'CREDIT' | 'PONG' | 'GOAWAY', id: bigint, payload: Uint8Array): void {
    if (this.#state === 'closed') return;
    if (!this.#prefaceSent) {
      this.#prefaceSent = true;
      this.#options.write(PREFACE);
    }
    this.#options.write(encodeFrame(kind, id, payload));
  }
}

/** Makes the server's side of a connection. */
export function createServerConnection(options: ServerConnectionOptions): ServerConnection {
  return new ServerConnection(options);
}

function busy(message: string): MipError {
  return new MipError({ name: 'BUSY', message, afterMs: 10 });
}

function wrong(message: string): FrameFault {
  return { name: 'PROTOCOL_ERROR', message, offset: 0 };
}
