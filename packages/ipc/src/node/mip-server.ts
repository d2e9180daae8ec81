/**
 * The server over a Unix socket.
 *
 * The socket file is for this user only. Flow control is that of the stream: while a client does not read its answers, its calls are not
 * read either, and one that lets too much pile up is cut off.
 */
import { existsSync } from 'node:fs';
import { chmod, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { fault, MoltError } from '@molt/diagnostics';
import type { SchemaSet } from '@molt/schema-ir';
import {
  createServerConnection,
  prepareExports,
  type ServedExports,
  type ServerConnection,
  type ServerConnectionOptions,
} from '../server-connection.ts';

/** What to serve and where. */
export interface ListenOptions extends Omit<ServerConnectionOptions, 'exports' | 'write' | 'end'> {
  /** Path of the socket to make. */
  readonly path: string;
  readonly exports: SchemaSet | ServedExports;
  /** Connections at once. Default 256. */
  readonly maxConnections?: number;
  /** Milliseconds until a client must have said HELLO. Default 5000. */
  readonly handshakeMs?: number;
  /** Bytes of answers that a client may leave unread. Default 64 MiB. */
  readonly maxUnsent?: number;
}

/** A listening server cannot be made at a path. */
export class ListenError extends MoltError {}

/** A listening server. */
export class MipServer {
  readonly path: string;
  readonly #server: Server;
  readonly #open: Map<ServerConnection, Socket>;

  private constructor(path: string, server: Server, open: Map<ServerConnection, Socket>) {
    this.path = path;
    this.#server = server;
    this.#open = open;
  }

  /** Listens; rejects with ListenError if the path is taken by a live worker or cannot be used. */
  static async listen(options: ListenOptions): Promise<MipServer> {
    const { path } = options;
    const exports = 'payload' in options.exports ? options.exports : prepareExports(options.exports);
    checkLength(path);
    await removeStale(path);
    // The system's own word for this is "permission denied", which leads nowhere.
    if (!existsSync(dirname(path))) throw new ListenError(fault('MOLT5003', { path, why: `there is no such folder as ${dirname(path)}` }));
    const open = new Map<ServerConnection, Socket>();
    const server = createServer((socket) => serve(socket, options, exports, open));
    server.maxConnections = options.maxConnections ?? 256;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(new ListenError(fault('MOLT5003', { path, why: error.message }, { cause: error }))));
      // The mask closes the moment between making the file and restricting it.
      const mask = process.platform === 'win32' ? undefined : setMask(0o177);
      server.listen(path, () => resolve());
      if (mask !== undefined) setMask(mask);
    });
    await chmod(path, 0o600).catch(() => {});
    return new MipServer(path, server, open);
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#open.size;
  }

  /** Calls that clients may still send, over all connections. */
  get creditLeft(): number {
    let total = 0;
    for (const connection of this.#open.keys()) total += connection.creditLeft;
    return total;
  }

  /** Stops accepting, lets calls finish for `drainMs` and their answers leave for `graceMs` more, then cuts off what is left. */
  async close(drainMs = 0, graceMs = 0): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#open.keys()) connection.drain(drainMs);
    const timer = setTimeout(() => {
      for (const [connection, socket] of this.#open) {
        connection.close();
        socket.destroySoon();
      }
    }, drainMs + graceMs);
    // Whoever does not take its last bytes within a second loses them.
    const cut = setTimeout(
      () => {
        for (const socket of this.#open.values()) socket.destroy();
      },
      drainMs + graceMs + 1000,
    );
    await closed;
    clearTimeout(timer);
    clearTimeout(cut);
  }
}

/** Longer paths are cut off without a word, and then nobody finds the socket. */
function checkLength(path: string): void {
  const most = process.platform === 'linux' ? 107 : 103;
  const bytes = Buffer.byteLength(path);
  if (process.platform === 'win32' || bytes <= most) return;
  throw new ListenError(fault('MOLT5003', { path, why: `the path has ${bytes} bytes, a socket's has at most ${most}` }));
}

/** `process.umask` does not exist in worker threads' settable form; there the chmod after listening has to do. */
function setMask(mask: number): number | undefined {
  try {
    return process.umask(mask);
  } catch {
    return undefined;
  }
}

function serve(socket: Socket, options: ListenOptions, exports: ServedExports, open: Map<ServerConnection, Socket>): void {
  const maxUnsent = options.maxUnsent ?? 64 * 1024 * 1024;
  const connection = createServerConnection({
    pid: process.pid,
    ...options,
    exports,
    write: (bytes) => {
      if (!socket.writable) return;
      if (!socket.write(bytes)) socket.pause();
      if (socket.writableLength > maxUnsent) socket.destroy();
    },
    end: () => socket.end(),
  });
  open.set(connection, socket);
  const handshake = setTimeout(() => {
    if (connection.state === 'greeting') socket.destroy();
  }, options.handshakeMs ?? 5000);
  handshake.unref();
  socket.on('drain', () => socket.resume());
  socket.on('data', (chunk: Buffer) => connection.receive(chunk));
  // The reason does not matter here: 'close' follows and ends what the client had begun.
  socket.on('error', () => {});
  socket.on('close', () => {
    clearTimeout(handshake);
    open.delete(connection);
    connection.closed();
  });
}

/** Removes the socket file of a worker that is gone; refuses if one still answers. */
async function removeStale(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const alive = await new Promise<boolean>((resolve) => {
    const probe = connect({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'));
  });
  if (alive) throw new ListenError(fault('MOLT5002', { path }));
  await unlink(path).catch(() => {});
}
