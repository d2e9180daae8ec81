/**
 * Codes MOLT1000 to MOLT1999: syntax, names and types of Python sources.
 *
 * A code is never reused and never changes its meaning; a row that is no longer reported is removed and its number stays free.
 */
import type { CodeTable } from './code-row.ts';

/** Rows of this range; see code-row.ts for the columns. */
export const SYNTAX_CODES = {
  MOLT1001: { slug: 'invalid-syntax', severity: 'error', message: '{what}' },
} as const satisfies CodeTable;
