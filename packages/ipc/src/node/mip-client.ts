/** The client over a Unix socket: one connection, used by any number of calls at once. */
import { createConnection, type Socket } from 'node:net';
import type { SchemaSet } from '@molt/schema-ir';
import type { CallAnswer, CallOptions } from '../client-call.ts';
import { ClientConnection, type Pong } from '../client-connection.ts';
import type { WireLimits } from '../frame.ts';
import type { HelloOk } from '../hello.ts';
import { MipError } from '../mip-error.ts';

/** Where and how to connect. */
export interface ConnectOptions {
  /** Path of the worker's socket. */
  readonly path: string;
  /** Milliseconds until the handshake must have ended. Default 5000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** What this program was built against; differences are then found before a call is sent. */
  readonly schemas?: SchemaSet;
  readonly limits?: WireLimits;
  readonly client?: string;
  readonly maxWaiting?: number;
  readonly graceMs?: number;
}

/** A connected client. */
export class MipClient {
  /** What the worker said about itself. */
  readonly worker: HelloOk;
  readonly #connection: ClientConnection;
  readonly #socket: Socket;

  private constructor(connection: ClientConnection, socket: Socket, worker: HelloOk) {
    this.#connection = connection;
    this.#socket = socket;
    this.worker = worker;
  }

  /** Connects and shakes hands; rejects with MipError. */
  static async connect(options: ConnectOptions): Promise<MipClient> {
    const { path, timeoutMs = 5000, signal } = options;
    const socket = createConnection({ path });
    const connection = new ClientConnection({
      ...options,
      pid: process.pid,
      write: (bytes) => {
        if (socket.writable) socket.write(bytes);
      },
      end: () => socket.end(),
    });
    let reached = false;
    socket.on('connect', () => {
      reached = true;
    });
    socket.on('data', (chunk: Buffer) => connection.receive(chunk));
    let failure: Error | undefined;
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => connection.closed(failure));

    let stop: (error: MipError) => void = () => {};
    const stopped = new Promise<never>((_, reject) => {
      stop = reject;
    });
    stopped.catch(() => {});
    const timer = setTimeout(
      () =>
        stop(
          new MipError({
            name: 'WORKER_LOST',
            message: `no handshake from ${path} within ${timeoutMs} ms`,
            hint: 'the worker is frozen or too busy, or the socket is not that of a worker',
            executed: 'no',
          }),
        ),
      timeoutMs,
    );
    const onAbort = (): void =>
      stop(new MipError({ name: 'CANCELLED', message: 'connecting was cancelled', executed: 'no', details: { reason: 'user' } }));
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return new MipClient(connection, socket, await Promise.race([connection.ready, stopped]));
    } catch (error) {
      socket.destroy();
      if (!reached && failure !== undefined) throw notRunning(path, failure);
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** The worker's exports and types. */
  exports(): SchemaSet {
    return this.#connection.schemas as SchemaSet;
  }

  /** Calls in flight or waiting. */
  get outstanding(): number {
    return this.#connection.outstanding;
  }

  /** Whether calls can still be made. */
  get usable(): boolean {
    return this.#connection.state === 'open';
  }

  /** Calls an export with encoded input and gives the encoded result; rejects with MipError. */
  async call(name: string, input: Uint8Array, options: CallOptions): Promise<Uint8Array> {
    return (await this.#connection.call(name, input, options)).body;
  }

  /** Like `call`, with what the call cost. */
  callWithStats(name: string, input: Uint8Array, options: CallOptions): Promise<CallAnswer> {
    return this.#connection.call(name, input, options);
  }

  /** Asks the worker for a sign of life. */
  ping(): Promise<Pong> {
    return this.#connection.ping();
  }

  /** Ends the connection; calls in flight end with CANCELLED. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.closed) return resolve();
      this.#socket.once('close', () => resolve());
      this.#connection.close();
      this.#socket.end();
      // A worker that does not end its side must not keep this process alive.
      this.#socket.setTimeout(1000, () => this.#socket.destroy());
    });
  }
}

function notRunning(path: string, cause: Error): MipError {
  const code = (cause as NodeJS.ErrnoException).code;
  const why = code === 'ENOENT' ? 'there is no such socket' : code === 'ECONNREFUSED' ? 'nobody listens there' : cause.message;
  return new MipError({
    name: 'WORKER_NOT_RUNNING',
    message: `no worker at ${path}: ${why}`,
    hint: 'start it with molt worker, or check the socket path',
    afterMs: 500,
    cause,
    details: { path },
  });
}
