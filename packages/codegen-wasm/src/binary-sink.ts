/** Instructions as the bytes of the WebAssembly binary format. */
import type { Signature } from '@molt/mir';
import { ByteWriter } from './byte-writer.ts';
import { MEMORY_OPCODE, type MemoryInstruction, OPCODE, type PlainInstruction } from './opcodes.ts';
import type { BlockType, Sink, SymbolKind } from './sink.ts';

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
  /** Usual outcomes of conditions: offset of the `if` or `br_if` in the code, and whether it is usually taken. */
  readonly hints: { readonly offset: number; readonly likely: boolean }[] = [];
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
    if (code > 0xff) {
      this.#op(code >> 8);
      this.out.u32(code & 0xff);
    } else {
      this.#op(code);
    }
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

  hint(likely: boolean): void {
    this.hints.push({ offset: this.out.length, likely });
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
