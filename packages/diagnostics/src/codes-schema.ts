/**
 * Codes MOLT4000 to MOLT4999: schemas, codecs and compatibility.
 *
 * A code is never reused and never changes its meaning; a row that is no longer reported is removed and its number stays free.
 */
import type { CodeTable } from './code-row.ts';

/** Rows of this range; see code-row.ts for the columns. */
export const SCHEMA_CODES = {
  MOLT4001: { slug: 'value-mismatch', severity: 'error', message: '{path}: expected {expected}, got {actual}' },
} as const satisfies CodeTable;
