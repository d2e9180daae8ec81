/** What a worker tells about itself: metrics and health over HTTP, and log entries, after calls of every kind. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLine, type LogEntry, textLine, type WorkerHandle } from '../../src/index.ts';
import { TASK_REASONS } from '../../src/task/task-reason.ts';
import { inputOf, WorkerFixture } from '../support/worker-fixture.ts';

const fixture = new WorkerFixture();
const entries: LogEntry[] = [];
let worker: WorkerHandle;
const trace = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', flags: 1 };

/** Metrics as a map from name with labels to value. */
async function scrape(): Promise<Map<string, number>> {
  const response = await fetch(worker.metricsUrl!);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

beforeAll(async () => {
  worker = await fixture.start({ metrics: '127.0.0.1:0', log: (entry) => entries.push(entry), logCalls: true });
});
afterAll(() => fixture.dispose());

describe('metrics', () => {
  it('count calls by export and outcome, refusals by code, tasks by reason', async () => {
    const client = await fixture.connect(worker);
    const call = (name: string, deadlineMs = 5000): Promise<string> =>
      client.call(name, inputOf(new Uint8Array(3)), { deadlineMs, trace }).then(
        () => 'ok',
        (error: { mip: string }) => error.mip,
      );
    expect(await call('echo')).toBe('ok');
    expect(await call('echo')).toBe('ok');
    expect(await call('spin', 30)).toBe('DEADLINE_EXCEEDED');
    const metrics = await scrape();
    expect(metrics.get('rpc_server_call_duration_seconds_count{export="echo",outcome="ok"}')).toBe(2);
    expect(metrics.get('rpc_server_call_duration_seconds_count{export="spin",outcome="DEADLINE_EXCEEDED"}')).toBe(1);
    expect(metrics.get('rpc_server_call_duration_seconds_bucket{export="echo",outcome="ok",le="+Inf"}')).toBe(2);
    expect(metrics.get('molt_queue_delay_seconds_count')).toBe(3);
    expect(metrics.get('molt_task_outcome_total{reason="ok"}')).toBe(2);
    expect(metrics.get('molt_task_outcome_total{reason="deadline"}')).toBe(1);
    expect([...metrics.keys()].filter((key) => key.startsWith('molt_task_outcome_total'))).toHaveLength(TASK_REASONS.length);
    expect([metrics.get('molt_slots'), metrics.get('molt_slots_busy'), metrics.get('molt_queue_depth')]).toEqual([1, 0, 0]);
    expect(metrics.get('molt_connections')).toBe(1);
    expect(metrics.get('molt_credit_available')).toBeGreaterThan(0);
    expect(metrics.get('molt_task_memory_peak_bytes{export="echo"}')).toBeGreaterThan(0);
    // Less than a microsecond is counted as none.
    expect(metrics.get('molt_task_cpu_seconds_total{export="echo"}')).toBeGreaterThanOrEqual(0);
  });

  it('other paths and methods are refused', async () => {
    const base = worker.metricsUrl!.replace('/metrics', '');
    expect((await fetch(`${base}/`)).status).toBe(404);
    expect((await fetch(`${base}/metrics`, { method: 'POST' })).status).toBe(405);
    expect(await (await fetch(`${base}/healthz`)).text()).toBe('ok\n');
    expect((await fetch(`${base}/healthz`, { method: 'HEAD' })).status).toBe(200);
  });

  it.each(['here', '127.0.0.1', '127.0.0.1:99999', ':80', '[::1'])('an address of %s is refused', async (metrics) => {
    await expect(fixture.start({ metrics })).rejects.toMatchObject({ code: 'MOLT6207' });
  });

  it('an address in use is refused, and nothing is left behind', async () => {
    const taken = new URL(worker.metricsUrl!).host;
    await expect(fixture.start({ metrics: taken })).rejects.toMatchObject({ code: 'MOLT6208' });
  });
});

describe('the log', () => {
  it('has an entry per call with its trace id, and one for the start', () => {
    const call = entries.find(({ event, fields }) => event === 'call' && fields?.['outcome'] === 'DEADLINE_EXCEEDED')!;
    expect(call.fields).toMatchObject({ export: 'spin', reason: 'deadline', trace_id: trace.traceId });
    expect(Object.keys(call.fields!)).toEqual(['export', 'outcome', 'reason', 'queue_us', 'exec_us', 'cpu_us', 'peak_kib', 'trace_id']);
    expect(entries.find(({ event }) => event === 'start')?.fields).toMatchObject({ slots: 1, pid: process.pid });
    expect(textLine(call)).toBeUndefined();
  });

  it('is one JSON object per line, whatever the message holds', () => {
    const line = jsonLine({ level: 'warn', event: 'fault', message: 'a "b"\nc', fields: { n: 1 } }, new Date(0));
    expect(line).toBe('{"ts":"1970-01-01T00:00:00.000Z","level":"warn","event":"fault","message":"a \\"b\\"\\nc","n":1}');
  });
});

it('health is 503 while the worker drains, and the endpoint goes with it', async () => {
  const other = await fixture.start({ metrics: '127.0.0.1:0' });
  const client = await fixture.connect(other);
  const running = client.call('spin', inputOf(new Uint8Array(0)), { deadlineMs: 400 }).catch((error: { mip: string }) => error.mip);
  while (other.load().running === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const health = other.metricsUrl!.replace('/metrics', '/healthz');
  const closed = other.close(2000);
  const response = await fetch(health);
  expect([response.status, await response.text()]).toEqual([503, 'draining\n']);
  expect(await running).toBe('DEADLINE_EXCEEDED');
  await closed;
  await expect(fetch(health)).rejects.toThrow();
});
