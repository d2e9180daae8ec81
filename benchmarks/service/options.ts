/** Options of `npm run bench:service`. */
import { parseArgs } from 'node:util';

/** What a run does. */
export interface Options {
  /** Probes to run; empty for all. */
  readonly only: readonly string[];
  readonly rounds: number;
  /** Short runs: figures are indications, counts are small. */
  readonly quick: boolean;
  readonly json: boolean;
  readonly save: boolean;
  readonly help: boolean;
}

/** Text of --help. */
export const HELP = `npm run bench:service -- [options]

Measures the bars of the service path: latency, throughput, overload, stops, faults, memory.

  --only NAMES   probes to run, by comma: clients, overload, twin, stop, web, interrupts, chaos, memory, fuzz, codecs
  --rounds N     rounds of the timed probes, interleaved, 1 to 20 (default: 3)
  --quick        one short round and small counts
  --json         print the report as JSON
  --save         write benchmarks/results/service.json and service.md
  --help
`;

/** Reads the options; throws an Error that says what is wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: '' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      save: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const rounds = values.rounds === undefined ? (values.quick ? 1 : 3) : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 20) throw new Error(`expected --rounds from 1 to 20, got ${values.rounds}`);
  const only = values.only.split(',').filter((name) => name !== '');
  return { only, rounds, quick: values.quick, json: values.json, save: values.save, help: values.help };
}
