/** mypyc and Cython: both compile the source as it is to an extension module, whose main() CPython then calls. */
import { copyFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { command, succeeds } from '../command.ts';
import type { Engine, Place, Prepared } from '../engine.ts';
import type { Program } from '../programs.ts';

/** mypyc, when the peers' Python has it. */
export const mypyc = extensionCompiler('mypyc', 'mypyc', 'mypyc.build', ['-m', 'mypyc']);

/** Cython, when the peers' Python has it. */
export const cython = extensionCompiler('cython', 'Cython', 'Cython', ['-m', 'Cython.Build.Cythonize', '-i', '-3']);

function extensionCompiler(name: string, title: string, module: string, args: readonly string[]): Engine {
  return {
    name,
    title,
    missing: async ({ peerPython }) =>
      (await succeeds([peerPython, '-c', `import ${module}, setuptools`]))
        ? undefined
        : `${peerPython} has no module ${module.split('.')[0]}`,
    prepare: (program, folder, place) => compile(program, folder, place, args),
  };
}

async function compile(program: Program, folder: string, place: Place, args: readonly string[]): Promise<Prepared> {
  const source = `${program.name}.py`;
  copyFileSync(program.python, join(folder, source));
  await command([place.peerPython, ...args, source], { cwd: folder });
  const built = readdirSync(folder).find((file) => file.startsWith(`${program.name}.`) && /\.(so|pyd)$/.test(file));
  if (built === undefined) throw new Error('no extension module was built');
  return {
    argv: [place.peerPython, join(place.probes, 'timed.py'), '--module', folder, program.name],
    clock: 'reported',
    artifactBytes: statSync(join(folder, built)).size,
  };
}
