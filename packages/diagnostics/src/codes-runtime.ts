/**
 * Codes MOLT6000 to MOLT6999: tasks, limits, admission and capabilities.
 *
 * A code is never reused and never changes its meaning; a row that is no longer reported is removed and its number stays free.
 */
import type { CodeTable } from './code-row.ts';

/** Rows of this range; see code-row.ts for the columns. */
export const RUNTIME_CODES = {
  MOLT6001: { slug: 'queue-full', severity: 'error', message: 'the queue is full: {queued} calls wait, the cap is {cap}', hint: 'retry later; the call was not executed' },
} as const satisfies CodeTable;
