/**
 * Codes MOLT3000 to MOLT3999: code generation and the C compiler.
 *
 * A code is never reused and never changes its meaning; a row that is no longer reported is removed and its number stays free.
 */
import type { CodeTable } from './code-row.ts';

/** Rows of this range; see code-row.ts for the columns. */
export const CODEGEN_CODES = {
  MOLT3001: {
    slug: 'no-c-compiler',
    severity: 'error',
    message: 'no C compiler was found (looked for {tried})',
    hint: 'install gcc or clang, or set MOLT_CC; the wasm target needs none',
  },
  MOLT3002: {
    slug: 'c-compiler-failed',
    severity: 'error',
    message: '{compiler} failed on {file}: {output}',
    hint: 'compile the same program for wasm; if that works, this is a fault of Molt or of the C compiler',
  },
  MOLT3003: { slug: 'c-linker-failed', severity: 'error', message: '{compiler} could not link {file}: {output}' },
} as const satisfies CodeTable;
