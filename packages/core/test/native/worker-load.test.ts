/** The native worker while all its slots compute: what it still reads, refuses and answers; its endpoints; who may connect. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileNative } from '@molt/codegen-native/driver';
import type { MipError } from '@molt/ipc';
import { MipClient } from '@molt/ipc/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { echoOutput, SCHEMAS } from './echo-service.ts';

const directory = mkdtempSync(join(tmpdir(), 'molt-load-'));
const children: ChildProcess[] = [];
let program = '';
let count = 0;

interface Running {
  readonly path: string;
  readonly child: ChildProcess;
  /** What it printed until now. */
  readonly stdout: () => string;
}

async function start(...args: readonly string[]): Promise<Running> {
  const path = join(directory, `${count++}.sock`);
  const child = spawn(program, ['--socket', path, '--quiet', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      said += String(chunk);
      if (said.includes('listening') && (!args.includes('--metrics') || said.includes('metrics http'))) resolve();
    });
    child.once('exit', (code) => reject(new Error(`worker ended with ${code}`)));
  });
  return { path, child, stdout: () => said };
}

const open = (path: string) => MipClient.connect({ path, schemas: SCHEMAS });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const input = Uint8Array.from({ length: 100 }, (_, i) => i);
const failure = (work: Promise<unknown>): Promise<MipError> =>
  work.then(
    () => Promise.reject(new Error('the call did not fail')),
    (reason: unknown) => reason as MipError,
  );

beforeAll(async () => {
  const options = { outDir: directory, name: 'worker', kind: 'worker', opt: 1, cacheDir: join(directory, 'cache') } as const;
  program = (await compileNative(echoOutput('worker'), options)).path;
}, 120_000);
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('while all slots compute', () => {
  it('the connection of a computing call is read: pings, cancellations, and calls that are refused', async () => {
    const { path } = await start('--slots', '1', '--queue', '1');
    const [a, b] = [await open(path), await open(path)];
    const abort = new AbortController();
    const spinning = failure(a.call('spin', input, { deadlineMs: 20_000, signal: abort.signal }));
    await pause(30);
    const waiting = a.call('echo', input, { deadlineMs: 20_000 });
    expect(await a.ping()).toMatchObject({ depth: 1, slots: 1 });
    expect(await failure(b.call('echo', input, { deadlineMs: 20_000 }))).toMatchObject({ mip: 'BUSY', executed: 'no' });
    abort.abort();
    expect((await spinning).mip).toBe('CANCELLED');
    expect(Uint8Array.from(await waiting)).toEqual(input);
    await Promise.all([a.close(), b.close()]);
  });

  it('calls that wait are answered at their deadline', async () => {
    const { path } = await start('--slots', '1');
    const client = await open(path);
    const abort = new AbortController();
    const spinning = failure(client.call('spin', input, { deadlineMs: 20_000, signal: abort.signal }));
    await pause(30);
    const begin = performance.now();
    const late = await failure(client.call('echo', input, { deadlineMs: 150 }));
    expect(late).toMatchObject({ mip: 'DEADLINE_EXCEEDED', executed: 'no', facts: { export: 'echo', reason: 'deadline' } });
    expect(performance.now() - begin).toBeLessThan(5000);
    abort.abort();
    await spinning;
    await client.close();
  });

  it('a client that left frees the slot although nothing else happens on its connection', async () => {
    const { path } = await start('--slots', '1');
    const [a, b] = [await open(path), await open(path)];
    const lost = failure(a.call('spin', input, { deadlineMs: 60_000 }));
    await pause(30);
    await a.close();
    await lost;
    expect(Uint8Array.from(await b.call('echo', input, { deadlineMs: 10_000 }))).toEqual(input);
    await b.close();
  });
});

describe('many calls at once', () => {
  it('short calls beyond the queue are taken in, and the credit of their connection grows', async () => {
    const { path } = await start('--slots', '1');
    const client = await open(path);
    await client.call('echo', input, { deadlineMs: 5000 });
    for (let round = 0; round < 30; round++) {
      const calls = Array.from({ length: 64 }, (_, i) => client.call('echo', input.subarray(i % 50), { deadlineMs: 5000 }));
      const lengths = (await Promise.all(calls)).map((bytes) => bytes.length);
      expect(lengths).toEqual(Array.from({ length: 64 }, (_, i) => 100 - (i % 50)));
    }
    await client.close();
  });

  it('connections share the slots', async () => {
    const { path } = await start('--slots', '2', '--queue', '200');
    const clients = await Promise.all(Array.from({ length: 20 }, () => open(path)));
    const big = new Uint8Array(300_000).fill(7);
    const work = clients.map(async (client, k) => {
      for (let i = 0; i < 20; i++) {
        const sent = (i + k) % 5 === 0 ? big : input;
        expect((await client.call('echo', sent, { deadlineMs: 20_000 })).length).toBe(sent.length);
        if ((i + k) % 7 === 0)
          expect(await failure(client.call('fail', input, { deadlineMs: 20_000 }))).toMatchObject({ mip: 'APP_ERROR' });
      }
    });
    await Promise.all(work);
    await Promise.all(clients.map((client) => client.close()));
  });
});

/** Everything that comes back for some bytes, until the worker closes. */
function visit(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const peer = connect(Number(port), hostname, () => peer.write(request));
    let said = '';
    peer.on('data', (chunk) => {
      said += String(chunk);
    });
    peer.on('error', reject);
    peer.on('close', () => resolve(said));
  });
}

describe('the endpoints', () => {
  it('serve while all slots compute, and take nothing but short requests', async () => {
    const { path, stdout } = await start('--slots', '1', '--metrics', '127.0.0.1:0');
    const url = /metrics (\S+)\/metrics/.exec(stdout())?.[1] as string;
    const client = await open(path);
    const abort = new AbortController();
    const spinning = failure(client.call('spin', input, { deadlineMs: 20_000, signal: abort.signal }));
    await pause(30);
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toContain('molt_slots_busy 1\n');
    expect(text).toContain('molt_connections 1\n');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/other`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
    expect(await visit(url, `GET /metrics HTTP/1.1\r\nX: ${'x'.repeat(8192)}`)).toMatch(/^HTTP\/1\.1 431 |^$/);
    // Silent visitors fill the room and are sent away after a while.
    const silent = Array.from({ length: 24 }, () => visit(url, 'GET'));
    expect((await Promise.all(silent)).every((said) => said === '')).toBe(true);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    abort.abort();
    await spinning;
    await client.close();
  }, 30_000);
});

const OTHER_USER = 65_534;

describe('who may connect', () => {
  it.skipIf(process.getuid?.() !== 0)('nobody but the user of the worker and root, even when the file lets them', async () => {
    const { path } = await start('--slots', '1');
    chmodSync(directory, 0o755);
    chmodSync(path, 0o666);
    const python = `import socket,sys
s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
while True:
    data=s.recv(4096)
    if not data: break
    sys.stdout.buffer.write(data)`;
    const said = spawnSync('python3', ['-c', python, path], {
      uid: OTHER_USER,
      gid: OTHER_USER,
      cwd: '/',
      encoding: 'latin1',
      timeout: 10_000,
    });
    expect(said.stdout).toContain('UNAUTHORIZED');
    const client = await open(path);
    expect(Uint8Array.from(await client.call('echo', input, { deadlineMs: 5000 }))).toEqual(input);
    await client.close();
  });
});

describe('memory', () => {
  it.skipIf(process.platform !== 'linux')(
    'stays what it is over calls that return, fail, and are stopped',
    async () => {
      const { path, child } = await start('--slots', '2');
      const client = await open(path);
      const resident = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]);
      const round = async () => {
        const calls = Array.from({ length: 60 }, () => client.call('echo', input, { deadlineMs: 10_000 }));
        const failing = ['fail', 'refuse', 'deep', 'stray'].map((name) => failure(client.call(name, input, { deadlineMs: 10_000 })));
        failing.push(failure(client.call('spin', input, { deadlineMs: 10_000, cpuMs: 1 })));
        failing.push(failure(client.call('hoard', input, { deadlineMs: 10_000, memoryKib: 512 })));
        await Promise.all([...calls, ...failing]);
      };
      for (let i = 0; i < 10; i++) await round();
      const before = resident();
      for (let i = 0; i < 60; i++) await round();
      expect(resident()).toBeLessThan(before * 1.2 + 2048);
      await client.close();
    },
    120_000,
  );
});
