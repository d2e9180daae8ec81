/** Wrong artifact directories, as a person who starts a worker meets them. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMoltError, type MoltError } from '@molt/diagnostics';
import { schemaSetToJson } from '@molt/schema-ir';
import { afterAll, describe, expect, it } from 'vitest';
import { readArtifact } from '../../src/index.ts';
import { SERVICE_SCHEMAS } from '../support/service-module.ts';
import { serviceManifest, WorkerFixture } from '../support/worker-fixture.ts';

const fixture = new WorkerFixture();
afterAll(() => fixture.dispose());

async function refusal(path: string): Promise<MoltError> {
  const error = await readArtifact(path).catch((reason: unknown) => reason);
  if (!isMoltError(error)) throw new Error(`expected a MoltError, got ${String(error)}`);
  expect(error.message).toContain(path);
  expect(error.hint).toBeTruthy();
  return error;
}

describe('an artifact directory', () => {
  it('is read with everything in it', async () => {
    const { manifest, schemas } = await readArtifact(await fixture.artifact());
    expect(manifest.exports.map(({ name }) => name)).toEqual(schemas.exports.map(({ name }) => name));
    expect(manifest.targets).toEqual(['wasm']);
  });

  it('that is not there, is a file, or is something else', async () => {
    const directory = await fixture.artifact();
    expect(await refusal(join(directory, 'nowhere'))).toMatchObject({ code: 'MOLT6201', hint: expect.stringContaining('molt build') });
    expect((await refusal(join(directory, 'module.wasm'))).message).toContain('it is a file');
    expect((await refusal(fixture.folder)).message).toContain('no manifest.json');
  });

  it.each([
    ['manifest.json', '{', 'JSON'],
    ['manifest.json', '[]', 'expected text for artifactId'],
    ['manifest.json', '{"artifactId": 1}', 'expected text for artifactId, got number'],
    ['manifest.json', JSON.stringify({ ...serviceManifest(), exports: {} }), 'expected a list for exports'],
    ['manifest.json', JSON.stringify({ ...serviceManifest(), exports: [{ name: 'echo' }] }), 'expected text for inputId'],
    ['manifest.json', JSON.stringify({ ...serviceManifest(), exports: [] }), 'different builds'],
    ['manifest.json', JSON.stringify({ ...serviceManifest(), mode: 'script' }), 'built from a script'],
    ['manifest.json', JSON.stringify({ ...serviceManifest(), files: { 'module.wasm': {} } }), 'expected text for sha256'],
    ['manifest.json', JSON.stringify({ ...serviceManifest(), files: { 'module.wasm': { sha256: '00' } } }), 'the manifest says 00'],
    ['manifest.json', JSON.stringify({ ...serviceManifest(), files: { 'schemas.json': { sha256: '00' } } }), 'the manifest says 00'],
    ['schemas.json', '{"format": "other"}', 'molt-schemas'],
    ['schemas.json', schemaSetToJson({ ...SERVICE_SCHEMAS, exports: SERVICE_SCHEMAS.exports.slice(1) }), 'different builds'],
    ['module.wasm', 'not wasm', 'not a WebAssembly module'],
  ])('with %s being %j is damaged: %s', async (file, text, why) => {
    const directory = await fixture.artifact();
    writeFileSync(join(directory, file), text);
    const error = await refusal(directory);
    expect(error.code).toBe('MOLT6202');
    expect(error.message).toContain(why);
  });

  it('with a file missing', async () => {
    const directory = await fixture.artifact();
    rmSync(join(directory, 'schemas.json'));
    expect((await refusal(directory)).message).toContain('schemas.json: the file is missing');
  });

  it('that was built for native only names the worker to start', async () => {
    const directory = await fixture.artifact();
    rmSync(join(directory, 'module.wasm'));
    writeFileSync(join(directory, 'manifest.json'), JSON.stringify({ ...serviceManifest(), targets: ['x86_64-linux'] }));
    expect(await refusal(directory)).toMatchObject({ code: 'MOLT6203', hint: expect.stringContaining('molt_worker --socket') });
  });

  it('truncated anywhere is refused, never half read', async () => {
    const directory = await fixture.artifact();
    for (const file of ['manifest.json', 'schemas.json', 'module.wasm']) {
      const whole = readFileSync(join(directory, file));
      for (let part = 1; part < 10; part++) {
        writeFileSync(join(directory, file), whole.subarray(0, Math.floor((whole.length * part) / 10)));
        expect((await refusal(directory)).code).toBe('MOLT6202');
      }
      writeFileSync(join(directory, file), whole);
    }
    await readArtifact(directory);
  });
});
