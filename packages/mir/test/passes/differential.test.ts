/**
 * Random programs mean the same before and after the pipeline, at every level, while a collector destroys everything that is not rooted.
 */
import { CELL, TYPE_ID } from '@molt/abi';
import { describe, expect, it } from 'vitest';
import {
  createInterpreter,
  type Interpreter,
  InterpreterLimit,
  layoutModule,
  type Module,
  PIPELINE,
  runPipeline,
  type Scalar,
} from '../../src/index.ts';
import { INT_ARITHMETIC } from '../../src/int-arithmetic.ts';
import { readInt, writeInt } from '../../src/interp/int-objects.ts';
import { randomProgram } from '../support/random-program.ts';
import { testHost } from '../support/runtime.ts';
import { StressCollector } from '../support/stress-collector.ts';

const SEEDS = Number(process.env.MOLT_FUZZ_SEEDS ?? 60);
const FIRST = Number(process.env.MOLT_FUZZ_FIRST ?? 1);

function machineHost(trace: number[]) {
  const collector = new StressCollector();
  const host = testHost(trace);
  const functions = { ...host.functions };
  functions['rt.alloc'] = (memory, size, id) => collector.allocate(memory, size as number, id as number);
  functions['rt.box_float'] = (memory, x) => {
    const at = collector.allocate(memory, 16, TYPE_ID.float);
    memory.view.setFloat64(at + 8, x as number, true);
    return at;
  };
  for (const op of Object.keys(INT_ARITHMETIC)) {
    functions[op.replace('int.', 'rt.int_')] = (memory, a, b) => {
      const right = b === undefined ? 0n : readInt(memory, b as bigint);
      const value = (INT_ARITHMETIC[op] as (x: bigint, y: bigint) => bigint)(readInt(memory, a as bigint), right);
      return writeInt(memory, value, (size, id) => collector.allocate(memory, size, id));
    };
  }
  return { functions, maxSteps: 400_000 };
}

const ARGS: [bigint, bigint, number][] = [
  [3n, 5n, 1.5],
  [-7n, 2n ** 62n - 1n, 0],
  [-(2n ** 62n), -1n, 1e300],
];

/** Everything that can be seen of a run: result, exception, traceback, globals. */
function observe(module: Module, trace: number[], interpreter: Interpreter): unknown {
  const layout = layoutModule(module);
  return ARGS.map((args) => {
    trace.length = 0;
    let result: Scalar | null | string;
    try {
      result = interpreter.call(`f2`, args);
    } catch (error) {
      // Both levels stop somewhere else in a program that goes on for too long.
      if (error instanceof InterpreterLimit) return 'limit';
      throw error;
    }
    const { memory } = interpreter;
    const pending = interpreter.pending();
    const total = layout.globals.get('total');
    const seen = {
      result: pending ? 'raised' : String(readInt(memory, result as bigint)),
      exception: pending
        ? memory.u32(CELL.excPending) < 64
          ? memory.u32(CELL.excPending)
          : String(readInt(memory, memory.view.getBigInt64(memory.u32(CELL.excPending) + 8, true)))
        : null,
      total: total === undefined ? 'unused' : String(readInt(memory, memory.view.getBigInt64(total, true))),
      trace: [...trace],
    };
    memory.setU32(CELL.excPending, 0);
    return seen;
  });
}

function expected(module: Module): unknown {
  const trace: number[] = [];
  return observe(module, trace, createInterpreter(module, layoutModule(module), { ...testHost(trace), maxSteps: 200_000 }));
}

function actual(module: Module, options: Parameters<typeof runPipeline>[1]): unknown {
  const trace: number[] = [];
  const lowered = runPipeline(module, { ...options, verifyEach: true });
  return observe(lowered, trace, createInterpreter(lowered, layoutModule(lowered), machineHost(trace)));
}

describe('random programs', () => {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    it(`seed ${seed} means the same at every level`, () => {
      const module = randomProgram(seed);
      const before = expected(module);
      if ((before as unknown[]).includes('limit')) return;
      const drop = (answer: unknown): unknown =>
        (answer as Record<string, unknown>[]).map(({ total, ...rest }) => (total === 'unused' ? rest : { ...rest, total }));
      for (const level of [0, 1, 2] as const) {
        const after = drop(actual(module, { level, interrupts: true }));
        const reference = (before as Record<string, unknown>[]).map((row, k) =>
          'total' in ((after as Record<string, unknown>[])[k] as object) ? row : (({ total: _, ...rest }) => rest)(row),
        );
        expect({ level, after }).toEqual({ level, after: reference });
      }
    });
  }

  it('means the same without any single pass', () => {
    const names = [...new Set(PIPELINE.filter((pass) => !pass.required).map((pass) => pass.name))];
    for (const name of names) {
      for (const seed of [7, 11]) {
        const module = randomProgram(seed);
        const strip = (answer: unknown): unknown => (answer as Record<string, unknown>[]).map(({ total: _, ...rest }) => rest);
        expect({ name, seed, after: strip(actual(module, { level: 2, interrupts: false, disable: [name] })) }).toEqual({
          name,
          seed,
          after: strip(expected(module)),
        });
      }
    }
  });
});
