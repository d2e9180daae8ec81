/** Latency and throughput of the Python client on its three transports, as `python_client.py` measures them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FigureName } from '../bars.ts';
import { moltOf, output, startServer } from '../bench.ts';
import type { Probe } from '../probe.ts';

interface Measured {
  readonly p50_us: number;
  readonly p99_us: number;
  readonly calls_per_s: number;
}

const FIGURES = [
  'client.native.p50',
  'client.native.p99',
  'client.node.p50',
  'client.node.p99',
  'client.socket.p50',
  'asyncio.native',
  'asyncio.node',
  'inproc.p50',
] as const satisfies readonly FigureName[];

/** Runs the script against both workers. */
export const clients: Probe = {
  name: 'clients',
  timed: true,
  figures: FIGURES,
  async run(bench) {
    const script = join(bench.root, 'benchmarks/service/python_client.py');
    const artifact = join(bench.folder, 'echo.molt');
    if (!existsSync(artifact))
      await output([
        moltOf(bench.root),
        'build',
        join(bench.root, 'benchmarks/service/echo_service.py'),
        '-o',
        artifact,
        '--exports',
        'echo',
      ]);
    const calls = bench.quick ? '5000' : '40000';
    const measure = async (mode: string, ...more: string[]): Promise<Measured> =>
      JSON.parse(
        (await output([bench.python, script, mode, '--artifact', artifact, '--calls', calls, ...more])).trim().split('\n').at(-1)!,
      );
    const values: Partial<Record<FigureName, number>> = {};
    const missing: Partial<Record<FigureName, string>> = {};
    /** One mode; when it fails only its own figures are missing. */
    const take = async (mode: string, names: Partial<Record<keyof Measured, FigureName>>, ...more: string[]): Promise<void> => {
      const wanted = Object.entries(names) as [keyof Measured, FigureName][];
      try {
        const found = await measure(mode, ...more);
        for (const [part, name] of wanted) values[name] = found[part];
      } catch (error) {
        for (const [, name] of wanted) missing[name] = (error as Error).message;
      }
    };
    await take('socket', { p50_us: 'client.socket.p50' });
    if (existsSync(join(artifact, 'molt_worker'))) {
      await take('inproc', { p50_us: 'inproc.p50' });
      await take('blocking', { p50_us: 'client.native.p50', p99_us: 'client.native.p99' });
      await take('asyncio', { calls_per_s: 'asyncio.native' });
    }
    const socket = join(bench.folder, 'echo-node.sock');
    const node = await startServer([moltOf(bench.root), 'worker', artifact, '--socket', socket, '--queue', '128', '--quiet']);
    try {
      await take('blocking', { p50_us: 'client.node.p50', p99_us: 'client.node.p99' }, '--socket', socket);
      await take('asyncio', { calls_per_s: 'asyncio.node' }, '--socket', socket);
    } finally {
      await node.stop();
    }
    return { values, missing };
  },
};
