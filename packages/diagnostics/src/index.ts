/** Diagnostics of Molt: codes, spans, diagnostics as values, errors, renderers. No Node API. */
export { type CodeRow, type CodeTable, fillTemplate, type ParamsIn, type ParamValue, type Severity } from './code-row.ts';
export { codeRow, DIAGNOSTICS, type DiagnosticCode, isDiagnosticCode, type ParamArguments, type ParamsOf } from './codes.ts';
export { type Diagnostic, type DiagnosticNote, hasErrors, type ReportExtras, report, sortDiagnostics } from './diagnostic.ts';
export { explainCode, listCodes } from './explain.ts';
export { broken, type FaultPlace, InternalError, invariant, unreachable } from './invariant.ts';
export { type ErrorParts, type FaultExtras, fault, isMoltError, MoltError } from './molt-error.ts';
export { didYouMean, editDistance, near } from './near.ts';
export { wantsColor } from './palette.ts';
export { type JsonDiagnostic, type JsonPlace, renderJson, toJsonDiagnostic } from './render-json.ts';
export { type PrettyOptions, renderDiagnostic, renderError, renderPretty } from './render-pretty.ts';
export {
  joinSpans,
  lineAt,
  lineStarts,
  lineText,
  type Position,
  positionAt,
  type SourceFile,
  type Span,
  sourceFile,
  spanOf,
  spanText,
} from './source.ts';
export { displayWidth, showable } from './terminal-text.ts';
