/**
 * The public API of each package as a file in `etc/`, so that a change of it is seen in review.
 *
 * A report is the declarations that the build rolled up, without comments. `--write` accepts what is there now; otherwise a difference fails.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LAYERS } from './layers.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const write = process.argv.includes('--write');
mkdirSync(join(root, 'etc'), { recursive: true });

const expected = new Set<string>();
let different = 0;
for (const [name, { folder }] of Object.entries(LAYERS)) {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { private?: boolean; exports?: object };
  if (manifest.private === true || manifest.exports === undefined) continue;
  const file = `${name.replace('@molt/', '')}.api.md`;
  expected.add(file);
  const path = join(root, 'etc', file);
  const report = reportOf(name, join(root, folder, 'dist'));
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (report === before) continue;
  different++;
  if (write) writeFileSync(path, report);
  process.stdout.write(`etc/${file}: ${write ? 'written' : firstDifference(before, report)}\n`);
}
for (const file of readdirSync(join(root, 'etc')).filter((name) => name.endsWith('.api.md') && !expected.has(name))) {
  different++;
  if (write) rmSync(join(root, 'etc', file));
  process.stdout.write(`etc/${file}: no such package\n`);
}
if (!write && different > 0) {
  process.stdout.write('accept the new API with: npm run api\n');
  process.exitCode = 1;
}

function reportOf(name: string, dist: string): string {
  const files = existsSync(dist) ? readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.d.ts')) : [];
  if (files.length === 0) throw new Error(`${dist} has no declarations; run npm run build`);
  // Files shared by several entries carry a hash in their name, which is no part of the API.
  const steady = (text: string): string => text.replace(/(['"/\w])-[\w-]{8}(?=\.(?:d\.ts|js))/g, '$1');
  const parts = files
    .map((file) => ({ title: steady(file), text: steady(withoutComments(readFileSync(join(dist, file), 'utf8'))) }))
    .sort((a, b) => (a.title < b.title ? -1 : 1));
  return `# API of ${name}\n\nMade by \`npm run api\`. Do not edit.\n${parts.map(({ title, text }) => `\n## ${title}\n\n\`\`\`ts\n${text}\n\`\`\`\n`).join('')}`;
}

function withoutComments(text: string): string {
  return text
    .replace(/^[ \t]*\/\*[\s\S]*?\*\/[ \t]*\n/gm, '')
    .replace(/^\/\/# sourceMappingURL.*$/gm, '')
    .replace(/\n{2,}/g, '\n')
    .trim();
}

function firstDifference(before: string, after: string): string {
  if (before === '') return 'is missing';
  const a = before.split('\n');
  const b = after.split('\n');
  const at = b.findIndex((line, i) => line !== a[i]);
  return `differs from line ${at + 1}\n  - ${a[at] ?? ''}\n  + ${b[at] ?? ''}`;
}
