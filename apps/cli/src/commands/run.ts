/** `molt run`: behaves as `python FILE`. */
import { spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { compile, type Program } from '@molt/core';
import { buildNative, makeFolder, readProgram } from '@molt/core/node';
import { hasErrors } from '@molt/diagnostics';
import type { Command } from 'commander';
import { cacheFolder, entryName, readEntry, removeOldest, writeEntry } from '../build-cache.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT, EXIT_CODES_HELP } from '../exit-code.ts';
import { oneOf, optLevel } from '../option-values.ts';
import { ScriptThread } from '../script-thread.ts';

interface RunOptions {
  readonly target: 'wasm' | 'native';
  readonly opt: 0 | 1 | 2;
  readonly cache: boolean;
}

/** Adds the command. */
export function addRun(program: Command, context: CommandContext): void {
  program
    .command('run')
    .description('compile a Python file and run it, as `python FILE` would')
    .argument('<file>', 'the Python file; modules it imports are found beside it')
    .argument('[args...]', 'arguments of the program (sys.argv)')
    .option('--target <target>', 'wasm or native', oneOf('wasm', 'native'), 'wasm')
    .option('--opt <level>', 'optimisation level 0, 1 or 2', optLevel, 2)
    .option('--no-cache', 'compile again, and do not keep the result')
    .passThroughOptions()
    .addHelpText(
      'after',
      `
Examples:
  molt run hello.py
  molt run report.py --year 2024       (options after the file belong to the program)
  molt run --target native solve.py

The exit code is that of the program; a program that Molt refuses exits with 1, one that a limit stops with 70.${EXIT_CODES_HELP}`,
    )
    .action(async (file: string, args: string[], options: RunOptions) => {
      context.exitCode = await run(file, args, options, context);
    });
}

async function run(file: string, args: readonly string[], options: RunOptions, context: CommandContext): Promise<number> {
  const thread = options.target === 'wasm' ? new ScriptThread() : undefined;
  try {
    const { program, folder } = await readProgram(file);
    const sourceRoot = `${folder}/`;
    if (thread === undefined) return await runNative(program, sourceRoot, [file, ...args], options, context);
    const wasm = await wasmOf(program, sourceRoot, options, context);
    if (wasm === undefined) return EXIT.refused;
    const answer = await thread.run({ wasm, args: [file, ...args], gcFlags: Number(context.env.MOLT_GC_FLAGS ?? 0) });
    if (answer.kind === 'ended') return answer.exitCode;
    if (answer.reason !== 'disconnect') context.output.note(`error ${answer.message}`);
    return EXIT.stopped;
  } finally {
    await thread?.close();
  }
}

/** The compiled module, from the cache when it is there; undefined when the program was refused. */
async function wasmOf(
  program: Program,
  sourceRoot: string,
  { opt, cache }: RunOptions,
  context: CommandContext,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const folder = join(cacheFolder(context.env), 'runs');
  const name = `${await entryName(program, { target: 'wasm', opt, sourceRoot })}.wasm`;
  const known = cache ? await readEntry(folder, name) : undefined;
  if (known !== undefined) return known;
  const { artifact, diagnostics } = compile(program, { target: 'wasm', mode: 'script', opt, sourceRoot });
  if (artifact?.kind !== 'wasm') {
    context.output.diagnostics(
      diagnostics.filter((diagnostic) => hasErrors([diagnostic])),
      false,
    );
    return undefined;
  }
  if (cache) await writeEntry(folder, name, artifact.bytes);
  return artifact.bytes;
}

async function runNative(
  program: Program,
  sourceRoot: string,
  argv: readonly string[],
  { opt, cache }: RunOptions,
  context: CommandContext,
): Promise<number> {
  const folder = join(cacheFolder(context.env), 'runs');
  const path = join(folder, await entryName(program, { target: 'native', opt, sourceRoot }));
  if (!cache || !(await isThere(path))) {
    const { artifact, diagnostics } = compile(program, { target: 'native-c', mode: 'script', opt, sourceRoot });
    const output = artifact?.kind === 'native-c' ? artifact.outputs.get('exe') : undefined;
    if (output === undefined) {
      context.output.diagnostics(
        diagnostics.filter((diagnostic) => hasErrors([diagnostic])),
        false,
      );
      return EXIT.refused;
    }
    await makeFolder(folder);
    await buildNative(output, { path, kind: 'exe', opt: opt === 2 ? 2 : 1 });
    await removeOldest(folder);
  }
  return spawnProgram(path, argv);
}

/** Runs a program in our place: same streams, same arguments, its exit code; signals go to both. */
function spawnProgram(path: string, [argv0 = path, ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, { stdio: 'inherit', argv0 });
    const forward = (signal: NodeJS.Signals): void => {
      child.kill(signal);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, forward);
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
