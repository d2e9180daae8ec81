/**
 * What interpreted instructions share: memory, control cells, calls by name, the pending exception.
 */
import { CELL, TRAP_REASON, WORD } from '@molt/abi';
import { broken } from '@molt/diagnostics';
import type { Func, Module } from '../ir.ts';
import type { Layout } from '../layout/layout.ts';
import type { Scalar } from '../pure-ops.ts';
import { LinearMemory } from './linear-memory.ts';
import { InterpreterLimit, InterpreterTrap } from './trap.ts';

/** Registers of one activation. */
export type Registers = Scalar[];

/** Runs an instruction; true when the function must be left because of a pending exception. */
export type Step = (registers: Registers) => boolean | void;

/** A function of the host or a replacement of a function of the module. */
export type HostFunction = (memory: LinearMemory, ...args: Scalar[]) => Scalar | null | void;

/** What the interpreter may use from outside. */
export interface InterpreterHost {
  /** Imports of the ABI by name. */
  readonly imports?: Readonly<Record<string, HostFunction>>;
  /** Replacements of functions of the module by name. */
  readonly functions?: Readonly<Record<string, HostFunction>>;
  /** Instructions that may run in all; default 100 million. */
  readonly maxSteps?: number;
  /** Largest memory in pages; default 16384 (1 GiB). */
  readonly maxPages?: number;
}

/** A function ready to run. */
export interface Code {
  readonly func: Func;
  readonly run: (args: readonly Scalar[]) => Scalar | null;
}

/** The state of one interpreter. */
export class Machine {
  readonly module: Module;
  readonly layout: Layout;
  readonly memory: LinearMemory;
  readonly host: InterpreterHost;
  readonly #code = new Map<string, Code>();
  readonly #compile: (machine: Machine, func: Func) => Code;
  readonly #maxSteps: number;
  #steps = 0;

  constructor(module: Module, layout: Layout, host: InterpreterHost, compile: (machine: Machine, func: Func) => Code) {
    this.module = module;
    this.layout = layout;
    this.host = host;
    this.#compile = compile;
    this.#maxSteps = host.maxSteps ?? 100_000_000;
    const maxPages = host.maxPages ?? 16_384;
    this.memory = new LinearMemory(Math.min(layout.initialPages + 1, maxPages), maxPages);
    for (const { address, bytes } of layout.segments) this.memory.bytes.set(bytes, address);
  }

  /** Counts steps of a block that starts. */
  count(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.#maxSteps) throw new InterpreterLimit(this.#maxSteps);
  }

  /** The code of a function, compiled at first use. */
  code(name: string): Code {
    const known = this.#code.get(name);
    if (known) return known;
    const func = this.module.funcs.get(name);
    if (!func) return broken(`function ${name} does not exist`);
    const replaced = this.host.functions?.[name];
    const code = replaced ? { func, run: (args: readonly Scalar[]) => replaced(this.memory, ...args) ?? null } : this.#compile(this, func);
    this.#code.set(name, code);
    return code;
  }

  /** Calls a runtime function; a trap when the module has none. */
  runtime(name: string, ...args: Scalar[]): Scalar | null {
    if (!this.module.funcs.has(`rt.${name}`)) throw new InterpreterTrap(TRAP_REASON.unreachable, `rt.${name} is needed and missing`);
    return this.code(`rt.${name}`).run(args);
  }

  /** Zeroed room for an object; bumps by itself when the module has no allocator. */
  allocate = (size: number, typeId: number): number => {
    if (this.module.funcs.has('rt.alloc')) return (this.runtime('alloc', size, typeId) as number) >>> 0;
    const at = this.memory.u32(CELL.heapPtr);
    const end = at + ((size + 7) & ~7);
    const missing = Math.ceil((end - this.memory.bytes.length) / 65536);
    if (missing > 0 && this.memory.grow(missing) < 0) throw new InterpreterTrap(TRAP_REASON.memory, 'memory is full');
    for (const cell of [CELL.heapPtr, CELL.heapLimit, CELL.heapEnd]) this.memory.setU32(cell, end);
    this.memory.setU32(at, typeId);
    return at;
  };

  get pending(): boolean {
    return this.memory.u32(CELL.excPending) !== 0;
  }

  set pendingException(ref: number) {
    this.memory.setU32(CELL.excPending, ref);
  }

  /** Appends to the traceback when the module keeps one. */
  trace(site: number): void {
    if (site >= 0 && this.module.funcs.has('rt.trace_append')) this.runtime('trace_append', site);
  }
}

/** The word of a reference register. */
export const refWord = (ref: Scalar): bigint => WORD.refTag | BigInt((ref as number) >>> 0);
