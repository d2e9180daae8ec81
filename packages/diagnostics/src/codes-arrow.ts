/**
 * Codes MOLT7000 to MOLT7999: Arrow data and row sources.
 *
 * A code is never reused and never changes its meaning; a row that is no longer reported is removed and its number stays free.
 */
import type { CodeTable } from './code-row.ts';

/** Rows of this range; see code-row.ts for the columns. */
export const ARROW_CODES = {
  MOLT7001: { slug: 'bad-arrow-data', severity: 'error', message: '{path} at byte {offset}: expected {expected}, got {actual}' },
} as const satisfies CodeTable;
