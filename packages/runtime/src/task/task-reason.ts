/** Why a task ended, as one word: for metrics, logs and the details of errors. Both workers use these words and no others. */
import type { Outcome } from './outcome.ts';

/** Every reason. */
export const TASK_REASONS = [
  'ok',
  'app_error',
  'invalid_input',
  'user',
  'disconnect',
  'deadline',
  'cpu',
  'memory',
  'output',
  'parent',
  'superseded',
  'shutdown',
  'load_shed',
  'trap',
  'lost',
] as const;
/** One of the reasons. */
export type TaskReason = (typeof TASK_REASONS)[number];

/** The reason of an outcome. */
export function reasonOf(outcome: Outcome): TaskReason {
  switch (outcome.kind) {
    case 'returned':
      return 'ok';
    case 'raised':
      return 'app_error';
    case 'invalidInput':
      return 'invalid_input';
    case 'oversizedResult':
      return 'output';
    case 'refused':
      return outcome.refusal.kind === 'draining' ? 'shutdown' : 'load_shed';
    case 'stopped':
      return outcome.reason;
    case 'lost':
      return 'lost';
    case 'trapped':
      switch (outcome.reason) {
        case 'stack':
        case 'unreachable':
          return 'trap';
        case 'fuel':
          return 'cpu';
        default:
          return outcome.reason;
      }
  }
}
