/**
 * What a pass is: a record with a name, a sentence, order constraints with reasons, and a function over a module.
 *
 * Passes change functions in place (blocks and attributes; instructions are replaced, never changed). The few that make a new module
 * return it. What one pass finds out for a later one travels in the context.
 */
import type { Module } from '../ir.ts';
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
