/** Artifact directories: what is in them, that builds are reproducible, and that a broken build leaves nothing that looks whole. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArtifact } from '@molt/runtime';
import { afterAll, describe, expect, it } from 'vitest';
import { programOf } from '../../src/index.ts';
import { callExport, type Manifest, writeArtifact } from '../../src/node/index.ts';

const root = mkdtempSync(join(tmpdir(), 'molt-artifact-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const SERVICE = `def scale(values: list[float], factor: float) -> list[float]:
    return [value * factor for value in values]


def divide(a: int, b: int) -> int:
    return a // b
`;

const build = (source: string, name: string) =>
  writeArtifact(programOf(source), { outDir: join(root, name), mode: 'service', targets: ['wasm'], opt: 0 });

describe('an artifact directory', () => {
  it('has a manifest that names every file with its hash, and that a worker accepts', async () => {
    const { manifest } = await build(SERVICE, 'service');
    const folder = join(root, 'service');
    expect(readdirSync(folder).sort()).toEqual(['manifest.json', 'module.wasm', 'schemas.json']);
    const written = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest;
    expect(written).toEqual(manifest);
    for (const [name, { bytes, sha256 }] of Object.entries(written.files)) {
      const content = readFileSync(join(folder, name));
      expect({ bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }).toEqual({ bytes, sha256 });
    }
    expect((await readArtifact(folder)).manifest.artifactId).toBe(manifest?.artifactId);
  });

  it('holds nothing of an earlier build', async () => {
    await build(SERVICE, 'twice');
    writeFileSync(join(root, 'twice', 'molt_program'), 'old');
    await build(SERVICE, 'twice');
    expect(readdirSync(join(root, 'twice')).sort()).toEqual(['manifest.json', 'module.wasm', 'schemas.json']);
  });

  it('is not made for a program with errors', async () => {
    const { manifest, diagnostics } = await build('def f(:\n', 'broken');
    expect(manifest).toBeNull();
    expect(diagnostics.map(({ code }) => code)).toContain('MOLT1001');
    expect(existsSync(join(root, 'broken'))).toBe(false);
  });

  it('of a script has no schemas', async () => {
    const { manifest } = await writeArtifact(programOf('print(1)\n'), {
      outDir: join(root, 'script'),
      mode: 'script',
      targets: ['wasm'],
      opt: 0,
    });
    expect(manifest).toMatchObject({ mode: 'script', exports: [], targets: ['wasm'] });
    expect(readdirSync(join(root, 'script')).sort()).toEqual(['manifest.json', 'module.wasm']);
  });
});

describe('callExport', () => {
  it('calls with JSON, and tells exceptions from results', async () => {
    await build(SERVICE, 'called');
    const artifact = await readArtifact(join(root, 'called'));
    expect(callExport(artifact, 'scale', { values: [1, 2.5], factor: 2 })).toEqual({ kind: 'returned', value: [2, 5] });
    expect(callExport(artifact, 'divide', ['9007199254740993', 1])).toEqual({ kind: 'returned', value: '9007199254740993' });
    expect(callExport(artifact, 'divide', [1, 0])).toMatchObject({
      kind: 'raised',
      type: 'ZeroDivisionError',
      message: 'integer division or modulo by zero',
      traceback: expect.any(String),
    });
  });

  it('finds what initialisation made, also when it collected on the way', async () => {
    const source = `kept: list[str] = []
for i in range(300000):
    text = str(i) * 4
    if i % 3000 == 0:
        kept.append(text)


def at(i: int, garbage: int) -> str:
    made = 0
    for k in range(garbage):
        made += len([k, i])
    return kept[i] + str(made)
`;
    await build(source, 'collected');
    const artifact = await readArtifact(join(root, 'collected'));
    for (let i = 0; i < 100; i += 9) {
      const value = String(i * 3000).repeat(4);
      expect(callExport(artifact, 'at', [i, i * 1000])).toEqual({ kind: 'returned', value: `${value}${i * 2000}` });
    }
  });

  it('refuses names and arguments that do not fit, with what would', async () => {
    await build(SERVICE, 'called');
    const artifact = await readArtifact(join(root, 'called'));
    const codeOf = (name: string, args: unknown): unknown => {
      try {
        return callExport(artifact, name, args);
      } catch (error) {
        return (error as { readonly code: string }).code;
      }
    };
    expect(codeOf('scal', [])).toBe('MOLT0013');
    expect(codeOf('divide', [1, 2, 3])).toBe('MOLT0015');
    expect(codeOf('divide', [1, '2x'])).toBe('MOLT4001');
    expect(codeOf('divide', 5)).toBe('MOLT4001');
  });
});
