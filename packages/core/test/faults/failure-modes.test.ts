/** What a user of the TypeScript client sees when something goes wrong, against both workers: name, what to decide by, and what to do. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { MipError } from '@molt/ipc';
import { MipClient } from '@molt/ipc/node';
import { schemaSetFromJson } from '@molt/schema-ir';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultFolder, type FaultWorker, failure, hasNative, SERVICE_SOURCE, TypedCaller, type WorkerKind } from './worker-process.ts';

const ENDLESS = 10n ** 15n;
const folder = new FaultFolder();
const artifact = folder.build(SERVICE_SOURCE, 'service.molt');
afterAll(() => folder.dispose());

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What a caller decides by, in one line. */
const advice = (error: MipError): string => `${error.mip} ${error.code} executed ${error.executed} retry ${error.retry}`;

/** The text has the code and these parts, and something to do. */
function tells(error: MipError, ...parts: readonly string[]): void {
  for (const part of [error.code, ...parts]) expect(`${error.message}\n${error.hint ?? ''}`).toContain(part);
  expect(error.hint ?? '').not.toBe('');
}

describe('where there is no worker', () => {
  it('says that nobody is there, and what starts one', async () => {
    const error = await failure(MipClient.connect({ path: join(folder.path, 'none.sock') }));
    expect(advice(error)).toBe('WORKER_NOT_RUNNING MOLT5604 executed no retry after');
    expect(error.afterMs).toBeGreaterThan(0);
    tells(error, 'none.sock', 'there is no such socket', 'molt worker');
  });

  it.each([
    ['MIP1\x02\x00\x00\x00', 'VERSION_UNSUPPORTED MOLT5102 executed no retry never', '2.0'],
    ['HTTP/1.1 400 Bad Request\r\n\r\n', 'PROTOCOL_ERROR MOLT5101 executed maybe retry never', 'MIP1'],
  ])('says who listens instead: %j', async (greeting, expected, part) => {
    const path = join(folder.path, `other-${expected.length}.sock`);
    const other = createServer((socket) => {
      socket.on('error', () => {});
      socket.write(Buffer.from(greeting, 'latin1'));
    }).listen(path);
    const error = await failure(MipClient.connect({ path }));
    expect(advice(error)).toBe(expected);
    tells(error, part);
    other.close();
  });
});

describe.each(['native', 'node'] as const)('the %s worker', (kind: WorkerKind) => {
  const unusable = kind === 'native' && !hasNative(artifact);
  const test = it.skipIf(unusable);
  let worker: FaultWorker;
  let caller: TypedCaller;
  beforeAll(async () => {
    if (unusable) return;
    worker = await folder.start(kind, artifact);
    caller = await TypedCaller.connect(worker.path);
  });

  test('has no such export, but near ones', async () => {
    const error = await failure(caller.client.call('anwser', new Uint8Array(), { deadlineMs: 1000 }));
    expect(advice(error)).toBe('UNKNOWN_EXPORT MOLT5201 executed no retry never');
    tells(error, 'no export named anwser', 'did you mean answer?', 'build again and restart the worker');
    expect(error.facts['near']).toEqual(['answer']);
  });

  test('was built from other schemas', async () => {
    const source = join(folder.path, `changed-${kind}.py`);
    const changed = readFileSync(SERVICE_SOURCE, 'utf8')
      .replace('    value: int\n', '    value: float\n')
      .replace('turn(n * 7919 % MODULUS, spin), text)', 'float(turn(n, spin)), text)');
    writeFileSync(source, changed);
    const other = schemaSetFromJson(
      readFileSync(join(folder.build(source, `changed-${kind}.molt`, ['--target', 'wasm']), 'schemas.json'), 'utf8'),
    );
    const differing = await TypedCaller.connect(worker.path, other);
    const error = await failure(differing.call('answer', { n: 1, spin: 0, text: 'x' }));
    expect(advice(error)).toBe('SCHEMA_MISMATCH MOLT5202 executed no retry never');
    tells(error, 'output of answer', '$.value', 'float', 'int', 'molt build', 'restart the worker');
    expect(error.facts).toMatchObject({ side: 'output', path: '$.value' });
    expect(await differing.call('whole', { n: 5 })).toBe(5);
    await differing.close();
  });

  test.each([0n, -33n, 255n, 65_536n, 881_145n, 2n ** 32n - 1n, 2n ** 53n + 1n, -(2n ** 63n)])('gives the int %s back', async (n) => {
    expect(BigInt((await caller.call('whole', { n })) as number | bigint)).toBe(n);
  });

  test('gets an input that no message holds', async () => {
    const error = await failure(caller.client.call('echo', new Uint8Array(17 << 20), { deadlineMs: 1000 }));
    expect(advice(error)).toBe('FRAME_TOO_LARGE MOLT5103 executed no retry never');
    tells(error, String(17 << 20), 'send less');
  });

  test('gets bytes that are no input', async () => {
    const error = await failure(caller.client.call('whole', Uint8Array.of(0x91, 0xa1, 0x78), { deadlineMs: 1000 }));
    expect(advice(error)).toBe('INVALID_INPUT MOLT5203 executed no retry never');
    tells(error, 'byte 1');
  });

  test.each([
    ['spin', { rounds: ENDLESS }, { deadlineMs: 150 }, 'DEADLINE_EXCEEDED MOLT5401 executed yes retry never', 'deadline'],
    ['spin', { rounds: ENDLESS }, { cpuMs: 50 }, 'CPU_EXCEEDED MOLT5402 executed yes retry never', 'CPU'],
    ['hoard', { count: 10_000_000 }, { memoryKib: 8192 }, 'MEMORY_EXCEEDED MOLT5403 executed yes retry never', 'memory'],
  ])('stops %s at its limits', async (name, input, options, expected, part) => {
    const error = await failure(caller.call(name, input, options));
    expect(advice(error)).toBe(expected);
    tells(error, name, part);
    expect(await caller.call('whole', { n: 3 })).toBe(3);
  });

  test('carries exceptions of the program', async () => {
    const error = await failure(caller.call('sell', { name: 'book', count: 3 }));
    expect(advice(error)).toBe('APP_ERROR MOLT5501 executed yes retry never');
    expect(error.facts).toMatchObject({ type: 'OutOfStock', args: ['book', 3] });
    expect(error.facts['traceback']).toContain('service.py');
  });

  test('has a full queue', async () => {
    const full = await folder.start(kind, artifact);
    const filler = await TypedCaller.connect(full.path);
    const calls = Array.from({ length: 5 }, () => failure(filler.call('spin', { rounds: ENDLESS })));
    await pause(200);
    const late = await TypedCaller.connect(full.path);
    const error = await failure(late.call('spin', { rounds: 1 }));
    expect(advice(error)).toBe('BUSY MOLT5301 executed no retry after');
    expect(error.afterMs).toBeGreaterThan(0);
    tells(error, '4 calls wait');
    full.kill();
    expect(new Set((await Promise.all(calls)).map(advice))).toEqual(new Set(['WORKER_LOST MOLT5601 executed maybe retry elsewhere']));
  });

  test('frees the slot of a call that is cancelled, and of a client that goes', async () => {
    const abort = new AbortController();
    const cancelled = failure(caller.call('spin', { rounds: ENDLESS }, { signal: abort.signal }));
    await pause(100);
    abort.abort();
    expect((await cancelled).mip).toBe('CANCELLED');
    expect(await caller.call('whole', { n: 1 })).toBe(1);
    const leaving = await TypedCaller.connect(worker.path);
    const left = failure(leaving.call('spin', { rounds: ENDLESS }));
    await pause(100);
    await leaving.close();
    expect((await left).mip).toBe('CANCELLED');
    expect(await caller.call('whole', { n: 2 })).toBe(2);
  });

  test('is killed in the middle of a call, and started again', async () => {
    const mortal = await folder.start(kind, artifact);
    const client = await TypedCaller.connect(mortal.path);
    const lost = failure(client.call('spin', { rounds: ENDLESS }));
    await pause(200);
    mortal.kill();
    const error = await lost;
    expect(advice(error)).toBe('WORKER_LOST MOLT5601 executed maybe retry elsewhere');
    tells(error, 'killed', 'Repeat calls if running them twice does no harm');
    const closed = await failure(client.call('whole', { n: 1 }));
    expect(advice(closed)).toBe('WORKER_LOST MOLT5601 executed no retry elsewhere');
    tells(closed, 'connect again');
    await mortal.ended();
    expect(advice(await failure(MipClient.connect({ path: mortal.path })))).toBe('WORKER_NOT_RUNNING MOLT5604 executed no retry after');
    await mortal.start();
    const again = await TypedCaller.connect(mortal.path);
    expect(await again.call('whole', { n: 9 })).toBe(9);
    await again.close();
  });

  test('is told to end while a call runs', async () => {
    const ending = await folder.start(kind, artifact, ['--slots', '1', '--drain', '200']);
    const client = await TypedCaller.connect(ending.path);
    const stopped = failure(client.call('spin', { rounds: ENDLESS }));
    await pause(200);
    ending.signal('SIGTERM');
    await pause(50);
    const draining = await failure(client.call('whole', { n: 1 }));
    expect(advice(draining)).toBe('DRAINING MOLT5304 executed no retry elsewhere');
    tells(draining, 'another worker');
    const error = await stopped;
    expect(error.mip).toBe('CANCELLED');
    expect(error.facts['reason']).toBe('shutdown');
    expect(await ending.ended()).toBe(0);
  });
});
