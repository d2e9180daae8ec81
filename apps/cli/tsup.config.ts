import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'tsup';
import { cliEntries } from '../../scripts/bundle.mjs';
import { bundleTemplates } from './src/project-templates.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The command line is a program: no declarations, and each entry a file of its own that a thread or process can be started from. */
export default defineConfig({
  entry: cliEntries(here),
  format: ['esm'],
  target: 'node20',
  splitting: false,
  clean: true,
  sourcemap: true,
  // The templates of `molt init` are the examples; the package carries copies.
  onSuccess: async () => bundleTemplates(join(here, '..', '..', 'examples'), join(here, 'dist', 'templates')),
  loader: { '.py': 'text', '.c': 'text', '.h': 'text' },
});
