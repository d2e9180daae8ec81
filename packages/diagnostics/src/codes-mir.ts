/**
 * Codes MOLT2000 to MOLT2999: MIR, its text form, the verifier and the passes.
 *
 * A code is never reused and never changes its meaning; a row that is no longer reported is removed and its number stays free.
 */
import type { CodeTable } from './code-row.ts';

/** Rows of this range; see code-row.ts for the columns. */
export const MIR_CODES = {
  MOLT2001: { slug: 'mir-text-syntax', severity: 'error', message: 'expected {expected}, got {actual}' },
  MOLT2002: { slug: 'interpreter-trap', severity: 'error', message: 'the interpreted program stopped with reason {reason}: {what}' },
  MOLT2003: {
    slug: 'interpreter-steps',
    severity: 'error',
    message: 'the interpreted program took more than {steps} steps',
    hint: 'allow more steps with maxSteps, or look for a loop that does not end',
  },
} as const satisfies CodeTable;
