/** Instructions as WebAssembly text. */
import type { Signature } from '@molt/mir';
import type { MemoryInstruction, PlainInstruction } from './opcodes.ts';
import type { BlockType, Sink, SymbolKind } from './sink.ts';

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

  hint(likely: boolean): void {
    this.#line(`(@metadata.code.branch_hint "\\0${likely ? 1 : 0}")`);
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
