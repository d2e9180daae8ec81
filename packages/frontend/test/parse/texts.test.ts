/**
 * Which texts are refused, with which message on which line, and which are accepted.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseGrammar, parseModule } from '../../src/parse/parse-module.ts';
import { ACCEPTED } from './accepted-texts.ts';
import { REFUSED } from './refused-texts.ts';

describe('refused texts', () => {
  for (const [rule, texts] of Object.entries(REFUSED)) {
    it.each(texts)(`${rule}: %j`, (source, message, line) => {
      const { module, diagnostics } = parseModule(source, 'refused.py');
      const found = diagnostics.map((fault) => ({ message: fault.message, line: module.lines.line(fault.start) }));
      // Where a header ends the text, CPython points to its last line, and we behind it.
      expect(found.map((fault) => fault.message)).toContain(message);
      const lines = found.filter((fault) => fault.message === message).map((fault) => fault.line);
      expect(lines.some((at) => at === line || at === line + 1)).toBe(true);
      for (const fault of diagnostics) {
        expect(fault.code).toMatch(/^MOLT10\d\d$/);
        expect(fault.start).toBeGreaterThanOrEqual(0);
        expect(fault.end).toBeGreaterThanOrEqual(fault.start);
        expect(fault.end).toBeLessThanOrEqual(source.length);
      }
    });
  }
});

describe('accepted texts', () => {
  it.each(ACCEPTED.map((source) => [source]))('%j', (source) => {
    expect(parseGrammar(source, 'accepted.py').diagnostics).toEqual([]);
  });
});

/** A corpus that may lie beside the repository, one or two folders up. */
const CORPUS = ['../shared', '../../shared']
  .map((folder) => new URL(`../../../../${folder}/corpora/parser-snippets.json`, import.meta.url))
  .find((url) => existsSync(url));

describe.skipIf(CORPUS === undefined)('the shared corpus', () => {
  type Corpus = Readonly<Record<'invalid' | 'valid', readonly (readonly [name: string, source: string])[]>>;
  const corpus = (): Corpus => JSON.parse(readFileSync(CORPUS as URL, 'utf8')) as Corpus;

  it('has every invalid text refused, by the grammar or by the scope check', () => {
    const { invalid } = corpus();
    expect(invalid.filter(([, source]) => parseModule(source, 'x.py').diagnostics.length === 0)).toEqual([]);
    expect(invalid.filter(([, source]) => parseGrammar(source, 'x.py').diagnostics.length === 0)).toHaveLength(20);
  });

  it('has no valid text refused by the grammar', () => {
    expect(corpus().valid.filter(([, source]) => parseGrammar(source, 'x.py').diagnostics.length > 0)).toEqual([]);
  });

  it('has one text that parses and that CPython will not compile: a yield in a module', () => {
    const refused = corpus().valid.filter(([, source]) => parseModule(source, 'x.py').diagnostics.length > 0);
    expect(refused.map(([, source]) => parseModule(source, 'x.py').diagnostics.map((fault) => fault.message))).toEqual([
      ["'yield' outside function"],
    ]);
  });
});
