/**
 * The compiled service, in both workers, against 20,000 damaged streams and payloads each: it accepts what the TypeScript codec accepts and
 * refuses the rest with a place and a reason, both workers answer alike, and good requests in between are answered well.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ARTIFACT_FILES, type Manifest, readProgram, writeArtifact } from '@molt/core/node';
import { isMipError } from '@molt/ipc';
import { MipClient } from '@molt/ipc/node';
import { type LinkedExport, linkSchemaSet } from '@molt/schema-ir';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  damagedPayload,
  damagedStream,
  exchange,
  FUZZ_SEED,
  faultInAnswer,
  randomFrom,
} from '../../../packages/runtime/test/support/damaged-streams.ts';
import { type RunningWorker, startWorkerProcess } from '../worker-process.ts';

const STREAMS = 4000;
const PAYLOADS = 16_000;
const root = join(import.meta.dirname, '..', '..', '..');
const scratch = mkdtempSync(join(tmpdir(), 'molt-flights-test-'));
const artifactDir = join(scratch, 'artifact');
const records = JSON.parse(readFileSync(join(root, 'node_modules', 'vega-datasets', 'data', 'flights-20k.json'), 'utf8')) as object[];
const hasCompiler = spawnSync('cc', ['--version']).status === 0;
const workers: RunningWorker[] = [];
let manifest: Manifest;

beforeAll(async () => {
  const { program } = await readProgram(join(import.meta.dirname, '..', 'flights.py'));
  const written = await writeArtifact(program, { outDir: artifactDir, mode: 'service', exports: ['analyse', 'route_score'] });
  expect(written.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  manifest = written.manifest!;
}, 300_000);
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  rmSync(scratch, { recursive: true, force: true });
});

/** Starts a worker of a kind and gives its socket. */
async function serve(kind: 'wasm' | 'native'): Promise<string> {
  const socketPath = join(scratch, `${kind}-${workers.length}.sock`);
  const molt = join(root, 'apps', 'cli', 'bin', 'molt.mjs');
  const [command, args] =
    kind === 'wasm'
      ? [process.execPath, [molt, 'worker', artifactDir, '--quiet', '--slots', '2', '--socket', socketPath]]
      : [join(artifactDir, ARTIFACT_FILES.worker), ['--socket', socketPath]];
  workers.push(await startWorkerProcess({ command, args, socketPath }, 'analyse', { flights: records.slice(0, 3) }));
  return socketPath;
}

function accepts(target: LinkedExport, payload: Uint8Array): boolean {
  try {
    target.input.decode(payload);
    return true;
  } catch {
    return false;
  }
}

/** What a call came to, as text that two workers can be compared by. */
async function answerOf(client: MipClient, name: string, payload: Uint8Array): Promise<string> {
  try {
    return Buffer.from(await client.call(name, payload, { deadlineMs: 20_000 })).toString('hex');
  } catch (error) {
    if (!isMipError(error)) throw error;
    if (error.mip !== 'APP_ERROR') return error.mip;
    // The protocol leaves open whether the text begins with the type.
    const type = String(error.facts['type']);
    return `${type}: ${error.text.replace(`${type}: `, '')}`;
  }
}

describe.each(['wasm', 'native'] as const)('the %s worker', (kind) => {
  it.skipIf(kind === 'native' && !hasCompiler)(
    `outlives ${STREAMS} damaged streams (seed ${FUZZ_SEED})`,
    { timeout: 120_000 },
    async () => {
      const random = randomFrom(FUZZ_SEED);
      const socketPath = await serve(kind);
      const client = await MipClient.connect({ path: socketPath });
      const target = linkSchemaSet(client.exports()).get('route_score')!;
      const inputs = [
        target.input.encode({ flights: records.slice(0, 2) }),
        target.input.encode({ flights: records.slice(5, 12) }),
      ] as const;
      const good = await client.call('route_score', inputs[1], { deadlineMs: 20_000 });
      const isResult = (body: Uint8Array, input: Uint8Array): boolean =>
        accepts(target, input) && typeof target.output.decode(body) === 'number';
      for (let done = 0; done < STREAMS; done += 50) {
        await Promise.all(
          Array.from({ length: 50 }, async () => {
            const stream = damagedStream(random, target, inputs);
            expect(faultInAnswer(stream, await exchange(socketPath, stream), isResult)).toBeUndefined();
          }),
        );
        expect(await client.call('route_score', inputs[1], { deadlineMs: 20_000 })).toEqual(good);
      }
      await client.close();
    },
  );
});

it.skipIf(!hasCompiler)(
  `both workers accept and answer alike, over ${PAYLOADS} damaged payloads (seed ${FUZZ_SEED})`,
  { timeout: 240_000 },
  async () => {
    const random = randomFrom(FUZZ_SEED + 1);
    const clients = await Promise.all([
      MipClient.connect({ path: await serve('wasm') }),
      MipClient.connect({ path: await serve('native') }),
    ]);
    const exports = linkSchemaSet(clients[0]!.exports());
    expect([...exports.keys()]).toEqual(manifest.exports.map(({ name }) => name));
    let refused = 0;
    for (let done = 0; done < PAYLOADS; done++) {
      const name = random.chance(0.5) ? 'analyse' : 'route_score';
      const target = exports.get(name)!;
      const at = random.below(1000);
      const payload = damagedPayload(random, target.input.encode({ flights: records.slice(at, at + random.below(6)) }));
      const [wasm, native] = await Promise.all(clients.map((client) => answerOf(client, name, payload)));
      const seen = `${name} ${Buffer.from(payload).toString('hex')}`;
      expect([seen, wasm]).toEqual([seen, native]);
      const isRefused = wasm === 'INVALID_INPUT';
      expect([seen, wasm, isRefused]).toEqual([seen, wasm, !accepts(target, payload)]);
      if (isRefused) refused++;
    }
    expect(refused).toBeGreaterThan(PAYLOADS / 4);
    await Promise.all(clients.map((client) => client.close()));
  },
);
