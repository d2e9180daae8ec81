/** The C compiler driver: what it says without a compiler or with a broken one, and what it keeps. */
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layoutModule } from '@molt/mir';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { compileNative, findCompiler, NativeError } from '../src/driver.ts';
import { emitC, type NativeOutput } from '../src/index.ts';
import { HELLO, script } from './programs.ts';

const directory = mkdtempSync(join(tmpdir(), 'molt-driver-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

const module = script(HELLO);
const hello = emitC(module, layoutModule(module));

describe('findCompiler', () => {
  it('names what it looked for when there is none', async () => {
    vi.stubEnv('PATH', directory);
    vi.stubEnv('MOLT_CC', '');
    await expect(findCompiler()).rejects.toMatchObject({ code: 'MOLT3001', details: { tried: 'cc, gcc, clang' } });
    await expect(compileNative(hello, { outDir: directory })).rejects.toBeInstanceOf(NativeError);
  });

  it('takes MOLT_CC, and nothing else when that is missing', async () => {
    vi.stubEnv('MOLT_CC', 'no-such-compiler');
    await expect(findCompiler()).rejects.toMatchObject({ code: 'MOLT3001', details: { tried: 'no-such-compiler' } });
  });
});

describe('compileNative', () => {
  it('keeps objects and compiles only what changed', async () => {
    const options = { outDir: join(directory, 'out'), cacheDir: join(directory, 'cache'), opt: 1 } as const;
    const first = await compileNative(hello, options);
    expect(first).toMatchObject({ cached: 0, compiled: hello.units.length + hello.support.length - 2 });
    expect(await compileNative(hello, options)).toMatchObject({ compiled: 0, cached: first.compiled });
    const changed = emitC(script(HELLO.replace('50', '66')), layoutModule(module));
    expect(await compileNative(changed, options)).toMatchObject({ compiled: 1, cached: first.compiled - 1 });
    expect(await compileNative(hello, { ...options, opt: 2 })).toMatchObject({ cached: 0 });
  });

  it('shows the first errors of the compiler and leaves no object', async () => {
    const wrong: NativeOutput = { units: [{ name: 'module.c', text: 'int main(void) { return nothing; }' }], support: [] };
    const cacheDir = join(directory, 'empty-cache');
    const failure = compileNative(wrong, { outDir: join(directory, 'wrong'), cacheDir });
    await expect(failure).rejects.toMatchObject({ code: 'MOLT3002', message: expect.stringContaining("'nothing' undeclared") });
    expect(readdirSync(cacheDir)).toEqual([]);
  });

  it('shows what the linker misses', async () => {
    const wrong: NativeOutput = {
      units: [{ name: 'module.c', text: 'int nowhere(void); int main(void) { return nowhere(); }' }],
      support: [],
    };
    const failure = compileNative(wrong, { outDir: join(directory, 'link'), cacheDir: join(directory, 'cache') });
    await expect(failure).rejects.toMatchObject({ code: 'MOLT3003', message: expect.stringContaining('nowhere') });
  });

  it('reports a compiler that does not run', async () => {
    const broken = join(directory, 'broken-cc');
    writeFileSync(broken, '#!/bin/sh\necho "error: licence expired" >&2\nexit 1\n');
    chmodSync(broken, 0o755);
    const failure = compileNative(hello, { outDir: join(directory, 'broken'), cacheDir: join(directory, 'cache'), cc: broken });
    await expect(failure).rejects.toMatchObject({ code: 'MOLT3002', message: expect.stringContaining('licence expired') });
  });
});
