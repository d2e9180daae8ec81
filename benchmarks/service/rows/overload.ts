/**
 * Twice the load that a worker can take, with its defaults: how much it still finishes, how late, and how fast it says no.
 *
 * Service times are exponential around five milliseconds. Capacity is measured by keeping every slot busy; then calls come at random times at
 * twice that rate, whether or not answers come, and latency counts from the time at which a call was due.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { FigureName } from '../bars.ts';
import { type Bench, KINDS, startWorker, type WorkerKind } from '../bench.ts';
import { type LoadCall, quantile, runLoad, writeCalls } from '../load/load.ts';
import type { Findings, Probe } from '../probe.ts';

const MEAN_MS = 5;
const VARIANTS = 64;
const CONNECTIONS = 32;

/** Rounds of `work` at the middles of equal shares of an exponential distribution. */
function exponentialCalls(meanRounds: number): LoadCall[] {
  const times = Array.from({ length: VARIANTS }, (_, i) => -Math.log(1 - (i + 0.5) / VARIANTS));
  const mean = times.reduce((sum, time) => sum + time, 0) / VARIANTS;
  return times.map((time) => ({ exportName: 'work', input: { rounds: Math.round((time / mean) * meanRounds) } }));
}

/** Rounds that take the mean time. */
async function calibrate(bench: Bench, kind: WorkerKind, address: string): Promise<number> {
  const rounds = 400_000;
  const requests = await writeCalls(bench, `calibrate-${kind}`, [{ exportName: 'work', input: { rounds } }]);
  const { records } = await runLoad(bench, { address, protocol: 'mip', requests, connections: 1, seconds: 1, calls: 200 });
  const ms =
    quantile(
      records.map(({ latency }) => latency),
      0.5,
    ) / 1000;
  return (rounds * MEAN_MS) / ms;
}

async function measure(bench: Bench, kind: WorkerKind): Promise<Findings> {
  const socket = join(bench.folder, `overload-${kind}.sock`);
  const worker = await startWorker(bench, kind, socket);
  const [goodput, accepted, rejected] = (['goodput', 'accepted', 'rejected'] as const).map(
    (part) => `overload.${kind}.${part}` as FigureName,
  );
  if (worker === undefined) return { values: {} };
  try {
    const address = `unix:${socket}`;
    const requests = await writeCalls(bench, `overload-${kind}`, exponentialCalls(await calibrate(bench, kind, address)));
    const slots = availableParallelism();
    const seconds = bench.quick ? 2 : 8;
    const full = await runLoad(bench, { address, protocol: 'mip', requests, connections: slots * 2, depth: 1, seconds: seconds / 2 });
    const capacity = full.records.length / (Math.max(...full.records.map(({ at, latency }) => at + latency)) / 1e6);
    const { records, unanswered } = await runLoad(bench, {
      address,
      protocol: 'mip',
      requests,
      connections: CONNECTIONS,
      rate: 2 * capacity,
      seconds,
    });
    const done = records.filter(({ code }) => code === 0);
    const refused = records.filter(({ code }) => code >= 300 && code < 400);
    const others = records.length - done.length - refused.length;
    const end = Math.max(...done.map(({ at, latency }) => at + latency)) / 1e6;
    const meanMs = (slots / capacity) * 1000;
    const late =
      quantile(
        records.map((call) => call.late),
        0.99,
      ) / 1000;
    const p99 = (calls: typeof records): number =>
      quantile(
        calls.map(({ latency }) => latency),
        0.99,
      ) / 1000;
    const busy = refused.filter(({ code }) => code !== 302);
    return {
      values: {
        [goodput!]: (done.length / end / capacity) * 100,
        [accepted!]: p99(done) / meanMs,
        [rejected!]: p99(refused),
      },
      notes: [
        `overload ${kind}: capacity ${capacity.toFixed(0)}/s, mean service ${meanMs.toFixed(2)} ms, ${records.length} calls, ${done.length} done, ` +
          `${refused.length} refused (${busy.length} at the door, p99 ${p99(busy).toFixed(2)} ms), ${others} other, ${unanswered} unanswered; ` +
          `p99 of accepted ${p99(done).toFixed(1)} ms; the generator itself was late by ${late.toFixed(2)} ms at p99`,
      ],
    };
  } finally {
    await worker.stop();
  }
}

/** Both workers, one after the other. */
export const overload: Probe = {
  name: 'overload',
  timed: true,
  figures: KINDS.flatMap((kind) => [`overload.${kind}.goodput`, `overload.${kind}.accepted`, `overload.${kind}.rejected`] as const),
  async run(bench) {
    const found = [];
    for (const kind of KINDS) found.push(await measure(bench, kind));
    return { values: Object.assign({}, ...found.map(({ values }) => values)), notes: found.flatMap(({ notes = [] }) => notes) };
  },
};
