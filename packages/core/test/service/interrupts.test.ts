/// <reference path="../../../runtime/src/host/wasm-api.d.ts" />
/**
 * Everything that can compute for long can be stopped: loops, recursion, and long operations of the standard library, at a deadline, at a
 * CPU limit and by a cancel. A compute thread lives on and takes the next call, which shows that compiled code itself stopped.
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { CELL, TRAP_REASON } from '@molt/abi';
import type { MipError } from '@molt/ipc';
import { MipClient } from '@molt/ipc/node';
import { linkSchemaSet, schemaSetFromJson } from '@molt/schema-ir';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PythonServices } from '../support/python-service.ts';

const SOURCE = readFileSync(join(import.meta.dirname, 'endless.py'), 'utf8');
const services = new PythonServices();
let artifact = '';
let thread: Thread;
let schemas: ReturnType<typeof schemaSetFromJson>;
const inputs = new Map<string, Uint8Array>();

beforeAll(async () => {
  artifact = await services.artifact(SOURCE);
  schemas = schemaSetFromJson(await readFile(join(artifact, 'schemas.json'), 'utf8'));
  for (const [name, target] of linkSchemaSet(schemas))
    inputs.set(name, target.input.encode(Object.fromEntries(target.schema.params.map((param) => [param.name, 5]))));
  thread = new Thread(await services.entry(), await WebAssembly.compile(await readFile(join(artifact, 'module.wasm'))));
});
afterAll(async () => {
  await thread?.worker.terminate();
  await services.dispose();
});

/** Names of the exports that never end by themselves. */
const ENDLESS = [...SOURCE.matchAll(/^def ([a-z]\w+)\((?:n: int)?\)/gm)].map(([, name]) => name as string);
/** Long enough for the work to be under way, most of all that which prepares data. */
const WORK_MS = 60;
/** Where, what, and milliseconds until it had stopped; printed when MOLT_STOP_TIMES is set. */
const STOPPED_MS: [string, string, number][] = [];
afterAll(() => {
  if (process.env.MOLT_STOP_TIMES !== undefined) console.table(STOPPED_MS.sort((a, b) => b[2] - a[2]).slice(0, 15));
});

/** A compute thread without its supervisor: the test writes the interrupt cell itself. */
class Thread {
  readonly worker: Worker;
  readonly #heard: { readonly kind: string; readonly reason?: string; readonly control?: SharedArrayBuffer }[] = [];
  #wake: () => void = () => {};

  constructor(entry: URL, module: WebAssembly.Module) {
    this.worker = new Worker(entry, { workerData: { module, memoryBytes: 512 << 20, outputBytes: 1 << 20 } });
    this.worker.on('message', (report) => {
      this.#heard.push(report);
      this.#wake();
    });
  }

  /** What it says next. */
  async next(): Promise<{ readonly kind: string; readonly reason?: string; readonly control?: SharedArrayBuffer }> {
    while (this.#heard.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#heard.shift() as { readonly kind: string };
  }

  /** Runs an export for a while, asks it to stop, and gives the reason that it ended with. */
  async stopped(name: string): Promise<string | undefined> {
    const { control } = await this.next();
    const cell = new Int32Array(control as SharedArrayBuffer, CELL.interrupt, 1);
    Atomics.store(cell, 0, 0);
    const exportIndex = schemas.exports.findIndex((item) => item.name === name);
    const input = new Uint8Array(inputs.get(name) as Uint8Array);
    this.worker.postMessage({ exportIndex, input, memoryBytes: 0, cpuMs: 0, deadlineMs: 0, receivedNs: process.hrtime.bigint() });
    await new Promise((resolve) => setTimeout(resolve, WORK_MS));
    const asked = performance.now();
    Atomics.store(cell, 0, TRAP_REASON.user);
    const { kind, reason } = await this.next();
    STOPPED_MS.push(['thread', name, performance.now() - asked]);
    return `${kind} ${reason}`;
  }
}

describe('a compute thread', () => {
  it.each(ENDLESS)('stops %s and lives on', async (name) => {
    expect(await thread.stopped(name)).toBe('trapped user');
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
