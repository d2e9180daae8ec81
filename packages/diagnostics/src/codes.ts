/**
 * The code table: everything Molt can complain about, one row per code.
 *
 * The rows live in one file per number range, so that each package adds its own without touching the others'. Types of the
 * parameters are read from the message templates; see code-row.ts.
 */
import type { CodeRow, ParamsIn, ParamValue } from './code-row.ts';
import { ARROW_CODES } from './codes-arrow.ts';
import { CLI_CODES } from './codes-cli.ts';
import { CODEGEN_CODES } from './codes-codegen.ts';
import { INTERNAL_CODES } from './codes-internal.ts';
import { IPC_CODES } from './codes-ipc.ts';
import { LANGUAGE_CODES } from './codes-language.ts';
import { MIR_CODES } from './codes-mir.ts';
import { RUNTIME_CODES } from './codes-runtime.ts';
import { SCHEMA_CODES } from './codes-schema.ts';
import { SYNTAX_CODES } from './codes-syntax.ts';

/** Every code by its number. */
export const DIAGNOSTICS = {
  ...CLI_CODES,
  ...SYNTAX_CODES,
  ...LANGUAGE_CODES,
  ...MIR_CODES,
  ...CODEGEN_CODES,
  ...SCHEMA_CODES,
  ...IPC_CODES,
  ...RUNTIME_CODES,
  ...ARROW_CODES,
  ...INTERNAL_CODES,
} as const;

type Table = typeof DIAGNOSTICS;

/** A code such as `MOLT1203`. */
export type DiagnosticCode = keyof Table;

type HintOf<C extends DiagnosticCode> = Table[C] extends { readonly hint: infer H } ? H : never;

/** The parameters that the message and the hint of a code need. */
export type ParamsOf<C extends DiagnosticCode> = { readonly [K in ParamsIn<Table[C]['message']> | ParamsIn<HintOf<C>>]: ParamValue };

/** The parameter argument of functions that take a code: it may be left out when the code has none. */
export type ParamArguments<C extends DiagnosticCode, More> = keyof ParamsOf<C> extends never
  ? [params?: Readonly<Record<string, never>>, more?: More]
  : [params: ParamsOf<C>, more?: More];

/** Whether a string is a known code; use it before looking up what came over a wire or from a command line. */
export function isDiagnosticCode(code: string): code is DiagnosticCode {
  return Object.hasOwn(DIAGNOSTICS, code);
}

/** The row of a code. */
export function codeRow(code: DiagnosticCode): CodeRow {
  return DIAGNOSTICS[code];
}
