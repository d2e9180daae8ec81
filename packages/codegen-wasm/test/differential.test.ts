/// <reference lib="dom" />
/** Random machine level functions give the same results, effects and memory as WASM and when evaluated directly. */
import { CELL } from '@molt/abi';
import { layoutModule, printFunc, verifyModule } from '@molt/mir';
import { Evaluator, type Host, randomModule, SCRATCH_BYTES, type Value, withScratch } from '@molt/mir/testing';
import { describe, expect, it } from 'vitest';
import { emitWasm } from '../src/index.ts';

/** What a run shows to the outside. */
interface Outcome {
  readonly result: unknown;
  readonly log: string[];
  readonly pending: number;
  readonly stackPtr: number;
  readonly scratch: string;
}

const TICKS = 200;

/** Host functions that log writes and end the run after so many blocks. */
function loggingHost(log: string[]): Host {
  let ticks = 0;
  return {
    clock: () => {
      if (++ticks > TICKS) throw new Error('out of ticks');
      return BigInt(ticks);
    },
    write: (site: Value) => {
      log.push(`trace ${site}`);
      return undefined;
    },
    trap: (reason: Value) => {
      throw new Error(`trap ${reason}`);
    },
  };
}

function outcome(run: () => unknown, memory: () => DataView, scratch: number, log: string[]): Outcome {
  let result: unknown;
  try {
    result = run();
    if (Number.isNaN(result)) result = 'nan';
    else if (Object.is(result, -0)) result = '-0';
  } catch (error) {
    result = (error as Error).message;
  }
  const m = memory();
  return {
    result,
    log,
    pending: m.getUint32(CELL.excPending, true),
    stackPtr: m.getUint32(CELL.stackPtr, true),
    scratch: Buffer.from(m.buffer as ArrayBuffer, scratch, SCRATCH_BYTES).toString('hex'),
  };
}

const INPUTS: readonly [number, bigint, number][] = [
  [0, 0n, 0],
  [1, -1n, -2.5],
  [-0x80000000, 2n ** 63n - 1n, Number.NaN],
];

describe('random functions', () => {
  for (let seed = 0; seed < 400; seed++) {
    it(`seed ${seed}`, async () => {
      const module = withScratch(randomModule(seed));
      const faults = verifyModule(module);
      expect(faults).toEqual([]);
      const layout = layoutModule(module, { stackBytes: 256 });
      const { bytes } = emitWasm(module, layout, { maxPages: 16 });
      const text = printFunc(module.funcs.get('main') as never);
      await WebAssembly.compile(bytes).catch((error: Error) => {
        throw new Error(`${error.message}\n${text}`);
      });
      const scratch = layout.data.get('scratch') as number;
      for (const input of INPUTS) {
        const log: string[] = [];
        const { instance } = (await WebAssembly.instantiate(bytes, {
          molt: loggingHost(log) as WebAssembly.ModuleImports,
        })) as unknown as WebAssembly.WebAssemblyInstantiatedSource;
        const exported = instance.exports as { memory: WebAssembly.Memory; main: (...args: Value[]) => unknown };
        const wasm = outcome(
          () => exported.main(...input),
          () => new DataView(exported.memory.buffer),
          scratch,
          log,
        );
        const directLog: string[] = [];
        const evaluator = new Evaluator(module, layout, loggingHost(directLog), 1);
        const direct = outcome(
          () => evaluator.call('main', input),
          () => evaluator.memory,
          scratch,
          directLog,
        );
        expect(wasm, text).toEqual(direct);
      }
    });
  }
});
