/**
 * The faults that CPython's symbol table and compiler report as `SyntaxError`, although the grammar accepts the text:
 * jumps and `yield` out of place, conflicting declarations, repeated arguments, unreachable patterns and so on.
 *
 * One walk (`ContextCheck`) looks at every node with the scope it is in, and gathers the scopes that declare names
 * `global` or `nonlocal`; only for those are the names of the scope looked through.
 */
import type { Module } from '../ast/nodes.ts';
import type { SyntaxDiagnostic } from '../lex/syntax-diagnostic.ts';
import { ContextCheck } from './check-context.ts';
import { checkDeclarations } from './check-declarations.ts';
import { checkFutureImports } from './check-future-imports.ts';

/** All scope and context faults of a file that parses. */
export function checkScopes(module: Module): SyntaxDiagnostic[] {
  const diagnostics: SyntaxDiagnostic[] = [];
  const futureAnnotations = checkFutureImports(module, diagnostics);
  const context = new ContextCheck(futureAnnotations, diagnostics);
  context.checkModule(module);
  for (const scope of context.declaringScopes) checkDeclarations(scope, diagnostics);
  return diagnostics;
}
