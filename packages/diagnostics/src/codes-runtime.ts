/**
 * Codes MOLT6000 to MOLT6999: tasks, limits, admission and capabilities.
 *
 * A code is never reused and never changes its meaning; a row that is no longer reported is removed and its number stays free.
 */
import type { CodeTable } from './code-row.ts';

/** Rows of this range; see code-row.ts for the columns. */
export const RUNTIME_CODES = {
  MOLT6001: {
    slug: 'queue-full',
    severity: 'error',
    message: 'the queue is full: {queued} calls wait, the cap is {cap}',
    hint: 'retry later; the call was not executed',
  },
  MOLT6101: { slug: 'task-stopped', severity: 'error', message: 'the task was stopped: {reason}' },
  MOLT6102: {
    slug: 'abi-mismatch',
    severity: 'error',
    message: 'the module has ABI version {actual}, this host speaks {expected}',
    hint: 'compile the module again with this version of Molt',
  },
  MOLT6103: {
    slug: 'not-a-molt-module',
    severity: 'error',
    message: 'the module has no export {name}',
    hint: 'only modules that Molt compiled can be run; compile the source again',
  },
  MOLT6104: {
    slug: 'capability-in-init',
    severity: 'error',
    message: 'the module asked for {capability} while it was initialised',
    hint: 'module level code of a service runs once, without clock, entropy, input or arguments; move the call into a function',
  },
  MOLT6105: {
    slug: 'instance-broken',
    severity: 'error',
    message: 'the instance cannot be used any more: {why}',
    hint: 'make a new instance',
  },
} as const satisfies CodeTable;
