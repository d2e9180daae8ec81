/**
 * Codes MOLT2000 to MOLT2999: MIR, its text form, the verifier and the passes.
 *
 * A code is never reused and never changes its meaning; a row that is no longer reported is removed and its number stays free.
 */
import type { CodeTable } from './code-row.ts';

/** Rows of this range; see code-row.ts for the columns. */
export const MIR_CODES = {
  MOLT2001: { slug: 'mir-text-syntax', severity: 'error', message: 'expected {expected}, got {actual}' },
} as const satisfies CodeTable;
