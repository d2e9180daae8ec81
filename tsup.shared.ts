import { defineConfig } from 'tsup';

/** One build recipe for every package: ESM and declarations from src/index.ts. */
export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm'],
  target: 'node20',
  dts: true,
  clean: true,
  sourcemap: true,
  loader: { '.py': 'text', '.c': 'text', '.h': 'text' },
});
