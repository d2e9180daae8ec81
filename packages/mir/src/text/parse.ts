/**
 * Reads MIR text (see print.ts for the form): recursive descent, one token of lookahead.
 *
 * Ids in the text are only labels: values and blocks get dense ids in order of appearance. Module items may stand in any order. Types are
 * taken from the text; whether they fit is the verifier's question.
 */
import { sourceFile } from '@molt/diagnostics';
import type { Func, Module } from '../ir.ts';
import { parseFunc } from './parse-func.ts';
import { parseItem } from './parse-items.ts';
import { TokenReader } from './token-reader.ts';

/** Reads a module; a missing `module` line means a language-level module named `main`. Throws a MirTextError. */
export function parseModule(text: string, path = 'main.mir'): Module {
  const reader = new TokenReader(sourceFile(path, text));
  let name = 'main';
  let level: Module['level'] = 'language';
  if (reader.accept('word', 'module')) {
    name = reader.expect('name');
    level = reader.oneOf(['language', 'machine'] as const);
  }
  const module: Module = {
    name,
    level,
    funcs: new Map(),
    globals: new Map(),
    heapTypes: new Map(),
    data: new Map(),
    table: [],
    exports: new Map(),
    sites: [],
  };
  while (!reader.is('end')) {
    if (!reader.is('word', 'func')) {
      parseItem(reader, module);
      continue;
    }
    const { token } = reader;
    const func: Func = parseFunc(reader);
    if (module.funcs.has(func.name)) throw reader.fail('a function name that is not taken', token);
    module.funcs.set(func.name, func);
  }
  return module;
}
