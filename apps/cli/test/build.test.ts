/** `molt build`, `molt call` and `molt check`: artifacts from the command line. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCompiler } from '@molt/codegen-native/driver';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Desk } from './molt.ts';

vi.setConfig({ testTimeout: 240_000 });

const desk = new Desk();
afterAll(() => desk.remove());

const hasCompiler = await findCompiler().then(
  () => true,
  () => false,
);

const SERVICE = `from dataclasses import dataclass


@dataclass
class Order:
    name: str
    price: int
    tags: list[str]


@dataclass
class Summary:
    total: int
    names: list[str]
    by_tag: dict[str, int]


def summarize(orders: list[Order], limit: int = 10) -> Summary:
    if limit < 0:
        raise ValueError(f'limit must not be negative, got {limit}')
    by_tag: dict[str, int] = {}
    for order in orders:
        for tag in order.tags:
            by_tag[tag] = by_tag.get(tag, 0) + 1
    return Summary(sum(order.price for order in orders), [order.name for order in orders][:limit], by_tag)


def half(x: float) -> float:
    return x / 2


def announce(name: str) -> None:
    print('hello', name)


def _hidden(n: int) -> int:
    return n
`;

function contents(folder: string): Record<string, string> {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]));
}

describe('an artifact', () => {
  beforeAll(async () => {
    desk.file('service.py', SERVICE);
    const { exit, stderr } = await desk.molt(['build', 'service.py', '-o', 'service.molt', '--target', 'wasm']);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  });

  it('says what it is made of', () => {
    const manifest = JSON.parse(readFileSync(join(desk.folder, 'service.molt', 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({ format: 'molt-artifact/1', mode: 'service', entry: 'service.py', targets: ['wasm'], abi: '0.1' });
    expect(manifest.artifactId).toMatch(/^[0-9a-f]{64}$/);
    expect(manifest.exports.map(({ name }: { name: string }) => name)).toEqual(['summarize', 'half', 'announce']);
    expect(Object.keys(manifest.files)).toEqual(['module.wasm', 'schemas.json']);
  });

  it('has the same bytes when it is built in another folder', async () => {
    desk.file('elsewhere/deep/service.py', SERVICE);
    await desk.molt(['build', 'elsewhere/deep/service.py', '-o', 'elsewhere/out', '--target', 'wasm']);
    expect(contents(join(desk.folder, 'elsewhere/out'))).toEqual(contents(join(desk.folder, 'service.molt')));
  });

  it('exports only what is asked for', async () => {
    const { stdout } = await desk.molt(['build', 'service.py', '-o', 'half.molt', '--target', 'wasm', '--exports', 'half', '--json']);
    expect(JSON.parse(stdout).manifest.exports.map(({ name }: { name: string }) => name)).toEqual(['half']);
  });

  it('answers calls with JSON, by name and in order, with defaults', async () => {
    const orders = [
      { name: 'a', price: 3, tags: ['x', 'y'] },
      { name: 'b', price: 4, tags: ['x'] },
    ];
    const byName = await desk.molt(['call', 'service.molt', 'summarize', '--json', JSON.stringify({ orders, limit: 1 })]);
    expect(JSON.parse(byName.stdout)).toEqual({ total: 7, names: ['a'], by_tag: { x: 2, y: 1 } });
    const inOrder = await desk.molt(['call', 'service.molt', 'summarize', '--json', '-'], { input: JSON.stringify([orders]) });
    expect(JSON.parse(inOrder.stdout)).toEqual({ total: 7, names: ['a', 'b'], by_tag: { x: 2, y: 1 } });
    expect((await desk.molt(['call', 'service.molt', 'half', '--json', '[5]'])).stdout).toBe('2.5\n');
  });

  it('shows what a call prints, also without flush', async () => {
    expect((await desk.molt(['call', 'service.molt', 'announce', '--json', '["Ada"]'])).stdout).toBe('hello Ada\nnull\n');
  });

  it('shows an exception of the export', async () => {
    const { stdout, stderr, exit } = await desk.molt(['call', 'service.molt', 'summarize', '--json', '[[], -1]']);
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 1 });
    expect(stderr).toContain('ValueError: limit must not be negative, got -1');
    expect(stderr).toMatch(/^Traceback \(most recent call last\):\n {2}File "service.py", line \d+, in summarize\n {4}raise ValueError/);
  });

  it.each([
    ['an export that does not exist', ['summarise', '--json', '[]'], 'MOLT0013', 'did you mean summarize?'],
    ['arguments that are not JSON', ['half', '--json', '{x'], 'MOLT0014', 'not JSON'],
    ['too many arguments', ['half', '--json', '[1, 2]'], 'MOLT0015', 'half(x: float) -> float'],
    [
      'a wrong type, with its place',
      ['summarize', '--json', '[[{"name": "a", "price": "three", "tags": []}]]'],
      'MOLT4001',
      '$.orders[0].price',
    ],
    ['a missing parameter', ['half', '--json', '{}'], 'MOLT4', 'x'],
  ])('refuses %s', async (_what, args, code, text) => {
    const { stdout, stderr, exit } = await desk.molt(['call', 'service.molt', ...args]);
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 1 });
    expect(stderr).toContain(code);
    expect(stderr).toContain(text);
  });

  it('is told from a folder that is none', async () => {
    desk.file('empty/x', '');
    const { stderr, exit } = await desk.molt(['call', 'empty', 'half']);
    expect(exit).toBe(1);
    expect(stderr).toContain('no manifest.json');
  });

  it.runIf(hasCompiler)('has native files where a C compiler is', async () => {
    desk.file('tiny.py', 'def double(n: int) -> int:\n    return 2 * n\n');
    const { stdout, exit } = await desk.molt(['build', 'tiny.py', '-o', 'tiny.molt']);
    expect(exit).toBe(0);
    expect(stdout).toContain('molt_worker');
    expect(readdirSync(join(desk.folder, 'tiny.molt')).sort()).toEqual([
      'manifest.json',
      'module.wasm',
      'molt_module.so',
      'molt_worker',
      'schemas.json',
    ]);
  });

  it('is built for WebAssembly alone when there is no C compiler, and says so', async () => {
    desk.file('tiny.py', 'def double(n: int) -> int:\n    return 2 * n\n');
    const env = { MOLT_CC: '/nowhere/cc' };
    const both = await desk.molt(['build', 'tiny.py', '-o', 'no-cc.molt'], { env });
    expect(both.exit).toBe(0);
    expect(both.stderr).toContain('native code was left out');
    const native = await desk.molt(['build', 'tiny.py', '-o', 'no-cc.molt', '--target', 'native'], { env });
    expect(native.exit).toBe(1);
    expect(native.stderr).toContain('error MOLT3001');
  });

  it('is not written for a program with errors', async () => {
    desk.file('broken.py', 'def f(:\n');
    const { exit, stderr } = await desk.molt(['build', 'broken.py', '-o', 'broken.molt']);
    expect(exit).toBe(1);
    expect(stderr).toContain('MOLT1001');
    expect(readdirSync(desk.folder)).not.toContain('broken.molt');
  });

  it('needs a folder that can be made', async () => {
    desk.file('in-the-way', '');
    const { exit, stderr } = await desk.molt(['build', 'service.py', '-o', 'in-the-way/x', '--target', 'wasm']);
    expect(exit).toBe(1);
    expect(stderr).toContain('MOLT0008');
  });
});

describe('molt check', () => {
  it('reports without building, as text and as JSON', async () => {
    desk.file('good.py', 'print(1)\n');
    desk.file('bad.py', 'import nowhere_at_all\n');
    expect(await desk.molt(['check', 'good.py'])).toEqual({ stdout: 'good.py: no faults\n', stderr: '', exit: 0 });
    const { stdout, exit } = await desk.molt(['check', 'bad.py', '--json']);
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'MOLT1201', severity: 'error', place: { path: 'bad.py', line: 1 } }],
    });
  });

  it('lists the exports of a service', async () => {
    desk.file('service.py', SERVICE);
    const { stdout } = await desk.molt(['check', 'service.py', '--service', '--report']);
    expect(stdout).toContain('export half(x: float) -> float');
  });
});
