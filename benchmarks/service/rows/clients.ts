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
    values['client.socket.p50'] = (await measure('socket')).p50_us;
    if (existsSync(join(artifact, 'molt_worker'))) {
      values['inproc.p50'] = (await measure('inproc')).p50_us;
      const blocking = await measure('blocking');
      values['client.native.p50'] = blocking.p50_us;
      values['client.native.p99'] = blocking.p99_us;
      values['asyncio.native'] = (await measure('asyncio')).calls_per_s;
    }
    const socket = join(bench.folder, 'echo-node.sock');
    const node = await startServer([moltOf(bench.root), 'worker', artifact, '--socket', socket, '--quiet']);
    try {
      const blocking = await measure('blocking', '--socket', socket);
      values['client.node.p50'] = blocking.p50_us;
      values['client.node.p99'] = blocking.p99_us;
      values['asyncio.node'] = (await measure('asyncio', '--socket', socket)).calls_per_s;
    } finally {
      await node.stop();
    }
    return { values };
  },
};
