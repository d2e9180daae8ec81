/**
 * Emits a whole module in the WebAssembly binary format.
 *
 * Sections in the order of the format: types, imports, functions, table, memory, exports, elements, data count, code, data, and the
 * custom sections behind them. Functions keep the order of the module, so equal modules give equal bytes.
 */
import { EXPORT, IMPORT_MODULE, IMPORTS, type ImportName, LAYOUT_SECTION } from '@molt/abi';
import { broken, invariant } from '@molt/diagnostics';
import { type Func, type Inst, type Layout, type Module, type Signature, symbolAddress, type Type } from '@molt/mir';
import { BinarySink, type Indices } from './binary-sink.ts';
import { ByteWriter } from './byte-writer.ts';
import { emitFunc } from './emit-func.ts';
import type { SymbolKind } from './sink.ts';

/** Options of `emitWasm`. */
export interface WasmOptions {
  /** Largest memory in pages of 64 KiB; default 65536 (4 GiB). Example: 1024 for 64 MiB. */
  readonly maxPages?: number;
  /** Pages beyond the initial image that the module starts with; default 1. */
  readonly sparePages?: number;
  /** Writes function names for debuggers and profilers; default false. */
  readonly names?: boolean;
  /** Memory that other threads see, so that they can set the interrupt cell of a running task; default false. Reserves `maxPages`. */
  readonly sharedMemory?: boolean;
  /** Contents of the custom section `molt.manifest`. */
  readonly manifest?: Uint8Array;
}

/** An emitted module. */
export interface WasmOutput {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Names of the functions by WASM function index, imports first. */
  readonly names: readonly string[];
}

const PAGE = 65536;
const TYPE_CODE: Partial<Record<Type, number>> = { i32: 0x7f, i64: 0x7e, f64: 0x7c };
const SECTION = { custom: 0, type: 1, import: 2, function: 3, table: 4, memory: 5, export: 7, element: 9, code: 10, data: 11 } as const;
const KIND = { func: 0, table: 1, memory: 2 } as const;

/** Emits a machine level module whose addresses are laid out. */
export function emitWasm(module: Module, layout: Layout, options: WasmOptions = {}): WasmOutput {
  invariant(module.level === 'machine', `module ${module.name} is at ${module.level} level`, { pass: 'codegen-wasm' });
  const hosts = usedImports(module);
  const indices = new ModuleIndices(module, layout, hosts);
  const funcs = [...module.funcs.values()];
  // Bodies first: they add the types of indirect calls.
  const code = new ByteWriter(64 * 1024);
  code.u32(funcs.length);
  const hints: FuncHints[] = [];
  for (const func of funcs) {
    const body = emitBody(module, func, indices, options.sharedMemory ?? false);
    code.vector(body.bytes);
    if (body.hints.length > 0) hints.push({ func: indices.func(func.name), hints: body.hints });
  }

  const out = new ByteWriter(code.length + 4096);
  out.bytes(Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00));
  const functionTypes = funcs.map((func) => indices.type(signatureOf(func)));
  const importTypes = hosts.map((name) => indices.type(IMPORTS[name] as Signature));
  section(out, SECTION.type, (w) => {
    w.u32(indices.types.length);
    for (const { params, result } of indices.types) {
      w.u8(0x60);
      w.u32(params.length);
      for (const param of params) w.u8(typeCode(param));
      w.u32(result === null ? 0 : 1);
      if (result !== null) w.u8(typeCode(result));
    }
  });
  if (hosts.length > 0) {
    section(out, SECTION.import, (w) => {
      w.u32(hosts.length);
      hosts.forEach((name, i) => {
        w.name(IMPORT_MODULE);
        w.name(name);
        w.u8(KIND.func);
        w.u32(importTypes[i] as number);
      });
    });
  }
  section(out, SECTION.function, (w) => {
    w.u32(funcs.length);
    for (const type of functionTypes) w.u32(type);
  });
  const table = tableEntries(module, layout);
  section(out, SECTION.table, (w) => {
    w.u32(1);
    w.u8(0x70);
    w.u8(1);
    w.u32(layout.tableSize);
    w.u32(layout.tableSize);
  });
  section(out, SECTION.memory, (w) => {
    const max = options.maxPages ?? PAGE;
    w.u32(1);
    w.u8(options.sharedMemory ? 3 : 1);
    w.u32(Math.min(max, layout.initialPages + (options.sparePages ?? 1)));
    w.u32(max);
  });
  section(out, SECTION.export, (w) => {
    w.u32(1 + module.exports.size);
    w.name(EXPORT.memory);
    w.u8(KIND.memory);
    w.u32(0);
    for (const [name, func] of module.exports) {
      w.name(name);
      w.u8(KIND.func);
      w.u32(indices.func(func));
    }
  });
  if (table.length > 0) {
    section(out, SECTION.element, (w) => {
      w.u32(table.length);
      for (const { index, func } of table) {
        w.u32(0);
        constant(w, index);
        w.u32(1);
        w.u32(indices.func(func));
      }
    });
  }
  if (hints.length > 0) section(out, SECTION.custom, (w) => branchHints(w, hints));
  out.section(SECTION.code, code);
  section(out, SECTION.data, (w) => {
    w.u32(layout.segments.length);
    for (const { address, bytes } of layout.segments) {
      w.u32(0);
      constant(w, address);
      w.vector(bytes);
    }
  });
  const names = [...hosts.map((name) => `${IMPORT_MODULE}.${name}`), ...module.funcs.keys()];
  custom(out, LAYOUT_SECTION, layoutSection(layout));
  if (options.manifest) custom(out, 'molt.manifest', options.manifest);
  if (options.names) custom(out, 'name', nameSection(names));
  return { bytes: out.take(), names };
}

/** The type of a function. */
function signatureOf(func: Func): Signature {
  return { params: func.params.map((p) => func.values[p] as Type), result: func.result };
}

/** Usual outcomes of the conditions of one function, by byte offset in its body. */
interface FuncHints {
  readonly func: number;
  readonly hints: readonly { readonly offset: number; readonly likely: boolean }[];
}

function emitBody(module: Module, func: Func, indices: Indices, sharedMemory: boolean): { bytes: Uint8Array; hints: FuncHints['hints'] } {
  const sink = new BinarySink(indices);
  const locals = emitFunc(module, func, sink, sharedMemory);
  const body = new ByteWriter(sink.out.length + 16);
  const runs: { type: Type; count: number }[] = [];
  for (const type of locals) {
    const last = runs.at(-1);
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  body.u32(runs.length);
  for (const { type, count } of runs) {
    body.u32(count);
    body.u8(typeCode(type));
  }
  const start = body.length;
  body.bytes(sink.out.view());
  body.u8(0x0b);
  return { bytes: body.view(), hints: sink.hints.map(({ offset, likely }) => ({ offset: start + offset, likely })) };
}

/** The custom section of the branch hinting proposal; engines that do not know it skip it. */
function branchHints(w: ByteWriter, funcs: readonly FuncHints[]): void {
  w.name('metadata.code.branch_hint');
  w.u32(funcs.length);
  for (const { func, hints } of funcs) {
    w.u32(func);
    w.u32(hints.length);
    for (const { offset, likely } of hints) {
      w.u32(offset);
      w.u32(1);
      w.u8(likely ? 1 : 0);
    }
  }
}

function typeCode(type: Type): number {
  return TYPE_CODE[type] ?? broken(`${type} is not a machine type`, { pass: 'codegen-wasm' });
}

function section(out: ByteWriter, id: number, fill: (w: ByteWriter) => void): void {
  const contents = new ByteWriter();
  fill(contents);
  out.section(id, contents);
}

function custom(out: ByteWriter, name: string, contents: Uint8Array): void {
  section(out, SECTION.custom, (w) => {
    w.name(name);
    w.bytes(contents);
  });
}

/** The expression `i32.const value end`. */
function constant(w: ByteWriter, value: number): void {
  w.u8(0x41);
  w.s32(value);
  w.u8(0x0b);
}

/** What a host must know to reset memory: version 1, end of the cells, stack and globals, start of the task heap; u32 each. */
function layoutSection(layout: Layout): Uint8Array {
  const words = new DataView(new ArrayBuffer(12));
  [1, layout.staticStart, layout.heapBase].forEach((word, i) => {
    words.setUint32(4 * i, word, true);
  });
  return new Uint8Array(words.buffer);
}

function nameSection(names: readonly string[]): Uint8Array {
  const map = new ByteWriter();
  map.u32(names.length);
  names.forEach((name, index) => {
    map.u32(index);
    map.name(name);
  });
  const out = new ByteWriter();
  out.section(1, map);
  return out.view();
}

function tableEntries(module: Module, layout: Layout): { index: number; func: string }[] {
  // Entry 0 of the table stays empty and has no name.
  const named = module.table.filter((func) => func !== '');
  return named.map((func) => ({
    index: layout.funcIndices.get(func) ?? broken(`${func} has no table index`, { pass: 'codegen-wasm' }),
    func,
  }));
}

/** Host functions that the module calls, in the order of the ABI; rare exits call `trap`. */
function usedImports(module: Module): ImportName[] {
  const used = new Set<string>();
  for (const func of module.funcs.values()) {
    for (const block of func.blocks) {
      if (block?.term.kind === 'trap') used.add('trap');
      for (const inst of block?.insts ?? []) {
        if (inst.op === 'call.host') used.add((inst as Inst<'call.host'>).imm.name);
        else if (inst.op === 'interrupt.check' || inst.op === 'frame.enter') used.add('trap');
      }
    }
  }
  const known = Object.keys(IMPORTS) as ImportName[];
  for (const name of used) invariant(known.includes(name as ImportName), `the ABI has no import ${name}`, { pass: 'codegen-wasm' });
  return known.filter((name) => used.has(name));
}

class ModuleIndices implements Indices {
  readonly types: Signature[] = [];
  readonly #typeByKey = new Map<string, number>();
  readonly #funcs = new Map<string, number>();
  readonly #hosts = new Map<string, number>();
  readonly #layout: Layout;

  constructor(module: Module, layout: Layout, hosts: readonly ImportName[]) {
    this.#layout = layout;
    for (const name of hosts) this.#hosts.set(name, this.#hosts.size);
    for (const name of module.funcs.keys()) this.#funcs.set(name, hosts.length + this.#funcs.size);
  }

  type(signature: Signature): number {
    const key = `${signature.params.join(',')}>${signature.result}`;
    const known = this.#typeByKey.get(key);
    if (known !== undefined) return known;
    this.#typeByKey.set(key, this.types.length);
    return this.types.push({ params: signature.params, result: signature.result }) - 1;
  }

  func(name: string): number {
    return this.#funcs.get(name) ?? broken(`call of ${name}, which the module does not have`, { pass: 'codegen-wasm' });
  }

  host(name: string): number {
    return this.#hosts.get(name) ?? broken(`call of the unknown import ${name}`, { pass: 'codegen-wasm' });
  }

  symbol(kind: SymbolKind, name: string): number {
    if (kind === 'data') return symbolAddress(this.#layout, name);
    return (
      (kind === 'type' ? this.#layout.typeIds : this.#layout.funcIndices).get(name) ??
      broken(`the layout has no ${kind} ${name}`, { pass: 'codegen-wasm' })
    );
  }
}
