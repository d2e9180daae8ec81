import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, cliEntries } from '../bundle.mjs';

const root = join(import.meta.dirname, '../..');
const exec = promisify(execFile);

describe('bundle', () => {
  let folder: string;
  const name = `test-${process.pid}`;
  const put = (file: string, text: string): void => {
    writeFileSync(join(folder, file), text);
  };
  const run = async (out: string): Promise<string> => (await exec(process.execPath, [out])).stdout;
  beforeAll(() => {
    // Inside the checkout, where bundled packages are found.
    mkdirSync(join(root, 'node_modules/.cache/molt'), { recursive: true });
    folder = mkdtempSync(join(root, 'node_modules/.cache/molt-test-'));
    put(
      'main.ts',
      "import { word } from './word.ts';\nimport text from './embedded.py';\nconst greeting: string = word + text;\nconsole.log(greeting);\n",
    );
    put('word.ts', "export const word: string = 'one';\n");
    put('embedded.py', 'x = 1');
    put('thread.ts', "console.log('thread');\n");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('runs TypeScript with embedded text, each entry in its own file', async () => {
    const outputs = await bundle(name, { main: join(folder, 'main.ts'), thread: join(folder, 'thread.ts') });
    expect(await run(outputs.main as string)).toBe('onex = 1\n');
    expect(await run(outputs.thread as string)).toBe('thread\n');
  });

  it('is kept while nothing changed and made anew when any input did', async () => {
    const entries = { main: join(folder, 'main.ts') };
    const first = (await bundle(name, entries)).main as string;
    const made = statSync(first).mtimeMs;
    expect((await bundle(name, entries)).main).toBe(first);
    expect(statSync(first).mtimeMs).toBe(made);

    put('word.ts', "export const word: string = 'two';\n");
    utimesSync(join(folder, 'word.ts'), 1, 1);
    const second = (await bundle(name, entries)).main as string;
    expect(second).not.toBe(first);
    expect(await run(second)).toBe('twox = 1\n');
  });

  it('made by several processes at once is whole for each of them', async () => {
    const code = `const { bundle } = await import(${JSON.stringify(pathToFileURL(join(root, 'scripts/bundle.mjs')).href)});
const { main } = await bundle(${JSON.stringify(`${name}-at-once`)}, { main: ${JSON.stringify(join(folder, 'main.ts'))} });
await import(main);`;
    const all = await Promise.all([1, 2, 3].map(() => exec(process.execPath, ['--input-type=module', '-e', code])));
    expect(all.map(({ stdout }) => stdout)).toEqual(Array(3).fill('twox = 1\n'));
  });

  it('of faulty sources rejects with what is wrong, and recovers', async () => {
    put('broken.ts', "import './absent.ts';\n");
    await expect(bundle(`${name}-broken`, { main: join(folder, 'broken.ts') })).rejects.toThrow('absent.ts');
    put('broken.ts', "console.log('mended');\n");
    expect(await run((await bundle(`${name}-broken`, { main: join(folder, 'broken.ts') })).main as string)).toBe('mended\n');
  });
});

describe('cliEntries', () => {
  it('names the main file and whatever lies in entries', () => {
    const entries = cliEntries(join(root, 'apps/cli'));
    expect(entries.main).toBe(join(root, 'apps/cli/src/main.ts'));
  });
});
