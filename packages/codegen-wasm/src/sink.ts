/**
 * Where generated instructions go: the body of a function in the binary format, or WebAssembly text.
 *
 * A store to a local that is read right after becomes `local.tee`, and an empty `else` is left out; the sinks do that, because only
 * they know what came last.
 */
import type { Signature } from '@molt/mir';
import { ByteWriter } from './byte-writer.ts';
import { MEMORY_OPCODE, type MemoryInstruction, OPCODE, type PlainInstruction } from './opcodes.ts';

/** Result type of a block; blocks of generated code have no parameters. */
export type BlockType = 'i32' | null;
/** A constant that the module's layout decides. */
export type SymbolKind = 'data' | 'type' | 'func';

/** Receives the instructions of one function in order. */
export interface Sink {
  plain(name: PlainInstruction): void;
  i32(value: number): void;
  i64(value: bigint): void;
  f64(value: number): void;
  symbol(kind: SymbolKind, name: string): void;
  get(local: number): void;
  set(local: number): void;
  memory(name: MemoryInstruction, offset: number): void;
  memoryCopy(): void;
  memoryFill(): void;
  memorySize(): void;
  memoryGrow(): void;
  block(kind: 'block' | 'loop' | 'if', type: BlockType): void;
  else(): void;
  end(): void;
  br(depth: number): void;
  brIf(depth: number): void;
  brTable(depths: readonly number[], fallback: number): void;
  call(func: string): void;
  callHost(name: string): void;
  callIndirect(signature: Signature): void;
  /** Whether the last instruction never continues, so that whatever follows needs no operands. */
  readonly ended: boolean;
}

/** Numbers that instructions of the binary format need. */
export interface Indices {
  func(name: string): number;
  host(name: string): number;
  type(signature: Signature): number;
  symbol(kind: SymbolKind, name: string): number;
}

const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const LOCAL_TEE = 0x22;

/** Writes the binary format. */
export class BinarySink implements Sink {
  readonly out = new ByteWriter(512);
  ended = false;
  readonly #indices: Indices;
  /** Place of the `local.set` that came last and its local, or -1. */
  #setAt = -1;
  #setLocal = -1;
  /** Place of the `else` that came last, or -1. */
  #elseAt = -1;

  constructor(indices: Indices) {
    this.#indices = indices;
  }

  #op(code: number): void {
    this.#setAt = -1;
    this.#elseAt = -1;
    this.ended = false;
    this.out.u8(code);
  }

  plain(name: PlainInstruction): void {
    const code = OPCODE[name];
    if (code > 0xff) {
      this.#op(code >> 8);
      this.out.u32(code & 0xff);
    } else {
      this.#op(code);
    }
    this.ended = name === 'return' || name === 'unreachable';
  }

  i32(value: number): void {
    this.#op(0x41);
    this.out.s32(value);
  }

  i64(value: bigint): void {
    this.#op(0x42);
    this.out.s64(value);
  }

  f64(value: number): void {
    this.#op(0x44);
    this.out.f64(value);
  }

  symbol(kind: SymbolKind, name: string): void {
    this.i32(this.#indices.symbol(kind, name));
  }

  get(local: number): void {
    if (this.#setAt >= 0 && this.#setLocal === local) {
      this.out.patch(this.#setAt, LOCAL_TEE);
      this.#setAt = -1;
      return;
    }
    this.#op(LOCAL_GET);
    this.out.u32(local);
  }

  set(local: number): void {
    const at = this.out.length;
    this.#op(LOCAL_SET);
    this.out.u32(local);
    this.#setAt = at;
    this.#setLocal = local;
  }

  memory(name: MemoryInstruction, offset: number): void {
    const [code, align] = MEMORY_OPCODE[name];
    this.#op(code);
    this.out.u32(align);
    this.out.u32(offset);
  }

  memoryCopy(): void {
    this.#op(0xfc);
    for (const byte of [10, 0, 0]) this.out.u8(byte);
  }

  memoryFill(): void {
    this.#op(0xfc);
    for (const byte of [11, 0]) this.out.u8(byte);
  }

  memorySize(): void {
    this.#op(0x3f);
    this.out.u8(0);
  }

  memoryGrow(): void {
    this.#op(0x40);
    this.out.u8(0);
  }

  block(kind: 'block' | 'loop' | 'if', type: BlockType): void {
    this.#op(kind === 'block' ? 0x02 : kind === 'loop' ? 0x03 : 0x04);
    this.out.u8(type === 'i32' ? 0x7f : 0x40);
  }

  else(): void {
    const at = this.out.length;
    this.#op(0x05);
    this.#elseAt = at;
  }

  end(): void {
    // An empty else is left out.
    if (this.#elseAt >= 0) this.out.truncate(this.#elseAt);
    this.#op(0x0b);
  }

  br(depth: number): void {
    this.#op(0x0c);
    this.out.u32(depth);
    this.ended = true;
  }

  brIf(depth: number): void {
    this.#op(0x0d);
    this.out.u32(depth);
  }

  brTable(depths: readonly number[], fallback: number): void {
    this.#op(0x0e);
    this.out.u32(depths.length);
    for (const depth of depths) this.out.u32(depth);
    this.out.u32(fallback);
    this.ended = true;
  }

  call(func: string): void {
    this.#op(0x10);
    this.out.u32(this.#indices.func(func));
  }

  callHost(name: string): void {
    this.#op(0x10);
    this.out.u32(this.#indices.host(name));
  }

  callIndirect(signature: Signature): void {
    this.#op(0x11);
    this.out.u32(this.#indices.type(signature));
    this.out.u32(0);
  }
}

/** Writes WebAssembly text, one instruction a line; what only a layout knows is shown by its symbol. */
export class TextSink implements Sink {
  readonly lines: string[] = [];
  ended = false;
  #indent = 1;

  #line(text: string): void {
    this.ended = false;
    this.lines.push('  '.repeat(this.#indent) + text);
  }

  plain(name: PlainInstruction): void {
    this.#line(name);
    this.ended = name === 'return' || name === 'unreachable';
  }

  i32(value: number): void {
    this.#line(`i32.const ${value | 0}`);
  }

  i64(value: bigint): void {
    this.#line(`i64.const ${BigInt.asIntN(64, value)}`);
  }

  f64(value: number): void {
    this.#line(
      `f64.const ${Number.isNaN(value) ? 'nan' : Object.is(value, -0) ? '-0' : value === Infinity ? 'inf' : value === -Infinity ? '-inf' : value}`,
    );
  }

  symbol(kind: SymbolKind, name: string): void {
    this.#line(`i32.const 0 (; ${kind} ${name} ;)`);
  }

  get(local: number): void {
    const last = this.lines.at(-1)?.trim();
    if (last === `local.set ${local}`) this.lines[this.lines.length - 1] = `${'  '.repeat(this.#indent)}local.tee ${local}`;
    else this.#line(`local.get ${local}`);
  }

  set(local: number): void {
    this.#line(`local.set ${local}`);
  }

  memory(name: MemoryInstruction, offset: number): void {
    this.#line(offset === 0 ? name : `${name} offset=${offset >>> 0}`);
  }

  memoryCopy(): void {
    this.#line('memory.copy');
  }

  memoryFill(): void {
    this.#line('memory.fill');
  }

  memorySize(): void {
    this.#line('memory.size');
  }

  memoryGrow(): void {
    this.#line('memory.grow');
  }

  block(kind: 'block' | 'loop' | 'if', type: BlockType): void {
    this.#line(type === null ? kind : `${kind} (result ${type})`);
    this.#indent++;
  }

  else(): void {
    this.#indent--;
    this.#line('else');
    this.#indent++;
  }

  end(): void {
    this.#indent--;
    if (this.lines.at(-1) === `${'  '.repeat(this.#indent)}else`) this.lines.pop();
    this.#line('end');
  }

  br(depth: number): void {
    this.#line(`br ${depth}`);
    this.ended = true;
  }

  brIf(depth: number): void {
    this.#line(`br_if ${depth}`);
  }

  brTable(depths: readonly number[], fallback: number): void {
    this.#line(`br_table ${[...depths, fallback].join(' ')}`);
    this.ended = true;
  }

  call(func: string): void {
    this.#line(`call ${watName(func)}`);
  }

  callHost(name: string): void {
    this.#line(`call ${watName(`molt.${name}`)}`);
  }

  callIndirect(signature: Signature): void {
    const params = signature.params.length === 0 ? '' : ` (param ${signature.params.join(' ')})`;
    this.#line(`call_indirect${params}${signature.result === null ? '' : ` (result ${signature.result})`}`);
  }
}

/** A MIR name as a WebAssembly text identifier: characters that the text format refuses become `_`. */
export function watName(name: string): string {
  return `$${name.replace(/[^A-Za-z0-9!#$%&'*+\-./:<=>?@\\^_`|~]/g, '_')}`;
}
