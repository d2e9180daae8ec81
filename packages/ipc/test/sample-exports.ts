/** A small schema set, and a client and server joined by memory. */
import { float, int, list, literals, optional, record, ref, type SchemaSet, str, typesOf, withDefault } from '@molt/schema-ir';
import {
  ClientConnection,
  type ClientConnectionOptions,
  createServerConnection,
  prepareExports,
  type ServerCall,
  type ServerConnection,
  type ServerConnectionOptions,
} from '../src/index.ts';

/** Exports with a record, an enum, defaults and an optional result. */
export const SAMPLE: SchemaSet = {
  version: 1,
  types: typesOf(record('Item', { sku: str(64), price: float(), kind: ref('Kind') }), literals('Kind', 'book', 'toy')),
  exports: [
    {
      name: 'total',
      params: [{ name: 'items', schema: list(ref('Item'), 1000) }, withDefault('tax', float(), 0.2)],
      result: float(),
      errors: ['ValueError'],
    },
    { name: 'echo', params: [{ name: 'text', schema: str() }], result: str(), idempotent: true },
    { name: 'find', params: [{ name: 'sku', schema: str(64) }], result: optional(ref('Item')) },
    {
      name: 'add',
      params: [
        { name: 'a', schema: int() },
        { name: 'b', schema: int() },
      ],
      result: int(),
    },
  ],
};

/** A client and a server whose bytes go through memory, in chunks of a chosen size, in later turns of the event loop. */
export interface Joined {
  readonly client: ClientConnection;
  readonly server: ServerConnection;
  readonly calls: ServerCall[];
  /** Everything the client sent. */
  readonly sent: Uint8Array[];
  cut(): void;
}

/** Joins a client and a server. Without `onCall`, calls are collected and left open. */
export function join(
  server: Partial<ServerConnectionOptions> = {},
  client: Partial<ClientConnectionOptions> = {},
  chunk = Number.POSITIVE_INFINITY,
): Joined {
  const calls: ServerCall[] = [];
  const sent: Uint8Array[] = [];
  let open = true;
  const feed = (bytes: Uint8Array, receive: (part: Uint8Array) => void): void => {
    setTimeout(() => {
      for (let at = 0; open && at < bytes.length; at += chunk) receive(bytes.slice(at, at + Math.min(chunk, bytes.length)));
    }, 0);
  };
  const end = (): void => {
    setTimeout(cut, 0);
  };
  const cut = (): void => {
    if (!open) return;
    open = false;
    right.closed();
    left.closed();
  };
  const right: ServerConnection = createServerConnection({
    exports: prepareExports(SAMPLE),
    onCall: (call) => calls.push(call),
    ...server,
    write: (bytes) => feed(bytes, (part) => left.receive(part)),
    end,
  });
  const left: ClientConnection = new ClientConnection({
    ...client,
    write: (bytes) => {
      sent.push(bytes);
      feed(bytes, (part) => right.receive(part));
    },
    end,
  });
  return { client: left, server: right, calls, sent, cut };
}

/** Waits until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error('waited in vain');
}
