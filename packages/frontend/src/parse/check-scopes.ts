import type { Module } from '../ast/nodes.ts';
import type { SyntaxDiagnostic } from '../lex/syntax-diagnostic.ts';
export function checkScopes(_module: Module): SyntaxDiagnostic[] { return []; }
