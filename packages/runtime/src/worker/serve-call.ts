/** Brings calls of the wire to the scheduler, and outcomes back: as answers, and as figures and log lines for whoever runs the worker. */
import type { ServerCall } from '@molt/ipc';
import type { LogEntry } from '../observe/log-entry.ts';
import type { CallOutcome, WorkerMetrics } from '../observe/worker-metrics.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import { type Outcome, outcomeError, type TaskCost } from '../task/outcome.ts';
import { reasonOf } from '../task/task-reason.ts';

/** Limits of a worker's calls. */
export interface CallBudget {
  /** Bytes of heap of one call, and the most that a call may ask for. */
  readonly memoryBytes: number;
  /** Milliseconds of CPU of one call, and the most that a call may ask for; 0 for no limit but the deadline. */
  readonly cpuMs: number;
}

/** What serving a call needs. */
export interface CallServer {
  readonly scheduler: Scheduler;
  readonly budget: CallBudget;
  readonly metrics: WorkerMetrics;
  /** Takes one entry per call; absent when nobody reads them. */
  readonly logCall: ((entry: LogEntry) => void) | undefined;
}

const NO_COST: TaskCost = { execUs: 0, cpuUs: 0, memoryKib: 0 };

/** Takes one call; it is answered exactly once, when the scheduler says how it ended. */
export function serveCall({ scheduler, budget, metrics, logCall }: CallServer, call: ServerCall): void {
  const cpuMs = smallerLimit(call.cpuMs, budget.cpuMs);
  const { index, schema } = call.target;
  const label = { exportName: schema.name, deadlineMs: call.deadlineMs, cpuMs };
  const task = scheduler.submit({
    exportIndex: index,
    input: call.input,
    deadlineMs: call.deadlineMs,
    receivedAt: call.receivedAt,
    cpuMs,
    memoryBytes: smallerLimit(call.memoryKib * 1024, budget.memoryBytes),
    criticality: call.criticality,
    end: (outcome, queuedMs) => {
      const error = outcomeError(outcome, label);
      const cost = costOf(outcome);
      if (error !== undefined) call.fail(error);
      else if (outcome.kind === 'returned')
        call.result(outcome.body, { queueUs: queuedMs * 1000, execUs: cost.execUs, cpuUs: cost.cpuUs, peakKib: cost.memoryKib });
      const ended: CallOutcome = error?.name ?? 'ok';
      const reason = reasonOf(outcome);
      metrics.ended({
        exportIndex: index,
        outcome: ended,
        reason,
        totalMs: performance.now() - call.receivedAt,
        queuedMs: hasRun(outcome) ? queuedMs : undefined,
        cpuUs: cost.cpuUs,
        peakBytes: cost.memoryKib * 1024,
      });
      logCall?.({
        level: 'info',
        event: 'call',
        fields: {
          export: schema.name,
          outcome: ended,
          reason,
          queue_us: Math.round(queuedMs * 1000),
          exec_us: cost.execUs,
          cpu_us: cost.cpuUs,
          peak_kib: cost.memoryKib,
          ...(call.trace && { trace_id: call.trace.traceId }),
        },
      });
    },
  });
  if (task.state.kind !== 'ended') call.onCancel((reason) => task.stop(reason));
}

function costOf(outcome: Outcome): TaskCost {
  return 'cost' in outcome ? outcome.cost : NO_COST;
}

function hasRun(outcome: Outcome): boolean {
  return outcome.kind === 'stopped' ? outcome.ran : outcome.kind !== 'refused';
}

/** The tighter of two limits, 0 being none. */
function smallerLimit(asked: number, most: number): number {
  return asked === 0 ? most : most === 0 ? asked : Math.min(asked, most);
}
