/** The Python client against this server: both were written from the same page, here they meet. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { ServerCall } from '../../src/index.ts';
import { MipServer } from '../../src/node/index.ts';
import { SAMPLE } from '../sample-exports.ts';

const python = process.env['MOLT_PYTHON'] ?? 'python3';
const script = fileURLToPath(new URL('../../../../clients/python/tests/against_server.py', import.meta.url));
const probe = spawnSync(python, ['-c', 'import msgpack'], { encoding: 'utf8' });
const why = probe.error ? `${python} cannot be started` : probe.status === 0 ? '' : 'the Python package msgpack cannot be imported';

interface Item {
  readonly price: number;
}
const aborted: unknown[] = [];

function onCall(call: ServerCall): void {
  const input = call.target.input.decode(call.input) as Record<string, never>;
  const give = (value: unknown): void => call.result(call.target.output.encode(value));
  switch (call.target.schema.name) {
    case 'total':
      return give((input['items'] as Item[]).reduce((sum, item) => sum + item.price, 0) * (1 + (input['tax'] as number)));
    case 'echo':
      return give(input['text']);
    case 'add':
      return give(BigInt(input['a']) + BigInt(input['b']));
    default:
      if (input['sku'] === 'raise')
        return call.fail({ name: 'APP_ERROR', message: 'ValueError: no such item', details: { type: 'ValueError' } });
      if (input['sku'] === 'slow') return call.signal.addEventListener('abort', () => aborted.push(call.signal.reason));
      return give(input['sku'] === 'none' ? null : { sku: input['sku'], price: 9.5, kind: 'toy' });
  }
}

test.skipIf(why !== '')(`the Python client calls this server${why === '' ? '' : ` (skipped: ${why})`}`, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'mip-'));
  const path = join(directory, 'worker.sock');
  const server = await MipServer.listen({ path, exports: SAMPLE, onCall });
  try {
    const child = spawn(python, [script, path]);
    let out = '';
    let errors = '';
    child.stdout.on('data', (chunk) => {
      out += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      errors += String(chunk);
    });
    await new Promise((resolve) => child.on('close', resolve));
    expect(errors).toBe('');
    expect(JSON.parse(out)).toEqual({
      total: 7,
      default: 3.5 * 1.2,
      find: "Item(sku='x', price=9.5, kind=<Kind.TOY: 'toy'>)",
      nothing: null,
      long: 400_000,
      raised: ['ValueError', true, 'ValueError: no such item', 'yes'],
      slow: ['DeadlineExceeded', false, 'find did not end within 0.2 s', 'maybe'],
      missing: ['MissingExport', false, 'the worker has no export named eco; did you mean echo?', 'no'],
      invalid: ['InvalidInput', true, "add.a: expected int, got str 'x'", 'no'],
      async: true,
    });
    expect(aborted).toEqual(['disconnect']);
  } finally {
    await server.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
