/**
 * Keeps files readable: none above 600 lines, except tables and generated files, which say so here with a reason.
 *
 * A file that reaches the limit has more than one reason to exist; split it along those reasons.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LIMIT = 600;

/** Files that may be longer: tables, which are read row by row. */
const TABLES: readonly string[] = ['packages/frontend/src/ast/nodes.ts'];

const root = fileURLToPath(new URL('..', import.meta.url));
const counts: { readonly path: string; readonly lines: number }[] = [];
for (const group of ['packages', 'apps', 'scripts', 'benchmarks', 'examples', 'clients']) collect(group);

const tooLong = counts.filter(({ path, lines }) => lines > LIMIT && !TABLES.includes(path));
const sources = counts
  .filter(({ path }) => path.includes('/src/'))
  .map(({ lines }) => lines)
  .sort((a, b) => a - b);
for (const { path, lines } of tooLong) process.stdout.write(`${path}: ${lines} lines, at most ${LIMIT}\n`);
for (const path of TABLES)
  if (!counts.some((file) => file.path === path)) process.stdout.write(`${path}: is listed as a table and does not exist\n`);
process.stdout.write(`${sources.length} source files, median ${sources[sources.length >> 1]} lines\n`);
process.exitCode = tooLong.length === 0 && TABLES.every((path) => counts.some((file) => file.path === path)) ? 0 : 1;

function collect(folder: string): void {
  let entries: ReturnType<typeof readFolder>;
  try {
    entries = readFolder(folder);
  } catch {
    return;
  }
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!['node_modules', 'dist', 'fixtures', '.turbo', '__pycache__'].includes(entry.name)) collect(path);
    } else if (/\.(ts|mjs|py|c|h)$/.test(entry.name))
      counts.push({ path, lines: readFileSync(join(root, path), 'utf8').split('\n').length - 1 });
  }
}

function readFolder(folder: string) {
  return readdirSync(join(root, folder), { withFileTypes: true });
}
