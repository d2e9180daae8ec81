/**
 * What `molt explain CODE` says: the row of a code in whole sentences.
 *
 * The row is the only source, so that an explanation cannot drift from what is reported. Parameters are shown as their names.
 */
import { codeRow, DIAGNOSTICS, type DiagnosticCode } from './codes.ts';

const RANGES: Readonly<Record<string, string>> = {
  0: 'the command line and its files',
  1: 'syntax, names and types of Python sources',
  2: 'the intermediate form MIR',
  3: 'code generation and the C compiler',
  4: 'schemas and values at the border',
  5: 'the wire protocol',
  6: 'running tasks and their limits',
  7: 'Arrow data',
  9: 'a fault of Molt itself',
};

/** The explanation of a code, as text that ends with a newline. */
export function explainCode(code: DiagnosticCode): string {
  const row = codeRow(code);
  const lines = [`${code} ${row.slug} (${row.severity}; ${rangeOf(code)})`, '', `  ${named(row.message)}`];
  if (row.explanation !== undefined) lines.push('', ...row.explanation.trim().split('\n'));
  // A hint that is one parameter is written anew for each place, so there is nothing to say in general.
  if (row.hint !== undefined && !/^\{\w+\}$/.test(row.hint)) lines.push('', `What to do: ${named(row.hint)}`);
  return `${lines.join('\n')}\n`;
}

/** All codes in the order of their numbers, each with its slug and message, one per line. */
export function listCodes(): string {
  const codes = (Object.keys(DIAGNOSTICS) as DiagnosticCode[]).sort();
  return codes.map((code) => `${code}  ${codeRow(code).slug}: ${named(codeRow(code).message)}\n`).join('');
}

function rangeOf(code: string): string {
  return RANGES[code[4] as string] as string;
}

/** `{path}` as `<path>`: a place that a real message fills. */
function named(template: string): string {
  return template.replace(/\{([A-Za-z]\w*)\}/g, '<$1>');
}
