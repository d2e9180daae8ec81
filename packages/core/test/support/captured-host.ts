/** A host that keeps what a program writes and feeds it a given input, for WebAssembly and for the interpreter. */
import { TRAP_REASON } from '@molt/abi';
import { type InterpreterHost, InterpreterTrap, type LinearMemory } from '@molt/mir';
import type { HostFunctions } from '@molt/runtime';

/** More output than this is a loop that does not end. */
const MAX_OUTPUT = 32 << 20;

/** The streams of one run. */
export class Streams {
  readonly #out: Uint8Array[] = [];
  readonly #err: Uint8Array[] = [];
  readonly #stdin: Uint8Array;
  #at = 0;
  #written = 0;

  constructor(stdin: string) {
    this.#stdin = new TextEncoder().encode(stdin);
  }

  write = (fd: number, bytes: Uint8Array): void => {
    this.#written += bytes.length;
    if (this.#written > MAX_OUTPUT) throw new Error(`the program wrote more than ${MAX_OUTPUT} bytes`);
    (fd === 2 ? this.#err : this.#out).push(bytes.slice());
  };

  read = (_fd: number, into: Uint8Array): number => {
    const part = this.#stdin.subarray(this.#at, this.#at + into.length);
    into.set(part);
    this.#at += part.length;
    return part.length;
  };

  get texts(): { readonly stdout: string; readonly stderr: string } {
    return { stdout: Buffer.concat(this.#out).toString(), stderr: Buffer.concat(this.#err).toString() };
  }
}

/** Host functions of a WebAssembly instance over streams. */
export function wasmHost(streams: Streams, args: readonly string[]): HostFunctions {
  return { write: streams.write, read: streams.read, args };
}

/** Imports of the interpreter over streams. */
export function interpreterImports(streams: Streams, args: readonly string[]): NonNullable<InterpreterHost['imports']> {
  const range = (memory: LinearMemory, address: unknown, length: unknown): Uint8Array => {
    const [at, size] = [(address as number) >>> 0, (length as number) >>> 0];
    memory.check(at, size);
    return memory.bytes.subarray(at, at + size);
  };
  return {
    write: (memory, fd, address, length) => streams.write(fd as number, range(memory, address, length)),
    read: (memory, fd, address, capacity) => streams.read(fd as number, range(memory, address, capacity)),
    clock: (_memory, kind) => (kind === 0 ? BigInt(Date.now()) * 1_000_000n : BigInt(Math.round(performance.now() * 1e6))),
    entropy: (memory, address, length) => {
      crypto.getRandomValues(range(memory, address, length));
    },
    arg: (memory, index, address, capacity) => {
      const arg = args[index as number];
      if (arg === undefined) return -1;
      const bytes = new TextEncoder().encode(arg);
      range(memory, address, capacity).set(bytes.subarray(0, (capacity as number) >>> 0));
      return bytes.length;
    },
    trap: (_memory, reason) => {
      const [name] = Object.entries(TRAP_REASON).find(([, value]) => value === reason) ?? ['unknown'];
      throw new InterpreterTrap(reason as number, name);
    },
  };
}
