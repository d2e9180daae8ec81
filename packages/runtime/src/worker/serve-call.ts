/** Brings calls of the wire to the scheduler, and outcomes back. */
import type { CancelReason, ServerCall } from '@molt/ipc';
import type { Scheduler } from '../schedule/scheduler.ts';
import { outcomeError } from '../task/outcome.ts';

/** Limits of a worker's calls. */
export interface CallBudget {
  /** Bytes of heap of one call, and the most that a call may ask for. */
  readonly memoryBytes: number;
  /** Milliseconds of CPU of one call, and the most that a call may ask for; 0 for no limit but the deadline. */
  readonly cpuMs: number;
}

/** Takes one call; it is answered exactly once, when the scheduler says how it ended. */
export function serveCall(scheduler: Scheduler, call: ServerCall, budget: CallBudget): void {
  const cpuMs = smallerLimit(call.cpuMs, budget.cpuMs);
  const label = { exportName: call.target.schema.name, deadlineMs: call.deadlineMs, cpuMs };
  const cancel = (): void => task.stop(call.signal.reason as CancelReason);
  const task = scheduler.submit({
    exportIndex: call.target.index,
    input: call.input,
    deadlineMs: call.deadlineMs,
    receivedAt: call.receivedAt,
    cpuMs,
    memoryBytes: smallerLimit(call.memoryKib * 1024, budget.memoryBytes),
    criticality: call.criticality,
    end: (outcome, queuedMs) => {
      call.signal.removeEventListener('abort', cancel);
      const error = outcomeError(outcome, label);
      if (error !== undefined) return call.fail(error);
      if (outcome.kind !== 'returned') return;
      const { execUs, cpuUs, memoryKib } = outcome.cost;
      call.result(outcome.body, { queueUs: queuedMs * 1000, execUs, cpuUs, peakKib: memoryKib });
    },
  });
  if (task.state.kind !== 'ended') call.signal.addEventListener('abort', cancel, { once: true });
}

/** The tighter of two limits, 0 being none. */
function smallerLimit(asked: number, most: number): number {
  return asked === 0 ? most : most === 0 ? asked : Math.min(asked, most);
}
