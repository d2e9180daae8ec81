/** The options of `npm run bench`. */
import { parseArgs } from 'node:util';

/** Parsed options. */
export interface Options {
  /** Programs to run; empty: all. */
  readonly only: readonly string[];
  /** Engines to run; empty: all that are found. */
  readonly engines: readonly string[];
  readonly rounds: number;
  /** Folder of `latest.json` and `latest.md`; relative to the checkout. */
  readonly output: string;
  /** Measure what interrupt checks cost, and nothing else. */
  readonly interrupts: boolean;
  readonly help: boolean;
}

/** What `--help` prints. */
export const HELP = `npm run bench -- [options]

  --only NAME,NAME     programs of benchmarks/programs to run (default: all)
  --engines NAME,NAME  cpython, molt-wasm, molt-native, c, pypy, mypyc, cython, numba, codon (default: those found)
  --rounds N           interleaved rounds, 1 to 100 (default: 5)
  --output FOLDER      where latest.json and latest.md go (default: benchmarks/results)
  --interrupts         only what the interrupt checks of services cost, as interrupts.json and interrupts.md
  --help

CC names the C compiler, MOLT_PYTHON the CPython to compare with, MOLT_BENCH_PYTHON a Python that has mypyc, Cython or Numba.
`;

/** Reads the options; throws an Error that says what is wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: '' },
      engines: { type: 'string', default: '' },
      rounds: { type: 'string', default: '5' },
      output: { type: 'string', default: 'benchmarks/results' },
      interrupts: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) throw new Error(`expected --rounds from 1 to 100, got ${values.rounds}`);
  return {
    only: listOf(values.only),
    engines: listOf(values.engines),
    rounds,
    output: values.output,
    interrupts: values.interrupts,
    help: values.help,
  };
}

function listOf(text: string): string[] {
  return text.split(',').filter((name) => name !== '');
}
