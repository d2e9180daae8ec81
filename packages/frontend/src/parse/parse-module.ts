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

/** Parses one file. Never throws for faults of the text. */
export function parseModule(source: string, path: string): ParsedModule {
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
  const diagnostics = parser.diagnostics.length > 0 ? [...parser.diagnostics] : checkScopes(module);
  diagnostics.sort((a, b) => a.start - b.start);
  return { module, diagnostics };
}

export type { SyntaxDiagnostic };
