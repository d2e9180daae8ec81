/** The typed end of a task that was stopped: a limit was reached, or it was cancelled. */
import { TRAP_REASON } from '@molt/abi';
import { fault, MoltError } from '@molt/diagnostics';

/** Why a task was stopped, by its name in the ABI. */
export type TrapReason = keyof typeof TRAP_REASON;

/** A task ended without running its own code to the end. Its heap is gone; the instance can be used again. */
export class TrapError extends MoltError {
  readonly reason: TrapReason;

  constructor(reason: TrapReason, cause?: unknown) {
    super(fault('MOLT6101', { reason: EXPLANATION[reason] }, { details: { reason }, ...(cause === undefined ? {} : { cause }) }));
    this.reason = reason;
  }
}

const EXPLANATION: Readonly<Record<TrapReason, string>> = {
  unreachable: 'it reached code that cannot be reached',
  memory: 'its memory limit was reached',
  stack: 'its stack is full',
  deadline: 'its deadline passed',
  cpu: 'its CPU limit was reached',
  user: 'it was cancelled',
  disconnect: 'its caller went away',
  output: 'its output is larger than allowed',
  shutdown: 'the worker is shutting down',
  fuel: 'its fuel is used up',
};

/** The name of a reason word; words that the ABI does not know are `unreachable`. */
export function trapReason(word: number): TrapReason {
  for (const [name, value] of Object.entries(TRAP_REASON)) if (value === word) return name as TrapReason;
  return 'unreachable';
}
