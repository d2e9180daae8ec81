/** Streams of calls: chunks both ways, credit that bounds what lies between the ends, and what breaks the rules. */
import { compileCodec, exportIds, int, list, type SchemaSet, stream } from '@molt/schema-ir';
import { describe, expect, test } from 'vitest';
import {
  encodeCallHead,
  encodeCredit,
  encodeFrame,
  encodeMessage,
  isMipError,
  PREFACE,
  packControl,
  prepareExports,
  type ServerCall,
  ServerConnection,
} from '../src/index.ts';
import { join, until } from './sample-exports.ts';

const SET: SchemaSet = {
  version: 1,
  types: {},
  exports: [
    { name: 'sum', params: [{ name: 'items', schema: stream(int()) }], result: int() },
    { name: 'count', params: [{ name: 'to', schema: int() }], result: stream(int()) },
    { name: 'double', params: [{ name: 'items', schema: stream(int()) }], result: stream(int()) },
    { name: 'plain', params: [], result: int() },
  ],
};
const exports = prepareExports(SET);
const [sum, count, double, plain] = exports.exports as unknown as [
  (typeof exports.exports)[0],
  (typeof exports.exports)[0],
  (typeof exports.exports)[0],
  (typeof exports.exports)[0],
];
const items = compileCodec(list(int(), 100_000));
const nil = double.input.encode({ items: null });
const deadlineMs = 10_000;
const limits = { maxFrame: 4096, maxMessage: 65536 };

async function serve(call: ServerCall): Promise<void> {
  const name = call.target.schema.name;
  if (name === 'plain') return call.result(plain.output.encode(1));
  if (name === 'count') {
    const { to } = count.input.decode(call.input) as { to: number };
    for (let i = 0; i < to; i += 1000) await call.sendChunk(items.encode(Array(Math.min(1000, to - i)).fill(5)));
    await call.sendChunk(items.encode([]), true);
    return call.result(count.output.encode(null));
  }
  let total = 0;
  for await (const chunk of call.chunks ?? []) {
    const values = items.decode(chunk) as number[];
    total += values.reduce((a, b) => a + b, 0);
    if (name === 'double') await call.sendChunk(items.encode(values.map((value) => 2 * value)));
  }
  if (name === 'sum') return call.result(sum.output.encode(total));
  await call.sendChunk(items.encode([]), true);
  call.result(double.output.encode(null));
}
const onCall = (call: ServerCall): void => {
  serve(call).catch((error: unknown) => {
    call.fail(isMipError(error) ? error : { name: 'INTERNAL', message: String(error) });
  });
};

describe('streams', () => {
  test('an input stream arrives whole, far larger than what may lie in between', async () => {
    const { client } = join({ exports, onCall, limits }, {}, 777);
    const chunks = Array.from({ length: 60 }, (_, i) => items.encode(Array(1000).fill(i)));
    const { body } = await client.call('sum', nil, { deadlineMs, chunks });
    expect(sum.output.decode(body)).toBe((59 * 60 * 1000) / 2);
  });

  test('an output stream arrives whole and in order, before the result', async () => {
    const { client } = join({ exports, onCall, limits });
    let received = 0;
    await client.call('count', count.input.encode({ to: 50_000 }), {
      deadlineMs,
      onChunk: async (chunk) => {
        await new Promise((resolve) => setTimeout(resolve, 0));
        received += (items.decode(chunk) as number[]).length;
      },
    });
    expect(received).toBe(50_000);
  });

  test('both at once', async () => {
    const { client } = join({ exports, onCall, limits });
    const out: number[] = [];
    async function* source(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 20; i++) yield items.encode([i, i + 1]);
    }
    await client.call('double', nil, {
      deadlineMs,
      chunks: source(),
      onChunk: (chunk) => void out.push(...(items.decode(chunk) as number[])),
    });
    expect(out).toEqual(Array.from({ length: 20 }, (_, i) => [2 * i, 2 * i + 2]).flat());
  });

  test('a consumer that does not take holds the sender back', async () => {
    let sent = 0;
    const { client } = join({
      exports,
      limits,
      onCall: (call) => {
        const push = async (): Promise<void> => {
          for (;;) {
            await call.sendChunk(items.encode(Array(1000).fill(1)));
            sent++;
          }
        };
        push().catch(() => call.fail({ name: 'CANCELLED', message: 'stopped' }));
      },
    });
    const abort = new AbortController();
    const call = client.call('count', count.input.encode({ to: 1 }), {
      deadlineMs,
      signal: abort.signal,
      onChunk: () => new Promise(() => {}),
    });
    await until(() => sent > 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    // One is in the consumer's hands and four fit into a frame of credit.
    expect(sent).toBeLessThanOrEqual(8);
    abort.abort();
    await expect(call).rejects.toMatchObject({ mip: 'CANCELLED' });
  });

  test('an answer ends the input early', async () => {
    let source = 0;
    let returned = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          source++;
          yield items.encode(Array(1000).fill(1));
        }
      } finally {
        returned = true;
      }
    }
    const { client } = join({ exports, limits, onCall: (call) => call.fail({ name: 'APP_ERROR', message: 'enough' }) });
    await expect(client.call('sum', nil, { deadlineMs, chunks: endless() })).rejects.toMatchObject({ mip: 'APP_ERROR' });
    await until(() => returned);
    expect(source).toBeLessThan(10);
  });

  test('a source that fails ends the call, and the worker is told', async () => {
    const calls: ServerCall[] = [];
    const { client } = join({ exports, limits, onCall: (call) => calls.push(call) });
    // biome-ignore lint/correctness/useYield: it fails before its first chunk
    async function* broken(): AsyncGenerator<Uint8Array> {
      throw new Error('disk gone');
    }
    await expect(client.call('sum', nil, { deadlineMs, chunks: broken() })).rejects.toMatchObject({
      mip: 'INTERNAL',
      text: expect.stringContaining('disk gone'),
    });
    await until(() => calls[0]?.signal.aborted === true);
    await expect(calls[0]!.chunks!.next()).rejects.toMatchObject({ mip: 'CANCELLED' });
    calls[0]!.fail({ name: 'CANCELLED', message: 'x' });
  });

  test('a consumer that fails ends the call', async () => {
    const { client } = join({ exports, onCall, limits });
    const call = client.call('count', count.input.encode({ to: 5000 }), {
      deadlineMs,
      onChunk: () => {
        throw new Error('no room');
      },
    });
    await expect(call).rejects.toMatchObject({ mip: 'INTERNAL', text: expect.stringContaining('no room') });
    expect(client.state).toBe('open');
  });

  test('streams are given where the export has them, and only there', async () => {
    const { client } = join({ exports, onCall });
    await expect(client.call('sum', nil, { deadlineMs })).rejects.toThrow('sum takes a stream: pass chunks');
    await expect(client.call('plain', plain.input.encode({}), { deadlineMs, chunks: [] })).rejects.toThrow('plain takes no stream');
    await expect(client.call('count', count.input.encode({ to: 1 }), { deadlineMs })).rejects.toThrow('the result of count is a stream');
  });

  test('a chunk larger than a frame is refused where it is made', async () => {
    const { client } = join({ exports, onCall, limits });
    await expect(client.call('sum', nil, { deadlineMs, chunks: [items.encode(Array(5000).fill(1))] })).rejects.toThrow(
      '1 to 4096 are allowed',
    );
  });

  test('a worker that returns before its stream ended has failed', async () => {
    const { client } = join({ exports, onCall: (call) => call.result(count.output.encode(null)) });
    const call = client.call('count', count.input.encode({ to: 1 }), { deadlineMs, onChunk: () => {} });
    await expect(call).rejects.toMatchObject({ mip: 'INTERNAL', executed: 'yes' });
  });

  test('a set with two streams among the parameters of an export is refused', () => {
    const two = { ...SET, exports: [{ name: 'f', params: ['a', 'b'].map((name) => ({ name, schema: stream(int()) })), result: int() }] };
    expect(() => prepareExports(two)).toThrow('at most one stream among the parameters');
  });
});

describe('progress', () => {
  test('reaches the caller while the call goes on', async () => {
    const seen: unknown[] = [];
    const { client } = join({
      exports,
      onCall: (call) => {
        call.progress(250_000, 'a quarter');
        call.progress(2e6);
        call.result(plain.output.encode(1));
        call.progress(1);
      },
    });
    await client.call('plain', plain.input.encode({}), { deadlineMs, onProgress: (progress) => seen.push(progress) });
    expect(seen).toEqual([
      { ppm: 250_000, message: 'a quarter' },
      { ppm: 1_000_000, message: '' },
    ]);
  });

  test('a callback that throws ends its own call only', async () => {
    const { client } = join({ exports, onCall: (call) => call.progress(1) });
    const onProgress = (): void => {
      throw new Error('bad bar');
    };
    await expect(client.call('plain', plain.input.encode({}), { deadlineMs, onProgress })).rejects.toThrow('bad bar');
    expect(client.state).toBe('open');
  });
});

describe('a client that breaks the rules of streams', () => {
  const hello = encodeMessage('HELLO', 0n, packControl({ min: 0, max: 0, codecs: ['msgpack'], max_frame: 4096, max_message: 8192 }));
  const call = (id: bigint, index: number): Uint8Array => {
    const { input, output } = exportIds(SET.exports[index]!, SET.types);
    const head = { exportId: index, deadlineMs: 1000, cpuMs: 0, memoryKib: 0, criticality: 1, inputId: input, outputId: output };
    return encodeMessage('CALL', id, encodeCallHead(head), Uint8Array.of(0x91, 0xc0));
  };
  const list1 = Uint8Array.of(0x91, 1);
  const big = new Uint8Array(2000);
  const cases: [string, Uint8Array[], string][] = [
    ['a chunk for a call that was never sent', [encodeFrame('CHUNK', 1n, list1)], 'which was never sent'],
    ['a chunk for an even id', [call(1n, 0), encodeFrame('CHUNK', 2n, list1)], 'which was never sent'],
    ['a chunk for an export without input stream', [call(1n, 3), encodeFrame('CHUNK', 1n, list1)], 'has no input stream'],
    ['a chunk after the last', [call(1n, 0), encodeFrame('CHUNK', 1n, list1), encodeFrame('CHUNK', 1n, list1)], 'after the last'],
    ['chunks beyond the credit', [call(1n, 0), ...[1, 2, 3].map(() => encodeFrame('CHUNK', 1n, big, true))], "exceeds the stream's credit"],
    ['credit of calls', [call(1n, 1), encodeFrame('CREDIT', 1n, encodeCredit({ calls: 1 }))], 'more than a stream'],
    ['credit of the connection', [encodeFrame('CREDIT', 0n, encodeCredit({ bytes: 1 }))], 'more than a stream'],
    [
      'credit for an export without output stream',
      [call(1n, 0), encodeFrame('CREDIT', 1n, encodeCredit({ bytes: 1 }))],
      'whose result is no stream',
    ],
    ['credit for nothing', [call(1n, 1), encodeFrame('CREDIT', 1n, packControl({}))], 'without calls or bytes'],
    ['negative credit', [call(1n, 1), encodeFrame('CREDIT', 1n, packControl({ bytes: -1 }))], 'out of range'],
  ];
  test.each(cases)('%s', (_, frames, why) => {
    const out: Uint8Array[] = [];
    const calls: ServerCall[] = [];
    const server = new ServerConnection({ exports, onCall: (item) => calls.push(item), write: (bytes) => out.push(bytes), end: () => {} });
    for (const bytes of [PREFACE, hello, ...frames]) server.receive(bytes);
    expect(server.state).toBe('closed');
    expect(Buffer.concat(out).toString('latin1')).toContain(why);
    for (const item of calls) item.fail({ name: 'CANCELLED', message: 'gone' });
  });

  test('chunks and credit for a call that has ended are dropped', () => {
    const server = new ServerConnection({
      exports,
      onCall: (item) => item.fail({ name: 'BUSY', message: 'no' }),
      write: () => {},
      end: () => {},
    });
    for (const bytes of [
      PREFACE,
      hello,
      call(1n, 0),
      encodeFrame('CHUNK', 1n, list1),
      encodeFrame('CREDIT', 1n, encodeCredit({ bytes: 9 })),
    ])
      server.receive(bytes);
    expect(server.state).toBe('open');
  });
});
