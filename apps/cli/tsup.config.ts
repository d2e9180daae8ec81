import { fileURLToPath } from 'node:url';
import { defineConfig } from 'tsup';
import { cliEntries } from '../../scripts/bundle.mjs';

/** The command line is a program: no declarations, and each entry a file of its own that a thread or process can be started from. */
export default defineConfig({
  entry: cliEntries(fileURLToPath(new URL('.', import.meta.url))),
  format: ['esm'],
  target: 'node20',
  splitting: false,
  clean: true,
  sourcemap: true,
  loader: { '.py': 'text', '.c': 'text', '.h': 'text' },
});
