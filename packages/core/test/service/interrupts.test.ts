/// <reference path="../../../runtime/src/host/wasm-api.d.ts" />
/**
 * Everything that can compute for long can be stopped: loops, recursion, and long operations of the standard library, at a deadline, at a
 * CPU limit and by a cancel. The compute thread of the Node worker lives on, which shows that compiled code itself stopped.
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MipError } from '@molt/ipc';
import { MipClient } from '@molt/ipc/node';
import { type ComputeSlot, ThreadPool, type WorkEnd } from '@molt/runtime';
import { linkSchemaSet, schemaSetFromJson } from '@molt/schema-ir';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PythonServices } from '../support/python-service.ts';

const SOURCE = readFileSync(join(import.meta.dirname, 'endless.py'), 'utf8');
const services = new PythonServices();
let artifact = '';
let pool: ThreadPool;
let schemas: ReturnType<typeof schemaSetFromJson>;
const inputs = new Map<string, Uint8Array>();

beforeAll(async () => {
  artifact = await services.artifact(SOURCE);
  schemas = schemaSetFromJson(await readFile(join(artifact, 'schemas.json'), 'utf8'));
  for (const [name, target] of linkSchemaSet(schemas))
    inputs.set(name, target.input.encode(Object.fromEntries(target.schema.params.map((param) => [param.name, 5]))));
  const module = await WebAssembly.compile(await readFile(join(artifact, 'module.wasm')));
  pool = await ThreadPool.start({
    slots: 1,
    setup: { module, memoryBytes: 512 << 20, outputBytes: 1 << 20 },
    entry: await services.entry(),
    log: () => {},
  });
});
afterAll(async () => {
  pool?.close();
  await services.dispose();
});

/** Names of the exports that never end by themselves. */
const ENDLESS = [...SOURCE.matchAll(/^def ([a-z]\w+)\((?:n: int)?\)/gm)].map(([, name]) => name as string);
/** Long enough for the work to be under way, most of all that which prepares data. */
const WORK_MS = 60;
const ATTEMPTS = 4;
/** Where, what, and milliseconds until it had stopped; printed when MOLT_STOP_TIMES is set. */
const STOPPED_MS: [string, string, number][] = [];
afterAll(() => {
  if (process.env.MOLT_STOP_TIMES !== undefined) console.table(STOPPED_MS.sort((a, b) => b[2] - a[2]).slice(0, 15));
});

async function idleSlot(): Promise<ComputeSlot> {
  for (let i = 0; i < 2000; i++) {
    const slot = pool.take();
    if (slot !== undefined) return slot;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('no thread became idle');
}

/** Runs an export for a while, asks it to stop, and tells how it ended. */
async function stopped(name: string): Promise<WorkEnd> {
  const slot = await idleSlot();
  const exportIndex = schemas.exports.findIndex((item) => item.name === name);
  const input = new Uint8Array(inputs.get(name) as Uint8Array);
  const ended = new Promise<WorkEnd>((resolve) => slot.run({ exportIndex, input, memoryBytes: 0, cpuMs: 0 }, resolve));
  await new Promise((resolve) => setTimeout(resolve, WORK_MS));
  const asked = performance.now();
  slot.stop('user');
  const end = await ended;
  STOPPED_MS.push(['thread', name, performance.now() - asked]);
  return end;
}

describe('a compute thread', () => {
  it.each(ENDLESS)('stops %s and lives on', async (name) => {
    // A machine that gives a thread no time for a while loses it although it would have stopped.
    for (let attempt = 1; ; attempt++) {
      const end = await stopped(name);
      if (end.kind === 'lose' && attempt < ATTEMPTS) continue;
      expect(end).toMatchObject({ kind: 'answer', answer: { kind: 'trapped', reason: 'user' } });
      return;
    }
  });
});

describe.each(['node', 'native'] as const)('the %s worker', (kind) => {
  let client: MipClient;
  beforeAll(async () => {
    const socket = kind === 'node' ? await services.nodeWorker(artifact) : await services.nativeWorker(artifact);
    client = await MipClient.connect({ path: socket, schemas });
  });
  afterAll(() => client?.close());

  const failureOf = async (name: string, options: { deadlineMs: number; cpuMs?: number; signal?: AbortSignal }): Promise<MipError> => {
    const error: unknown = await client.call(name, inputs.get(name) as Uint8Array, options).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return error as MipError;
  };

  it.each(ENDLESS)('stops %s at its deadline', async (name) => {
    const start = performance.now();
    expect(await failureOf(name, { deadlineMs: WORK_MS })).toMatchObject({ mip: 'DEADLINE_EXCEEDED' });
    STOPPED_MS.push([kind, name, performance.now() - start - WORK_MS]);
  });

  it('stops a loop at its CPU limit', async () => {
    expect(await failureOf('for_range', { deadlineMs: 20_000, cpuMs: 30 })).toMatchObject({ mip: 'CPU_EXCEEDED' });
  });

  it('stops a loop that is cancelled', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), WORK_MS);
    expect(await failureOf('for_range', { deadlineMs: 20_000, signal: abort.signal })).toMatchObject({ mip: 'CANCELLED' });
  });
});
