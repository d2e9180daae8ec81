import { describe, expect, it } from 'vitest';
import { DIAGNOSTICS, type DiagnosticCode, explainCode, listCodes } from '../src/index.ts';

describe('explainCode', () => {
  it('shows slug, range, message and what to do, with parameters by name', () => {
    expect(explainCode('MOLT6001')).toBe(`MOLT6001 queue-full (error; running tasks and their limits)

  the queue is full: <queued> calls wait, the cap is <cap>

What to do: retry later; the call was not executed
`);
  });

  it.each(Object.keys(DIAGNOSTICS) as DiagnosticCode[])('has words for %s', (code) => {
    expect(explainCode(code)).toMatch(new RegExp(`^${code} [a-z0-9-]+ \\((error|warning|info); [a-zA-Z].+\\)\n\n {2}\\S`));
    expect(explainCode(code)).not.toMatch(/[{}]|undefined/);
  });
});

describe('listCodes', () => {
  it('names each code once, in order', () => {
    const codes = listCodes().match(/^MOLT\d{4}/gm) ?? [];
    expect(codes).toEqual([...codes].sort());
    expect(codes.length).toBe(Object.keys(DIAGNOSTICS).length);
  });
});
