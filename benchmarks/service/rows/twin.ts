/**
 * The endpoint `quote` in the native worker against the same in Go: net/http with encoding/json, over a Unix socket and over a port.
 *
 * Both answer the same baskets from the same generator with as many connections, one call at a time on each; the answers are compared first.
 */
import { existsSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { MipClient } from '@molt/ipc/node';
import { linkSchemaSet } from '@molt/schema-ir';
import type { FigureName } from '../bars.ts';
import { type Bench, output, startServer, startWorker } from '../bench.ts';
import { quantile, runLoad, writeCalls, writeHttp } from '../load/load.ts';
import type { Findings, Probe } from '../probe.ts';

const BASKETS = 32;
const LINES = 40;
/** As many as the worker takes without turning some away: its queue holds four per slot. */
const CONNECTIONS = 4 * availableParallelism();
const PORT = 42817;

interface Basket {
  readonly [name: string]: unknown;
  readonly lines: readonly { sku: string; category: string; quantity: number; price: number }[];
  readonly region: string;
}

/** The same baskets in every run. */
function baskets(): Basket[] {
  let state = 20_231;
  const below = (bound: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % bound;
  };
  return Array.from({ length: BASKETS }, () => ({
    lines: Array.from({ length: LINES }, () => ({
      sku: `sku-${below(10_000)}`,
      category: `category ${below(8)}`,
      quantity: 1 + below(150),
      price: below(100_000) / 100,
    })),
    region: ['north', 'south', 'islands', 'elsewhere'][below(4)]!,
  }));
}

function ask(path: string, body: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: path, path: '/quote', method: 'POST' }, (answer) => {
      let text = '';
      answer.on('data', (data: Buffer) => (text += data.toString()));
      answer.on('end', () => resolve(JSON.parse(text)));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Both must give the same quotes, else their speed means nothing. */
async function compareAnswers(worker: string, go: string): Promise<void> {
  const client = await MipClient.connect({ path: worker });
  const quote = linkSchemaSet(client.exports()).get('quote')!;
  for (const basket of baskets()) {
    const mine = quote.output.decode(await client.call('quote', quote.input.encode(basket), { deadlineMs: 5000 }));
    const theirs = await ask(go, JSON.stringify(basket));
    const plain = JSON.parse(JSON.stringify(mine, (_, value) => (typeof value === 'bigint' ? Number(value) : value)));
    if (!isDeepStrictEqual(plain, theirs)) throw new Error(`the quotes differ: ${JSON.stringify(plain)} and ${JSON.stringify(theirs)}`);
  }
  await client.close();
}

async function goServer(bench: Bench): Promise<string | undefined> {
  const program = join(bench.folder, 'quote-go');
  if (existsSync(program)) return program;
  try {
    await output(['go', 'version']);
  } catch {
    return undefined;
  }
  await output(['go', 'build', '-o', program, join(bench.root, 'benchmarks/service/twin/quote.go')]);
  return program;
}

const FIGURES = ['twin.unix.throughput', 'twin.unix.p99', 'twin.tcp.throughput', 'twin.tcp.p99'] as const satisfies readonly FigureName[];

function without(reason: string): Findings {
  return { values: {}, missing: Object.fromEntries(FIGURES.map((name) => [name, reason])) };
}

/** The native worker against Go. */
export const twin: Probe = {
  name: 'twin',
  timed: true,
  figures: FIGURES,
  async run(bench) {
    const program = await goServer(bench);
    if (program === undefined) return without('there is no Go compiler');
    const [socket, goSocket] = [join(bench.folder, 'twin.sock'), join(bench.folder, 'twin-go.sock')];
    // Go does not take over the socket that its run in the round before left behind.
    rmSync(goSocket, { force: true });
    const worker = await startWorker(bench, 'native', socket);
    if (worker === undefined) return without('there is no native worker: no C compiler');
    const servers = [worker, await startServer([program, `unix:${goSocket}`]), await startServer([program, `tcp:${PORT}`])];
    try {
      await compareAnswers(socket, goSocket);
      const all = baskets();
      const calls = await writeCalls(
        bench,
        'twin',
        all.map((input) => ({ exportName: 'quote', input })),
      );
      const http = writeHttp(
        bench,
        'twin-http',
        '/quote',
        all.map((basket) => JSON.stringify(basket)),
      );
      const seconds = bench.quick ? 1 : 3;
      const measure = async (address: string, protocol: 'mip' | 'http'): Promise<{ rate: number; p99: number }> => {
        const requests = protocol === 'mip' ? calls : http;
        const { records, unanswered } = await runLoad(bench, { address, protocol, requests, connections: CONNECTIONS, seconds });
        const failed = records.filter(({ code }) => code !== 0).length;
        if (failed + unanswered > 0) throw new Error(`${address}: ${failed} calls failed, ${unanswered} had no answer`);
        return {
          rate: records.length / seconds,
          p99: quantile(
            records.map(({ latency }) => latency),
            0.99,
          ),
        };
      };
      const own = await measure(`unix:${socket}`, 'mip');
      const unix = await measure(`unix:${goSocket}`, 'http');
      const tcp = await measure(`tcp:${PORT}`, 'http');
      const told = (name: string, { rate, p99 }: typeof own): string => `${name} ${rate.toFixed(0)}/s, p99 ${(p99 / 1000).toFixed(2)} ms`;
      return {
        values: {
          'twin.unix.throughput': own.rate / unix.rate,
          'twin.unix.p99': own.p99 / unix.p99,
          'twin.tcp.throughput': own.rate / tcp.rate,
          'twin.tcp.p99': own.p99 / tcp.p99,
        },
        notes: [
          `quote of ${LINES} lines: ${[told('Molt', own), told('Go over a Unix socket', unix), told('Go over a port', tcp)].join('; ')}`,
        ],
      };
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  },
};
