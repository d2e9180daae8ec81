/** What calls bring along (trace context, key, reasons), the window in bytes, and credits as leases. */
import { linkSchemaSet } from '@molt/schema-ir';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  ClientConnection,
  createServerConnection,
  decodeError,
  encodeCallHead,
  encodeFrame,
  encodeMessage,
  PREFACE,
  packControl,
  prepareExports,
  type ServerCall,
} from '../src/index.ts';
import { join, SAMPLE, until } from './sample-exports.ts';

const echo = linkSchemaSet(SAMPLE).get('echo')!;
const input = echo.input.encode({ text: 'hello' });
const answer = (call: ServerCall): void =>
  call.result(call.target.output.encode((call.target.input.decode(call.input) as { text: string }).text));
const sized = (bytes: number): Uint8Array => echo.input.encode({ text: 'x'.repeat(bytes) });

describe('the head of a call', () => {
  test('trace context and idempotency key reach the worker', async () => {
    const { client, calls } = join();
    const trace = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', flags: 1 };
    const idempotencyKey = new TextEncoder().encode('order-17');
    const result = client.call('echo', input, { deadlineMs: 5000, trace, idempotencyKey });
    await until(() => calls.length === 1);
    expect([calls[0]!.trace, calls[0]!.key]).toEqual([trace, idempotencyKey]);
    answer(calls[0]!);
    expect(echo.output.decode((await result).body)).toBe('hello');
  });

  test.each([
    ['an empty key', { idempotencyKey: new Uint8Array(0) }, 'an idempotency key of 0 bytes'],
    ['a long key', { idempotencyKey: new Uint8Array(65) }, 'an idempotency key of 65 bytes'],
    ['a trace id of zeros', { trace: { traceId: '0'.repeat(32), spanId: 'b'.repeat(16), flags: 0 } }, '32 and 16 hexadecimal digits'],
    ['a short span id', { trace: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(15), flags: 0 } }, '32 and 16 hexadecimal digits'],
    ['flags out of range', { trace: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 256 } }, 'trace flags 256'],
  ])('%s is refused before anything is sent', async (_, options, why) => {
    const { client, calls } = join();
    await expect(client.call('echo', input, { deadlineMs: 5000, ...options })).rejects.toThrow(why);
    expect(calls).toEqual([]);
  });

  test.each(['disconnect', 'parent', 'shutdown', 'superseded'] as const)(
    'a signal that aborts with %s cancels for that reason',
    async (reason) => {
      const { client, calls } = join();
      const abort = new AbortController();
      const call = client.call('echo', input, { deadlineMs: 5000, signal: abort.signal });
      call.catch(() => {});
      await until(() => calls.length === 1);
      abort.abort(reason);
      await expect(call).rejects.toMatchObject({ mip: 'CANCELLED', facts: { reason } });
      await until(() => calls[0]!.signal.aborted);
      expect(calls[0]!.signal.reason).toBe(reason);
      answer(calls[0]!);
    },
  );
});

describe('the window', () => {
  test('holds calls back until bytes are free; one alone may be larger', async () => {
    const { client, calls } = join({ window: 1000 });
    await client.ready;
    const results = [sized(5000), sized(10), sized(10)].map((body) => client.call('echo', body, { deadlineMs: 60_000 }));
    await until(() => calls.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(calls.length).toBe(1);
    answer(calls[0]!);
    await until(() => calls.length === 3);
    for (const call of calls.slice(1)) answer(call);
    await Promise.all(results);
  });

  test('may be widened', async () => {
    const { client, server, calls } = join({ window: 100 });
    await client.ready;
    const results = [sized(50), sized(50)].map((body) => client.call('echo', body, { deadlineMs: 60_000 }));
    await until(() => calls.length === 1);
    server.grant(0, 1000);
    await until(() => calls.length === 2);
    for (const call of calls) answer(call);
    await Promise.all(results);
  });

  test('a client that goes beyond it is told BUSY, and the calls before are not touched', () => {
    const out: Uint8Array[] = [];
    const calls: ServerCall[] = [];
    const server = createServerConnection({
      exports: prepareExports(SAMPLE),
      window: 1000,
      onCall: (call) => calls.push(call),
      write: (bytes) => out.push(bytes),
      end: () => {},
    });
    const { input: inputId, output: outputId } = echo.ids;
    const head = encodeCallHead({ exportId: 1, deadlineMs: 1000, cpuMs: 0, memoryKib: 0, criticality: 1, inputId, outputId });
    server.receive(PREFACE);
    server.receive(encodeMessage('HELLO', 0n, packControl({ min: 0, max: 0, codecs: ['msgpack'], max_frame: 4096, max_message: 8192 })));
    for (const id of [1n, 3n]) server.receive(encodeMessage('CALL', id, head, sized(900)));
    const refusal = decodeError(out.at(-1)!.subarray(16));
    expect(refusal).toMatchObject({ mip: 'BUSY', executed: 'no', text: 'more than the 1000 bytes of calls in flight that were granted' });
    answer(calls[0]!);
    server.receive(encodeMessage('CALL', 5n, head, sized(900)));
    expect(calls.map(({ id }) => id)).toEqual([1n, 5n]);
    expect(server.state).toBe('open');
  });
});

describe('waiting', () => {
  test('64 calls may wait even with a small credit', async () => {
    const { client, calls } = join({ credit: 1 });
    await client.ready;
    const all = Array.from({ length: 66 }, () =>
      client.call('echo', input, { deadlineMs: 60_000 }).then(
        () => 'ok',
        (error: { mip: string }) => error.mip,
      ),
    );
    expect(await all[65]).toBe('BUSY');
    for (let i = 0; i < 65; i++) {
      await until(() => calls.length > i);
      answer(calls[i]!);
    }
    expect(new Set(await Promise.all(all.slice(0, 65)))).toEqual(new Set(['ok']));
  });
});

describe('credits are leases', () => {
  afterEach(() => {
    vi.useRealTimers();
  });
  const open = (): { client: ClientConnection; sent: Uint8Array[] } => {
    const sent: Uint8Array[] = [];
    const client = new ClientConnection({ write: (bytes) => sent.push(bytes), end: () => {} });
    client.receive(PREFACE);
    client.receive(encodeMessage('HELLO_OK', 0n, packControl({ minor: 0, credit: 8, max_frame: 262144, max_message: 1 << 24 })));
    client.receive(encodeMessage('EXPORTS', 0n, prepareExports(SAMPLE).payload));
    sent.length = 0;
    return { client, sent };
  };
  const kinds = (sent: readonly Uint8Array[]): number[] => sent.map((bytes) => bytes[4]!);

  test('after 10 silent seconds a PING goes first, and the CALL when the worker has answered', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { client, sent } = open();
    client.call('echo', input, { deadlineMs: 5000 }).catch(() => {});
    expect(kinds(sent)).toEqual([0x10]);
    vi.advanceTimersByTime(10_001);
    for (let i = 0; i < 2; i++) client.call('echo', input, { deadlineMs: 5000 }).catch(() => {});
    expect(kinds(sent)).toEqual([0x10, 0x13, 0x21]);
    client.receive(encodeFrame('PONG', Buffer.from(sent[2]!).readBigUInt64LE(8), packControl({})));
    expect(kinds(sent)).toEqual([0x10, 0x13, 0x21, 0x10, 0x10]);
    client.close();
  });

  test('without a PONG the calls end as BUSY after a quarter of their deadline, not executed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { client, sent } = open();
    vi.advanceTimersByTime(20_000);
    const call = client.call('echo', input, { deadlineMs: 400 });
    call.catch(() => {});
    vi.advanceTimersByTime(101);
    await expect(call).rejects.toMatchObject({ mip: 'BUSY', executed: 'no' });
    expect(kinds(sent)).toEqual([0x21]);
    client.close();
  });
});
