/**
 * Rows per second of this package and of apache-arrow on the same bytes, interleaved, median of several rounds.
 *
 * Run from the root: `npx tsx --conditions=@molt/source packages/arrow-decode/bench/decode.ts [rows] [rounds]`.
 * `read` includes validation here; apache-arrow has none, so its reading is the cost of a parse alone.
 */
import * as arrow from 'apache-arrow';
import { batchFromValues, type Column, decodeStream, encodeStream, field, int, schema, slotReader } from '../src/index.ts';

const rows = Number(process.argv[2] ?? 200_000);
const rounds = Number(process.argv[3] ?? 9);

const fields = schema(
  field('id', int(64)),
  field('delay', int(16)),
  field('price', { kind: 'float', bits: 64 }),
  field('carrier', { kind: 'dictionary', id: 0, index: int(8), value: { kind: 'utf8' }, ordered: false }),
  field('note', { kind: 'utf8' }),
);
const carriers = ['AA', 'UA', 'DL', 'WN', 'B6'];
const range = Array.from({ length: rows }, (_, i) => i);
const bytes = encodeStream({
  schema: fields,
  batches: [
    batchFromValues(fields, [
      range.map(BigInt),
      range.map((i) => (i % 500) - 60),
      range.map((i) => i / 7),
      range.map((i) => carriers[i % 5]),
      range.map((i) => (i % 10 === 0 ? null : `note ${i % 1000}`)),
    ]),
  ],
});

/** Adds up something of every value, so that nothing is skipped. */
function sumOf(read: (index: number) => unknown, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const value = read(i);
    sum += typeof value === 'string' ? value.length : typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : 0;
  }
  return sum;
}

const ours = decodeStream(bytes);
const theirs = arrow.tableFromIPC(bytes);
const column = (name: string): Column => ours.batches[0]!.columns[fields.fields.findIndex((part) => part.name === name)]!;

type Case = { readonly name: string; readonly ours: () => number; readonly theirs: () => number };

const cases: Case[] = [
  { name: 'read', ours: () => decodeStream(bytes).batches[0]!.length, theirs: () => arrow.tableFromIPC(bytes).numRows },
  ...fields.fields.map(
    ({ name }): Case => ({
      name: `values of ${name}`,
      ours: () => sumOf(slotReader(column(name)), rows),
      theirs: () => {
        const vector = theirs.getChild(name)!;
        return sumOf((i) => vector.get(i), rows);
      },
    }),
  ),
  { name: 'write', ours: () => encodeStream(ours).byteLength, theirs: () => arrow.tableToIPC(theirs, 'stream').byteLength },
];

function seconds(run: () => number): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

const print = (perSecond: number): string => `${(perSecond / 1e6).toFixed(1)}M`.padStart(9);

process.stdout.write(`${rows} rows, ${bytes.byteLength} bytes, median of ${rounds}; million rows per second\n`);
process.stdout.write(`${'case'.padEnd(20)}${'molt'.padStart(9)}${'apache'.padStart(9)}${'ratio'.padStart(8)}\n`);
for (const one of cases) {
  if (one.name.startsWith('values') && one.ours() !== one.theirs()) throw new Error(`${one.name}: the two libraries read different values`);
  const own: number[] = [];
  const other: number[] = [];
  for (let round = -2; round < rounds; round++) {
    const [a, b] = [seconds(one.ours), seconds(one.theirs)];
    // Two rounds to warm up.
    if (round < 0) continue;
    own.push(a);
    other.push(b);
  }
  const [a, b] = [rows / median(own), rows / median(other)];
  process.stdout.write(`${one.name.padEnd(20)}${print(a)}${print(b)}${(a / b).toFixed(2).padStart(8)}\n`);
}
