/**
 * What a worker counts: calls, waiting times, refusals, outcomes, CPU and memory, under the names of OpenTelemetry with `_` for `.`.
 *
 * README.md lists the metrics; the native worker has the same.
 */
import { MIP_ERRORS, type MipErrorName } from '@molt/ipc';
import { TASK_REASONS, type TaskReason } from '../task/task-reason.ts';
import { Histogram, MetricsText } from './metrics-text.ts';

/** Upper bounds of durations in seconds. */
const SECONDS: readonly number[] = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** How a call ended, for the `outcome` label: `ok`, or the name of its error. */
export type CallOutcome = 'ok' | MipErrorName;

/** One call that has ended. */
export interface EndedCall {
  readonly exportIndex: number;
  readonly outcome: CallOutcome;
  readonly reason: TaskReason;
  /** Milliseconds from receipt to the answer. */
  readonly totalMs: number;
  /** Milliseconds that it waited; undefined if it never ran. */
  readonly queuedMs: number | undefined;
  readonly cpuUs: number;
  readonly peakBytes: number;
}

/** What is true at the moment, read when somebody asks. */
export interface WorkerGauges {
  readonly queued: number;
  readonly running: number;
  readonly slots: number;
  readonly connections: number;
  readonly creditLeft: number;
}

/** The counters of one worker. */
export class WorkerMetrics {
  readonly #exports: readonly string[];
  readonly #durations: readonly Map<CallOutcome, Histogram>[];
  readonly #delay = new Histogram(SECONDS);
  readonly #rejected = new Map<MipErrorName, number>();
  readonly #reasons = new Map<TaskReason, number>();
  readonly #cpuUs: Float64Array;
  readonly #peaks: Float64Array;

  constructor(exports: readonly string[]) {
    this.#exports = exports;
    this.#durations = exports.map(() => new Map());
    this.#cpuUs = new Float64Array(exports.length);
    this.#peaks = new Float64Array(exports.length);
  }

  /** Counts a call that the scheduler took in. */
  ended({ exportIndex, outcome, reason, totalMs, queuedMs, cpuUs, peakBytes }: EndedCall): void {
    const byOutcome = this.#durations[exportIndex] as Map<CallOutcome, Histogram>;
    let durations = byOutcome.get(outcome);
    if (durations === undefined) {
      durations = new Histogram(SECONDS);
      byOutcome.set(outcome, durations);
    }
    durations.observe(totalMs / 1000);
    if (queuedMs !== undefined) this.#delay.observe(queuedMs / 1000);
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    if (outcome !== 'ok' && isRejection(outcome)) this.rejected(outcome);
    this.#cpuUs[exportIndex] = (this.#cpuUs[exportIndex] as number) + cpuUs;
    if (peakBytes > (this.#peaks[exportIndex] as number)) this.#peaks[exportIndex] = peakBytes;
  }

  /** Counts a call that was refused before it reached the scheduler, such as one to an unknown export. */
  rejected(name: MipErrorName): void {
    this.#rejected.set(name, (this.#rejected.get(name) ?? 0) + 1);
  }

  /** The text that scrapers read. */
  text(gauges: WorkerGauges): string {
    const out = new MetricsText();
    out.begin('rpc_server_call_duration_seconds', 'histogram', 'Time from receipt of a call to its answer.');
    this.#exports.forEach((name, index) => {
      for (const [outcome, histogram] of this.#durations[index] ?? [])
        out.histogram('rpc_server_call_duration_seconds', { export: name, outcome }, histogram);
    });
    const gauge = (name: string, help: string, value: number): void => {
      out.begin(name, 'gauge', help);
      out.sample(name, {}, value);
    };
    gauge('molt_queue_depth', 'Calls that wait.', gauges.queued);
    out.begin('molt_queue_delay_seconds', 'histogram', 'Time that calls waited before they ran.');
    out.histogram('molt_queue_delay_seconds', {}, this.#delay);
    gauge('molt_slots_busy', 'Calls that run.', gauges.running);
    gauge('molt_slots', 'Calls that can run at once.', gauges.slots);
    gauge('molt_connections', 'Open connections.', gauges.connections);
    gauge('molt_credit_available', 'Calls that clients may still send, over all connections.', gauges.creditLeft);
    out.begin('molt_calls_rejected_total', 'counter', 'Calls that were refused without running.');
    for (const [code, count] of this.#rejected) out.sample('molt_calls_rejected_total', { code }, count);
    out.begin('molt_task_outcome_total', 'counter', 'Calls by how they ended.');
    for (const reason of TASK_REASONS) out.sample('molt_task_outcome_total', { reason }, this.#reasons.get(reason) ?? 0);
    out.begin('molt_task_cpu_seconds_total', 'counter', 'CPU time that calls used.');
    this.#exports.forEach((name, index) =>
      out.sample('molt_task_cpu_seconds_total', { export: name }, (this.#cpuUs[index] as number) / 1e6),
    );
    out.begin('molt_task_memory_peak_bytes', 'gauge', 'The most memory that a call used.');
    this.#exports.forEach((name, index) => out.sample('molt_task_memory_peak_bytes', { export: name }, this.#peaks[index] as number));
    return out.toString();
  }
}

/** Errors of admission are the hundreds with a three. */
function isRejection(name: MipErrorName): boolean {
  return Math.floor(MIP_ERRORS[name].code / 100) === 3;
}
