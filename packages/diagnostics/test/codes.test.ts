import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codeRow, DIAGNOSTICS, type DiagnosticCode, fillTemplate, isDiagnosticCode, report } from '../src/index.ts';

const codes = Object.keys(DIAGNOSTICS) as DiagnosticCode[];

describe('the code table', () => {
  it.each(codes)('%s is a well-formed row', (code) => {
    const row = codeRow(code);
    expect(code).toMatch(/^MOLT[0-79]\d{3}$/);
    expect(row.slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(row.message.trim()).toBe(row.message);
    expect(row.message).not.toMatch(/\.$/);
    for (const brace of `${row.message}${row.hint ?? ''}`.match(/\{[^}]*\}/g) ?? []) expect(brace).toMatch(/^\{[A-Za-z]\w*\}$/);
  });

  it('has no slug twice', () => {
    const slugs = codes.map((code) => codeRow(code).slug);
    expect(slugs.filter((slug, i) => slugs.indexOf(slug) !== i)).toEqual([]);
  });

  it('keeps the codes of a file in one range and defines none twice', async () => {
    const files = readdirSync(new URL('../src/', import.meta.url)).filter((name) => /^codes-.*\.ts$/.test(name));
    const tables = await Promise.all(
      files.map(async (name) => Object.keys(Object.values(await import(/* @vite-ignore */ `../src/${name}`))[0] as object)),
    );
    const ranges = tables.map((rows) => [...new Set(rows.map((code) => code[4]))]);
    expect(ranges.every((digits) => digits.length === 1)).toBe(true);
    // A spread of tables would hide a code that two files define.
    expect(tables.flat().length).toBe(codes.length);
  });

  it('knows its codes and no inherited names', () => {
    expect(isDiagnosticCode('MOLT9001')).toBe(true);
    expect(isDiagnosticCode('toString')).toBe(false);
  });
});

describe('typed parameters', () => {
  it('refuses a missing, a wrong and a superfluous parameter at compile time', () => {
    // @ts-expect-error `actual` is missing
    const missing = report('MOLT2001', undefined, { expected: 'a block' });
    expect(missing.message).toBe('expected a block, got {actual}');
    // @ts-expect-error an object is no parameter
    report('MOLT2001', undefined, { expected: 'a', actual: {} });
    // @ts-expect-error no such code
    expect(() => report('MOLT8999', undefined)).toThrow();
  });

  it('fills a template once, without looking into values', () => {
    expect(fillTemplate('{a} and {b}', { a: '{b}', b: '$&' })).toBe('{b} and $&');
    expect(fillTemplate('{toString}', {})).toBe('{toString}');
  });
});
