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
import type { Engine, Place } from '../engine.ts';
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
    return {
      argv: [process.execPath, '--no-warnings', '--no-wasm-lazy-compilation', await wasmRunner(place), module],
      clock: 'reported',
      artifactBytes: statSync(module).size,
    };
  },
};

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
