/** Threads that end, one way or another: they are replaced, and what ran on them is told. */
import { readdirSync, writeFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { ComputeSlot, WorkEnd } from '../../src/schedule/compute-slot-pool.ts';
import { readCpuMs } from '../../src/slot/thread-cpu.ts';
import { ThreadPool } from '../../src/slot/thread-pool.ts';
import type { ThreadSlot } from '../../src/slot/thread-slot.ts';
import { serviceModule } from '../support/service-module.ts';
import { inputOf, WorkerFixture } from '../support/worker-fixture.ts';

const fixture = new WorkerFixture();
const pools: ThreadPool[] = [];
afterAll(async () => {
  for (const pool of pools) pool.close();
  await fixture.dispose();
});

const input = inputOf(Uint8Array.of(1, 2));
const ECHO = 0;
const SPIN = 1;

async function start(entry?: URL, lines: string[] = [], shared = false): Promise<ThreadPool> {
  const module = await WebAssembly.compile(await serviceModule({ shared }));
  const setup = { module, memoryBytes: 1 << 24, outputBytes: 1 << 20 };
  const pool = await ThreadPool.start({ slots: 1, setup, entry: entry ?? (await fixture.entry()), log: (line) => lines.push(line) });
  pools.push(pool);
  return pool;
}

async function taken(pool: ThreadPool): Promise<ComputeSlot> {
  for (let i = 0; i < 1000; i++) {
    const slot = pool.take();
    if (slot !== undefined) return slot;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('no thread became idle');
}

const run = (slot: ComputeSlot, exportIndex: number): Promise<WorkEnd> =>
  new Promise((resolve) => slot.run({ exportIndex, input, memoryBytes: 0, cpuMs: 1000 }, resolve));

describe('a pool of threads', () => {
  it('has a spare, which works while another is ended', async () => {
    const pool = await start();
    expect(pool.size).toBe(2);
    const first = await taken(pool);
    const spinning = run(first, SPIN);
    first.stop('deadline');
    const second = await taken(pool);
    expect(second).not.toBe(first);
    expect(await run(second, ECHO)).toMatchObject({ kind: 'answer', answer: { kind: 'returned' } });
    expect(await spinning).toMatchObject({ kind: 'lose' });
    expect(pool.size).toBe(2);
  });

  it.skipIf(process.platform !== 'linux')('computes behind the supervisor', async () => {
    const own = getPriority();
    await taken(await start());
    const niceness = readdirSync('/proc/self/task').map((id) => getPriority(Number(id)));
    expect(getPriority()).toBe(own);
    expect(niceness).toContain(5);
  });

  it('keeps a thread whose call stops at the interrupt cell', async () => {
    const pool = await start(undefined, [], true);
    let kept = 0;
    for (const reason of ['deadline', 'cpu', 'user', 'shutdown'] as const) {
      const slot = await taken(pool);
      const spinning = run(slot, SPIN);
      slot.stop(reason);
      // Unless the machine gave it no time for as long as the grace lasts.
      const end = await spinning;
      if (end.kind === 'lose') continue;
      expect(end).toMatchObject({ kind: 'answer', answer: { kind: 'trapped', reason } });
      kept++;
      while (!(slot as ThreadSlot).idle) await new Promise((resolve) => setTimeout(resolve, 1));
      expect(await run(slot, ECHO)).toMatchObject({ kind: 'answer', answer: { kind: 'returned' } });
    }
    expect(kept).toBeGreaterThan(0);
  });

  it('gives a call whose caller went away a moment to end by itself', async () => {
    const pool = await start();
    const slot = await taken(pool);
    const short = run(slot, ECHO);
    slot.stop('disconnect');
    expect(await short).toMatchObject({ kind: 'answer' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await run(await taken(pool), ECHO)).toMatchObject({ kind: 'answer' });
    const long = run(slot, SPIN);
    slot.stop('disconnect');
    expect(await long).toMatchObject({ kind: 'lose' });
  });

  it('does not stop what is not running', async () => {
    const pool = await start();
    const slot = await taken(pool);
    slot.stop('user');
    expect(await run(slot, ECHO)).toMatchObject({ kind: 'answer' });
    slot.stop('deadline');
    expect(await run(await taken(pool), ECHO)).toMatchObject({ kind: 'answer' });
  });

  it('leaves the bytes of the caller alone', async () => {
    const pool = await start();
    const whole = Buffer.from([0, 0, ...input, 0]);
    const part = whole.subarray(2, 2 + input.length);
    const slot = await taken(pool);
    await new Promise((resolve) => slot.run({ exportIndex: ECHO, input: part, memoryBytes: 0, cpuMs: 0 }, resolve));
    expect([...whole]).toEqual([0, 0, ...input, 0]);
  });

  it('tells the CPU time of a thread where the kernel does', async () => {
    if (readCpuMs('/proc/self/stat') === undefined) return;
    const pool = await start();
    const slot = await taken(pool);
    const spinning = run(slot, SPIN);
    const until = performance.now() + 10_000;
    while ((slot.cpuMs() ?? 0) < 50 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(slot.cpuMs()).toBeGreaterThanOrEqual(50);
    slot.stop('user');
    await spinning;
  });

  it('replaces a thread that ends by itself, loses only its call, and says why', async () => {
    // A program in place of the real entry, which dies at the second call; the third thread does not start at once.
    const marker = fixture.path('started');
    const entry = fixture.path('dying.mjs');
    writeFileSync(
      entry,
      `import { appendFileSync, readFileSync } from 'node:fs';
       import { parentPort, workerData } from 'node:worker_threads';
       appendFileSync(${JSON.stringify(marker)}, 'x');
       if (readFileSync(${JSON.stringify(marker)}, 'utf8').length === 3) throw new Error('not yet');
       parentPort.postMessage({ kind: 'ready', control: null, cpuFile: null });
       const cost = { execUs: 1, cpuUs: 1, memoryKib: 1 };
       parentPort.on('message', () => {
         // The calls of this test are small, so they lie in the mailbox.
         if (new Uint32Array(workerData.mailbox)[0] === 1) process.exit(7);
         parentPort.postMessage({ kind: 'answered', status: 'returned', bytes: new Uint8Array(1), cost, ready: true });
       });`,
    );
    const lines: string[] = [];
    const pool = await start(pathToFileURL(entry), lines);
    const slot = await taken(pool);
    expect(await run(slot, ECHO)).toMatchObject({ kind: 'answer' });
    expect(await run(slot, SPIN)).toEqual({ kind: 'lose', why: 'the thread exited with 7' });
    expect(await run(await taken(pool), ECHO)).toMatchObject({ kind: 'answer' });
    for (let i = 0; i < 1000 && (pool.size < 2 || lines.length === 0); i++) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(pool.size).toBe(2);
    expect(lines).toEqual([expect.stringContaining('a compute thread cannot be started: not yet; trying again in 50 ms')]);
  });
});
