import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly '@molt/source': string; readonly default: string }>>;
}

/** The entries of a package are its exports: `./dist/node/index.js` is built from what `@molt/source` names. */
function entriesOf(manifest: Manifest): Record<string, string> {
  const entries: Record<string, string> = {};
  for (const target of Object.values(manifest.exports)) {
    if (typeof target !== 'string') entries[target.default.replace(/^\.\/dist\//, '').replace(/\.js$/, '')] = target['@molt/source'];
  }
  return entries;
}

/** One build recipe for every package: ESM and declarations of its exports. */
export default defineConfig({
  entry: entriesOf(JSON.parse(readFileSync('package.json', 'utf8')) as Manifest),
  format: ['esm'],
  target: 'node20',
  dts: true,
  clean: true,
  sourcemap: true,
  loader: { '.py': 'text', '.c': 'text', '.h': 'text' },
});
