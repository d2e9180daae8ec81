/** Client and server connections joined in memory: calls, limits, cancellation, credits, and everything that can go wrong. */
import { exportIds, float, int, linkSchemaSet, type SchemaSet, str, withDefault } from '@molt/schema-ir';
import { describe, expect, test } from 'vitest';
import {
  ClientConnection,
  createServerConnection,
  encodeCallHead,
  encodeMessage,
  isMipError,
  MipError,
  PREFACE,
  packControl,
  prepareExports,
  type ServerCall,
  VERSION,
} from '../src/index.ts';
import { join, SAMPLE, until } from './sample-exports.ts';

const linked = linkSchemaSet(SAMPLE);
const echo = linked.get('echo')!;
const input = echo.input.encode({ text: 'hello' });
const answer = (call: ServerCall): void =>
  call.result(call.target.output.encode((call.target.input.decode(call.input) as { text: string }).text));

async function failure(work: Promise<unknown>): Promise<MipError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof MipError)) throw new Error(`expected a MipError, got ${String(error)}`);
  return error;
}

describe('calls', () => {
  test.each([Number.POSITIVE_INFINITY, 7, 1])('return results, with chunks of %s bytes', async (chunk) => {
    const { client } = join({ onCall: answer, artifactId: 'abc', slots: 3 }, {}, chunk);
    const { body, stats } = await client.call('echo', input, { deadlineMs: 5000 });
    expect(echo.output.decode(body)).toBe('hello');
    expect(stats).toEqual({ queueUs: 0, execUs: 0, cpuUs: 0, peakKib: 0 });
    expect(await client.ready).toMatchObject({ artifactId: 'abc', slots: 3, credit: 64 });
    expect(client.schemas?.exports.map((item) => item.name)).toEqual(['total', 'echo', 'find', 'add']);
  });

  test('may be answered out of order', async () => {
    const { client, calls } = join();
    const answers = ['a', 'b', 'c'].map((text) => client.call('echo', echo.input.encode({ text }), { deadlineMs: 5000 }));
    await until(() => calls.length === 3);
    for (const call of calls.reverse()) answer(call);
    expect((await Promise.all(answers)).map(({ body }) => echo.output.decode(body))).toEqual(['a', 'b', 'c']);
  });

  test('larger than a frame go through in parts, while others pass', async () => {
    const { client } = join({ onCall: answer }, { limits: { maxFrame: 4096, maxMessage: 1 << 20 } });
    const text = 'é'.repeat(100_000);
    const large = client.call('echo', echo.input.encode({ text }), { deadlineMs: 5000 });
    const small = client.call('echo', input, { deadlineMs: 5000 });
    expect(echo.output.decode((await small).body)).toBe('hello');
    expect(echo.output.decode((await large).body)).toBe(text);
  });

  test('larger than a message are refused on either side', async () => {
    const limits = { maxFrame: 4096, maxMessage: 8192 };
    const { client } = join({ onCall: (call) => call.result(new Uint8Array(9000)) }, { limits });
    const sent = await failure(client.call('echo', new Uint8Array(9000), { deadlineMs: 5000 }));
    expect([sent.mip, sent.executed]).toEqual(['FRAME_TOO_LARGE', 'no']);
    const back = await failure(client.call('echo', input, { deadlineMs: 5000 }));
    expect([back.mip, back.executed]).toEqual(['RESULT_TOO_LARGE', 'yes']);
  });

  test('carry errors with all their parts', async () => {
    const { client } = join({
      onCall: (call) =>
        call.fail({
          name: 'APP_ERROR',
          message: 'ValueError: no such item',
          hint: 'check',
          afterMs: 7,
          details: { type: 'ValueError', args: ['x', 1] },
        }),
    });
    const error = await failure(client.call('echo', input, { deadlineMs: 5000 }));
    expect(error).toMatchObject({
      mip: 'APP_ERROR',
      code: 'MOLT5501',
      executed: 'yes',
      retry: 'never',
      afterMs: 7,
      hint: 'check',
      facts: { type: 'ValueError', args: ['x', 1] },
    });
    expect(error.message).toBe('MOLT5501: ValueError: no such item');
  });

  test('end with INTERNAL when the worker cannot take them', async () => {
    const { client } = join({
      onCall: () => {
        throw new Error('boom');
      },
    });
    expect((await failure(client.call('echo', input, { deadlineMs: 5000 }))).message).toContain('boom');
  });

  test('are answered once: a second answer is a fault of the worker', async () => {
    const { client, calls } = join();
    const result = client.call('echo', input, { deadlineMs: 5000 });
    await until(() => calls.length === 1);
    answer(calls[0]!);
    await result;
    expect(() => answer(calls[0]!)).toThrow('answered twice');
  });

  test('the remaining deadline reaches the worker', async () => {
    const { client, calls } = join();
    const result = client.call('echo', input, { deadlineMs: 4000, cpuMs: 20, memoryKib: 4096, criticality: 3 });
    await until(() => calls.length === 1);
    expect(calls[0]!.deadlineMs).toBeGreaterThan(3000);
    expect(calls[0]!.deadlineMs).toBeLessThanOrEqual(4000);
    expect(calls[0]).toMatchObject({ cpuMs: 20, memoryKib: 4096, criticality: 3 });
    answer(calls[0]!);
    await result;
  });
});

describe('contract', () => {
  test('a missing export names what may have been meant', async () => {
    const { client } = join();
    const error = await failure(client.call('ecko', input, { deadlineMs: 5000 }));
    expect(error).toMatchObject({ mip: 'UNKNOWN_EXPORT', executed: 'no' });
    expect(error.message).toContain('did you mean echo?');
    expect(error.hint).toContain('total, echo, find, add');
  });

  test('different schemas are found before the call, with the place', async () => {
    const older: SchemaSet = {
      ...SAMPLE,
      exports: SAMPLE.exports.map((item) =>
        item.name === 'add' ? { ...item, params: [item.params[0]!, { name: 'b', schema: str() }] } : item,
      ),
    };
    const { client, calls } = join({}, { schemas: older });
    const error = await failure(client.call('add', new Uint8Array(1), { deadlineMs: 5000 }));
    expect(error.mip).toBe('SCHEMA_MISMATCH');
    expect(error.message).toBe('MOLT5202: the input of add differs at $.b: the worker takes int, the caller sends str');
    expect(error.hint).toContain('molt build');
    expect(calls).toEqual([]);
  });

  test.each([
    [
      'a default that differs',
      withDefault('tax', float(), 0.3),
      '$: tax has the default cb3fc999999999999a for the worker and cb3fd3333333333333 for the caller',
    ],
    [
      'a default that only the worker has',
      { name: 'tax', schema: float() },
      '$: tax has the default cb3fc999999999999a for the worker and none for the caller',
    ],
  ])('so is %s', async (_, tax, text) => {
    const other: SchemaSet = {
      ...SAMPLE,
      exports: SAMPLE.exports.map((item) => (item.name === 'total' ? { ...item, params: [item.params[0]!, tax] } : item)),
    };
    const { client } = join({}, { schemas: other });
    const error = await failure(client.call('total', new Uint8Array(1), { deadlineMs: 5000 }));
    expect(error.message).toBe(`MOLT5202: the input of total differs at ${text}`);
  });

  test('wrong ids in a call are refused by the worker, with both ids', async () => {
    const replies: Uint8Array[] = [];
    const server = createServerConnection({
      exports: prepareExports(SAMPLE),
      onCall: () => {},
      write: (bytes) => replies.push(bytes),
      end: () => {},
    });
    server.receive(PREFACE);
    server.receive(encodeMessage('HELLO', 0n, packControl({ min: 0, max: 0, codecs: ['msgpack'], max_frame: 4096, max_message: 8192 })));
    replies.length = 0;
    const ids = exportIds(SAMPLE.exports[1]!, SAMPLE.types);
    const head = { exportId: 1, deadlineMs: 100, cpuMs: 0, memoryKib: 0, criticality: 1, inputId: ids.output, outputId: ids.output };
    server.receive(encodeMessage('CALL', 1n, encodeCallHead(head)));
    const text = Buffer.concat(replies).toString('latin1');
    expect(text).toContain('SCHEMA_MISMATCH');
    expect(text).toContain(ids.output.slice(0, 16));
    expect(text).toContain(ids.input.slice(0, 16));
    expect(server.state).toBe('open');
  });
});

describe('ends before the answer', () => {
  test('the deadline passes: the caller is freed, the worker is told, the credit comes back', async () => {
    const { client, calls } = join({ credit: 1 }, { graceMs: 10 });
    const error = await failure(client.call('echo', input, { deadlineMs: 30 }));
    expect([error.mip, error.executed]).toEqual(['DEADLINE_EXCEEDED', 'maybe']);
    await until(() => calls[0]?.signal.aborted === true);
    expect(calls[0]!.signal.reason).toBe('deadline');
    calls[0]!.fail({ name: 'CANCELLED', message: 'stopped' });
    const next = client.call('echo', input, { deadlineMs: 5000 });
    await until(() => calls.length === 2);
    answer(calls[1]!);
    await next;
  });

  test('the caller cancels', async () => {
    const { client, calls } = join();
    const abort = new AbortController();
    const call = failure(client.call('echo', input, { deadlineMs: 5000, signal: abort.signal }));
    await until(() => calls.length === 1);
    abort.abort();
    expect([(await call).mip, (await call).executed]).toEqual(['CANCELLED', 'maybe']);
    await until(() => calls[0]!.signal.aborted);
    expect(calls[0]!.signal.reason).toBe('user');
    answer(calls[0]!);
  });

  test('cancelled before it was sent means not executed', async () => {
    const { client } = join();
    expect(await failure(client.call('echo', input, { deadlineMs: 5000, signal: AbortSignal.abort() }))).toMatchObject({
      mip: 'CANCELLED',
      executed: 'no',
    });
  });

  test('the connection is lost: maybe for what was sent, no for what was not', async () => {
    const { client, calls, cut } = join({ credit: 1 });
    const sent = failure(client.call('echo', input, { deadlineMs: 5000 }));
    const waiting = failure(client.call('echo', input, { deadlineMs: 5000 }));
    await until(() => calls.length === 1);
    cut();
    expect([(await sent).mip, (await sent).executed]).toEqual(['WORKER_LOST', 'maybe']);
    expect([(await waiting).mip, (await waiting).executed]).toEqual(['WORKER_LOST', 'no']);
    expect(calls[0]!.signal.reason).toBe('disconnect');
    expect(await failure(client.call('echo', input, { deadlineMs: 5000 }))).toMatchObject({ mip: 'WORKER_LOST', executed: 'no' });
    answer(calls[0]!);
  });

  test('a call without a deadline is refused', async () => {
    const { client } = join();
    expect((await failure(client.call('echo', input, { deadlineMs: 0 }))).mip).toBe('INVALID_INPUT');
    expect((await failure(client.call('echo', input, { deadlineMs: Number.NaN }))).mip).toBe('INVALID_INPUT');
  });
});

describe('flow', () => {
  test('calls wait for credits, and only so many', async () => {
    const { client, calls } = join({ credit: 2 }, { maxWaiting: 1 });
    await client.ready;
    const first = [1, 2, 3].map(() => client.call('echo', input, { deadlineMs: 60_000 }));
    const fourth = await failure(client.call('echo', input, { deadlineMs: 60_000 }));
    expect([fourth.mip, fourth.executed, fourth.retry]).toEqual(['BUSY', 'no', 'after']);
    await until(() => calls.length === 2);
    answer(calls[0]!);
    await until(() => calls.length === 3);
    answer(calls[1]!);
    answer(calls[2]!);
    await Promise.all(first);
  });

  test('a wait is bounded to a quarter of the deadline', async () => {
    const { client, calls } = join({ credit: 1 });
    await client.ready;
    const first = client.call('echo', input, { deadlineMs: 5000 });
    const began = performance.now();
    expect((await failure(client.call('echo', input, { deadlineMs: 200 }))).mip).toBe('BUSY');
    expect(performance.now() - began).toBeLessThan(180);
    answer(calls[0]!);
    await first;
  });

  test('more credits may be granted later', async () => {
    const { client, server, calls } = join({ credit: 0 });
    const call = client.call('echo', input, { deadlineMs: 5000 });
    await client.ready;
    server.grant(1);
    await until(() => calls.length === 1);
    answer(calls[0]!);
    await call;
  });

  test('draining lets calls finish and refuses new ones', async () => {
    const { client, server, calls } = join();
    const call = client.call('echo', input, { deadlineMs: 5000 });
    await until(() => calls.length === 1);
    server.drain(1000);
    await until(() => client.state === 'draining');
    const late = failure(client.call('echo', input, { deadlineMs: 50 }));
    answer(calls[0]!);
    expect(echo.output.decode((await call).body)).toBe('hello');
    expect((await late).executed).toBe('no');
    await until(() => client.state === 'closed');
  });

  test('a ping tells the load', async () => {
    const { client } = join({ slots: 4, load: () => ({ depth: 9, delayUs: 1500 }) });
    await client.ready;
    expect(await client.ping()).toMatchObject({ depth: 9, slots: 4, delayUs: 1500 });
  });
});

describe('hostile peers', () => {
  const hello = encodeMessage('HELLO', 0n, packControl({ min: 0, max: 0, codecs: ['msgpack'], max_frame: 4096, max_message: 8192 }));
  const call = (id: bigint, change: (head: Uint8Array) => void = () => {}): Uint8Array => {
    const ids = exportIds(SAMPLE.exports[1]!, SAMPLE.types);
    const head = encodeCallHead({
      exportId: 1,
      deadlineMs: 100,
      cpuMs: 0,
      memoryKib: 0,
      criticality: 1,
      inputId: ids.input,
      outputId: ids.output,
    });
    change(head);
    return encodeMessage('CALL', id, head, input);
  };
  const header = (length: number, kind: number, flags: number): Uint8Array => {
    const bytes = Buffer.alloc(16);
    bytes.writeUInt32LE(length, 0);
    bytes[4] = kind;
    bytes[5] = flags;
    return bytes;
  };
  const toServer: [string, Uint8Array[], string][] = [
    ['another protocol', [Buffer.from('GET / HTTP/1.1\r\n')], 'PROTOCOL_ERROR'],
    ['a later major version', [Uint8Array.of(0x4d, 0x49, 0x50, 0x31, 2, 0, 0, 0)], 'VERSION_UNSUPPORTED'],
    [
      'no common minor version',
      [PREFACE, encodeMessage('HELLO', 0n, packControl({ min: 5, max: 9, codecs: ['msgpack'], max_frame: 4096, max_message: 8192 }))],
      'VERSION_UNSUPPORTED',
    ],
    ['a call before HELLO', [PREFACE, call(1n)], 'PROTOCOL_ERROR'],
    ['HELLO twice', [PREFACE, hello, hello], 'PROTOCOL_ERROR'],
    ['a HELLO that is no map', [PREFACE, encodeMessage('HELLO', 0n, packControl([1, 2]))], 'PROTOCOL_ERROR'],
    [
      'limits that are too small',
      [PREFACE, encodeMessage('HELLO', 0n, packControl({ min: 0, max: 0, codecs: ['msgpack'], max_frame: 16, max_message: 16 }))],
      'PROTOCOL_ERROR',
    ],
    ['four gigabytes', [PREFACE, hello, header(0xffffffff, 0x10, 2)], 'FRAME_TOO_LARGE'],
    ['an unknown kind', [PREFACE, hello, header(0, 0x77, 2)], 'PROTOCOL_ERROR'],
    ['a kind of the other side', [PREFACE, hello, header(0, 0x11, 2)], 'PROTOCOL_ERROR'],
    ['a chunk of no call', [PREFACE, hello, header(0, 0x14, 2)], 'PROTOCOL_ERROR'],
    ['neither MORE nor END', [PREFACE, hello, header(0, 0x10, 0)], 'PROTOCOL_ERROR'],
    ['MORE where it must not be', [PREFACE, hello, header(4, 0x13, 1)], 'PROTOCOL_ERROR'],
    ['empty parts without end', [PREFACE, hello, header(0, 0x10, 1)], 'PROTOCOL_ERROR'],
    ['an even call id', [PREFACE, hello, call(2n)], 'PROTOCOL_ERROR'],
    ['a call id twice', [PREFACE, hello, call(1n), call(1n)], 'PROTOCOL_ERROR'],
    ['a CALL that is too short', [PREFACE, hello, encodeMessage('CALL', 1n, new Uint8Array(51))], 'PROTOCOL_ERROR'],
    ['a CALL without a deadline', [PREFACE, hello, call(1n, (head) => head.fill(0, 4, 8))], 'PROTOCOL_ERROR'],
    ['reserved bits in a CALL', [PREFACE, hello, call(1n, (head) => head.fill(1, 17, 18))], 'PROTOCOL_ERROR'],
    ['a CANCEL that is no map', [PREFACE, hello, encodeMessage('CANCEL', 1n, new Uint8Array(3))], 'PROTOCOL_ERROR'],
    [
      'many unfinished messages',
      [PREFACE, hello, ...[1, 3, 5].map((id) => Buffer.concat([withId(header(4000, 0x10, 1), id), new Uint8Array(4000)]))],
      'FRAME_TOO_LARGE',
    ],
  ];
  function withId(bytes: Uint8Array, id: number): Uint8Array {
    bytes[8] = id;
    return bytes;
  }
  test.each(toServer)('a server meets %s', (_, chunks, name) => {
    const out: Uint8Array[] = [];
    let ended = 0;
    const server = createServerConnection({
      exports: prepareExports(SAMPLE),
      onCall: () => {},
      write: (bytes) => out.push(bytes),
      end: () => ended++,
    });
    for (const chunk of chunks) server.receive(chunk);
    expect(server.state).toBe('closed');
    expect(ended).toBe(1);
    expect(Buffer.concat(out).subarray(-400).toString('latin1')).toContain(name);
    server.receive(hello);
    expect(ended).toBe(1);
  });

  test('unknown kinds that say so are skipped', () => {
    const out: Uint8Array[] = [];
    const server = createServerConnection({
      exports: prepareExports(SAMPLE),
      onCall: (c) => c.result(new Uint8Array(0)),
      write: (bytes) => out.push(bytes),
      end: () => {},
    });
    for (const chunk of [PREFACE, hello, header(0, 0x77, 2 | 4), Buffer.concat([header(5, 0x78, 4), new Uint8Array(5)]), call(1n)])
      server.receive(chunk);
    expect(server.state).toBe('open');
    expect(Buffer.from(out.at(-1)!).readUInt8(4)).toBe(0x11);
  });

  const toClient: [string, Uint8Array[]][] = [
    ['another protocol', [Buffer.from('HTTP/1.1 400 Bad Request\r\n')]],
    ['RESULT before HELLO_OK', [PREFACE, encodeMessage('RESULT', 1n, new Uint8Array(16))]],
    ['a HELLO_OK without limits', [PREFACE, encodeMessage('HELLO_OK', 0n, packControl({ minor: 0 }))]],
    ['EXPORTS with bad schemas', [PREFACE, helloOk(), encodeMessage('EXPORTS', 0n, packControl({ schemas: '{"format":"x"}' }))]],
    ['RESULT for no call', [PREFACE, helloOk(), encodeMessage('RESULT', 9n, new Uint8Array(16))]],
    [
      'a RESULT that is too short',
      [PREFACE, helloOk(), encodeMessage('EXPORTS', 0n, prepareExports(SAMPLE).payload), encodeMessage('RESULT', 1n, new Uint8Array(3))],
    ],
    [
      'an ERROR that is garbage',
      [
        PREFACE,
        helloOk(),
        encodeMessage('EXPORTS', 0n, prepareExports(SAMPLE).payload),
        encodeMessage('ERROR', 1n, new Uint8Array(30).fill(0xc1)),
      ],
    ],
  ];
  function helloOk(): Uint8Array {
    return encodeMessage('HELLO_OK', 0n, packControl({ minor: VERSION.minor, credit: 4, max_frame: 262144, max_message: 1 << 24 }));
  }
  test.each(toClient)('a client meets %s', async (_, chunks) => {
    let ended = 0;
    const client = new ClientConnection({ write: () => {}, end: () => ended++ });
    const waiting = failure(client.call('echo', input, { deadlineMs: 5000 }));
    for (const chunk of chunks) client.receive(chunk);
    expect(client.state).toBe('closed');
    expect(ended).toBe(1);
    expect(isMipError(await waiting, 'PROTOCOL_ERROR')).toBe(true);
  });

  test('a client that is refused says why', async () => {
    const client = new ClientConnection({ write: () => {}, end: () => {} });
    const out: Uint8Array[] = [];
    const server = createServerConnection({
      exports: prepareExports(SAMPLE),
      onCall: () => {},
      write: (bytes) => out.push(bytes),
      end: () => {},
    });
    server.receive(Uint8Array.of(0x4d, 0x49, 0x50, 0x31, 9, 0, 0, 0));
    for (const bytes of out) client.receive(bytes);
    expect((await failure(client.ready)).message).toContain('the peer speaks MIP version 9.0, this side speaks 1.0');
  });
});

test('numbers of an add survive the trip as they are', async () => {
  const add = linked.get('add')!;
  const { client } = join({
    onCall: (call) => {
      const { a, b } = add.input.decode(call.input) as { a: number; b: number | bigint };
      call.result(add.output.encode(BigInt(a) + BigInt(b)));
    },
  });
  const { body } = await client.call('add', add.input.encode({ a: 1, b: 2n ** 60n }), { deadlineMs: 5000 });
  expect(add.output.decode(body)).toBe(2n ** 60n + 1n);
  expect(int().max).toBe(2n ** 63n - 1n);
});
