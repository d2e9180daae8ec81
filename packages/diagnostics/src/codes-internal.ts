/**
 * Codes MOLT9000 to MOLT9999: faults of Molt itself.
 *
 * A code is never reused and never changes its meaning; a row that is no longer reported is removed and its number stays free.
 */
import type { CodeTable } from './code-row.ts';

/** Rows of this range; see code-row.ts for the columns. */
export const INTERNAL_CODES = {
  MOLT9001: {
    slug: 'broken-invariant',
    severity: 'error',
    message: 'internal fault{where}: {what}',
    hint: 'this is a fault of Molt, not of the program; please report it with the smallest source that shows it',
  },
} as const satisfies CodeTable;
