/** `compile` without Node: the package is bundled for a browser and run where no Node API exists. */

import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { compile } from '../src/index.ts';

const SOURCE = "def greet(name: str) -> str:\n    return f'hello, {name}'\n\n\nprint(greet('browser'))\n";

describe('in a browser', () => {
  it('compiles to the same bytes as here', async () => {
    const { outputFiles, metafile } = await build({
      entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
      bundle: true,
      write: false,
      metafile: true,
      platform: 'browser',
      format: 'iife',
      globalName: 'molt',
      conditions: ['@molt/source'],
      loader: { '.py': 'text', '.c': 'text', '.h': 'text' },
      logLevel: 'silent',
    });
    const outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports.filter(({ external }) => external === true));
    expect(outside).toEqual([]);
    // A context has the language alone; a browser has these besides.
    const context = createContext({ TextEncoder, TextDecoder, performance, atob, btoa, console });
    runInContext((outputFiles[0] as { readonly text: string }).text, context);
    const bytes = runInContext(
      `molt.compile(${JSON.stringify(SOURCE)}, { target: 'wasm', mode: 'script' }).artifact.bytes`,
      context,
    ) as Uint8Array;
    const { artifact } = compile(SOURCE, { target: 'wasm', mode: 'script' });
    expect(artifact?.kind === 'wasm' && Buffer.from(bytes).equals(artifact.bytes)).toBe(true);
  });
});
