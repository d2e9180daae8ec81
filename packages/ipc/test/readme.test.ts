/** The tables of README.md are those of the code; run with MOLT_GOLDEN=1 to write the table of errors. */
import { readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { FRAME_KINDS, MIP_ERRORS } from '../src/index.ts';

const path = new URL('../README.md', import.meta.url);
const BEGIN = '<!-- errors: made from src/error-taxonomy.ts -->\n';
const END = '<!-- /errors -->';

/** Table rows without the padding that formatters add, and without the ruler. */
function rows(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.startsWith('|') && !/^[|\s-]+$/.test(line));
  return lines.map((line) => line.replace(/\s+/g, ' ').trim());
}

test('the README lists every error', () => {
  const readme = readFileSync(path, 'utf8');
  const begin = readme.indexOf(BEGIN) + BEGIN.length;
  const end = readme.indexOf(END);
  const cells = Object.entries(MIP_ERRORS).map(
    ([name, row]) => `| ${row.code} | ${name} | ${row.executed} | ${row.retry} | ${row.http} | ${row.doc} |`,
  );
  const wanted = ['| Code | Name | Executed | Retry | HTTP | Meaning |', '|---|---|---|---|---|---|', ...cells].join('\n');
  const same = isDeepStrictEqual(rows(readme.slice(begin, end)), rows(wanted));
  if (process.env['MOLT_GOLDEN'] === '1' && !same) writeFileSync(path, `${readme.slice(0, begin)}${wanted}\n${readme.slice(end)}`);
  else expect(rows(readme.slice(begin, end))).toEqual(rows(wanted));
});

test('the README lists every kind of frame with its number', () => {
  const listed = rows(readFileSync(path, 'utf8'));
  for (const [name, row] of Object.entries(FRAME_KINDS)) {
    const wanted = `| ${name} | ${row.id.toString(16).padStart(2, '0')} | ${row.from} |${row.spans === true ? ' yes' : ''} |`;
    expect(listed.filter((line) => line.startsWith(wanted))).toHaveLength(1);
  }
});
