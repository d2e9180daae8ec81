/// <reference path="../../runtime/src/host/wasm-api.d.ts" />
/** `compile`: artifacts, determinism, identity, diagnostics, and what it refuses. */
import { isMoltError } from '@molt/diagnostics';
import { PIPELINE } from '@molt/mir';
import { describe, expect, it } from 'vitest';
import { type CompileOptions, check, compile, compileTargets, programId, programOf, resolveOptions } from '../src/index.ts';

const SCRIPT: CompileOptions = { target: 'wasm', mode: 'script', opt: 0 };
const FILES = {
  'main.py': 'from shapes import area\nprint(area(3))\n',
  'shapes.py': 'def area(side: int) -> int:\n    return side * side\n',
};

function thrownCode(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    if (isMoltError(error)) return error.code;
    throw error;
  }
  return 'nothing was thrown';
}

function wasmOf(
  source: Parameters<typeof compile>[0],
  options: Partial<CompileOptions> = {},
): { readonly bytes: Uint8Array; readonly id: string } {
  const { artifact, diagnostics } = compile(source, { ...SCRIPT, ...options });
  if (artifact?.kind !== 'wasm') throw new Error(`refused: ${diagnostics.map(({ message }) => message).join()}`);
  return artifact;
}

describe('compile', () => {
  it('makes a module that WebAssembly accepts, small for a small program', () => {
    const { bytes } = wasmOf("print('Hello, world!')\n", { opt: 2 });
    expect(WebAssembly.validate(bytes)).toBe(true);
    expect(bytes.length).toBeLessThan(10_000);
    expect(WebAssembly.Module.imports(new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>)).length).toBeLessThan(10);
  });

  it('makes C files', () => {
    const { artifact } = compile('print(1)\n', { ...SCRIPT, target: 'native-c' });
    expect(artifact?.kind).toBe('native-c');
    const output = artifact?.kind === 'native-c' ? artifact.outputs.get('exe') : undefined;
    expect(output?.units.map(({ name }) => name)).toContain('module.c');
  });

  it('gives the same bytes again, and whatever the order of the files', () => {
    const once = wasmOf({ files: FILES, entry: 'main.py' });
    const again = wasmOf({ files: new Map(Object.entries(FILES).reverse()), entry: 'main.py' });
    expect(Buffer.from(again.bytes).equals(once.bytes)).toBe(true);
    expect(again.id).toBe(once.id);
  });

  it('compiles once for two targets, to what one target at a time gives', () => {
    const { artifacts } = compileTargets('print(2)\n', ['wasm', 'native-c'], SCRIPT);
    const wasm = artifacts.get('wasm');
    expect(artifacts.get('native-c')?.id).not.toBe(wasm?.id);
    expect(wasm?.id).toBe(wasmOf('print(2)\n').id);
  });

  it('reports what is wrong as diagnostics, and then has no artifact', () => {
    const { artifact, diagnostics } = compile('def f(:\n', SCRIPT);
    expect(artifact).toBeNull();
    expect(diagnostics[0]).toMatchObject({ code: 'MOLT1001', severity: 'error' });
    expect(diagnostics[0]?.span?.file.path).toBe('main.py');
  });

  it('tells of every pass with its time, and emits the texts that were asked for', () => {
    const passes: string[] = [];
    const { texts, stats } = compile('print(3)\n', {
      ...SCRIPT,
      emit: ['ast', 'types', 'mir', 'wat'],
      verifyEach: true,
      onPass: (name) => passes.push(name),
    });
    expect(passes).toContain('legalise');
    expect([...texts.keys()]).toEqual(['ast', 'types', 'mir', 'wat']);
    expect(texts.get('ast')).toContain('Name(name="print", ctx="Load")');
    expect(texts.get('types')).toContain('molt_init() -> i32');
    expect(texts.get('mir')).toContain('func @molt_init');
    expect(texts.get('wat')).toContain('(func $');
    expect(stats.steps.map(({ step }) => step)).toEqual(['front end', 'passes', 'layout', 'wasm']);
    expect(stats.instructions).toBeGreaterThan(100);
  });

  it('shows paths below the root that the caller names in tracebacks', () => {
    const { bytes } = wasmOf('print(1 // int("0"))\n', { sourceRoot: '/srv/app/' });
    expect(Buffer.from(bytes).includes('/srv/app/main.py')).toBe(true);
  });
});

describe('compile refuses', () => {
  it('an entry that is not among the files', () => {
    expect(thrownCode(() => compile({ files: FILES, entry: 'app.py' }, SCRIPT))).toBe('MOLT0002');
  });

  it.each(['/etc/x.py', '../x.py', 'a/../../x.py', 'a\\b.py', ''])('the path %j', (path) => {
    expect(thrownCode(() => programOf({ files: { [path]: '' }, entry: path }))).toBe('MOLT0003');
  });

  it('a pass that does not exist, naming one that does', () => {
    expect(thrownCode(() => compile('', { ...SCRIPT, disablePasses: ['dec'] }))).toBe('MOLT0004');
    expect(() => resolveOptions({ mode: 'script', disablePasses: ['dec'] })).toThrow(/dec/);
  });
});

describe('check', () => {
  it('gives MIR and schemas without generating code', () => {
    const { module, schemas, diagnostics } = check('def double(n: int) -> int:\n    return 2 * n\n', { mode: 'service' });
    expect(diagnostics).toEqual([]);
    expect(module?.level).toBe('language');
    expect(schemas?.exports.map(({ name }) => name)).toEqual(['double']);
  });
});

describe('an artifact id', () => {
  const idOf = (source: Parameters<typeof programOf>[0], options: Partial<CompileOptions> = {}) =>
    programId(programOf(source), resolveOptions({ ...SCRIPT, ...options }));

  it('is that of the program, whatever the order of its files or where it is compiled', () => {
    const id = idOf({ files: FILES, entry: 'main.py' });
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(idOf({ files: new Map(Object.entries(FILES).reverse()), entry: 'main.py' })).toBe(id);
  });

  it('changes with everything that decides the bytes', () => {
    const source = { files: FILES, entry: 'main.py' };
    const ids = [
      idOf(source),
      idOf({ files: { ...FILES, 'main.py': `${FILES['main.py']}\n` }, entry: 'main.py' }),
      idOf({ files: FILES, entry: 'shapes.py' }),
      idOf({ files: { ...FILES, 'other.py': '' }, entry: 'main.py' }),
      idOf(source, { opt: 1 }),
      idOf(source, { mode: 'service' }),
      idOf(source, { exports: ['area'] }),
      idOf(source, { disablePasses: ['dce'] }),
      idOf(source, { interrupts: true }),
      idOf(source, { maxPages: 64 }),
      idOf(source, { names: true }),
      idOf(source, { sourceRoot: '/srv/' }),
      idOf(source, { memory: { gcThreshold: 1 << 20 } }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('does not tell two lists of one text from each other by accident', () => {
    expect(idOf({ files: { 'a.py': 'x = 1\nsource b.py 0:' }, entry: 'a.py' })).not.toBe(
      idOf({ files: { 'a.py': 'x = 1\n', 'b.py': '' }, entry: 'a.py' }),
    );
  });

  it('does not change when passes are named twice or in another order', () => {
    const [first, second] = PIPELINE.filter(({ required }) => !required).map(({ name }) => name) as [string, string];
    expect(idOf('', { disablePasses: [first, second] })).toBe(idOf('', { disablePasses: [second, first, second] }));
  });
});
