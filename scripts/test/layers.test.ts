import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importsOf, LAYERS, layerFaults } from '../layers.ts';

describe('importsOf', () => {
  it('finds every form of import and no text that only looks like one', () => {
    const text = `import a from './a.ts';
import {
  b,
  type C,
} from "@molt/b";
import 'side';
export * from './d.ts';
export { e } from './e.ts';
const f = await import('./f.ts');
// import no from './comment.ts';
/* import no from './block.ts'; */
const text = "from './string.ts'";
type T = import('./type.ts').T;
export const g = 1; import h from './h.ts';
`;
    expect(importsOf(text).map(({ specifier, line }) => `${line} ${specifier}`)).toEqual([
      '1 ./a.ts',
      '5 @molt/b',
      '6 side',
      '7 ./d.ts',
      '8 ./e.ts',
      '9 ./f.ts',
      '13 ./type.ts',
      '14 ./h.ts',
    ]);
  });
});

describe('layerFaults', () => {
  let root: string;
  const put = (path: string, text: string): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'molt-layers-'));
    put('package.json', '{ "devDependencies": { "vitest": "1.0.0" } }');
    for (const [name, { folder }] of Object.entries(LAYERS)) put(`${folder}/package.json`, JSON.stringify({ name }));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('has nothing to say about empty packages', () => {
    expect(layerFaults(root)).toEqual([]);
  });

  it.each([
    ['mir', 'src/a.ts', "import '@molt/frontend';", 'layer 2 may only import lower layers, @molt/frontend is in layer 3'],
    ['mir', 'test/a.test.ts', "import '@molt/core';", 'layer 2 may only import lower layers, @molt/core is in layer 4'],
    ['ipc', 'src/a.ts', "import '@molt/mir';", 'layer 2 may only import lower layers, @molt/mir is in layer 2'],
    ['runtime', 'src/a.ts', "import '@molt/mir';", 'the run tower never imports the compile tower'],
    ['mir', 'src/a.ts', "import 'node:fs';", '@molt/mir must work without Node'],
    ['ipc', 'src/a.ts', "import 'fs';", 'expected node:fs'],
    ['mir', 'src/a.ts', "import '@molt/abi';", '@molt/abi is not in packages/mir/package.json'],
    ['mir', 'src/a.ts', "import 'vitest';", 'vitest is not in packages/mir/package.json'],
    ['mir', 'src/a.ts', "import '../../abi/src/index.ts';", 'leaves its package; use the package name'],
    ['mir', 'src/a.ts', "import './b.js';", 'expected a file extension'],
  ])('%s/%s may not say %s', (name, file, text, why) => {
    put(`packages/${name}/${file}`, text);
    expect(layerFaults(root).join('\n')).toContain(`packages/${name}/${file}:1: imports`);
    expect(layerFaults(root).join('\n')).toContain(why);
  });

  it('allows tests the development dependencies of the root, and Node', () => {
    put('packages/mir/test/a.test.ts', "import 'vitest';\nimport 'node:fs';");
    expect(layerFaults(root)).toEqual([]);
  });

  it('checks names, layers and exact versions of manifests, and that the table is complete', () => {
    put(
      'packages/mir/package.json',
      JSON.stringify({ name: '@molt/mirror', dependencies: { '@molt/core': 'workspace:*', '@molt/abi': '0.1.0', x: '^1.0.0' } }),
    );
    put('packages/new/package.json', '{}');
    expect(layerFaults(root)).toEqual([
      'packages/new: is not in the table of scripts/layers.ts',
      'packages/mir/package.json: expected name @molt/mir, got @molt/mirror',
      'packages/mir/package.json: dependencies names @molt/core: layer 2 may only import lower layers, @molt/core is in layer 4',
      'packages/mir/package.json: @molt/abi must be workspace:*, got 0.1.0',
      'packages/mir/package.json: x must be an exact version, got ^1.0.0',
    ]);
  });
});

describe('the checkout', () => {
  it('keeps to the table', () => {
    expect(layerFaults(join(import.meta.dirname, '../..'))).toEqual([]);
  });
});
