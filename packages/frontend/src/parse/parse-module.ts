/**
 * Entry point: Python text to a syntax tree and everything that CPython would call a `SyntaxError`.
 *
 * Tokenizing, parsing and the scope check are separate steps; the scope check runs only on text that parses, because
 * half a tree would make it complain about the wrong things.
 */
import type { Module } from '../ast/nodes.ts';
import type { SyntaxDiagnostic } from '../lex/syntax-diagnostic.ts';
import { tokenize } from '../lex/tokenizer.ts';
import { checkScopes } from './check-scopes.ts';
import { ModuleParser } from './module-parser.ts';

/** A parsed file. With diagnostics, the tree lacks the statements that could not be read. */
export interface ParsedModule {
  readonly module: Module;
  readonly diagnostics: SyntaxDiagnostic[];
}

/** Parses one file: all faults that CPython reports before it runs anything. Never throws for faults of the text. */
export function parseModule(source: string, path: string): ParsedModule {
  const parsed = parseGrammar(source, path);
  if (parsed.diagnostics.length > 0) return parsed;
  const diagnostics = checkScopes(parsed.module);
  return { module: parsed.module, diagnostics: diagnostics.sort(byPlace) };
}

/** Parses one file by the grammar alone, without the scope check: what `ast.parse` does in Python. */
export function parseGrammar(source: string, path: string): ParsedModule {
  const parser = new ModuleParser(tokenize(source));
  const body = parser.parseBody();
  const id = parser.made;
  const module: Module = {
    kind: 'Module',
    body,
    nodeCount: id + 1,
    path,
    source,
    lines: parser.lines,
    id,
    start: 0,
    end: source.length,
  };
  return { module, diagnostics: parser.diagnostics.sort(byPlace) };
}

function byPlace(a: SyntaxDiagnostic, b: SyntaxDiagnostic): number {
  return a.start - b.start;
}

export type { SyntaxDiagnostic };
