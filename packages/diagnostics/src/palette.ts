/**
 * Colours of rendered diagnostics, and when to use them.
 *
 * Follows https://no-color.org: a non-empty NO_COLOR wins over everything but an explicit flag of the caller.
 */
import type { Severity } from './code-row.ts';

/** How each part of a diagnostic is painted. */
export interface Palette {
  readonly head: (text: string) => string;
  readonly mark: (text: string) => string;
  readonly note: (text: string) => string;
  readonly hint: (text: string) => string;
}

const same = (text: string): string => text;
const ansi =
  (codes: string) =>
  (text: string): string =>
    `\u001b[${codes}m${text}\u001b[0m`;

/** No colours. */
export const PLAIN: Palette = { head: same, mark: same, note: same, hint: same };

const HEADS: Readonly<Record<Severity, string>> = { error: '1;31', warning: '1;33', info: '1;36' };

/** The colours of a severity. */
export function paletteFor(severity: Severity): Palette {
  return { head: ansi(HEADS[severity]), mark: ansi(HEADS[severity]), note: ansi('34'), hint: ansi('32') };
}

/** Whether a stream wants colours: NO_COLOR forbids, FORCE_COLOR demands, else only a terminal that is not dumb. */
export function wantsColor(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '' && env.FORCE_COLOR !== '0') return true;
  return isTerminal && env.TERM !== 'dumb';
}
