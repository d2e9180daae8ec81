/** `molt run` behaves as `python FILE`. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findCompiler } from '@molt/codegen-native/driver';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Desk } from './molt.ts';

vi.setConfig({ testTimeout: 240_000 });

const desk = new Desk();
afterAll(() => desk.remove());

const hasCompiler = await findCompiler().then(
  () => true,
  () => false,
);

describe('molt run', () => {
  it('prints what the program prints and exits with 0', async () => {
    desk.file('hello.py', "print('Hello, world!')\n");
    expect(await desk.molt(['run', 'hello.py'])).toEqual({ stdout: 'Hello, world!\n', stderr: '', exit: 0 });
  });

  it('passes arguments, also those that look like options, and standard input', async () => {
    desk.file('echo.py', "import sys\nprint(sys.argv)\nprint(input('name: '))\n");
    const { stdout, exit } = await desk.molt(['run', 'echo.py', '--year', '2024', '--target', 'x', '-h'], { input: 'ann\n' });
    expect(stdout).toBe("['echo.py', '--year', '2024', '--target', 'x', '-h']\nname: ann\n");
    expect(exit).toBe(0);
  });

  it('exits with the code of the program', async () => {
    desk.file('exit.py', "import sys\nprint('before')\nsys.exit(7)\n");
    expect(await desk.molt(['run', 'exit.py'])).toEqual({ stdout: 'before\n', stderr: '', exit: 7 });
  });

  it('prints the traceback of an uncaught exception and exits with 1', async () => {
    const path = desk.file('fail.py', "def f(n: int) -> int:\n    return 10 // n\n\n\nprint('start')\nprint(f(0))\n");
    const { stdout, stderr, exit } = await desk.molt(['run', 'fail.py']);
    expect(stdout).toBe('start\n');
    expect(exit).toBe(1);
    expect(stderr.split('\n').filter((line) => !/^\s*[~^]+$/.test(line))).toEqual([
      'Traceback (most recent call last):',
      `  File "${path}", line 6, in <module>`,
      '    print(f(0))',
      `  File "${path}", line 2, in f`,
      '    return 10 // n',
      'ZeroDivisionError: integer division or modulo by zero',
      '',
    ]);
  });

  it('finds modules and packages beside the file, wherever it is started', async () => {
    desk.file('app/main.py', 'from shapes.round import circle\nimport names\nprint(circle(2), names.NAME)\n');
    desk.file('app/shapes/__init__.py', '');
    desk.file('app/shapes/round.py', 'from . import constants\n\n\ndef circle(r: int) -> int:\n    return constants.THREE * r * r\n');
    desk.file('app/shapes/constants.py', 'THREE = 3\n');
    desk.file('app/names.py', "NAME = 'names'\n");
    expect(await desk.molt(['run', 'app/main.py'])).toEqual({ stdout: '12 names\n', stderr: '', exit: 0 });
  });

  it('keeps what it compiled, and compiles again when a module changed', async () => {
    desk.file('two/main.py', 'import part\nprint(part.VALUE)\n');
    desk.file('two/part.py', 'VALUE = 1\n');
    expect((await desk.molt(['run', 'two/main.py'])).stdout).toBe('1\n');
    const entries = (): number => readdirSync(join(desk.cache, 'molt', 'runs')).length;
    const before = entries();
    expect((await desk.molt(['run', 'two/main.py'])).stdout).toBe('1\n');
    expect(entries()).toBe(before);
    desk.file('two/part.py', 'VALUE = 22\n');
    expect((await desk.molt(['run', 'two/main.py'])).stdout).toBe('22\n');
    expect(entries()).toBe(before + 1);
  });

  it('runs without a cache that can be written', async () => {
    desk.file('hello.py', "print('Hello, world!')\n");
    const file = desk.file('a-file', '');
    expect(await desk.molt(['run', 'hello.py'], { env: { XDG_CACHE_HOME: file } })).toMatchObject({ stdout: 'Hello, world!\n', exit: 0 });
  });

  it('recurses as deep as the program allows', async () => {
    desk.file(
      'deep.py',
      'import sys\n\n\ndef depth(n: int) -> int:\n    return 0 if n == 0 else depth(n - 1) + 1\n\n\nprint(depth(950))\nsys.setrecursionlimit(20000)\nprint(depth(19900))\n',
    );
    expect(await desk.molt(['run', 'deep.py'])).toEqual({ stdout: '950\n19900\n', stderr: '', exit: 0 });
  });

  it.runIf(hasCompiler)('runs natively with the same results', async () => {
    desk.file('native.py', 'import sys\nprint(sys.argv[1:], 2**70, 0.1 + 0.2)\nsys.exit(9)\n');
    const wasm = await desk.molt(['run', 'native.py', 'x']);
    const native = await desk.molt(['run', '--target', 'native', 'native.py', 'x']);
    expect(native).toEqual(wasm);
    expect(native).toEqual({ stdout: "['x'] 1180591620717411303424 0.30000000000000004\n", stderr: '', exit: 9 });
  });
});

describe('molt run refuses', () => {
  it('a program that does not compile: code and source line on stderr, exit 1', async () => {
    desk.file('bad.py', 'x = 1\ndef f(:\n');
    const { stdout, stderr, exit } = await desk.molt(['run', 'bad.py']);
    expect(stdout).toBe('');
    expect(exit).toBe(1);
    expect(stderr).toMatch(/^error MOLT1001: /);
    expect(stderr).toContain('bad.py:2:');
    expect(stderr).toContain('2 | def f(:');
  });

  it('a file that is not there', async () => {
    const { stdout, stderr, exit } = await desk.molt(['run', 'nowhere.py']);
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 1 });
    expect(stderr).toContain('error MOLT0001: cannot read nowhere.py: no such file');
  });

  it('a folder', async () => {
    desk.file('app/main.py', '');
    expect((await desk.molt(['run', 'app'])).stderr).toContain('error MOLT0005: cannot read app: it is a folder');
  });

  it('a file that is not UTF-8, naming the byte and its line', async () => {
    desk.file('latin.py', Uint8Array.of(...Buffer.from("x = 1\ny = 'caf"), 0xe9, ...Buffer.from("'\n")));
    const { stderr, exit } = await desk.molt(['run', 'latin.py']);
    expect(exit).toBe(1);
    expect(stderr).toContain('error MOLT0006: latin.py is not UTF-8: byte 0xe9 at offset 14 (line 2)');
  });

  it('a target that does not exist, with 2', async () => {
    const { stderr, exit } = await desk.molt(['run', '--target', 'jvm', 'hello.py']);
    expect(exit).toBe(2);
    expect(stderr).toContain('expected wasm, native');
  });
});
