/**
 * The layers of the workspace: which package may import which. The table below is the only place that says it.
 *
 * Imports go strictly downward and never to a sibling, in tests too. The two towers (compile and run) meet only below and above, and the
 * compile tower uses no Node API, so that `compile()` works in a browser. `npm run check` runs this file.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

type Tower = 'shared' | 'compile' | 'run' | 'both';

interface Place {
  /** Folder from the root. */
  readonly folder: string;
  readonly layer: number;
  /** `compile` and `run` never import each other; `both` may import either. */
  readonly tower: Tower;
  /** Whether its sources may use Node's API. */
  readonly node: boolean;
}

/** Every package by its name, lowest first. */
export const LAYERS: Readonly<Record<string, Place>> = {
  '@molt/diagnostics': { folder: 'packages/diagnostics', layer: 0, tower: 'shared', node: false },
  '@molt/testkit': { folder: 'packages/testkit', layer: 0, tower: 'shared', node: true },
  '@molt/schema-ir': { folder: 'packages/schema-ir', layer: 1, tower: 'shared', node: false },
  '@molt/abi': { folder: 'packages/abi', layer: 1, tower: 'shared', node: false },
  '@molt/mir': { folder: 'packages/mir', layer: 2, tower: 'compile', node: false },
  '@molt/ipc': { folder: 'packages/ipc', layer: 2, tower: 'run', node: true },
  '@molt/arrow-decode': { folder: 'packages/arrow-decode', layer: 2, tower: 'run', node: true },
  '@molt/frontend': { folder: 'packages/frontend', layer: 3, tower: 'compile', node: false },
  '@molt/stdlib': { folder: 'packages/stdlib', layer: 3, tower: 'compile', node: false },
  '@molt/codegen-wasm': { folder: 'packages/codegen-wasm', layer: 3, tower: 'compile', node: false },
  '@molt/codegen-native': { folder: 'packages/codegen-native', layer: 3, tower: 'compile', node: true },
  '@molt/runtime': { folder: 'packages/runtime', layer: 3, tower: 'run', node: true },
  '@molt/core': { folder: 'packages/core', layer: 4, tower: 'both', node: true },
  molt: { folder: 'apps/cli', layer: 5, tower: 'both', node: true },
};

/** Everything that breaks the table, as lines for people. */
export function layerFaults(root: string): string[] {
  const faults: string[] = [];
  const onDisk = ['packages', 'apps'].flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`));
  const known = new Set(Object.values(LAYERS).map(({ folder }) => folder));
  for (const folder of onDisk) {
    if (existsSync(join(root, folder, 'package.json')) && !known.has(folder))
      faults.push(`${folder}: is not in the table of scripts/layers.ts`);
  }
  for (const [name, place] of Object.entries(LAYERS)) faults.push(...manifestFaults(root, name, place), ...importFaults(root, name, place));
  return faults;
}

function manifestFaults(root: string, name: string, place: Place): string[] {
  const path = `${place.folder}/package.json`;
  const manifest = JSON.parse(readFileSync(join(root, path), 'utf8')) as Record<string, Record<string, string>> & { name: string };
  const faults = manifest.name === name ? [] : [`${path}: expected name ${name}, got ${manifest.name}`];
  for (const kind of ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']) {
    for (const [other, version] of Object.entries(manifest[kind] ?? {})) {
      const why = forbidden(name, other);
      if (why !== undefined) faults.push(`${path}: ${kind} names ${other}: ${why}`);
      if (LAYERS[other] !== undefined ? version !== 'workspace:*' : /^[\^~><*]|latest/.test(version)) {
        faults.push(`${path}: ${other} must be ${LAYERS[other] ? 'workspace:*' : 'an exact version'}, got ${version}`);
      }
    }
  }
  return faults;
}

function importFaults(root: string, name: string, place: Place): string[] {
  const faults: string[] = [];
  const manifest = JSON.parse(readFileSync(join(root, place.folder, 'package.json'), 'utf8')) as Record<string, Record<string, string>>;
  const own = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies };
  const rootManifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { devDependencies: Record<string, string> };
  const forTests = { ...own, ...manifest.devDependencies, ...rootManifest.devDependencies };
  for (const file of sourcesBelow(join(root, place.folder))) {
    const path = relative(root, file).split(sep).join('/');
    const inSource = path.startsWith(`${place.folder}/src/`);
    for (const { specifier, line } of importsOf(readFileSync(file, 'utf8'))) {
      const where = `${path}:${line}: imports ${specifier}`;
      if (specifier.startsWith('.')) {
        const target = join(file, '..', specifier);
        // tests may use the workspace's own tools
        const tool = !inSource && relative(join(root, 'scripts'), target).split(sep)[0] !== '..';
        if (relative(join(root, place.folder), target).startsWith('..') && !path.endsWith('.config.ts') && !tool)
          faults.push(`${where}: leaves its package; use the package name`);
        if (inSource && !/\.(ts|py|c|h|json)$/.test(specifier)) faults.push(`${where}: expected a file extension`);
        continue;
      }
      if (isBuiltin(specifier)) {
        if (inSource && !place.node) faults.push(`${where}: ${name} must work without Node`);
        if (!specifier.startsWith('node:')) faults.push(`${where}: expected node:${specifier}`);
        continue;
      }
      const target = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
      if (target === name) continue;
      const why = forbidden(name, target);
      if (why !== undefined) faults.push(`${where}: ${why}`);
      else if (!Object.hasOwn(inSource ? own : forTests, target)) faults.push(`${where}: ${target} is not in ${place.folder}/package.json`);
    }
  }
  return faults;
}

/** Why a package may not import another of ours; undefined when it may. */
function forbidden(from: string, to: string): string | undefined {
  const source = LAYERS[from];
  const target = LAYERS[to];
  if (source === undefined || target === undefined) return undefined;
  if (target.layer >= source.layer) return `layer ${source.layer} may only import lower layers, ${to} is in layer ${target.layer}`;
  const apart = new Set([source.tower, target.tower]);
  if (apart.has('compile') && apart.has('run')) return `the ${source.tower} tower never imports the ${target.tower} tower`;
  return undefined;
}

/** The specifiers of static, dynamic and re-exporting imports, found in text without its comments. */
export function importsOf(text: string): { readonly specifier: string; readonly line: number }[] {
  // Comments are blanked, not removed, so that line numbers hold; strings are kept because specifiers are strings.
  const code = text.replace(/\/\*[\s\S]*?\*\/|(?<=^|[\s;{}(,])\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, ' '));
  const pattern = /(?:^|[;\n])\s*(?:import|export)\b(?:\s[^'"`;()]*?\bfrom)?\s*['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]/g;
  return [...code.matchAll(pattern)].map((match) => ({
    specifier: (match[1] ?? match[2]) as string,
    line: code.slice(0, match.index + match[0].length).split('\n').length,
  }));
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ['node_modules', 'dist', 'fixtures', '.turbo'].includes(entry.name) ? [] : sourcesBelow(path);
    return /\.(ts|mts|mjs)$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : [];
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const faults = layerFaults(fileURLToPath(new URL('..', import.meta.url)));
  process.stdout.write(faults.length === 0 ? 'layers: as in the table\n' : `${faults.join('\n')}\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
