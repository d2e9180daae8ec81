/**
 * Codes MOLT5000 to MOLT5999: the wire protocol, its clients and servers.
 *
 * A code is never reused and never changes its meaning; a row that is no longer reported is removed and its number stays free.
 */
import type { CodeTable } from './code-row.ts';

/** Rows of this range; see code-row.ts for the columns. */
export const IPC_CODES = {
  MOLT5001: { slug: 'bad-frame', severity: 'error', message: 'bad frame at byte {offset}: expected {expected}, got {actual}' },
} as const satisfies CodeTable;
