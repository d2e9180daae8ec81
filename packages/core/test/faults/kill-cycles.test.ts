/**
 * The worker is killed while many calls of the TypeScript client are on their way: each ends, with its own answer or a typed error, and none is
 * reported as not executed that left evidence of having begun.
 */
import { isMipError } from '@molt/ipc';
import { afterAll, describe, expect, it } from 'vitest';
import { FaultFolder, hasNative, SERVICE_SOURCE, TypedCaller, type WorkerKind } from './worker-process.ts';

const CYCLES = 6;
const CALLS = 24;
const MODULUS = 1_000_003;

const folder = new FaultFolder();
const artifact = folder.build(SERVICE_SOURCE, 'service.molt');
afterAll(() => folder.dispose());

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Ending {
  readonly n: number;
  readonly what: string;
  readonly executed: string;
}

describe.each(['native', 'node'] as const)('the %s worker', (kind: WorkerKind) => {
  it.skipIf(kind === 'native' && !hasNative(artifact))('is killed again and again', async () => {
    const worker = await folder.start(kind, artifact, ['--slots', '2']);
    const endings: Ending[] = [];
    let next = 0;
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      if (cycle > 0) await worker.start();
      const callers = await Promise.all([TypedCaller.connect(worker.path), TypedCaller.connect(worker.path)]);
      const calls = Array.from({ length: CALLS }, async (_, i): Promise<Ending> => {
        const n = next++;
        const spin = i % 6 === 0 ? 3_000_000 : 1000 * i;
        const text = i % 8 === 1 ? 'x'.repeat(300_000) : String(n);
        try {
          const found = await callers[i % 2]!.call('answer', { n, spin, text }, { deadlineMs: 5000 });
          const right = { n, value: ((n * 7919) % MODULUS) + spin, text };
          const value = (found as typeof right).value;
          const same = value === right.value % MODULUS && (found as typeof right).text === text && (found as typeof right).n === n;
          return { n, what: same ? 'right' : 'wrong', executed: 'yes' };
        } catch (error) {
          if (!isMipError(error)) throw error;
          return { n, what: error.mip, executed: error.executed };
        }
      });
      await pause((cycle * 7) % 40);
      worker.kill();
      const startedAt = performance.now();
      endings.push(...(await Promise.all(calls)));
      // Nobody waits for the deadline of a call whose worker is gone.
      expect(performance.now() - startedAt).toBeLessThan(4000);
      await Promise.all(callers.map((caller) => caller.close()));
      await worker.ended();
    }
    expect(endings).toHaveLength(CYCLES * CALLS);
    expect(endings.filter(({ what }) => what === 'wrong')).toEqual([]);
    expect(endings.filter(({ n, executed }) => executed === 'no' && worker.begun.has(n))).toEqual([]);
    expect(endings.filter(({ n, what }) => what === 'right' && !worker.begun.has(n))).toEqual([]);
    expect(endings.some(({ what }) => what === 'WORKER_LOST')).toBe(true);
    expect(endings.some(({ what }) => what === 'right')).toBe(true);
  });
});
