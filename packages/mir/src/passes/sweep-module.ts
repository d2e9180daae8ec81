/**
 * The module's half of dead code elimination: keeps what the exports reach.
 */
import type { Func, Inst, Module } from '../ir.ts';
import { type ImmOf, OPS } from '../ops.ts';
import { readSymbol } from '../symbol.ts';
import { appendsTrace, RAISE_RECURSION, RUNTIME_CALLS, runtimeName, TRACE_APPEND } from './runtime-calls.ts';

/** Removes functions, data, globals, heap types and table entries that nothing reachable mentions. A module without exports is left alone. */
export function sweepModule(module: Module): void {
  if (module.exports.size === 0) return;
  const keep = new Reach(module);
  for (const name of module.exports.values()) keep.func(name);
  // The recursion pass calls it, and may not have run yet; the last sweep, at machine level, knows.
  if (module.level === 'language') keep.func(runtimeName(RAISE_RECURSION));
  keep.run();
  drop(module.funcs, keep.funcs);
  drop(module.data, keep.data);
  drop(module.globals, keep.globals);
  // Type ids keep their order, so equal programs stay equal.
  drop(module.heapTypes, keep.types);
  const table = module.table.filter((name) => keep.table.has(name));
  module.table.splice(0, module.table.length, ...table);
}

function drop<T>(map: Map<string, T>, keep: ReadonlySet<string>): void {
  for (const key of map.keys()) if (!keep.has(key)) map.delete(key);
}

/** The things reached so far; functions and data wait in lists until their contents have been looked at. */
class Reach {
  readonly funcs = new Set<string>();
  readonly data = new Set<string>();
  readonly globals = new Set<string>();
  readonly types = new Set<string>();
  readonly table = new Set<string>();
  readonly #module: Module;
  readonly #work: string[] = [];
  readonly #dataWork: string[] = [];

  constructor(module: Module) {
    this.#module = module;
  }

  func(name: string): void {
    if (this.funcs.has(name) || !this.#module.funcs.has(name)) return;
    this.funcs.add(name);
    this.#work.push(name);
  }

  #entry(name: string): void {
    this.table.add(name);
    this.func(name);
  }

  #symbol(symbol: string): void {
    const { kind, name } = readSymbol(symbol);
    if (kind === 'func') this.#entry(name);
    else if (kind === 'global') this.globals.add(name);
    else if (kind === 'type') this.types.add(name);
    else if (!this.data.has(name)) {
      this.data.add(name);
      this.#dataWork.push(name);
    }
  }

  run(): void {
    for (;;) {
      const name = this.#work.pop();
      if (name !== undefined) {
        this.#body(this.#module.funcs.get(name) as Func);
        continue;
      }
      const item = this.#dataWork.pop();
      if (item === undefined) return;
      for (const { symbol } of this.#module.data.get(item)?.relocs ?? []) this.#symbol(symbol);
    }
  }

  #body(func: Func): void {
    for (const block of func.blocks) {
      if (!block) continue;
      for (const inst of block.insts) this.#inst(inst);
      if (appendsTrace(block.term)) this.func(runtimeName(TRACE_APPEND));
    }
  }

  #inst(inst: Inst): void {
    const slow = RUNTIME_CALLS[inst.op];
    if (slow !== undefined) this.func(runtimeName(slow));
    switch (OPS[inst.op].imm) {
      case 'call': {
        const { func, unwind } = inst.imm as ImmOf<'call'>;
        this.func(func);
        if (unwind === 'propagate' && inst.site >= 0) this.func(runtimeName(TRACE_APPEND));
        return;
      }
      case 'indirect':
        if (inst.site >= 0) this.func(runtimeName(TRACE_APPEND));
        return;
      case 'field':
        this.types.add((inst.imm as ImmOf<'field.get'>).type);
        return;
      case 'name': {
        const { name } = inst.imm as ImmOf<'new'>;
        if (inst.op === 'data.addr') this.#symbol(name);
        else if (inst.op === 'func.index') this.#entry(name);
        else if (inst.op === 'global.get' || inst.op === 'global.set') this.globals.add(name);
        else this.types.add(name);
        return;
      }
      case 'mem':
        // The error path of a list access leaves with a trace.
        if ((inst.op === 'list.get' || inst.op === 'list.set') && inst.site >= 0) this.func(runtimeName(TRACE_APPEND));
        return;
      case 'none':
        if ((inst.op === 'exc.set' || inst.op === 'frozen.check') && inst.site >= 0) this.func(runtimeName(TRACE_APPEND));
        return;
      default:
    }
  }
}
