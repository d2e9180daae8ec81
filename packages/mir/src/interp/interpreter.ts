/**
 * The MIR interpreter: runs both levels over a real linear memory. It is the third oracle beside CPython and compiled code.
 *
 * Functions become closures when they are first called. At language level there are no roots, so the collector must not run: calls of
 * `rt.collect` do nothing there. An exception that leaves the outermost function stays pending in its cell; the caller looks.
 */
import type { Module } from '../ir.ts';
import type { Layout } from '../layout/layout.ts';
import type { Scalar } from '../pure-ops.ts';
import { asTrap, compileFunc } from './compile-func.ts';
import type { LinearMemory } from './linear-memory.ts';
import { type InterpreterHost, Machine } from './machine.ts';

/** A module ready to run. */
export interface Interpreter {
  /** Calls a function by MIR name; i32 and f64 are numbers (i32 signed), i64, int and val are signed 64-bit bigints, ref is a signed number. */
  readonly call: (func: string, args?: readonly Scalar[]) => Scalar | null;
  readonly memory: LinearMemory;
  /** Whether an exception is pending. */
  readonly pending: () => boolean;
}

/** Makes an interpreter with memory as the layout describes it. Throws InterpreterTrap and InterpreterLimit from `call`. */
export function createInterpreter(module: Module, layout: Layout, host: InterpreterHost = {}): Interpreter {
  const calm = module.level === 'language' ? { ...host, functions: { 'rt.collect': () => null, ...host.functions } } : host;
  const machine = new Machine(module, layout, calm, compileFunc);
  return {
    call: (func, args = []) => {
      try {
        return machine.code(func).run(args);
      } catch (error) {
        throw asTrap(error);
      }
    },
    memory: machine.memory,
    pending: () => machine.pending,
  };
}
