/**
 * `from __future__ import ...`: only at the beginning of a file, only features that exist.
 */
import type { ImportFrom, Module } from '../ast/nodes.ts';
import { walk } from '../ast/walk.ts';
import { type SyntaxDiagnostic, syntaxDiagnostic } from '../lex/syntax-diagnostic.ts';

const FEATURES: ReadonlySet<string> = new Set([
  'nested_scopes',
  'generators',
  'division',
  'absolute_import',
  'with_statement',
  'print_function',
  'unicode_literals',
  'barry_as_FLUFL',
  'generator_stop',
  'annotations',
]);

/** Checks all future imports of a file; answers whether it asks for lazy annotations. */
export function checkFutureImports(module: Module, diagnostics: SyntaxDiagnostic[]): boolean {
  if (!module.source.includes('__future__')) return false;
  let annotations = false;
  let at = 0;
  const [first] = module.body;
  if (first?.kind === 'Expr' && first.value.kind === 'Constant' && first.value.value.type === 'str') at = 1;
  for (; at < module.body.length; at++) {
    const statement = module.body[at];
    if (statement?.kind !== 'ImportFrom' || !isFuture(statement)) break;
    for (const alias of statement.names) {
      if (alias.name === 'annotations') annotations = true;
      if (FEATURES.has(alias.name)) continue;
      const message = alias.name === 'braces' ? 'not a chance' : `future feature ${alias.name} is not defined`;
      diagnostics.push(syntaxDiagnostic('futureImport', message, statement.start, statement.end));
    }
  }
  for (const statement of module.body.slice(at)) {
    walk(statement, (node) => {
      if (node.kind !== 'ImportFrom' || !isFuture(node)) return;
      const message = 'from __future__ imports must occur at the beginning of the file';
      diagnostics.push(syntaxDiagnostic('futureImport', message, node.start, node.end));
    });
  }
  return annotations;
}

function isFuture(statement: ImportFrom): boolean {
  return statement.module === '__future__' && statement.level === 0;
}
