import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** Python, C and header files are embedded as text, as tsup and esbuild do. */
const textFiles = {
  name: 'molt-text-files',
  enforce: 'pre' as const,
  load(id: string) {
    const path = id.split('?')[0] ?? id;
    if (!/\.(py|c|h)$/.test(path)) return null;
    return `export default ${JSON.stringify(readFileSync(path, 'utf8'))};`;
  },
};

export default defineConfig({
  plugins: [textFiles],
  resolve: { conditions: ['@molt/source'] },
  ssr: { resolve: { conditions: ['@molt/source'] } },
  test: {
    include: ['{packages,apps,examples}/*/test/**/*.test.ts', '{benchmarks,scripts}/test/**/*.test.ts'],
    setupFiles: ['./scripts/vitest-setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    pool: 'threads',
  },
});
