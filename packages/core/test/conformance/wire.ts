/** A client that can do everything wrong: it writes whatever bytes a case wants, and reads frames with their meaning. */
import { createConnection, type Socket } from 'node:net';
import {
  type CallHead,
  decodeError,
  decodeResult,
  encodeCallHead,
  encodeFrame,
  encodeMessage,
  FrameDecoder,
  type FrameKind,
  type Message,
  MessageAssembler,
  PREFACE,
  packControl,
  unpackControl,
} from '@molt/ipc';
import type { LinkedExport } from '@molt/schema-ir';

/** What a case sees of one answer: everything that both workers must agree on. */
export interface Seen {
  readonly kind: string;
  readonly name?: string;
  readonly executed?: string;
  readonly retry?: string;
  /** Whether there is advice on when to try again. */
  readonly after?: boolean;
  readonly message?: string;
  readonly hint?: string;
  readonly details?: readonly string[];
  /** A RESULT's body in hexadecimal, or a control payload. */
  readonly body?: unknown;
}

/** A HELLO that every worker takes. */
export const HELLO = {
  min: 0,
  max: 0,
  client: 'conformance',
  pid: 1,
  codecs: ['msgpack'],
  features: [],
  max_frame: 262144,
  max_message: 1 << 24,
};

const PATIENCE_MS = 20_000;

/** One raw connection. */
export class Wire {
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder('server', 1 << 24);
  readonly #assembler = new MessageAssembler(1 << 28);
  readonly #inbox: Message[] = [];
  #wake: () => void = () => {};
  #closed = false;
  readonly exports: ReadonlyMap<string, LinkedExport>;

  private constructor(socket: Socket, exports: ReadonlyMap<string, LinkedExport>) {
    this.#socket = socket;
    this.exports = exports;
    socket.on('data', (chunk: Buffer) => {
      const { frames, fault } = this.#decoder.push(Uint8Array.from(chunk));
      for (const frame of frames) {
        const message = this.#assembler.push(frame);
        if (message !== undefined && !('name' in message)) this.#inbox.push(message);
      }
      if (fault !== undefined) throw new Error(`the worker broke the protocol: ${fault.message}`);
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
  }

  /** Connects and says nothing. */
  static open(path: string, exports: ReadonlyMap<string, LinkedExport>): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = createConnection({ path }, () => resolve(new Wire(socket, exports)));
      socket.once('error', reject);
    });
  }

  /** Connects and shakes hands. */
  static async greeted(path: string, exports: ReadonlyMap<string, LinkedExport>, hello: object = HELLO): Promise<Wire> {
    const wire = await Wire.open(path, exports);
    wire.send(PREFACE, encodeFrame('HELLO', 0n, packControl(hello as never)));
    await wire.next('HELLO_OK');
    await wire.next('EXPORTS');
    return wire;
  }

  get closed(): boolean {
    return this.#closed;
  }

  send(...parts: readonly Uint8Array[]): void {
    this.#socket.write(Buffer.concat(parts));
  }

  /** Goes away without a word. */
  cut(): void {
    this.#socket.destroy();
  }

  /** The end of what this side sends. */
  end(): void {
    this.#socket.end();
  }

  /** Stops or goes on reading. */
  reading(yes: boolean): void {
    if (yes) this.#socket.resume();
    else this.#socket.pause();
  }

  /** The next message that fits; others are dropped. Undefined when the stream ended first. */
  async next(kind?: FrameKind | readonly FrameKind[], callId?: bigint): Promise<Message | undefined> {
    const kinds = kind === undefined ? undefined : typeof kind === 'string' ? [kind] : kind;
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const at = this.#inbox.findIndex(
        (item) => (kinds === undefined || kinds.includes(item.kind)) && (callId === undefined || item.callId === callId),
      );
      if (at >= 0) return this.#inbox.splice(at, 1)[0];
      if (this.#closed) return undefined;
      const left = until - Date.now();
      if (left <= 0) throw new Error(`nothing of ${kinds?.join(', ') ?? 'any kind'} came within ${PATIENCE_MS} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** A CALL in one frame or several. */
  call(id: number, name: string, input: unknown, change: Partial<CallHead> & { readonly raw?: Uint8Array } = {}): Uint8Array {
    const target = this.exports.get(name) as LinkedExport;
    const { raw, ...head } = change;
    const bytes = encodeCallHead({
      exportId: target.index,
      deadlineMs: 20_000,
      cpuMs: 0,
      memoryKib: 0,
      criticality: 1,
      inputId: target.ids.input,
      outputId: target.ids.output,
      ...head,
    });
    return encodeMessage('CALL', BigInt(id), bytes, raw ?? target.input.encode(input), 262144);
  }

  /** The answer of a call. */
  async answer(id: number): Promise<Seen> {
    return seen(await this.next(['RESULT', 'ERROR'], BigInt(id)));
  }

  /** How the connection ended: what the worker said last, after the stream is closed. */
  async ending(): Promise<Seen> {
    const last = await this.next(['ERROR', 'HELLO_ERR'], 0n);
    while ((await this.next()) !== undefined) {
      // What was on its way is of no interest here.
    }
    return seen(last);
  }
}

/** A message as cases compare it. */
export function seen(message: Message | undefined): Seen {
  if (message === undefined) return { kind: 'closed' };
  const { kind, payload } = message;
  if (kind === 'RESULT') {
    const result = decodeResult(payload);
    if (typeof result === 'string') throw new Error(result);
    return { kind, body: Buffer.from(result.body).toString('hex') };
  }
  if (kind !== 'ERROR' && kind !== 'HELLO_ERR') return { kind, body: unpackControl(payload) };
  const error = decodeError(payload);
  if (typeof error === 'string') throw new Error(error);
  const { mip, executed, retry, afterMs, text, hint = '', facts } = error;
  return { kind, name: mip, executed, retry, after: afterMs > 0, message: text, hint, details: Object.keys(facts).sort() };
}

/** A header by itself, for frames that cannot be written properly. */
export function header(length: number, kind: number, flags: number, id = 0, reserved = 0): Uint8Array {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(length, 0);
  bytes[4] = kind;
  bytes[5] = flags;
  bytes.writeUInt16LE(reserved, 6);
  bytes.writeBigUInt64LE(BigInt(id), 8);
  return bytes;
}
