/** The error table of README.md is that of the code; run with MOLT_GOLDEN=1 to write it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FRAME_KINDS, MIP_ERRORS } from '../src/index.ts';

const path = new URL('../README.md', import.meta.url);
const readme = readFileSync(path, 'utf8');

test('the README lists every error', () => {
  const rows = Object.entries(MIP_ERRORS).map(
    ([name, row]) => `| ${row.code} | ${name} | ${row.executed} | ${row.retry} | ${row.http} | ${row.doc} |`,
  );
  const table = ['| Code | Name | Executed | Retry | HTTP | Meaning |', '|---|---|---|---|---|---|', ...rows].join('\n');
  const [before, rest] = readme.split('<!-- errors: made from src/error-taxonomy.ts -->\n') as [string, string];
  const after = rest.slice(rest.indexOf('<!-- /errors -->'));
  const wanted = `${before}<!-- errors: made from src/error-taxonomy.ts -->\n${table}\n${after}`;
  if (process.env['MOLT_GOLDEN'] === '1') writeFileSync(path, wanted);
  else expect(readme).toBe(wanted);
});

test('the README lists every kind of frame with its number', () => {
  for (const [name, row] of Object.entries(FRAME_KINDS)) {
    if (row.from === 'reserved') continue;
    expect(readme).toContain(`| ${name} | ${row.id.toString(16).padStart(2, '0')} | ${row.from} |${row.spans ? ' yes' : ''} |`);
  }
});
