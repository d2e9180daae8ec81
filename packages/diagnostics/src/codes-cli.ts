/**
 * Codes MOLT0000 to MOLT0999: the command line, configuration and files.
 *
 * A code is never reused and never changes its meaning; a row that is no longer reported is removed and its number stays free.
 */
import type { CodeTable } from './code-row.ts';

/** Rows of this range; see code-row.ts for the columns. */
export const CLI_CODES = {
  MOLT0001: {
    slug: 'file-not-found',
    severity: 'error',
    message: 'cannot read {path}: no such file',
    hint: 'check the path; it is taken relative to the current directory',
  },
} as const satisfies CodeTable;
