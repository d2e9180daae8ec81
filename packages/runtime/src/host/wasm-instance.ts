/// <reference path="./wasm-api.d.ts" />
/**
 * One instance of a compiled module: instantiation with imports, initialisation, calls, and the reset between calls.
 *
 * States: `new` -- init --> `ready` (or a script that has ended) -- freeze --> `frozen`; a fault of compiled code leads to `broken`
 * from anywhere, a trap does not: a trap ends the task, and the reset that follows every call puts memory back.
 *
 * A reset copies back what lies below the frozen data (cells and globals; the shadow stack between them is only read where the task itself
 * wrote it) and zeroes the heap of the task up to where it grew; the frozen image in between is never written by a task. In shared memory
 * the interrupt cell belongs to the thread that supervises: it may already be meant for the next task, so a reset leaves it alone.
 */
import { ABI_VERSION, CELL, CLOCK, EXPORT, IMPORT_MODULE, LAYOUT_SECTION, STACK_BASE, STATUS, STR } from '@molt/abi';
import { fault, MoltError } from '@molt/diagnostics';
import { completeHost, type HostFunctions } from './host-functions.ts';
import { moduleImports } from './module-imports.ts';
import { isShared } from './shared-memory.ts';
import { TrapError } from './trap-error.ts';

/** Limits of one call; each lasts for that call. */
export interface CallLimits {
  /** Bytes of linear memory that the task may use in all, frozen image included. Default: the module's own. */
  readonly memoryBytes?: number;
  /** Largest answer in bytes; a larger one stops the task with reason `output`. Default: no limit. */
  readonly outputBytes?: number;
  /** Milliseconds of wall time from receipt, for the code to see; the host itself stops it. Default: no limit. */
  readonly deadlineMs?: number;
  /** Reading of clock 1 when the call was received. Default: when it begins. */
  readonly receivedNs?: bigint;
  /** Milliseconds of CPU time, for the code to see. Default: no limit. */
  readonly cpuMs?: number;
  /** Bit 0: collect at every allocation; bit 1: poison freed memory. Default: 0. */
  readonly gcFlags?: number;
}

/** How a call ended: a result, an exception of the export, or input that does not match its schema. */
export interface CallAnswer {
  readonly status: 'returned' | 'failed' | 'invalidInput' | 'oversizedResult';
  /** The encoded result or the encoded error. */
  readonly bytes: Uint8Array;
}

/** How the module body ended. */
export interface InitAnswer {
  readonly status: 'returned' | 'failed';
  /** For scripts: what the process should exit with. */
  readonly exitCode: number;
}

/** Settings of an instance. */
export interface InstanceOptions {
  /** Whether the module body may use clock, entropy, input and arguments: true for scripts. Default: false. */
  readonly script?: boolean;
}

type State = 'new' | 'ready' | 'frozen' | 'used' | 'broken';

/** A module that can be initialised and called. */
export interface WasmInstance {
  readonly memory: WebAssembly.Memory;
  readonly state: State;
  /** Runs the module body. A script's whole program runs here. */
  init(limits?: CallLimits): InitAnswer;
  /** Makes everything allocated so far the frozen image that calls start from. */
  freeze(): void;
  /** Calls an export by its index with encoded arguments, then resets the heap of the task. */
  call(exportIndex: number, input: Uint8Array, limits?: CallLimits): CallAnswer;
  /** The same without the reset, so that an answer can be sent first; `reset` must follow before the next call, whatever came of this one. */
  callAndKeep(exportIndex: number, input: Uint8Array, limits?: CallLimits): CallAnswer;
  /** End of what the last call took of memory, in bytes: its heap and the frozen image below; valid until `reset`. */
  readonly peakBytes: number;
  /** Puts memory back to the frozen image; without effect when there is nothing to put back. */
  reset(): void;
}

/** Ends of a call other than a result, by their status word. */
const ANSWERS = new Map<number, CallAnswer['status']>([
  [STATUS.failed, 'failed'],
  [STATUS.invalidInput, 'invalidInput'],
  [STATUS.oversizedResult, 'oversizedResult'],
]);

/** Instantiates a compiled module. */
export function createInstance(module: WebAssembly.Module, host: HostFunctions = {}, options: InstanceOptions = {}): WasmInstance {
  return new Instance(module, host, options);
}

class Instance implements WasmInstance {
  readonly memory: WebAssembly.Memory;
  readonly #exports: Record<string, unknown>;
  /** End of what a task changes below the frozen data. */
  readonly #lowEnd: number;
  #state: State = 'new';
  #initialising = false;
  /** Copies of the low region as `freeze` left it, without the shadow stack: addresses, each with its bytes. */
  #restored: readonly (readonly [at: number, bytes: Uint8Array])[] = [];
  #heapBase = 0;
  /** The host's clock, for modules that can read it. */
  #clock: ((kind: number) => bigint) | undefined;

  constructor(module: WebAssembly.Module, host: HostFunctions, options: InstanceOptions) {
    const names = new Set(WebAssembly.Module.exports(module).map((e) => e.name));
    for (const name of [EXPORT.memory, EXPORT.init]) if (!names.has(name)) throw new MoltError(fault('MOLT6103', { name }));
    const complete = completeHost(host);
    if (WebAssembly.Module.imports(module).some(({ name }) => name === 'clock')) this.#clock = complete.clock;
    const imports = moduleImports(
      complete,
      () => this.memory.buffer,
      () => this.#initialising && !(options.script ?? false),
    );
    const instance = new WebAssembly.Instance(module, { [IMPORT_MODULE]: imports });
    this.#exports = instance.exports;
    this.memory = instance.exports[EXPORT.memory] as WebAssembly.Memory;
    const abi = names.has(EXPORT.abi) ? this.#export(EXPORT.abi)() : ABI_VERSION;
    if (Number(abi) >>> 16 !== ABI_VERSION >>> 16)
      throw new MoltError(fault('MOLT6102', { actual: versionText(Number(abi)), expected: versionText(ABI_VERSION) }));
    this.#lowEnd = lowEndOf(module) ?? this.#cell(CELL.heapBase);
  }

  get state(): State {
    return this.#state;
  }

  init(limits: CallLimits = {}): InitAnswer {
    this.#expect('new');
    this.#applyLimits(limits);
    this.#initialising = true;
    try {
      const status = this.#run(() => Number(this.#export(EXPORT.init)()));
      this.#state = 'ready';
      const failed = (status & 15) === STATUS.failed;
      const code = (status >>> 4) & 0xff;
      return { status: failed ? 'failed' : 'returned', exitCode: failed && code === 0 ? 1 : code };
    } catch (error) {
      this.#state = 'broken';
      throw error;
    } finally {
      this.#initialising = false;
    }
  }

  freeze(): void {
    this.#expect('ready');
    this.#run(() => this.#export(EXPORT.freeze)());
    this.#heapBase = this.#cell(CELL.heapBase);
    const low = new Uint8Array(this.memory.buffer).slice(0, this.#lowEnd);
    const stackEnd = this.#cell(CELL.stackLimit);
    const hasStack = stackEnd > STACK_BASE && stackEnd <= low.length;
    const kept = [isShared(this.memory.buffer) ? [CELL.interrupt, CELL.interrupt + 4] : [], hasStack ? [STACK_BASE, stackEnd] : []].flat();
    // What lies between the parts that are kept.
    const cuts = [0, ...kept, low.length];
    this.#restored = cuts.flatMap((at, i) => (i % 2 === 0 ? [[at, low.slice(at, cuts[i + 1])] as const] : []));
    this.#state = 'frozen';
  }

  call(exportIndex: number, input: Uint8Array, limits: CallLimits = {}): CallAnswer {
    this.#expect('frozen');
    try {
      return this.callAndKeep(exportIndex, input, limits);
    } finally {
      this.reset();
    }
  }

  callAndKeep(exportIndex: number, input: Uint8Array, limits: CallLimits = {}): CallAnswer {
    this.#expect('frozen');
    this.#applyLimits(limits);
    this.#state = 'used';
    return this.#run(() => {
      const address = Number(this.#export(EXPORT.alloc)(input.length)) >>> 0;
      new Uint8Array(this.memory.buffer).set(input, address);
      const status = Number(this.#export(EXPORT.call)(exportIndex, address, input.length)) & 15;
      const bytes = this.#result(limits.outputBytes);
      return { status: ANSWERS.get(status) ?? 'returned', bytes };
    });
  }

  /** A copy of the bytes object that the call left. */
  #result(limit = Number.POSITIVE_INFINITY): Uint8Array {
    const object = this.#cell(CELL.abiResult);
    const length = this.#cell(object + STR.byteLen);
    if (length > limit) throw new TrapError('output');
    return new Uint8Array(this.memory.buffer).slice(object + STR.bytes, object + STR.bytes + length);
  }

  get peakBytes(): number {
    return Math.min(this.#cell(CELL.heapEnd), this.memory.buffer.byteLength);
  }

  reset(): void {
    if (this.#state !== 'used') return;
    const { buffer } = this.memory;
    const heapEnd = Math.min(this.#cell(CELL.heapEnd), buffer.byteLength);
    // By words: engines fill shared memory one element at a time.
    if (heapEnd > this.#heapBase) new BigUint64Array(buffer).fill(0n, this.#heapBase >>> 3, (heapEnd + 7) >>> 3);
    const bytes = new Uint8Array(buffer);
    for (const [at, part] of this.#restored) bytes.set(part, at);
    this.#state = 'frozen';
  }

  #applyLimits(limits: CallLimits): void {
    const view = new DataView(this.memory.buffer);
    if (limits.memoryBytes !== undefined) view.setUint32(CELL.memoryLimit, Math.min(limits.memoryBytes, 0xffff_fff8), true);
    if (limits.gcFlags !== undefined) view.setUint32(CELL.gcFlags, limits.gcFlags, true);
    const { deadlineMs = 0, cpuMs = 0, receivedNs } = limits;
    view.setBigInt64(CELL.wallBudget, nanoseconds(deadlineMs), true);
    view.setBigInt64(CELL.cpuBudget, nanoseconds(cpuMs), true);
    // Only code that reads a clock can tell when it began; others do not pay for the readings. Reading the CPU clock costs as much as a small call,
    // so without a limit the code's first look at it is the start.
    if (this.#clock === undefined || this.#state === 'new') return;
    view.setBigInt64(CELL.wallStart, receivedNs ?? this.#clock(CLOCK.monotonic), true);
    if (cpuMs > 0) view.setBigInt64(CELL.cpuStart, this.#clock(CLOCK.threadCpu), true);
  }

  /** Runs compiled code; what the engine throws becomes a trap, or breaks the instance. */
  #run<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      if (error instanceof MoltError) throw error;
      // The engine's own stack is full: deep recursion, nothing is damaged that a reset does not put back.
      if (error instanceof RangeError && /call stack/i.test(error.message)) throw new TrapError('stack', error);
      this.#state = 'broken';
      if (error instanceof WebAssembly.RuntimeError) throw new TrapError('unreachable', error);
      throw error;
    }
  }

  #expect(state: State): void {
    if (this.#state === state) return;
    const why = this.#state === 'broken' ? 'compiled code failed in it' : `it is ${this.#state}, but this needs a ${state} one`;
    throw new MoltError(fault('MOLT6105', { why }));
  }

  #export(name: string): (...args: number[]) => unknown {
    const found = this.#exports[name];
    if (typeof found !== 'function') throw new MoltError(fault('MOLT6103', { name }));
    return found as (...args: number[]) => unknown;
  }

  #cell(at: number): number {
    return new DataView(this.memory.buffer).getUint32(at, true);
  }
}

function nanoseconds(milliseconds: number): bigint {
  return BigInt(Math.round(milliseconds * 1e6));
}

function versionText(version: number): string {
  return `${version >>> 16}.${version & 0xffff}`;
}

/** End of the mutable low region, from the module's layout section. */
function lowEndOf(module: WebAssembly.Module): number | undefined {
  const section = WebAssembly.Module.customSections(module, LAYOUT_SECTION)[0];
  if (section === undefined || section.byteLength < 12) return undefined;
  const view = new DataView(section);
  return view.getUint32(0, true) === 1 ? view.getUint32(4, true) : undefined;
}
