import { writeFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { ownCpuFile, readCpuMs } from '../../src/slot/thread-cpu.ts';
import { WorkerFixture } from '../support/worker-fixture.ts';

const fixture = new WorkerFixture();
afterAll(() => fixture.dispose());

it('reads ticks behind a name that holds anything', () => {
  const file = fixture.path('stat');
  writeFileSync(file, '12 (a) b (1 2 3) R 1 1 1 0 -1 4194304 100 0 0 0 42 8 0 0 20 0 1 0 100 0 0\n');
  expect(readCpuMs(file)).toBe(500);
});

it('reads the nanoseconds of the scheduler', () => {
  const file = fixture.path('schedstat');
  writeFileSync(file, '127417311 5089291 53\n');
  expect(readCpuMs(file)).toBe(127.417311);
});

it('does not know what is not there or not a number', () => {
  const file = fixture.path('stat');
  expect(readCpuMs(file)).toBeUndefined();
  writeFileSync(file, 'nonsense');
  expect(readCpuMs(file)).toBeUndefined();
});

it('finds the calling thread on Linux', () => {
  const file = ownCpuFile();
  if (process.platform !== 'linux') expect(file).toBeNull();
  else {
    const before = readCpuMs(file!)!;
    for (const end = performance.now() + 60; performance.now() < end; );
    expect(readCpuMs(file!)).toBeGreaterThan(before);
  }
});
