/**
 * Every call ends with exactly one answer, in whatever order things happen: random events on a client and a server whose bytes and clock the test
 * moves by hand, compared with a model that remembers what was sent, run and answered.
 *
 * What must hold: each promise settles; a result is that of its own call; "not executed" is never said of a call that ran; on the wire each CALL has
 * at most one answer, and exactly one while the connection lives; two ends that keep the rules never accuse each other of breaking them.
 */
import { compileCodec, int, list, record, type SchemaSet, str, stream, typesOf } from '@molt/schema-ir';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ClientConnection, createServerConnection, FrameDecoder, type MipError, prepareExports, type ServerCall } from '../src/index.ts';

const SET: SchemaSet = {
  version: 1,
  types: typesOf(record('Unused', { a: int() })),
  exports: [
    { name: 'echo', params: [{ name: 'text', schema: str() }], result: str() },
    { name: 'sum', params: [{ name: 'items', schema: stream(int()) }], result: int() },
    { name: 'count', params: [{ name: 'to', schema: int() }], result: stream(int()) },
  ],
};
const EXPORTS = prepareExports(SET);
const [echo, sum, count] = EXPORTS.exports as [(typeof EXPORTS.exports)[0], (typeof EXPORTS.exports)[0], (typeof EXPORTS.exports)[0]];
const items = compileCodec(list(int(), 2000));

/** What is known of one call. */
interface Known {
  readonly kind: 'echo' | 'sum' | 'count';
  readonly expected: unknown;
  readonly abort: AbortController;
  settled: number;
  value: unknown;
  error: MipError | undefined;
  received: number[];
  progress: number;
}

type Event =
  | { readonly do: 'call'; readonly kind: 'echo' | 'sum' | 'count'; readonly deadlineMs: number; readonly size: number }
  | { readonly do: 'answer' | 'fail' | 'cancel' | 'chunk' | 'progress'; readonly which: number }
  | { readonly do: 'toServer' | 'toClient'; readonly bytes: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'grant'; readonly calls: number; readonly bytes: number }
  | { readonly do: 'drain' | 'ping' | 'cut' | 'close' };

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('call' as const),
      kind: fc.constantFrom('echo' as const, 'echo' as const, 'sum' as const, 'count' as const),
      deadlineMs: fc.constantFrom(15, 300, 60_000),
      size: fc.constantFrom(1, 40, 3000, 6000),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('answer' as const), which: fc.nat(20) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('fail' as const, 'cancel' as const, 'chunk' as const, 'progress' as const),
      which: fc.nat(20),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constantFrom('toServer' as const, 'toClient' as const), bytes: fc.constantFrom(1, 17, 500, 1e6, 1e6) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 20, 400, 11_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('grant' as const), calls: fc.nat(2), bytes: fc.nat(5000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('ping' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('drain' as const, 'cut' as const, 'close' as const, 'ping' as const) }) },
);

const microtasks = async (): Promise<void> => {
  for (let i = 0; i < 12; i++) await Promise.resolve();
};

class World {
  readonly known: Known[] = [];
  /** Calls that the worker has and has not answered. */
  readonly open: { readonly call: ServerCall; readonly at: number; sent: number }[] = [];
  readonly ran = new Set<number>();
  readonly callIds = new Set<bigint>();
  readonly answers = new Map<bigint, number>();
  readonly faults: string[] = [];
  readonly #toServer: Uint8Array[] = [];
  readonly #toClient: Uint8Array[] = [];
  readonly #fromClient = new FrameDecoder('client', 1 << 24);
  readonly #fromServer = new FrameDecoder('server', 1 << 24);
  alive = true;
  ended = false;
  readonly server: ReturnType<typeof createServerConnection>;
  readonly client: ClientConnection;

  constructor() {
    this.server = createServerConnection({
      exports: EXPORTS,
      credit: 3,
      window: 4000,
      limits: { maxFrame: 4096, maxMessage: 65536 },
      onCall: (call) => this.#take(call),
      write: (bytes) => this.#wrote(this.#fromServer, this.#toClient, bytes),
      end: () => {
        this.ended = true;
      },
    });
    this.client = new ClientConnection({
      write: (bytes) => this.#wrote(this.#fromClient, this.#toServer, bytes),
      end: () => {
        this.ended = true;
      },
    });
  }

  #wrote(decoder: FrameDecoder, pipe: Uint8Array[], bytes: Uint8Array): void {
    pipe.push(bytes);
    for (const { kind, callId, payload, flags } of decoder.push(bytes).frames) {
      if (kind === 'CALL' && flags === 2) this.callIds.add(callId);
      if (kind === 'RESULT' && flags === 2) this.answers.set(callId, (this.answers.get(callId) ?? 0) + 1);
      if (kind !== 'ERROR') continue;
      if (callId === 0n) this.faults.push(Buffer.from(payload).toString('latin1'));
      else this.answers.set(callId, (this.answers.get(callId) ?? 0) + 1);
      // A client that keeps to credit and window is never told that it does not.
      if (Buffer.from(payload).includes('that were granted')) this.faults.push(`call ${callId} went beyond what was granted`);
    }
  }

  #take(call: ServerCall): void {
    // The trace id carries the index of the call in the model.
    const at = Number.parseInt((call.trace?.traceId ?? '').slice(16), 16);
    this.ran.add(at);
    this.open.push({ call, at, sent: 0 });
  }

  deliver(pipe: 'toServer' | 'toClient', most: number): void {
    const queue = pipe === 'toServer' ? this.#toServer : this.#toClient;
    let left = most;
    while (left > 0 && queue.length > 0 && this.alive) {
      const head = queue[0] as Uint8Array;
      const part = head.slice(0, left);
      if (part.length === head.length) queue.shift();
      else queue[0] = head.slice(left);
      left -= part.length;
      if (pipe === 'toServer') this.server.receive(part);
      else this.client.receive(part);
    }
  }

  get quiet(): boolean {
    return this.#toServer.length === 0 && this.#toClient.length === 0;
  }

  call(kind: 'echo' | 'sum' | 'count', deadlineMs: number, size: number): void {
    const at = this.known.length;
    const text = `${at}:`.padEnd(size, 'x');
    const parts = Array.from({ length: 3 }, (_, i) => Array.from({ length: Math.ceil(size / 10) }, (__, j) => i + j + at));
    const expected = kind === 'echo' ? text : kind === 'sum' ? parts.flat().reduce((a, b) => a + b, 0) : size;
    const abort = new AbortController();
    const known: Known = { kind, expected, abort, settled: 0, value: undefined, error: undefined, received: [], progress: 0 };
    this.known.push(known);
    const input =
      kind === 'echo' ? echo.input.encode({ text }) : kind === 'sum' ? sum.input.encode({ items: null }) : count.input.encode({ to: size });
    this.client
      .call(kind, input, {
        deadlineMs,
        signal: abort.signal,
        trace: { traceId: `${'a'.repeat(16)}${at.toString(16).padStart(16, '0')}`, spanId: 'b'.repeat(16), flags: 0 },
        ...(kind === 'sum' && { chunks: parts.map((part) => items.encode(part)) }),
        ...(kind === 'count' && { onChunk: (chunk: Uint8Array) => void known.received.push(...(items.decode(chunk) as number[])) }),
        onProgress: () => known.progress++,
      })
      .then(
        ({ body }) => {
          known.settled++;
          known.value = kind === 'echo' ? echo.output.decode(body) : kind === 'sum' ? sum.output.decode(body) : known.received.length;
        },
        (error: MipError) => {
          known.settled++;
          known.error = error;
        },
      );
  }

  /** The worker ends one of its calls as it should end. */
  answer(which: number): void {
    const entry = this.open.splice(which % this.open.length, 1)[0];
    if (entry === undefined) return;
    const { call } = entry;
    const name = call.target.schema.name;
    if (name === 'echo') return call.result(echo.output.encode((echo.input.decode(call.input) as { text: string }).text));
    const lost = (): void => call.fail({ name: 'CANCELLED', message: 'stopped', executed: 'yes' });
    if (name === 'sum') {
      const add = async (): Promise<void> => {
        let total = 0;
        for await (const chunk of call.chunks ?? []) for (const item of items.decode(chunk) as number[]) total += item;
        call.result(sum.output.encode(total));
      };
      add().catch(lost);
      return;
    }
    const give = async (): Promise<void> => {
      const { to } = count.input.decode(call.input) as { to: number };
      for (let left = to - entry.sent; left > 0; left -= 900) await call.sendChunk(items.encode(Array(Math.min(left, 900)).fill(7)));
      await call.sendChunk(items.encode([]), true);
      call.result(count.output.encode(null));
    };
    give().catch(lost);
  }

  step(e: Event): void {
    const pick = <T>(from: readonly T[], which: number): T | undefined => from[which % Math.max(1, from.length)];
    switch (e.do) {
      case 'call':
        return this.call(e.kind, e.deadlineMs, e.size);
      case 'answer':
        return this.answer(e.which);
      case 'fail': {
        const entry = this.open.splice(e.which % Math.max(1, this.open.length), 1)[0];
        return entry?.call.fail({ name: 'APP_ERROR', message: `no ${entry.at}` });
      }
      case 'cancel':
        return pick(this.known, e.which)?.abort.abort();
      case 'chunk': {
        const entry = pick(this.open, e.which);
        if (entry?.call.target.schema.name !== 'count' || entry.sent > 0) return;
        entry.sent++;
        entry.call.sendChunk(items.encode([7])).catch(() => {});
        return;
      }
      case 'progress':
        return pick(this.open, e.which)?.call.progress(500_000, 'half');
      case 'toServer':
      case 'toClient':
        return this.deliver(e.do, e.bytes);
      case 'wait':
        vi.advanceTimersByTime(e.ms);
        return;
      case 'grant':
        return this.server.grant(e.calls, e.bytes);
      case 'drain':
        return this.server.drain(1000);
      case 'ping':
        void this.client.ping().catch(() => {});
        return;
      case 'cut':
        return this.cut();
      case 'close':
        return this.client.close();
    }
  }

  cut(): void {
    this.alive = false;
    this.server.closed();
    this.client.closed();
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('every call ends with exactly one answer', async () => {
  const seen = { results: 0, errors: 0, lost: 0, streams: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 60 }), fc.boolean(), async (events, handshakeFirst) => {
      const world = new World();
      const settle = async (): Promise<void> => {
        for (let i = 0; i < 50 && !(world.quiet && i > 2); i++) {
          world.deliver('toServer', 1e6);
          await microtasks();
          world.deliver('toClient', 1e6);
          await microtasks();
        }
      };
      if (handshakeFirst) await settle();
      for (const e of events) {
        world.step(e);
        await microtasks();
      }
      // Then everything arrives, the worker answers what it has, and time passes.
      for (let i = 0; i < 40; i++) {
        await settle();
        while (world.open.length > 0) world.answer(0);
        await settle();
      }
      const lively = world.alive && !world.ended;
      if (lively) for (const id of world.callIds) expect([id, world.answers.get(id)]).toEqual([id, 1]);
      vi.advanceTimersByTime(120_000);
      await settle();
      world.cut();
      await microtasks();

      expect(world.faults).toEqual([]);
      for (const [id, answers] of world.answers) expect([id, answers]).toEqual([id, 1]);
      for (const [at, known] of world.known.entries()) {
        expect([at, known.settled]).toEqual([at, 1]);
        if (known.error === undefined) {
          expect(known.value).toEqual(known.expected);
          seen.results++;
          if (known.kind !== 'echo') seen.streams++;
        } else {
          seen.errors++;
          if (known.error.executed === 'no') expect([at, world.ran.has(at)]).toEqual([at, false]);
          if (known.error.mip === 'WORKER_LOST') seen.lost++;
          expect(known.error.mip).not.toBe('PROTOCOL_ERROR');
        }
      }
    }),
    { numRuns: 500 },
  );
  // The test would prove little if one kind of ending never came.
  for (const many of Object.values(seen)) expect(many).toBeGreaterThan(20);
});
