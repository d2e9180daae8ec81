/**
 * The bars of the service path: every figure with its floor, its aim, and what a measured value is worth against them.
 *
 * Rows of the table are figures; probes measure them and know nothing of bars.
 */

/** One figure with its bars. Without bars it is told for comparison only. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly better: 'less' | 'more';
  readonly floor?: number;
  readonly aim?: number;
  /** How thorough a run was: a quick one is not measured by it. */
  readonly thoroughness?: true;
}

/** All figures by name, in the order of the table. */
export const FIGURES = {
  'client.native.p50': {
    what: 'small call, Python blocking client to the native worker, p50',
    unit: 'µs',
    better: 'less',
    floor: 80,
    aim: 60,
  },
  'client.native.p99': { what: 'the same, p99', unit: 'µs', better: 'less', floor: 250, aim: 150 },
  'client.node.p50': { what: 'small call to the Node worker, p50', unit: 'µs', better: 'less' },
  'client.node.p99': { what: 'the same, p99', unit: 'µs', better: 'less' },
  'client.socket.p50': { what: 'the same bytes between two Python processes over a bare socket, p50', unit: 'µs', better: 'less' },
  'asyncio.native': {
    what: 'one asyncio connection at depth 64, native worker',
    unit: 'calls/s',
    better: 'more',
    floor: 40_000,
    aim: 100_000,
  },
  'asyncio.node': { what: 'the same with the Node worker', unit: 'calls/s', better: 'more' },
  'inproc.p50': { what: 'in-process call through molt_accel, 100 B in and out, p50', unit: 'µs', better: 'less', floor: 12, aim: 5 },
  'web.django.throughput': {
    what: 'CPU-heavy Django endpoint, offload against baseline, req/s',
    unit: '×',
    better: 'more',
    floor: 5,
    aim: 15,
  },
  'web.django.p99': { what: 'the same, p99 against baseline', unit: '×', better: 'less', floor: 1 / 5, aim: 1 / 15 },
  'web.fastapi.throughput': {
    what: 'CPU-heavy FastAPI endpoint, offload against baseline, req/s',
    unit: '×',
    better: 'more',
    floor: 5,
    aim: 15,
  },
  'web.fastapi.p99': { what: 'the same, p99 against baseline', unit: '×', better: 'less', floor: 1 / 5, aim: 1 / 15 },
  'overload.native.goodput': { what: 'at 2× load, native worker: goodput', unit: '%', better: 'more', floor: 90, aim: 95 },
  'overload.native.accepted': { what: 'p99 of accepted calls over the mean service time', unit: '×', better: 'less', floor: 15, aim: 10 },
  'overload.native.rejected': { what: 'p99 of a rejection', unit: 'ms', better: 'less', floor: 2, aim: 1 },
  'overload.node.goodput': { what: 'at 2× load, Node worker: goodput', unit: '%', better: 'more', floor: 90, aim: 95 },
  'overload.node.accepted': { what: 'p99 of accepted calls over the mean service time', unit: '×', better: 'less', floor: 15, aim: 10 },
  'overload.node.rejected': { what: 'p99 of a rejection', unit: 'ms', better: 'less', floor: 2, aim: 1 },
  'twin.unix.throughput': {
    what: 'req/s over the same endpoint in Go, net/http on a Unix socket',
    unit: '×',
    better: 'more',
    floor: 0.6,
    aim: 1,
  },
  'twin.unix.p99': { what: 'the same, p99', unit: '×', better: 'less', floor: 2, aim: 1 },
  'twin.tcp.throughput': { what: 'req/s over Go, net/http on a port', unit: '×', better: 'more', floor: 0.6, aim: 1 },
  'twin.tcp.p99': { what: 'the same, p99', unit: '×', better: 'less', floor: 2, aim: 1 },
  'stop.native.deadline': {
    what: 'stop of a CPU-bound loop after its deadline, native, p99',
    unit: 'ms',
    better: 'less',
    floor: 20,
    aim: 5,
  },
  'stop.native.cpu': { what: 'after its CPU limit, native, p99', unit: 'ms', better: 'less', floor: 20, aim: 5 },
  'stop.native.cancel': { what: 'after a cancel, native, p99', unit: 'ms', better: 'less', floor: 20, aim: 5 },
  'stop.node.deadline': { what: 'stop of a CPU-bound loop after its deadline, Node, p99', unit: 'ms', better: 'less', floor: 20, aim: 5 },
  'stop.node.cpu': { what: 'after its CPU limit, Node, p99', unit: 'ms', better: 'less', floor: 20, aim: 5 },
  'stop.node.cancel': { what: 'after a cancel, Node, p99', unit: 'ms', better: 'less', floor: 20, aim: 5 },
  interrupts: { what: 'interrupt checks, geometric mean cost over the compute set', unit: '%', better: 'less', floor: 8, aim: 3 },
  'chaos.cycles': { what: 'SIGKILL cycles of worker or client', unit: '', better: 'more', floor: 2000, aim: 2000, thoroughness: true },
  'chaos.calls': { what: 'calls made meanwhile', unit: '', better: 'more' },
  'chaos.faults': { what: 'calls with no answer, a wrong one, or a false "not executed"', unit: '', better: 'less', floor: 0, aim: 0 },
  'fuzz.frames': {
    what: 'damaged frames sent to decoders and workers',
    unit: '',
    better: 'more',
    floor: 1_000_000,
    aim: 1_000_000,
    thoroughness: true,
  },
  'fuzz.faults': { what: 'crashes, hangs, allocations beyond the bound', unit: '', better: 'less', floor: 0, aim: 0 },
  'memory.native.drift': {
    what: 'resident memory of the native worker over the calls',
    unit: '%',
    better: 'less',
    floor: 5,
    aim: 1,
    thoroughness: true,
  },
  'memory.node.drift': {
    what: 'resident memory of the Node worker over the calls',
    unit: '%',
    better: 'less',
    floor: 5,
    aim: 1,
    thoroughness: true,
  },
  'memory.calls': {
    what: 'calls of that run, each worker',
    unit: '',
    better: 'more',
    floor: 1_000_000,
    aim: 1_000_000,
    thoroughness: true,
  },
  'codecs.values': {
    what: 'random values encoded by all encoders',
    unit: '',
    better: 'more',
    floor: 100_000,
    aim: 100_000,
    thoroughness: true,
  },
  'codecs.differences': { what: 'values whose bytes differ', unit: '', better: 'less', floor: 0, aim: 0 },
} as const satisfies Record<string, Figure>;

/** The name of a figure. */
export type FigureName = keyof typeof FIGURES;

/** What a value is worth. */
export type Verdict = 'aim' | 'floor' | 'below' | 'told';

/** Compares a value with the bars of its figure. */
export function verdictOf(name: FigureName, value: number, quick = false): Verdict {
  const { better, floor, aim, thoroughness }: Figure = FIGURES[name];
  if (floor === undefined || aim === undefined || (quick && thoroughness)) return 'told';
  const reaches = (bar: number): boolean => (better === 'less' ? value <= bar : value >= bar);
  return reaches(aim) ? 'aim' : reaches(floor) ? 'floor' : 'below';
}
