/**
 * What a pass is: a record with a name, a sentence, order constraints with reasons, and a function over a module.
 *
 * Passes change functions in place (blocks and attributes; instructions are replaced, never changed). The few that make a new module
 * return it. What one pass finds out for a later one travels in the context.
 */
import type { Func, Module } from '../ir.ts';
import type { IntFacts } from './legalise/func-lowering.ts';

/** What the caller wants from the pipeline, with every option filled in. */
export interface PassOptions {
  readonly level: 0 | 1 | 2;
  readonly interrupts: boolean;
}

/** Facts that passes hand on. */
export interface PassContext {
  readonly options: PassOptions;
  /** Bounds of ints by function, from the range analysis; used by legalisation. */
  facts: ReadonlyMap<string, IntFacts>;
  /** TRACE by function and value id, from legalisation; used by the roots pass. */
  traced: ReadonlyMap<string, readonly number[]>;
  /** Which functions have changed since a pass saw them last. */
  readonly changes: Changes;
}

/**
 * Remembers which functions changed, so that a pass that runs several times only looks at what is new to it. A pass that changes a function
 * without saying so costs an opportunity, never correctness.
 */
export class Changes {
  #clock = 1;
  readonly #changed = new WeakMap<Func, number>();
  readonly #seen = new Map<string, WeakMap<Func, number>>();

  /** Says that a function is not what it was. */
  touch(func: Func): void {
    this.#changed.set(func, ++this.#clock);
  }

  /** Runs a pass on the functions that changed since it last ran; `run` answers whether it changed the function. */
  eachStale(pass: string, module: Module, run: (func: Func) => boolean): void {
    let seen = this.#seen.get(pass);
    if (!seen) this.#seen.set(pass, (seen = new WeakMap()));
    for (const func of module.funcs.values()) {
      const last = seen.get(func);
      if (last !== undefined && last >= (this.#changed.get(func) ?? 0)) continue;
      if (run(func)) this.touch(func);
      // A pass is done with what it leaves behind itself.
      seen.set(func, this.#clock);
    }
  }
}

/** A pass. */
export interface Pass {
  readonly name: string;
  readonly doc: string;
  /** Passes that must have run before when they run at all, each with the reason. */
  readonly after: readonly { readonly pass: string; readonly because: string }[];
  /** Lowest optimisation level that runs it. */
  readonly level: 0 | 1 | 2;
  /** A pass that cannot be left out: its output is what code generators and the collector rely on. */
  readonly required: boolean;
  readonly run: (module: Module, context: PassContext) => Module | void;
}

/** Makes a pass; what is absent is: no constraints, level 1, not required. */
export function definePass(pass: Pick<Pass, 'name' | 'doc' | 'run'> & Partial<Pass>): Pass {
  return { after: [], level: 1, required: false, ...pass };
}
