/** The two workers as programs: arguments, socket paths, exit codes, drain, metrics, logs, and clients that share them. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodeFrame, packControl } from '@molt/ipc';
import { type LinkedExport, linkSchemaSet, schemaSetFromJson } from '@molt/schema-ir';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PythonServices } from '../support/python-service.ts';
import { seen, Wire } from './wire.ts';
import { spawnWorker, startWorkerProcess, WORKERS, type WorkerKind, type WorkerProcess } from './worker-process.ts';

const services = new PythonServices();
const started: WorkerProcess[] = [];
let artifact = '';
let exports: ReadonlyMap<string, LinkedExport>;

beforeAll(async () => {
  artifact = await services.artifact(readFileSync(join(import.meta.dirname, 'service.py'), 'utf8'));
  exports = linkSchemaSet(schemaSetFromJson(await readFile(join(artifact, 'schemas.json'), 'utf8')));
});
afterAll(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await services.dispose();
});

/** Does the same with both workers, side by side. */
async function both<T>(work: (kind: WorkerKind) => Promise<T>): Promise<readonly [T, T]> {
  return (await Promise.all(WORKERS.map(work))) as unknown as [T, T];
}
async function start(kind: WorkerKind, flags: readonly string[], path = services.path('sock')): Promise<WorkerProcess> {
  const worker = await startWorkerProcess(kind, artifact, path, flags);
  started.push(worker);
  return worker;
}
/** Starts a worker that is expected to end by itself. */
async function run(kind: WorkerKind, args: readonly string[]): Promise<{ exit: number | string; stdout: string; stderr: string }> {
  const worker = spawnWorker(kind, artifact, '', args);
  started.push(worker);
  const exit = await worker.ended;
  return { exit, stdout: worker.stdout(), stderr: worker.stderr() };
}
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** Metrics as a map from name with labels to value. */
async function scrape(worker: WorkerProcess): Promise<Map<string, number>> {
  const url = /^metrics (\S+)$/m.exec(worker.stdout())?.[1] as string;
  const response = await fetch(url);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

describe('arguments', () => {
  test.each([
    ['an unknown flag', ['--socket', 'x', '--speed', '9']],
    ['a flag without value', ['--socket']],
    ['no slots', ['--socket', 'x', '--slots', '0']],
    ['slots that are no number', ['--socket', 'x', '--slots', 'many']],
    ['a negative queue', ['--socket', 'x', '--queue', '-1']],
    ['no memory', ['--socket', 'x', '--memory', '0']],
    ['no CPU time', ['--socket', 'x', '--cpu', '0']],
    ['another log format', ['--socket', 'x', '--log', 'xml']],
  ])('%s: exit code 2, nothing on stdout, and why on stderr', async (_, args) => {
    for (const { exit, stdout, stderr } of await both((kind) => run(kind, args))) {
      expect([exit, stdout]).toEqual([2, '']);
      expect(stderr).toContain(args.findLast((arg) => arg.startsWith('--')) ?? '--socket');
    }
  });

  test.each(['nowhere', '127.0.0.1:99999', '256.1.1.1:80'])('metrics at %s cannot be: exit code 1', async (address) => {
    const path = services.path('sock');
    for (const { exit, stdout, stderr } of await both((kind) => run(kind, ['--socket', `${path}${kind}`, '--metrics', address]))) {
      expect([exit === 1 || exit === 2, stdout]).toEqual([true, '']);
      expect(stderr).toContain(address);
    }
  });
});

describe('the path of the socket', () => {
  const refused = async (path: (kind: WorkerKind) => string, word: RegExp): Promise<void> => {
    for (const { exit, stdout, stderr } of await both((kind) => run(kind, ['--socket', path(kind)]))) {
      expect([exit, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(word);
    }
  };

  test.each([
    ['molt.sock of the working folder', '', 'molt.sock'],
    ['$MOLT_SOCKET', 'asked.sock', 'asked.sock'],
  ])('none: %s', async (_, variable, name) => {
    await both(async (kind) => {
      const cwd = services.path('none');
      mkdirSync(cwd);
      const worker = spawnWorker(kind, artifact, join(cwd, name), ['--quiet'], { cwd, env: { ...process.env, MOLT_SOCKET: variable } });
      started.push(worker);
      for (let i = 0; i < 3000 && worker.stdout() === '' && worker.child.exitCode === null; i++) await pause(10);
      expect([worker.stdout(), worker.stderr()]).toEqual([`listening ${name}\n`, '']);
      expect(existsSync(worker.socketPath)).toBe(true);
      worker.child.kill('SIGTERM');
      expect(await worker.ended).toBe(0);
    });
  });

  test('too long for the system', () => refused((kind) => join(services.folder, `${'x'.repeat(120)}${kind}`), /long|108|bytes/i));
  test('in a folder that does not exist', () => refused((kind) => join(services.folder, 'missing', kind), /no such|not exist|ENOENT/i));
  test('in something that is no folder', async () => {
    const file = services.path('file');
    writeFileSync(file, '');
    await refused((kind) => join(file, kind), /not a directory|ENOTDIR|folder/i);
  });
  test('in a folder that takes no files', () => refused((kind) => `/proc/${kind}.sock`, /sock/));

  test('on a full disk', async (context) => {
    const folder = services.path('full');
    mkdirSync(folder);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k,nr_inodes=1', 'tmpfs', folder], { stdio: 'ignore' });
    } catch {
      return context.skip('file systems cannot be mounted here');
    }
    try {
      await refused((kind) => join(folder, kind), /space|ENOSPC/i);
    } finally {
      execFileSync('umount', [folder]);
    }
  });

  test('of a live worker is not taken over; that of a dead one is', async () => {
    await both(async (kind) => {
      const path = services.path('sock');
      const first = await start(kind, ['--slots', '1', '--quiet'], path);
      const second = await run(kind, ['--socket', path, '--quiet']);
      expect([second.exit, second.stdout]).toEqual([1, '']);
      expect(second.stderr).toContain(path);
      const wire = await Wire.greeted(path, exports);
      wire.send(wire.call(1, 'add', { a: 1, b: 2 }));
      expect(await wire.answer(1)).toMatchObject({ kind: 'RESULT' });
      first.child.kill('SIGKILL');
      await first.ended;
      expect(existsSync(path)).toBe(true);
      const third = await start(kind, ['--slots', '1', '--quiet'], path);
      const again = await Wire.greeted(path, exports);
      again.send(again.call(1, 'add', { a: 1, b: 2 }));
      expect(await again.answer(1)).toMatchObject({ kind: 'RESULT' });
      third.child.kill('SIGTERM');
      expect(await third.ended).toBe(0);
      expect(existsSync(path)).toBe(false);
    });
  });

  test('is for its user only', async () => {
    await both(async (kind) => {
      const { socketPath } = await start(kind, ['--slots', '1', '--quiet']);
      expect(statSync(socketPath).mode & 0o777).toBe(0o600);
      expect(dirname(socketPath)).toBe(services.folder);
    });
  });
});

describe('what it prints', () => {
  test('the path on stdout, and nothing else when it is quiet', async () => {
    await both(async (kind) => {
      const worker = await start(kind, ['--slots', '1', '--quiet']);
      worker.child.kill('SIGINT');
      expect(await worker.ended).toBe(0);
      expect([worker.stdout(), worker.stderr()]).toEqual([`listening ${worker.socketPath}\n`, '']);
    });
  });

  test('JSON with one line per call, the same fields and events', async () => {
    const [node, native] = await both(async (kind) => {
      const worker = await start(kind, ['--slots', '1', '--log', 'json', '--drain', '700']);
      const wire = await Wire.greeted(worker.socketPath, exports);
      wire.send(wire.call(1, 'add', { a: 1, b: 2 }, { trace: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 1 } }));
      await wire.answer(1);
      wire.send(wire.call(3, 'spin', {}, { deadlineMs: 50 }));
      await wire.answer(3);
      wire.cut();
      worker.child.kill('SIGTERM');
      await worker.ended;
      const lines = worker
        .stderr()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      for (const line of lines) {
        expect(line['ts']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(['info', 'warn', 'error']).toContain(line['level']);
      }
      const calls = lines.filter(({ event }) => event === 'call');
      expect(calls).toMatchObject([
        { export: 'add', outcome: 'ok', reason: 'ok', trace_id: 'a'.repeat(32) },
        { export: 'spin', outcome: 'DEADLINE_EXCEEDED', reason: 'deadline' },
      ]);
      return lines.map(({ ts, message, ...rest }) => [rest['event'], ...Object.keys(rest).sort()].join(' '));
    });
    expect(native).toEqual(node);
  });
});

describe('the end', () => {
  test('SIGTERM: calls in flight finish, new ones are refused, the program ends with 0 and takes its socket away', async () => {
    const [node, native] = await both(async (kind) => {
      const worker = await start(kind, ['--slots', '1', '--quiet', '--drain', '5000']);
      const wire = await Wire.greeted(worker.socketPath, exports);
      wire.send(wire.call(1, 'spin', {}, { deadlineMs: 500 }));
      await pause(80);
      worker.child.kill('SIGTERM');
      const goaway = await wire.next('GOAWAY');
      wire.send(wire.call(3, 'add', { a: 1, b: 2 }));
      const seenHere = [seen(goaway), await wire.answer(3), await wire.answer(1), seen(await wire.next())];
      expect(await worker.ended).toBe(0);
      expect(existsSync(worker.socketPath)).toBe(false);
      return seenHere;
    });
    expect(node).toMatchObject([
      { kind: 'GOAWAY', body: { last: 1, drain_ms: 5000 } },
      { name: 'DRAINING', executed: 'no', retry: 'elsewhere' },
      { name: 'DEADLINE_EXCEEDED', executed: 'yes' },
      { kind: 'closed' },
    ]);
    expect(native).toEqual(node);
  });

  test('what is not done after the drain time is stopped, and still answered', async () => {
    const [node, native] = await both(async (kind) => {
      const worker = await start(kind, ['--slots', '1', '--quiet', '--drain', '200']);
      const wire = await Wire.greeted(worker.socketPath, exports);
      wire.send(wire.call(1, 'spin', {}), wire.call(3, 'add', { a: 1, b: 2 }));
      await pause(80);
      worker.child.kill('SIGTERM');
      const seenHere = [await wire.answer(1), await wire.answer(3)];
      expect(await worker.ended).toBe(0);
      return seenHere;
    });
    expect(node).toMatchObject([
      { name: 'CANCELLED', executed: 'yes' },
      { name: 'CANCELLED', executed: 'no' },
    ]);
    expect(native).toEqual(node);
  });

  test('a second signal ends it at once', async () => {
    await both(async (kind) => {
      const worker = await start(kind, ['--slots', '1', '--quiet']);
      const wire = await Wire.greeted(worker.socketPath, exports);
      wire.send(wire.call(1, 'spin', {}));
      await pause(80);
      const began = Date.now();
      worker.child.kill('SIGTERM');
      await wire.next('GOAWAY');
      worker.child.kill('SIGTERM');
      expect(await worker.ended).toBe(0);
      expect(Date.now() - began).toBeLessThan(3000);
    });
  });
});

describe('several clients', () => {
  test('the queue is theirs together: BUSY with a time to wait, and a more important call takes the place of a lesser one', async () => {
    const [node, native] = await both(async (kind) => {
      const { socketPath } = await start(kind, ['--slots', '1', '--queue', '2', '--quiet']);
      const [a, b] = [await Wire.greeted(socketPath, exports), await Wire.greeted(socketPath, exports)];
      a.send(
        a.call(1, 'spin', {}, { deadlineMs: 700 }),
        a.call(3, 'add', { a: 1, b: 2 }, { criticality: 0 }),
        a.call(5, 'add', { a: 1, b: 3 }),
      );
      await pause(100);
      b.send(b.call(1, 'add', { a: 0, b: 0 }, { criticality: 0 }));
      const busy = await b.answer(1);
      b.send(b.call(3, 'add', { a: 4, b: 4 }, { criticality: 3 }));
      return [busy, await a.answer(3), await a.answer(1), await a.answer(5), await b.answer(3)];
    });
    expect(node).toMatchObject([
      { name: 'BUSY', executed: 'no', retry: 'after', after: true, details: ['cap', 'export', 'queued'] },
      { name: 'SHED', executed: 'no', retry: 'after', after: true },
      { name: 'DEADLINE_EXCEEDED' },
      { kind: 'RESULT', body: '04' },
      { kind: 'RESULT', body: '08' },
    ]);
    expect(native).toEqual(node);
  });

  test('a deadline that the queue cannot meet is refused at once', async () => {
    const [node, native] = await both(async (kind) => {
      const { socketPath } = await start(kind, ['--slots', '1', '--quiet']);
      const wire = await Wire.greeted(socketPath, exports);
      wire.send(wire.call(1, 'spin', {}, { deadlineMs: 400 }));
      await wire.answer(1);
      wire.send(
        wire.call(3, 'spin', {}, { deadlineMs: 400 }),
        wire.call(5, 'spin', {}, { deadlineMs: 2000 }),
        wire.call(7, 'add', { a: 1, b: 1 }, { deadlineMs: 150 }),
      );
      const { message, ...answer } = await wire.answer(7);
      wire.cut();
      return [answer, message?.replace(/\d+/g, 'N')];
    });
    expect(node[0]).toMatchObject({ name: 'DEADLINE_UNMEETABLE', executed: 'no', retry: 'elsewhere', details: ['expected_ms', 'export'] });
    expect(native).toEqual(node);
  });

  test('one that goes away while its call runs frees the slot', async () => {
    await both(async (kind) => {
      const worker = await start(kind, ['--slots', '1', '--quiet', '--metrics', '127.0.0.1:0']);
      const [a, b] = [await Wire.greeted(worker.socketPath, exports), await Wire.greeted(worker.socketPath, exports)];
      a.send(a.call(1, 'spin', {}));
      await pause(80);
      a.cut();
      b.send(b.call(1, 'add', { a: 1, b: 2 }, { deadlineMs: 3000 }));
      expect(await b.answer(1)).toMatchObject({ kind: 'RESULT' });
      expect((await scrape(worker)).get('molt_task_outcome_total{reason="disconnect"}')).toBe(1);
    });
  });
});

describe('metrics', () => {
  test('have the same names, labels and counts', async () => {
    const [node, native] = await both(async (kind) => {
      const worker = await start(kind, ['--slots', '1', '--queue', '2', '--quiet', '--metrics', '127.0.0.1:0']);
      const wire = await Wire.greeted(worker.socketPath, exports);
      wire.send(wire.call(1, 'add', { a: 1, b: 2 }));
      await wire.answer(1);
      for (const [id, change] of [
        [3, { exportId: 99 }],
        [5, { raw: Uint8Array.of(1) }],
        [7, { inputId: 'f'.repeat(32) }],
      ] as const) {
        wire.send(wire.call(id, 'add', { a: 1, b: 1 }, change));
        await wire.answer(id);
      }
      wire.send(
        wire.call(9, 'spin', {}, { deadlineMs: 60 }),
        wire.call(11, 'fail', { message: 'x' }),
        encodeFrame('PING', 1n, packControl({})),
      );
      await wire.answer(9);
      await wire.answer(11);
      await pause(50);
      const metrics = await scrape(worker);
      // Times differ; what is counted does not.
      return Object.fromEntries(
        [...metrics].map(([name, value]) => [name, /_bucket|_sum|cpu_seconds|memory_peak/.test(name) ? 'some' : value]).sort(),
      );
    });
    expect(node).toMatchObject({
      'rpc_server_call_duration_seconds_count{export="add",outcome="ok"}': 1,
      'rpc_server_call_duration_seconds_count{export="fail",outcome="APP_ERROR"}': 1,
      'molt_calls_rejected_total{code="UNKNOWN_EXPORT"}': 1,
      'molt_calls_rejected_total{code="SCHEMA_MISMATCH"}': 1,
      'molt_task_outcome_total{reason="invalid_input"}': 1,
      molt_connections: 1,
      molt_credit_available: 3,
    });
    expect(native).toEqual(node);
  });

  test('health is 200, and 503 while it drains', async () => {
    await both(async (kind) => {
      const worker = await start(kind, ['--slots', '1', '--quiet', '--metrics', '127.0.0.1:0']);
      const base = /^metrics (\S+)\/metrics$/m.exec(worker.stdout())?.[1] as string;
      const get = async (path: string, init?: RequestInit): Promise<unknown> => {
        const response = await fetch(base + path, init);
        return [response.status, await response.text()];
      };
      expect(await get('/healthz')).toEqual([200, 'ok\n']);
      expect(await get('/other')).toEqual([404, 'there are /metrics and /healthz\n']);
      expect(await get('/metrics', { method: 'POST' })).toEqual([405, 'only GET\n']);
      const wire = await Wire.greeted(worker.socketPath, exports);
      wire.send(wire.call(1, 'spin', {}, { deadlineMs: 800 }));
      await pause(80);
      worker.child.kill('SIGTERM');
      await wire.next('GOAWAY');
      expect(await get('/healthz')).toEqual([503, 'draining\n']);
      await wire.answer(1);
      expect(await worker.ended).toBe(0);
    });
  });
});
