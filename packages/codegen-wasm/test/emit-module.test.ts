/// <reference lib="dom" />
/** The module around the functions: sections, imports, table, image, custom sections; and what is refused. */
import { layoutModule, type Module, parseModule } from '@molt/mir';
import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { emitWasm, type WasmOptions } from '../src/index.ts';

const SAMPLE = `module @sample machine
type @Point fixed 24 { @x: i64 +8 }
data @greeting "68656c6c6f"
table @twice
export @run = @run
export @names = @names
site "app.py" "run" 3 4 3 9 "x = twice(1)"

func @twice(v0: i32) -> i32 {
bb0:
  v1 = i32.add v0, v0
  return v1
}

func @names() -> i32 {
bb0:
  v0 = type.id @Point
  v1 = func.index @twice
  v2 = i32.const 8
  v3 = i32.shl v0, v2
  v4 = i32.or v3, v1
  return v4
}

func @run(v0: i32) -> i64 {
bb0:
  v1 = func.index @twice
  v2: i32 = call.indirect (i32) -> i32 propagate v1, v0
  v3: i32 = data.addr @greeting
  v4 = i32.const 1
  v5 = i32.const 5
  call.host @write v4, v3, v5
  v6 = i64.extend_s v2
  return v6
}
`;

async function emit(text: string, options: WasmOptions = {}) {
  const module: Module = parseModule(text);
  const layout = layoutModule(module);
  const output = emitWasm(module, layout, options);
  // Shared memory is checked by the engine alone: the validator of wabt refuses it whatever features it is given.
  if (!options.sharedMemory) {
    const { readWasm } = await wabt();
    const read = readWasm(output.bytes, { bulk_memory: true, sat_float_to_int: true, sign_extension: true });
    read.validate();
    read.destroy();
  }
  return { ...output, layout, module: new WebAssembly.Module(output.bytes) };
}

describe('a module', () => {
  it('imports what it calls and exports what it is asked to', async () => {
    const { module } = await emit(SAMPLE);
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'molt', name: 'write', kind: 'function' }]);
    expect(WebAssembly.Module.exports(module)).toEqual([
      { name: 'memory', kind: 'memory' },
      { name: 'run', kind: 'function' },
      { name: 'names', kind: 'function' },
    ]);
  });

  it('runs with its image in place', async () => {
    const { module, layout } = await emit(SAMPLE);
    const written: string[] = [];
    const instance = new WebAssembly.Instance(module, {
      molt: { write: (fd: number, at: number, n: number) => written.push(`${fd}:${Buffer.from(memory.buffer, at, n).toString()}`) },
    });
    const memory = instance.exports.memory as WebAssembly.Memory;
    expect((instance.exports.run as CallableFunction)(21)).toBe(42n);
    expect(written).toEqual(['1:hello']);
    expect((instance.exports.names as CallableFunction)()).toBe(((layout.typeIds.get('Point') as number) << 8) | 1);
  });

  it('bounds its memory and tells hosts what a task may change', async () => {
    const { module, layout } = await emit(SAMPLE, { maxPages: 10, sparePages: 2 });
    const instance = new WebAssembly.Instance(module, { molt: { write: () => {} } });
    const memory = instance.exports.memory as WebAssembly.Memory;
    expect(memory.buffer.byteLength).toBe((layout.initialPages + 2) * 65536);
    expect(() => memory.grow(9)).toThrow(RangeError);
    const [section] = WebAssembly.Module.customSections(module, 'molt.layout');
    expect([...new Uint32Array(section as ArrayBuffer)]).toEqual([1, layout.staticStart, layout.heapBase]);
  });

  it('can share its memory with other threads', async () => {
    const { module } = await emit(SAMPLE, { maxPages: 64, sharedMemory: true });
    const memory = new WebAssembly.Instance(module, { molt: { write: () => {} } }).exports.memory as WebAssembly.Memory;
    expect(memory.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('carries a manifest and names when asked', async () => {
    const { module, names } = await emit(SAMPLE, { names: true, manifest: Uint8Array.of(1, 2, 3) });
    expect([...new Uint8Array(WebAssembly.Module.customSections(module, 'molt.manifest')[0] as ArrayBuffer)]).toEqual([1, 2, 3]);
    expect(Buffer.from(WebAssembly.Module.customSections(module, 'name')[0] as ArrayBuffer).toString('latin1')).toContain('twice');
    expect(names).toEqual(['molt.write', 'twice', 'names', 'run']);
    expect(WebAssembly.Module.customSections((await emit(SAMPLE)).module, 'name')).toEqual([]);
  });

  it('is the same each time', async () => {
    expect((await emit(SAMPLE)).bytes).toEqual((await emit(SAMPLE)).bytes);
  });

  it('must be at machine level', () => {
    const module = parseModule(SAMPLE.replace(' machine', ' language'));
    expect(() => emitWasm(module, layoutModule(module))).toThrow(/MOLT9001.*language level/);
  });
});

describe('branch hints', () => {
  const HINTED = `module @hinted machine
export @f = @f

func @f(v0: i32, v1: i64) -> i32 {
bb0:
  v2 = i64.eqz v1
  branch v2, bb1, bb2 unlikely
bb1:
  v3 = i32.add v0, v0
  jump bb2
bb2:
  v4 = i32.const 7
  v5 = i32.lt_s v0, v4
  branch v5, bb3, bb4
bb3:
  trap 1
bb4:
  return v0
}
`;

  /** Reads LEB128 numbers from a place on. */
  function reader(bytes: Uint8Array, start = 0) {
    let at = start;
    const next = (): number => {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[at++] as number;
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) return value >>> 0;
      }
    };
    return { next, skip: (count: number) => (at += count), place: () => at };
  }

  it('name conditional instructions and what they usually do', async () => {
    const { bytes, module } = await emit(HINTED);
    const hints = reader(new Uint8Array(WebAssembly.Module.customSections(module, 'metadata.code.branch_hint')[0] as ArrayBuffer));
    expect([hints.next(), hints.next()]).toEqual([1, 1]);
    const found = Array.from({ length: hints.next() }, () => ({ offset: hints.next(), length: hints.next(), likely: hints.next() }));
    const all = reader(bytes, 8);
    let seen = -1;
    for (let id = all.next(), size = all.next(); id !== 10; id = all.next(), size = all.next()) {
      if (id === 0) seen = all.place();
      all.skip(size);
    }
    expect(seen, 'the hints come before the code').toBeGreaterThan(0);
    expect(all.next()).toBe(1);
    all.next();
    const body = all.place();
    const opcodes = { 4: 'if', 13: 'br_if' } as Record<number, string>;
    expect(found.map(({ offset, likely }) => `${opcodes[bytes[body + offset] as number]} ${likely}`)).toEqual(['if 0', 'if 0']);
  });
});

describe('a long chain of blocks', () => {
  /** A function of `count` joins in a row, each adding one or two. */
  function chain(count: number): string {
    const lines = [
      'module @chain machine',
      'export @f = @f',
      '',
      'func @f(v0: i32) -> i32 {',
      'bb0:',
      '  v1 = i32.const 1',
      '  v2 = i32.const 0',
      '  jump bb1(v2)',
    ];
    let value = 3;
    for (let i = 0; i < count; i++) {
      const [sum, one, two] = [value, value + 1, value + 2];
      value += 3;
      const block = 1 + 3 * i;
      lines.push(`bb${block}(v${sum}: i32):`, `  v${one} = i32.add v${sum}, v1`, `  branch v0, bb${block + 1}, bb${block + 2}`);
      lines.push(`bb${block + 1}:`, `  v${two} = i32.add v${one}, v1`, `  jump bb${block + 3}(v${two})`);
      lines.push(`bb${block + 2}:`, `  jump bb${block + 3}(v${one})`);
    }
    lines.push(`bb${1 + 3 * count}(v${value}: i32):`, `  return v${value}`, '}', '');
    return lines.join('\n');
  }

  it('does not overflow the stack of the compiler', async () => {
    const { module } = await emit(chain(4000));
    const f = new WebAssembly.Instance(module, {}).exports.f as CallableFunction;
    expect([f(0), f(1)]).toEqual([4000, 8000]);
  });
});
