/** The example of README.md runs, and its tables are those of the code; run with MOLT_GOLDEN=1 to write the table of codes. */
import { readFileSync, writeFileSync } from 'node:fs';
import * as schemaIr from '@molt/schema-ir';
import { transformSync } from 'esbuild';
import { expect, test } from 'vitest';
import * as arrowDecode from '../src/index.ts';

const path = new URL('../README.md', import.meta.url);
const readme = readFileSync(path, 'utf8');
const BEGIN = '<!-- codes: made from src/arrow-codes.ts -->\n';
const END = '<!-- /codes -->';

/** Table rows without the padding that formatters add, and without the ruler. */
function rows(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.startsWith('|') && !/^[|\s-]+$/.test(line));
  return lines.map((line) => line.replace(/\s+/g, ' ').trim());
}

test('the example runs and does what it says', () => {
  const block = /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
  const lines = block.trim().split('\n');
  expect(lines.filter((line) => line !== '').length).toBeLessThanOrEqual(10);
  // Imports become parameters, so that the example runs against the sources.
  const names = [...block.matchAll(/^import \{ (.*) \} from '(.*)';$/gm)].flatMap(([, list, from]) =>
    list!.split(', ').map((name) => ({ name, from })),
  );
  const known: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    '@molt/arrow-decode': arrowDecode,
    '@molt/schema-ir': schemaIr,
  };
  const values = names.map(({ name, from }) => known[from!]![name]);
  expect(values).not.toContain(undefined);
  const body = transformSync(block.replace(/^import .*$/gm, ''), { loader: 'ts' }).code;
  const buffer = new ArrayBuffer(65_536);
  const memory: arrowDecode.LinearMemory = { alloc: () => 1024, buffer: () => buffer };
  const run = new Function(...names.map(({ name }) => name), 'memory', `${body}; return { bytes, table, rows, delays, placed };`);
  const result = run(...values, memory) as {
    bytes: Uint8Array;
    table: arrowDecode.Table;
    rows: unknown;
    delays: Int16Array;
    placed: arrowDecode.MemoryBatch;
  };
  expect(result.rows).toEqual([{ delay: -3, time: null, carrier: 'UA' }]);
  expect([...result.delays]).toEqual([-3]);
  expect(result.delays.buffer).toBe(result.bytes.buffer);
  expect([...new Int16Array(buffer, result.placed.columns[0]!.values.pointer, 1)]).toEqual([-3]);
});

test('the README lists every code', () => {
  const begin = readme.indexOf(BEGIN) + BEGIN.length;
  const end = readme.indexOf(END);
  const cells = Object.entries(arrowDecode.ARROW_CODES).map(([code, row]) => `| ${code} | ${row.slug} | ${row.message.split('{')[0]} |`);
  const wanted = ['| Code | Name | When |', '|---|---|---|', ...cells].join('\n');
  // The formatter pads the cells, so only their texts count.
  const same = rows(readme.slice(begin, end)).join('\n') === rows(wanted).join('\n');
  if (process.env['MOLT_GOLDEN'] === '1' && !same) writeFileSync(path, `${readme.slice(0, begin)}${wanted}\n${readme.slice(end)}`);
  else expect(rows(readme.slice(begin, end))).toEqual(rows(wanted));
});

test('the README lists every limit with its default', () => {
  const listed = rows(readme);
  for (const [name, value] of Object.entries(arrowDecode.DEFAULT_LIMITS)) {
    const wanted = `| \`${name}\` | ${value.toLocaleString('en')} |`;
    expect(
      listed.filter((line) => line.startsWith(wanted)),
      wanted,
    ).toHaveLength(1);
  }
});
