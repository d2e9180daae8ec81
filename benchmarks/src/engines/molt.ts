/**
 * Molt, both targets, through the command line that users have: `molt build --script FILE --target TARGET -o FOLDER`.
 *
 * The native executable is timed from outside, as the C twin is. The WASM module runs in a Node process of its own, which reports
 * the time of the program's code without the start of Node and the compilation of the module.
 */
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { command, succeeds } from '../command.ts';
import type { Engine, Place, Prepared } from '../engine.ts';
import type { Program } from '../programs.ts';
import { cCompiler } from './c-compiler.ts';

/** The executable that Molt builds through C. */
export const moltNative: Engine = {
  name: 'molt-native',
  title: 'Molt native',
  missing: async (place) => cliMissing(place) ?? ((await succeeds([cCompiler(), '--version'])) ? undefined : 'there is no C compiler'),
  async prepare(program, folder, place) {
    await build(program, 'native', folder, place);
    const executable = executableIn(folder);
    return { argv: [executable], clock: 'process', artifactBytes: statSync(executable).size };
  },
};

/** The WASM module, in Node. */
export const moltWasm: Engine = {
  name: 'molt-wasm',
  title: 'Molt WASM',
  missing: async (place) => cliMissing(place),
  async prepare(program, folder, place) {
    await build(program, 'wasm', folder, place);
    const module = join(folder, 'module.wasm');
    return { ...(await wasmCommand(folder, place)), artifactBytes: statSync(module).size };
  },
};

async function wasmCommand(folder: string, place: Place): Promise<Prepared> {
  const module = join(folder, 'module.wasm');
  return { argv: [process.execPath, '--no-warnings', '--no-wasm-lazy-compilation', await wasmRunner(place), module], clock: 'reported' };
}

function cliOf({ root }: Place): string {
  return join(root, 'apps', 'cli', 'bin', 'molt.mjs');
}

function cliMissing(place: Place): string | undefined {
  return existsSync(cliOf(place)) ? undefined : `${cliOf(place)} is not there`;
}

async function build(program: Program, target: string, folder: string, place: Place): Promise<void> {
  await command([process.execPath, cliOf(place), 'build', '--script', program.python, '--target', target, '-o', folder]);
}

/** The one executable of an artifact directory. */
function executableIn(folder: string): string {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (/\.(so|dylib|dll|wasm|json|c|o)$/.test(name) || !statSync(path).isFile()) continue;
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not an executable: the next.
    }
  }
  throw new Error('the build left no executable');
}

/** A program built like a service: every computation can be stopped. Compared with the same program as scripts are built, without checks. */
export const CHECKED: readonly (Engine & { readonly against: string })[] = [
  {
    name: 'molt-wasm-checked',
    title: 'Molt WASM with interrupt checks',
    against: 'molt-wasm',
    missing: moltWasm.missing,
    async prepare(program, folder, place) {
      const artifactBytes = await buildChecked(program, 'wasm', folder);
      return { ...(await wasmCommand(folder, place)), artifactBytes };
    },
  },
  {
    name: 'molt-native-checked',
    title: 'Molt native with interrupt checks',
    against: 'molt-native',
    missing: moltNative.missing,
    async prepare(program, folder) {
      const artifactBytes = await buildChecked(program, 'native', folder);
      return { argv: [executableIn(folder)], clock: 'process', artifactBytes };
    },
  },
];

/** Bytes of the artifact's code. Loaded when asked for: the compiler is larger than the rest of the harness. */
async function buildChecked(program: Program, target: 'wasm' | 'native', folder: string): Promise<number> {
  const { readProgram, writeArtifact } = await import('@molt/core/node');
  const { program: files } = await readProgram(program.python);
  const options = { mode: 'script', interrupts: true, sharedMemory: true, outDir: folder, targets: [target] } as const;
  const { diagnostics, manifest } = await writeArtifact(files, options);
  if (manifest === null) throw new Error(diagnostics.map(({ message }) => message).join(' | '));
  return Object.values(manifest.files).reduce((sum, { bytes }) => sum + bytes, 0);
}

interface Bundler {
  bundle(name: string, entries: Readonly<Record<string, string>>): Promise<Record<string, string>>;
}

/** The runner as one file of JavaScript, bundled from the checkout. */
async function wasmRunner({ root }: Place): Promise<string> {
  const { bundle } = (await import(pathToFileURL(join(root, 'scripts', 'bundle.mjs')).href)) as Bundler;
  const { runner } = await bundle('bench-wasm', { runner: join(root, 'benchmarks', 'src', 'wasm-runner.ts') });
  if (runner === undefined) throw new Error('the runner of WASM modules was not bundled');
  return runner;
}
