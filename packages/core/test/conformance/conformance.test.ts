/**
 * Two workers, one behaviour: every case runs against both as black boxes, over the raw socket. What they answer must be what the protocol says, and
 * the same, down to the words.
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type LinkedExport, linkSchemaSet, schemaSetFromJson } from '@molt/schema-ir';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PythonServices } from '../support/python-service.ts';
import { Wire } from './wire.ts';
import { WIRE_CASES } from './wire-cases.ts';
import { startWorkerProcess, WORKERS, type WorkerKind, type WorkerProcess } from './worker-process.ts';

const services = new PythonServices();
const workers = new Map<WorkerKind, WorkerProcess>();
let exports: ReadonlyMap<string, LinkedExport>;

beforeAll(async () => {
  const artifact = await services.artifact(readFileSync(join(import.meta.dirname, 'service.py'), 'utf8'));
  exports = linkSchemaSet(schemaSetFromJson(await readFile(join(artifact, 'schemas.json'), 'utf8')));
  await Promise.all(
    WORKERS.map(async (kind) => {
      workers.set(
        kind,
        await startWorkerProcess(kind, artifact, services.path('sock'), ['--slots', '1', '--queue', '2', '--memory', '160', '--quiet']),
      );
    }),
  );
});
afterAll(async () => {
  for (const { child } of workers.values()) child.kill('SIGKILL');
  await services.dispose();
});

describe('one connection', () => {
  test.each(WIRE_CASES.map((item) => [item.name, item] as const))('%s', async (_, item) => {
    const [node, native] = await Promise.all(
      WORKERS.map(async (kind) => {
        const { socketPath } = workers.get(kind) as WorkerProcess;
        const wire = item.raw ? await Wire.open(socketPath, exports) : await Wire.greeted(socketPath, exports);
        try {
          return await item.run(wire);
        } finally {
          wire.cut();
        }
      }),
    );
    expect.soft(node, 'the Node worker').toMatchObject(item.want);
    expect.soft(native, 'the native worker').toMatchObject(item.want);
    expect.soft(native, 'the native worker as the Node worker').toEqual(node);
  });
});
