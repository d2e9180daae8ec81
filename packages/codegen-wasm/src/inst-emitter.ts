/**
 * Emits instructions and the values they need: a value that has a local is read from it, any other is computed in place.
 */
import { CELL, WORD } from '@molt/abi';
import { broken, invariant } from '@molt/diagnostics';
import type { Func, Inst, Module, Type } from '@molt/mir';
import { slotsToZero } from './frame-slots.ts';
import type { Graph } from './graph.ts';
import type { Locals } from './locals.ts';
import { LOAD, OPPOSITE, plainInstruction, STORE } from './opcodes.ts';
import type { Sink } from './sink.ts';
import type { Trees } from './trees.ts';

/** Runtime function that appends a site to the traceback. */
export const TRACE_APPEND = 'rt.trace_append';

/** Rare ways out of a function; each has one landing place at its end. */
export type RareExit = 'interrupt' | 'stack' | 'leave' | 'trace';

/** What emission of one function works with. */
export interface FuncPlan {
  readonly module: Module;
  readonly func: Func;
  readonly graph: Graph;
  readonly trees: Trees;
  readonly locals: Locals;
  readonly sink: Sink;
  /** Whether other threads may write the interrupt cell while the function runs. */
  readonly sharedMemory: boolean;
}

export class InstEmitter {
  readonly #plan: FuncPlan;
  readonly #sink: Sink;
  /** Branch depth of the landing place of a rare exit. */
  readonly #rareDepth: (exit: RareExit) => number;
  /** Whether the module keeps tracebacks at all. */
  readonly #traces: boolean;

  constructor(plan: FuncPlan, rareDepth: (exit: RareExit) => number) {
    this.#plan = plan;
    this.#sink = plan.sink;
    this.#rareDepth = rareDepth;
    this.#traces = plan.module.funcs.has(TRACE_APPEND);
  }

  /** Whether leaving at this site appends to the traceback. */
  isTraced(site: number): boolean {
    return site >= 0 && this.#traces;
  }

  /** Whether the instruction is a call that leaves the function when its callee raised. */
  propagates(inst: Inst): boolean {
    if (inst.op === 'call') {
      const { func, unwind } = (inst as Inst<'call'>).imm;
      return unwind === 'propagate' && this.#plan.module.funcs.get(func)?.attrs.raises !== false;
    }
    return inst.op === 'call.indirect' && (inst as Inst<'call.indirect'>).imm.unwind === 'propagate';
  }

  /** Emits the instructions of a block: `roots` are those of `insts` that are not part of another's tree. */
  block(insts: readonly Inst[], roots: readonly Inst[]): void {
    for (const inst of roots) {
      if (inst.op === 'frame.enter') this.#frameEnter(inst as Inst<'frame.enter'>, slotsToZero(insts, insts.indexOf(inst)));
      else this.#root(inst);
    }
  }

  /** Emits an instruction of a block: its result goes to its local, or away. */
  #root(inst: Inst): void {
    this.#inst(inst);
    if (inst.result < 0) return;
    if ((this.#plan.trees.uses[inst.result] as number) > 0) this.#sink.set(this.#plan.locals.of[inst.result] as number);
    else this.#sink.plain('drop');
  }

  /** Pushes a value. */
  value(value: number): void {
    const { trees, locals, func } = this.#plan;
    const def = trees.defs[value];
    if (def !== undefined && (trees.inlined[value] || trees.repeated[value])) {
      this.#inst(def);
      return;
    }
    const local = locals.of[value] as number;
    invariant(local >= 0, () => `v${value} has no local`, { pass: 'codegen-wasm', func: func.name });
    this.#sink.get(local);
  }

  /** Pushes a condition, or its opposite. */
  condition(value: number, negated: boolean): void {
    const { trees } = this.#plan;
    const def = trees.inlined[value] ? trees.defs[value] : undefined;
    if (def?.op === 'i32.eqz') {
      this.condition(def.args[0] as number, !negated);
      return;
    }
    const opposite = negated && def ? OPPOSITE[def.op] : undefined;
    if (def && opposite) {
      this.#values(def.args);
      this.#sink.plain(opposite);
      return;
    }
    this.value(value);
    if (negated) this.#sink.plain('i32.eqz');
  }

  loadCell(cell: number): void {
    this.#sink.i32(0);
    this.#sink.memory('i32.load', cell);
  }

  /** Pushes the interrupt cell as it is now. */
  loadInterrupt(): void {
    this.#sink.i32(0);
    this.#sink.memory(this.#plan.sharedMemory ? 'i32.atomic.load' : 'i32.load', CELL.interrupt);
  }

  /** Makes an exception pending. */
  storePending(value: number): void {
    this.#sink.i32(0);
    this.value(value);
    this.#sink.memory('i32.store', CELL.excPending);
  }

  #values(values: readonly number[]): void {
    for (const value of values) this.value(value);
  }

  /** Pushes an address and returns the displacement left for the instruction, which cannot be negative. */
  #address(base: number, offset: number): number {
    this.value(base);
    if (offset >= 0) return offset;
    this.#sink.i32(offset);
    this.#sink.plain('i32.add');
    return 0;
  }

  /** Emits an instruction with its operands; leaves its result on the stack. */
  #inst(any: Inst): void {
    const sink = this.#sink;
    const plain = plainInstruction(any.op);
    if (plain !== null) {
      this.#values(any.args);
      sink.plain(plain);
      return;
    }
    const [a, b, c] = any.args as readonly number[] as [number, number, number];
    switch (any.op) {
      case 'i32.const':
        return sink.i32((any as Inst<'i32.const'>).imm.value);
      case 'i64.const':
        return sink.i64((any as Inst<'i64.const'>).imm.value);
      case 'f64.const':
        return sink.f64((any as Inst<'f64.const'>).imm.value);
      case 'ref.null':
        return sink.i32(0);
      case 'data.addr':
        return sink.symbol('data', (any as Inst<'data.addr'>).imm.name);
      case 'type.id':
        return sink.symbol('type', (any as Inst<'type.id'>).imm.name);
      case 'func.index':
        return sink.symbol('func', (any as Inst<'func.index'>).imm.name);
      case 'select':
        this.#values([b, c, a]);
        return sink.plain('select');
      case 'load': {
        const { type, offset } = (any as Inst<'load'>).imm;
        return sink.memory(LOAD[type], this.#address(a, offset));
      }
      case 'store': {
        const { type, offset } = (any as Inst<'store'>).imm;
        const displacement = this.#address(a, offset);
        this.value(b);
        return sink.memory(STORE[type], displacement);
      }
      case 'root.set':
        return this.#rootSet(any as Inst<'root.set'>);
      case 'memory.copy':
        this.#values(any.args);
        return sink.memoryCopy();
      case 'memory.fill':
        this.#values(any.args);
        return sink.memoryFill();
      case 'memory.size':
        return sink.memorySize();
      case 'memory.grow':
        this.value(a);
        return sink.memoryGrow();
      case 'call':
        this.#values(any.args);
        sink.call((any as Inst<'call'>).imm.func);
        return this.#afterCall(any);
      case 'call.indirect': {
        const { params, result } = (any as Inst<'call.indirect'>).imm;
        this.#values([...any.args.slice(1), a]);
        sink.callIndirect({ params, result });
        return this.#afterCall(any);
      }
      case 'call.host':
        this.#values(any.args);
        return sink.callHost((any as Inst<'call.host'>).imm.name);
      case 'exc.pending':
        return this.loadCell(CELL.excPending);
      case 'exc.set':
        this.storePending(a);
        if (!this.isTraced(any.site)) return;
        sink.i32(any.site);
        return sink.call(TRACE_APPEND);
      case 'exc.take':
        this.loadCell(CELL.excPending);
        sink.i32(0);
        sink.i32(0);
        return sink.memory('i32.store', CELL.excPending);
      case 'interrupt.check':
        this.loadInterrupt();
        return sink.brIf(this.#rareDepth('interrupt'));
      case 'frame.leave':
        sink.i32(0);
        this.value(a);
        return sink.memory('i32.store', CELL.stackPtr);
      case 'frame.reset':
        sink.i32(0);
        this.value(a);
        sink.i32(8 * (any as Inst<'frame.reset'>).imm.slot);
        sink.plain('i32.add');
        return sink.memory('i32.store', CELL.stackPtr);
      default:
        return broken(`${any.op} is not a machine level op`, { pass: 'codegen-wasm', func: this.#plan.func.name });
    }
  }

  #afterCall(inst: Inst): void {
    if (!this.propagates(inst)) return;
    const traced = this.isTraced(inst.site);
    // The site lies below the condition: it is the value that the trace exit takes along.
    if (traced) this.#sink.i32(inst.site);
    this.loadCell(CELL.excPending);
    this.#sink.brIf(this.#rareDepth(traced ? 'trace' : 'leave'));
    if (traced) this.#sink.plain('drop');
  }

  /** Slots hold universal words: an address is stored with the tag of references. */
  #rootSet(inst: Inst<'root.set'>): void {
    const [frame, value] = inst.args as readonly number[] as [number, number];
    const type: Type | undefined = this.#plan.graph.values[value];
    this.value(frame);
    this.value(value);
    if (type === 'i32') {
      this.#sink.plain('i64.extend_i32_u');
      this.#sink.i64(WORD.refTag);
      this.#sink.plain('i64.or');
    }
    this.#sink.memory('i64.store', 8 * inst.imm.slot);
  }

  /** Sets its local itself, because it reads it at once. The collector reads all slots of a frame, so those in `zero` start empty. */
  #frameEnter(inst: Inst<'frame.enter'>, zero: readonly number[]): void {
    const sink = this.#sink;
    const local = this.#plan.locals.of[inst.result] as number;
    const bytes = 8 * inst.imm.slot;
    const pushEnd = () => {
      sink.get(local);
      sink.i32(bytes);
      sink.plain('i32.add');
    };
    this.loadCell(CELL.stackPtr);
    sink.set(local);
    pushEnd();
    this.loadCell(CELL.stackLimit);
    sink.plain('i32.gt_u');
    sink.brIf(this.#rareDepth('stack'));
    sink.i32(0);
    pushEnd();
    sink.memory('i32.store', CELL.stackPtr);
    for (const slot of zero) {
      sink.get(local);
      sink.i64(0n);
      sink.memory('i64.store', 8 * slot);
    }
  }
}
