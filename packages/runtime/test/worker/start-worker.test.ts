/** A worker as its users meet it: results, errors of every kind, limits, overload, the end. */
import { isMipError, type MipError, type MipErrorName } from '@molt/ipc';
import { MipClient } from '@molt/ipc/node';
import { afterAll, describe, expect, it } from 'vitest';
import type { WorkerHandle } from '../../src/index.ts';
import { inputOf, outputOf, SERVICE, WorkerFixture } from '../support/worker-fixture.ts';

const fixture = new WorkerFixture();
afterAll(() => fixture.dispose());

const one = inputOf(Uint8Array.of(1, 2, 3));
const relaxed = { deadlineMs: 20_000 };

async function failure(work: Promise<unknown>, name: MipErrorName): Promise<MipError> {
  const error = await work.then(
    (value) => value,
    (reason: unknown) => reason,
  );
  if (!isMipError(error)) throw new Error(`expected ${name}, got ${String(error)}`);
  expect(error.mip).toBe(name);
  // Nobody outside should see where Molt keeps its code.
  expect(`${error.message} ${error.hint ?? ''}`).not.toMatch(/\.ts\b|node_modules|\bat .*:\d+:\d+/);
  return error;
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(holds()).toBe(true);
}

async function running(worker: WorkerHandle, count: number): Promise<void> {
  await until(() => worker.load().running === count);
}

describe('answers', () => {
  it('are results, with what they cost', async () => {
    const client = await fixture.connect(await fixture.start());
    expect(client.worker).toMatchObject({ artifactId: 'a'.repeat(64), slots: 1 });
    const { body, stats } = await client.callWithStats('echo', one, relaxed);
    expect([...outputOf(body)]).toEqual([1, 2, 3]);
    expect(stats.peakKib).toBe(65);
    const large = new Uint8Array(1_000_000).fill(7);
    expect(outputOf(await client.call('echo', inputOf(large), relaxed))).toEqual(large);
  });

  it('come from a clean heap each', async () => {
    const client = await fixture.connect(await fixture.start());
    for (let i = 0; i < 5; i++) expect(SERVICE.get('count')!.output.decode(await client.call('count', one, relaxed))).toBe(1);
  });

  it('go to whom they belong, over several slots and connections', async () => {
    const worker = await fixture.start({ slots: 2 });
    const clients = [await fixture.connect(worker), await fixture.connect(worker)];
    const results = await Promise.all(
      Array.from({ length: 8 }, async (_, i) => outputOf(await clients[i % 2]!.call('echo', inputOf(Uint8Array.of(i, 2 * i)), relaxed))),
    );
    expect(results.map((bytes) => [...bytes])).toEqual(Array.from({ length: 8 }, (_, i) => [i, 2 * i]));
  });
});

describe('a function that fails', () => {
  it('raises: type, text and traceback of Python', async () => {
    const client = await fixture.connect(await fixture.start());
    const error = await failure(client.call('fail', one, relaxed), 'APP_ERROR');
    expect(error.text).toBe('ValueError: no such price: 7');
    expect(error.facts).toMatchObject({ type: 'ValueError', message: 'no such price: 7', args: ['no such price: 7'] });
    expect(error.facts['traceback']).toContain('File "shop.py", line 3');
    expect(error.executed).toBe('yes');
  });

  it('refuses its input: where and why', async () => {
    const client = await fixture.connect(await fixture.start());
    const error = await failure(client.call('echo', Uint8Array.of(0x80), relaxed), 'INVALID_INPUT');
    expect(error.message).toContain('the input of echo is wrong at $: expected echo.input of 1 fields');
    expect(error.executed).toBe('no');
    await failure(client.call('echo', new Uint8Array(0), relaxed), 'INVALID_INPUT');
  });

  it('traps, and the next call has a new instance', async () => {
    const client = await fixture.connect(await fixture.start());
    expect((await failure(client.call('trap', one, relaxed), 'TRAP')).message).toContain('fault of its compiled code');
    expect((await failure(client.call('overflow_stack', one, relaxed), 'TRAP')).message).toContain('stack is full');
    expect(outputOf(await client.call('echo', one, relaxed)).length).toBe(3);
  });

  it('leaves a payload that nobody can read: a fault of the artifact, said plainly', async () => {
    const client = await fixture.connect(await fixture.start());
    expect((await failure(client.call('bad_payload', one, relaxed), 'INTERNAL')).hint).toContain('build the artifact again');
  });
});

describe('limits', () => {
  it('of memory: per call, and never above the worker’s', async () => {
    const client = await fixture.connect(await fixture.start({ memoryBytes: 4 << 20 }));
    const data = inputOf(new Uint8Array(1 << 20));
    await client.call('echo', data, relaxed);
    await failure(client.call('echo', data, { ...relaxed, memoryKib: 512 }), 'MEMORY_EXCEEDED');
    const error = await failure(client.call('eat_memory', one, { ...relaxed, memoryKib: 1 << 20 }), 'MEMORY_EXCEEDED');
    expect(error.hint).toContain('higher memory limit');
    expect(outputOf(await client.call('echo', one, relaxed)).length).toBe(3);
  });

  it.each([
    ['ends the thread of a module with memory of its own', {}],
    ['interrupts a module with shared memory', { shared: true }],
    ['ends the thread of a module with shared memory that does not look', { shared: true, checksInterrupts: false }],
  ])('of time: %s', async (_, module) => {
    const client = await fixture.connect(await fixture.start({ module }));
    const start = performance.now();
    const error = await failure(client.call('spin', one, { deadlineMs: 100 }), 'DEADLINE_EXCEEDED');
    expect(performance.now() - start).toBeLessThan(1500);
    expect(error).toMatchObject({ executed: expect.stringMatching(/yes|maybe/) });
    expect(outputOf(await client.call('echo', one, relaxed)).length).toBe(3);
    const tight = await failure(client.call('spin', one, { ...relaxed, cpuMs: 50 }), 'CPU_EXCEEDED');
    expect(tight.message).toContain('CPU time of 50 ms');
    expect(outputOf(await client.call('echo', one, relaxed)).length).toBe(3);
  });

  it('of the worker hold for calls that ask for more', async () => {
    const client = await fixture.connect(await fixture.start({ cpuMs: 60 }));
    expect((await failure(client.call('spin', one, { ...relaxed, cpuMs: 100_000 }), 'CPU_EXCEEDED')).message).toContain('60 ms');
  });
});

describe('cancelling', () => {
  it.each([
    ['through the thread', {}],
    ['through the interrupt cell', { shared: true }],
  ])('stops a call that computes, %s', async (_, module) => {
    const worker = await fixture.start({ module });
    const client = await fixture.connect(worker);
    const abort = new AbortController();
    const call = client.call('spin', one, { ...relaxed, signal: abort.signal });
    await running(worker, 1);
    abort.abort();
    await failure(call, 'CANCELLED');
    await running(worker, 0);
    expect(outputOf(await client.call('echo', one, relaxed)).length).toBe(3);
  });

  it('by going away stops a call too', async () => {
    const worker = await fixture.start();
    const client = await fixture.connect(worker);
    const call = failure(client.call('spin', one, relaxed), 'CANCELLED');
    await running(worker, 1);
    await client.close();
    await call;
    await running(worker, 0);
  });
});

describe('too much work', () => {
  it('is refused at once when the queue is full, and what waits runs later', async () => {
    const worker = await fixture.start({ queueCap: 2 });
    const [hog, other, late] = [await fixture.connect(worker), await fixture.connect(worker), await fixture.connect(worker)];
    const spin = failure(hog.call('spin', one, { deadlineMs: 400 }), 'DEADLINE_EXCEEDED');
    await running(worker, 1);
    const waiting = [other.call('echo', one, relaxed), other.call('echo', one, relaxed)];
    await until(() => worker.load().queued === 2);
    expect(await late.ping()).toMatchObject({ depth: 2, slots: 1 });
    const start = performance.now();
    const busy = await failure(late.call('echo', one, relaxed), 'BUSY');
    expect(performance.now() - start).toBeLessThan(200);
    expect(busy).toMatchObject({ executed: 'no', retry: 'after' });
    expect(busy.afterMs).toBeGreaterThan(0);
    expect(busy.hint).toContain('more slots');
    await spin;
    expect((await Promise.all(waiting)).map((body) => outputOf(body).length)).toEqual([3, 3]);
  });

  it('ends calls whose deadline passes while they wait, unexecuted', async () => {
    const worker = await fixture.start();
    const [hog, other] = [await fixture.connect(worker), await fixture.connect(worker)];
    const spin = failure(hog.call('spin', one, { deadlineMs: 600 }), 'DEADLINE_EXCEEDED');
    await running(worker, 1);
    const error = await failure(other.call('echo', one, { deadlineMs: 100 }), 'DEADLINE_EXCEEDED');
    expect(error.message).toContain('before echo could start');
    expect(error.executed).toBe('no');
    await spin;
  });

  it('lets an important call take the place of a sheddable one', async () => {
    const worker = await fixture.start({ queueCap: 1 });
    const [hog, low, high] = [await fixture.connect(worker), await fixture.connect(worker), await fixture.connect(worker)];
    const spin = failure(hog.call('spin', one, { deadlineMs: 500 }), 'DEADLINE_EXCEEDED');
    await running(worker, 1);
    const shed = failure(low.call('echo', one, { ...relaxed, criticality: 0 }), 'SHED');
    await until(() => worker.load().queued === 1);
    const important = high.call('echo', one, { ...relaxed, criticality: 3 });
    expect((await shed).executed).toBe('no');
    await spin;
    expect(outputOf(await important).length).toBe(3);
  });
});

describe('the end', () => {
  it('lets calls finish, refuses new connections, and leaves no socket in use', async () => {
    const worker = await fixture.start();
    const client = await fixture.connect(worker);
    const spin = failure(client.call('spin', one, { deadlineMs: 300 }), 'DEADLINE_EXCEEDED');
    await running(worker, 1);
    const waiting = client.call('echo', one, relaxed);
    await until(() => worker.load().queued === 1);
    await worker.close();
    await spin;
    expect(outputOf(await waiting).length).toBe(3);
    await failure(MipClient.connect({ path: worker.socketPath }), 'WORKER_NOT_RUNNING');
    await worker.closed;
  });

  it('stops what does not finish in time, with an answer', async () => {
    const worker = await fixture.start();
    const client = await fixture.connect(worker);
    const call = client.call('spin', one, relaxed);
    await running(worker, 1);
    const start = performance.now();
    const [, error] = await Promise.all([worker.close(50), failure(call, 'CANCELLED')]);
    expect(error.facts).toMatchObject({ reason: 'shutdown' });
    expect(performance.now() - start).toBeLessThan(2000);
    await worker.close();
  });
});
