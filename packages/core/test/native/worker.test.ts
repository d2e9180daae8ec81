/** The native worker, spoken to with the TypeScript client and with bytes that no client sends. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileNative } from '@molt/codegen-native/driver';
import { encodeHello, encodeMessage, type MipError, PREFACE } from '@molt/ipc';
import { MipClient } from '@molt/ipc/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { echoOutput, echoService, SCHEMAS } from './echo-service.ts';

const directory = mkdtempSync(join(tmpdir(), 'molt-worker-'));
const socket = join(directory, 'worker.sock');
let program = '';
let worker: ChildProcess;

/** Starts a worker and waits until it listens. */
async function start(path: string, args: readonly string[] = []): Promise<ChildProcess> {
  const child = spawn(program, ['--socket', path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`worker ended with ${code}`)));
  });
  return child;
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve));
}

async function failure(work: Promise<unknown>): Promise<MipError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) throw new Error('the call did not fail');
  return error as MipError;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

beforeAll(async () => {
  const artifact = await compileNative(echoOutput('worker'), {
    outDir: directory,
    name: 'worker',
    kind: 'worker',
    opt: 1,
    cacheDir: join(directory, 'cache'),
  });
  program = artifact.path;
  worker = await start(socket, ['--slots', '2', '--quiet']);
}, 120_000);
afterAll(() => {
  worker?.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

const input = Uint8Array.from({ length: 100 }, (_, i) => i);
const word = (value: number) => new Uint8Array(Uint32Array.of(value).buffer);
const bytesOf = async (call: Promise<Uint8Array>) => Uint8Array.from(await call);
const open = (path = socket) => MipClient.connect({ path, schemas: SCHEMAS });

describe('the worker', () => {
  it('tells who it is and hides its socket', async () => {
    const client = await open();
    expect(client.worker).toMatchObject({ runtime: 'molt test', artifactId: 'echo-artifact', slots: 2, credit: 10, pid: worker.pid });
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    await client.close();
  });

  it('answers calls at once and in any number', async () => {
    const client = await open();
    const { body, stats } = await client.callWithStats('echo', input, { deadlineMs: 1000 });
    expect(Uint8Array.from(body)).toEqual(input);
    expect(stats.peakKib).toBeGreaterThan(0);
    for (let round = 0; round < 20; round++) {
      const calls = Array.from({ length: 8 }, (_, i) => client.call('echo', input.subarray(i), { deadlineMs: 1000 }));
      expect((await Promise.all(calls)).map((bytes) => bytes.length)).toEqual([100, 99, 98, 97, 96, 95, 94, 93]);
    }
    await client.close();
  });

  it('takes and gives messages that span frames', async () => {
    const client = await open();
    const big = Uint8Array.from({ length: 1_000_000 }, (_, i) => i * 7);
    expect(Buffer.compare(await client.call('echo', big, { deadlineMs: 5000 }), big)).toBe(0);
    expect((await client.call('large', word(5_000_000), { deadlineMs: 5000 })).length).toBe(5_000_000);
    await client.close();
  });

  it('keeps nothing of a call', async () => {
    const client = await open();
    for (let i = 0; i < 6; i++) expect(await bytesOf(client.call('count', word(0), { deadlineMs: 1000 }))).toEqual(word(1));
    await client.close();
  });
});

describe('what a task leaves in memory', () => {
  it('is gone before the next one, also after it was stopped', async () => {
    const client = await open();
    const marks = new Uint8Array(300_000).fill(0xee);
    for (const name of ['echo', 'hoard', 'spin', 'deep', 'wide', 'stray'] as const) {
      // Twice, so that both slots had it.
      for (let i = 0; i < 2; i++) await client.call(name, marks, { deadlineMs: 300, cpuMs: 50 }).catch(() => undefined);
      const fresh = await Promise.all([1, 2, 3].map(() => client.call('large', word(200_000), { deadlineMs: 3000 })));
      for (const bytes of fresh) expect(bytes.subarray(4).every((byte) => byte === 0)).toBe(true);
    }
    await client.close();
  });
});

describe('errors', () => {
  it('carry the exception of the program', async () => {
    const client = await open();
    const error = await failure(client.call('fail', input, { deadlineMs: 1000 }));
    expect(error).toMatchObject({ mip: 'APP_ERROR', executed: 'yes', text: 'shop.PriceError: no price for x' });
    expect(error.facts).toEqual({
      export: 'fail',
      type: 'shop.PriceError',
      message: 'no price for x',
      args: [1, 'x'],
      traceback: 'Traceback (most recent call last): ...',
    });
    expect(await failure(client.call('refuse', input, { deadlineMs: 1000 }))).toMatchObject({
      mip: 'INVALID_INPUT',
      executed: 'no',
      text: 'the input of refuse is wrong at data: too long',
      facts: { export: 'refuse', path: 'data', why: 'too long' },
    });
    await client.close();
  });

  it('say which limit stopped a call, and the worker goes on', async () => {
    const client = await open();
    expect(await failure(client.call('spin', input, { deadlineMs: 5000, cpuMs: 30 }))).toMatchObject({ mip: 'CPU_EXCEEDED' });
    expect(await failure(client.call('hoard', input, { deadlineMs: 5000 }))).toMatchObject({ mip: 'MEMORY_EXCEEDED' });
    expect(await failure(client.call('deep', input, { deadlineMs: 5000 }))).toMatchObject({ mip: 'TRAP', facts: { reason: 'stack' } });
    expect(await failure(client.call('wide', input, { deadlineMs: 5000 }))).toMatchObject({ mip: 'TRAP', facts: { reason: 'stack' } });
    expect(await failure(client.call('stray', input, { deadlineMs: 5000 }))).toMatchObject({
      mip: 'TRAP',
      facts: { reason: 'unreachable' },
    });
    expect(await failure(client.call('large', word(9_000_000), { deadlineMs: 5000 }))).toMatchObject({ mip: 'RESULT_TOO_LARGE' });
    expect(await bytesOf(client.call('count', word(0), { deadlineMs: 1000 }))).toEqual(word(1));
    await client.close();
  });

  it('end running calls at their deadline and when they are cancelled', async () => {
    const client = await open();
    const begin = performance.now();
    expect(await failure(client.call('spin', input, { deadlineMs: 60 }))).toMatchObject({ mip: 'DEADLINE_EXCEEDED' });
    expect(performance.now() - begin).toBeLessThan(2000);
    const abort = new AbortController();
    const cancelled = failure(client.call('spin', input, { deadlineMs: 10_000, signal: abort.signal }));
    await pause(50);
    abort.abort();
    expect((await cancelled).mip).toBe('CANCELLED');
    expect(await bytesOf(client.call('echo', input, { deadlineMs: 1000 }))).toEqual(input);
    await client.close();
  });

  it('refuse what does not fit into the queue, at once', async () => {
    const client = await open();
    const aborts = Array.from({ length: 14 }, () => new AbortController());
    const results = aborts.map(({ signal }) => failure(client.call('spin', input, { deadlineMs: 10_000, signal })));
    // Two run, eight wait, four are refused.
    const refused = await Promise.all(results.slice(10));
    expect(refused.map((e) => [e.mip, e.executed])).toEqual(Array.from({ length: 4 }, () => ['BUSY', 'no']));
    for (const abort of aborts) abort.abort();
    const ended = await Promise.all(results.slice(0, 10));
    expect(ended.map((e) => e.mip)).toEqual(Array.from({ length: 10 }, () => 'CANCELLED'));
    expect(await bytesOf(client.call('echo', input, { deadlineMs: 1000 }))).toEqual(input);
    await client.close();
  });

  it('free the slots of a client that goes away', async () => {
    const client = await open();
    const lost = [1, 2].map(() => failure(client.call('spin', input, { deadlineMs: 60_000 })));
    await pause(50);
    await client.close();
    await Promise.all(lost);
    const next = await open();
    expect(await bytesOf(next.call('echo', input, { deadlineMs: 3000 }))).toEqual(input);
    await next.close();
  });
});

/** Sends bytes and gives everything that comes back until the worker closes. */
function raw(...parts: readonly Uint8Array[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const peer = connect(socket);
    const chunks: Buffer[] = [];
    peer.on('data', (chunk) => chunks.push(chunk));
    peer.on('error', reject);
    peer.on('close', () => resolve(Buffer.concat(chunks)));
    for (const part of parts) peer.write(part);
  });
}

const limits = { maxFrame: 65536, maxMessage: 1 << 20 };
const hello = encodeMessage('HELLO', 0n, encodeHello({ client: 'test', pid: 1, limits, minors: [0, 0] }));

/** The name in the last ERROR or HELLO_ERR of a stream. */
function lastError(answer: Buffer): string | undefined {
  return [...answer.toString('latin1').matchAll(/\b[A-Z]+(_[A-Z]+)+\b/g)].map((m) => m[0]).at(-1);
}

describe('hostile bytes', () => {
  it.each([
    ['another protocol', [Buffer.from('GET / HTTP/1.1\r\n\r\n')], 'PROTOCOL_ERROR'],
    ['another major version', [Buffer.from('MIP1\x02\x00\x00\x00', 'latin1')], 'VERSION_UNSUPPORTED'],
    ['a call before HELLO', [PREFACE, encodeMessage('CALL', 1n, new Uint8Array(60))], 'PROTOCOL_ERROR'],
    ['HELLO that is no map', [PREFACE, encodeMessage('HELLO', 0n, Uint8Array.of(0xc1))], 'PROTOCOL_ERROR'],
    [
      'a minor version of the future',
      [PREFACE, encodeMessage('HELLO', 0n, encodeHello({ client: 't', pid: 1, limits, minors: [3, 4] }))],
      'VERSION_UNSUPPORTED',
    ],
    ['a second HELLO', [PREFACE, hello, hello], 'PROTOCOL_ERROR'],
    ['an even call id', [PREFACE, hello, encodeMessage('CALL', 2n, new Uint8Array(60))], 'PROTOCOL_ERROR'],
    ['a call without a head', [PREFACE, hello, encodeMessage('CALL', 1n, new Uint8Array(51))], 'PROTOCOL_ERROR'],
    ['a frame of 4 GiB', [PREFACE, hello, Uint8Array.of(255, 255, 255, 255, 0x10, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0)], 'FRAME_TOO_LARGE'],
    ['an unknown kind', [PREFACE, hello, Uint8Array.of(0, 0, 0, 0, 0x77, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0)], 'PROTOCOL_ERROR'],
    ['a kind of servers', [PREFACE, hello, encodeMessage('RESULT', 1n, new Uint8Array(16))], 'PROTOCOL_ERROR'],
  ])('%s', async (_, parts, name) => {
    expect(lastError(await raw(...parts))).toBe(name);
  });

  it('unfinished messages above the agreed size', async () => {
    const frame = Buffer.concat([Uint8Array.of(0, 0, 1, 0, 0x10, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0), new Uint8Array(65536)]);
    expect(lastError(await raw(PREFACE, hello, ...Array.from({ length: 17 }, () => frame)))).toBe('FRAME_TOO_LARGE');
  });

  it('noise, cut anywhere, never ends the worker', async () => {
    const good = Buffer.concat([
      PREFACE,
      hello,
      encodeMessage('PING', 7n, Uint8Array.of(0x80)),
      encodeMessage('CALL', 1n, new Uint8Array(60)),
    ]);
    let state = 12345;
    const random = (bound: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % bound;
    };
    for (let round = 0; round < 60; round++) {
      const bytes = Buffer.from(good);
      for (let flips = random(6); flips >= 0; flips--) bytes[8 + random(bytes.length - 8)] = random(256);
      await new Promise<void>((resolve) => {
        const peer = connect(socket, () => peer.end(bytes.subarray(0, random(bytes.length + 1)), () => resolve()));
        peer.on('error', () => resolve());
        peer.resume();
      });
    }
    expect(worker.exitCode).toBe(null);
    const client = await open();
    expect(await bytesOf(client.call('echo', input, { deadlineMs: 1000 }))).toEqual(input);
    await client.close();
  });

  it('a call for other schemas is refused and the connection goes on', async () => {
    const call = new Uint8Array(60);
    call[4] = 100;
    const answer = raw(
      PREFACE,
      hello,
      encodeMessage('CALL', 1n, call),
      encodeMessage('PING', 9n, Uint8Array.of(0x80)),
      encodeMessage('ERROR', 0n, new Uint8Array(8)),
    );
    const text = (await answer).toString('latin1');
    expect(text).toContain('SCHEMA_MISMATCH');
    expect(text).toContain('delay_us');
  });
});

describe('start and stop', () => {
  it('lets a running call finish when it is asked to stop', async () => {
    const path = join(directory, 'stop.sock');
    const child = await start(path, ['--slots', '1', '--drain', '3000']);
    const client = await open(path);
    const running = failure(client.call('spin', input, { deadlineMs: 400 }));
    await pause(100);
    child.kill('SIGTERM');
    expect((await running).mip).toBe('DEADLINE_EXCEEDED');
    expect(await exitOf(child)).toBe(0);
    expect(existsSync(path)).toBe(false);
  });

  it('stops what does not finish in time', async () => {
    const path = join(directory, 'hard.sock');
    const child = await start(path, ['--slots', '1', '--drain', '100']);
    const client = await open(path);
    const running = failure(client.call('spin', input, { deadlineMs: 60_000 }));
    await pause(100);
    child.kill('SIGTERM');
    expect(['CANCELLED', 'WORKER_LOST']).toContain((await running).mip);
    expect(await exitOf(child)).toBe(0);
  });

  it('does not take the place of a living worker, but that of a dead one', async () => {
    const second = spawnSync(program, ['--socket', socket], { encoding: 'utf8' });
    expect([second.status, second.stderr]).toEqual([1, `molt_worker: ${socket}: Address already in use\n`]);
    const path = join(directory, 'dead.sock');
    const dead = await start(path);
    dead.kill('SIGKILL');
    await exitOf(dead);
    expect(existsSync(path)).toBe(true);
    const next = await start(path);
    await (await open(path)).close();
    next.kill('SIGKILL');
  });

  it.each([
    ['molt.sock of the working folder', {}, 'molt.sock'],
    ['$MOLT_SOCKET', { MOLT_SOCKET: 'other.sock' }, 'other.sock'],
    ['molt.sock when $MOLT_SOCKET is empty', { MOLT_SOCKET: '' }, 'molt.sock'],
  ])('listens at %s when it is given no path', async (_, env, name) => {
    const cwd = mkdtempSync(join(directory, 'cwd-'));
    const child = spawn(program, [], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [first] = (await once(child.stdout, 'data')) as [Buffer];
    expect(first.toString()).toBe(`listening ${name}\n`);
    expect(existsSync(join(cwd, name))).toBe(true);
    child.kill('SIGKILL');
    await exitOf(child);
  });

  it('explains wrong arguments', () => {
    const run = (...args: string[]) => spawnSync(program, args, { encoding: 'utf8' });
    expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('usage: molt_worker [--socket PATH]') });
    expect(run('--socket')).toMatchObject({ status: 2, stderr: 'molt_worker: --socket: expected a path, found nothing\n' });
    expect(run('--socket', 'x', '--slots', '0')).toMatchObject({
      status: 2,
      stderr: 'molt_worker: --slots: expected a number from 1 to 1024, found 0\n',
    });
    expect(run('--port', '80')).toMatchObject({ status: 2, stderr: 'molt_worker: unknown option --port\n' });
  });

  it('refuses a module body that looks at the world', async () => {
    const nosy = echoOutput('worker', echoService('  v1 = i32.const 1\n  v2: i64 = call.host @clock v1'));
    const { path } = await compileNative(nosy, {
      outDir: join(directory, 'nosy'),
      kind: 'worker',
      opt: 1,
      cacheDir: join(directory, 'cache'),
    });
    const { status, stderr } = spawnSync(path, ['--socket', join(directory, 'nosy.sock')], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      1,
      'molt_worker: the module cannot be started: MOLT6104: the module asked for the clock while it was initialised\n',
    ]);
  });
});
