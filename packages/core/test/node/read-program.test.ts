/** Programs are collected from a disk as `python FILE` would find their modules. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readProgram } from '../../src/node/index.ts';

const root = mkdtempSync(join(tmpdir(), 'molt-program-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

describe('a program', () => {
  it('is the file and the modules it reaches, under paths relative to the file', async () => {
    write({
      'app/main.py': 'import one\nfrom pack.inner import f\nimport json\n',
      'app/one.py': 'import two\n',
      'app/two.py': 'import one\n',
      'app/unused.py': '',
      'app/pack/__init__.py': '',
      'app/pack/inner.py': 'from . import sister\nfrom ..one import x\n',
      'app/pack/sister.py': '',
      'one.py': 'not this one',
    });
    const { program, folder } = await readProgram(join(root, 'app/main.py'));
    expect(folder).toBe(join(root, 'app'));
    expect(program.entry).toBe('main.py');
    expect([...program.files.keys()]).toEqual(['main.py', 'one.py', 'pack/__init__.py', 'pack/inner.py', 'pack/sister.py', 'two.py']);
  });

  it('may shadow a module of the standard library, as in Python', async () => {
    write({ 'shadow/main.py': 'import json\n', 'shadow/json.py': 'x = 1\n' });
    expect([...(await readProgram(join(root, 'shadow/main.py'))).program.files.keys()]).toEqual(['json.py', 'main.py']);
  });

  it('has no byte order mark', async () => {
    write({ 'bom.py': '\uFEFFx = 1\n' });
    expect((await readProgram(join(root, 'bom.py'))).program.files.get('bom.py')).toBe('x = 1\n');
  });
});

describe('reading refuses', () => {
  it('what is missing, a folder, and text that is not UTF-8', async () => {
    write({ 'bad.py': Uint8Array.of(0x78, 0x0a, 0xff), 'imports_bad.py': 'import bad\n', 'cut.py': Uint8Array.of(0x23, 0xe2, 0x82) });
    await expect(readProgram(join(root, 'nothing.py'))).rejects.toMatchObject({ code: 'MOLT0001' });
    await expect(readProgram(join(root, 'bad.py/x.py'))).rejects.toMatchObject({ code: 'MOLT0001' });
    await expect(readProgram(root)).rejects.toMatchObject({ code: 'MOLT0005' });
    await expect(readProgram(join(root, 'bad.py'))).rejects.toMatchObject({
      code: 'MOLT0006',
      details: { offset: 2, line: 2, byte: '0xff' },
    });
    await expect(readProgram(join(root, 'imports_bad.py'))).rejects.toMatchObject({ code: 'MOLT0006' });
    await expect(readProgram(join(root, 'cut.py'))).rejects.toMatchObject({ code: 'MOLT0006', details: { offset: 1 } });
  });

  it.skipIf(process.getuid?.() === 0)('a file without permission', async () => {
    write({ 'secret.py': '' });
    chmodSync(join(root, 'secret.py'), 0);
    await expect(readProgram(join(root, 'secret.py'))).rejects.toMatchObject({ code: 'MOLT0007' });
  });
});
