/** The codes of this package: what can be wrong with Arrow data. Their rows stand in the shared table, so that `molt explain` knows them. */
import { type CodeRow, codeRow, DIAGNOSTICS, type DiagnosticCode } from '@molt/diagnostics';

/** A stable error code of this package. */
export type ArrowCode = Extract<DiagnosticCode, `MOLT7${string}`>;

/** Every code of this package with its row. A code keeps its meaning for ever. */
export const ARROW_CODES: Readonly<Record<ArrowCode, CodeRow>> = Object.fromEntries(
  (Object.keys(DIAGNOSTICS) as DiagnosticCode[]).filter(isArrowCode).map((code) => [code, codeRow(code)]),
) as Record<ArrowCode, CodeRow>;

function isArrowCode(code: DiagnosticCode): code is ArrowCode {
  return code.startsWith('MOLT7');
}
