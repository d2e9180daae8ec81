/** A worker as a process that is killed, frozen and ended: its callers get typed errors in time, and the socket can be used again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMipError } from '@molt/ipc';
import { MipClient } from '@molt/ipc/node';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inputOf, WorkerFixture } from '../support/worker-fixture.ts';

const fixture = new WorkerFixture();
const children: ChildProcess[] = [];
const one = inputOf(Uint8Array.of(1, 2, 3));
let script: string;
let artifactDir: string;

beforeAll(async () => {
  // `compute-slot.js` lies beside the main file, as in every bundle of a program that starts workers.
  script = join(fixture.folder, 'worker-process.mjs');
  await build({
    stdin: {
      contents: `import { startWorker } from '@molt/runtime';
        const [artifactDir, socketPath] = process.argv.slice(2);
        const worker = await startWorker({ artifactDir, socketPath, slots: 1 });
        process.once('SIGTERM', () => worker.close(1000));
        process.stdout.write('ready');
        await worker.closed;`,
      resolveDir: import.meta.dirname,
    },
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@molt/source'],
    alias: { '@molt/runtime': join(import.meta.dirname, '../../src/index.ts') },
  });
  const slot = fileURLToPath(await fixture.entry());
  writeFileSync(join(fixture.folder, 'compute-slot.js'), `import ${JSON.stringify(slot)};`);
  writeFileSync(join(fixture.folder, 'package.json'), '{ "type": "module" }');
  artifactDir = await fixture.artifact();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await fixture.dispose();
});

async function start(socketPath: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [script, artifactDir, socketPath], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`the worker exited with ${code}`)));
  });
  return child;
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'no error',
    (error: unknown) => (isMipError(error) ? `${error.mip} executed ${error.executed}` : error),
  );
}

const gone = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once('exit', resolve));

it('killed in the middle of a call: the caller knows at once that it may have run, and a new worker takes the socket over', async () => {
  const path = fixture.path('killed.sock');
  const worker = await start(path);
  const client = await MipClient.connect({ path });
  const call = failure(client.call('spin', one, { deadlineMs: 20_000 }));
  await client.ping();
  const exit = gone(worker);
  worker.kill('SIGKILL');
  const killedAt = performance.now();
  expect(await call).toBe('WORKER_LOST executed maybe');
  expect(performance.now() - killedAt).toBeLessThan(2000);
  await exit;
  expect(await failure(MipClient.connect({ path }))).toBe('WORKER_NOT_RUNNING executed no');
  await start(path);
  const again = await MipClient.connect({ path });
  expect(await again.call('echo', one, { deadlineMs: 10_000 })).toHaveLength(one.length - 1);
  await again.close();
});

it('frozen: calls end at their deadline, and when it thaws it serves again', async () => {
  const path = fixture.path('frozen.sock');
  const worker = await start(path);
  const client = await MipClient.connect({ path });
  worker.kill('SIGSTOP');
  expect(await failure(client.call('echo', one, { deadlineMs: 200 }))).toBe('DEADLINE_EXCEEDED executed maybe');
  expect(await failure(MipClient.connect({ path, timeoutMs: 200 }))).toBe('WORKER_LOST executed no');
  worker.kill('SIGCONT');
  expect(await client.call('echo', one, { deadlineMs: 10_000 })).toHaveLength(one.length - 1);
  await client.close();
});

it('told to end while a call runs: the call is stopped with an answer, and the process ends with 0', async () => {
  const path = fixture.path('ended.sock');
  const worker = await start(path);
  const client = await MipClient.connect({ path });
  const call = failure(client.call('spin', one, { deadlineMs: 20_000 }));
  await client.ping();
  const exit = gone(worker);
  worker.kill('SIGTERM');
  expect(await call).toBe('CANCELLED executed yes');
  expect(await exit).toBe(0);
});
