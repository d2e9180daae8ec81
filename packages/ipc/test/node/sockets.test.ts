/** The client and the server over real Unix sockets. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { linkSchemaSet } from '@molt/schema-ir';
import { afterAll, describe, expect, test } from 'vitest';
import { MipError, type ServerCall } from '../../src/index.ts';
import { ListenError, MipClient, MipServer } from '../../src/node/index.ts';
import { SAMPLE, until } from '../sample-exports.ts';

const directory = mkdtempSync(joinPath(tmpdir(), 'mip-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let next = 0;
const freshPath = (): string => joinPath(directory, `${next++}.sock`);

const echo = linkSchemaSet(SAMPLE).get('echo')!;
const onCall = (call: ServerCall): void =>
  call.result(echo.output.encode((echo.input.decode(call.input) as { text: string }).text), { execUs: 5 });

async function failure(work: Promise<unknown>): Promise<MipError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MipError);
  return error as MipError;
}

describe('sockets', () => {
  test('many calls at once, small and large', async () => {
    const path = freshPath();
    const server = await MipServer.listen({ path, exports: SAMPLE, onCall, credit: 500 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const client = await MipClient.connect({ path, schemas: SAMPLE });
    expect(client.worker.pid).toBe(process.pid);
    const texts = Array.from({ length: 300 }, (_, i) => (i % 50 === 0 ? 'x'.repeat(900_000 + i) : `call ${i}`));
    const results = await Promise.all(texts.map((text) => client.call('echo', echo.input.encode({ text }), { deadlineMs: 30_000 })));
    expect(results.map((body) => echo.output.decode(body))).toEqual(texts);
    const { stats } = await client.callWithStats('echo', echo.input.encode({ text: '' }), { deadlineMs: 1000 });
    expect(stats.execUs).toBe(5);
    await client.close();
    await server.close();
    expect(server.connections).toBe(0);
  });

  test('nobody at the path', async () => {
    const none = await failure(MipClient.connect({ path: freshPath() }));
    expect(none).toMatchObject({ mip: 'WORKER_NOT_RUNNING', executed: 'no' });
    expect(none.message).toContain('there is no such socket');
    expect(none.hint).toContain('molt worker');
  });

  test('a path that is longer than a socket may have is not cut off', async () => {
    const path = joinPath(directory, `${'x'.repeat(120)}.sock`);
    const error = await MipServer.listen({ path, exports: SAMPLE, onCall }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ListenError);
    expect((error as ListenError).message).toMatch(/cannot listen at .*x{120}\.sock: the path has \d+ bytes, a socket's has at most 10\d/);
    expect((error as ListenError).hint).toContain('at most 107 bytes');
  });

  test('a peer that is silent', async () => {
    const path = freshPath();
    const silent = createServer(() => {}).listen(path);
    await until(() => silent.listening);
    const error = await failure(MipClient.connect({ path, timeoutMs: 50 }));
    expect(error.message).toContain('no handshake');
    silent.close();
  });

  test('a peer that is something else', async () => {
    const path = freshPath();
    const other = createServer((socket) => socket.end('220 smtp ready\r\n')).listen(path);
    await until(() => other.listening);
    expect((await failure(MipClient.connect({ path }))).mip).toBe('PROTOCOL_ERROR');
    other.close();
  });

  test('the worker dies in the middle', async () => {
    const calls: ServerCall[] = [];
    const path = freshPath();
    const server = await MipServer.listen({ path, exports: SAMPLE, onCall: (call) => calls.push(call) });
    const client = await MipClient.connect({ path });
    const call = failure(client.call('echo', echo.input.encode({ text: 'x' }), { deadlineMs: 5000 }));
    await until(() => calls.length === 1);
    await server.close(0);
    expect((await call).executed).toBe('maybe');
    expect(client.usable).toBe(false);
  });

  test('the client goes away: its calls are told', async () => {
    const path = freshPath();
    const calls: ServerCall[] = [];
    const server = await MipServer.listen({ path, exports: SAMPLE, onCall: (call) => calls.push(call) });
    const client = await MipClient.connect({ path });
    const call = failure(client.call('echo', echo.input.encode({ text: 'x' }), { deadlineMs: 5000 }));
    await until(() => calls.length === 1);
    await client.close();
    expect((await call).mip).toBe('CANCELLED');
    await until(() => calls[0]!.signal.aborted);
    expect(calls[0]!.signal.reason).toBe('disconnect');
    await server.close();
  });

  test('a path in use is refused, a stale file is replaced', async () => {
    const path = freshPath();
    const server = await MipServer.listen({ path, exports: SAMPLE, onCall });
    const taken = await MipServer.listen({ path, exports: SAMPLE, onCall }).catch((error: unknown) => error);
    expect(taken).toBeInstanceOf(ListenError);
    expect((taken as ListenError).code).toBe('MOLT5002');
    await server.close();
    writeFileSync(path, '');
    const again = await MipServer.listen({ path, exports: SAMPLE, onCall });
    await again.close();
  });

  test('a client that does not read is not read from', async () => {
    const path = freshPath();
    let taken = 0;
    const body = new Uint8Array(1_000_000);
    const server = await MipServer.listen({
      path,
      exports: SAMPLE,
      credit: 1000,
      onCall: (call) => {
        taken++;
        call.result(body);
      },
    });
    const real = await MipClient.connect({ path });
    const socket = connect({ path });
    // Replays a handshake and 200 calls, and never reads.
    const { encodeMessage, PREFACE, encodeHello, DEFAULT_LIMITS, encodeCallHead } = await import('../../src/index.ts');
    socket.pause();
    socket.write(PREFACE);
    socket.write(encodeMessage('HELLO', 0n, encodeHello({ client: 't', pid: 1, limits: DEFAULT_LIMITS, minors: [0, 0] })));
    const head = encodeCallHead({
      exportId: 1,
      deadlineMs: 1000,
      cpuMs: 0,
      memoryKib: 0,
      criticality: 1,
      inputId: echo.ids.input,
      outputId: echo.ids.output,
    });
    const pad = echo.input.encode({ text: 'y'.repeat(200_000) });
    for (let i = 0; i < 200; i++) socket.write(encodeMessage('CALL', BigInt(2 * i + 1), head, pad));
    await until(() => taken > 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(taken).toBeLessThan(50);
    socket.destroy();
    await real.close();
    await server.close();
  });
});
