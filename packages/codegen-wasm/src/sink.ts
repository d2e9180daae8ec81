/**
 * Where generated instructions go: the body of a function in the binary format, or WebAssembly text.
 *
 * A store to a local that is read right after becomes `local.tee`, and an empty `else` is left out; the sinks do that, because only
 * they know what came last.
 */
import type { Signature } from '@molt/mir';
import type { MemoryInstruction, PlainInstruction } from './opcodes.ts';

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
  /** Says whether the condition of the `if` or `br_if` that comes next is usually true. */
  hint(likely: boolean): void;
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
