/**
 * The `molt` command: one subcommand per file in commands/, errors in one place.
 *
 * Nothing here decides anything about programs: arguments go in, the packages do the work, output is rendered.
 */

import { COMPILER_VERSION } from '@molt/core';
import { Command, CommanderError } from 'commander';
import type { CommandContext } from './command-context.ts';
import { addBuild } from './commands/build.ts';
import { addCall } from './commands/call.ts';
import { addCheck } from './commands/check.ts';
import { addCompile } from './commands/compile.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExplain } from './commands/explain.ts';
import { addInit } from './commands/init.ts';
import { addPasses } from './commands/passes.ts';
import { addRun } from './commands/run.ts';
import { addSchema } from './commands/schema.ts';
import { addWorker } from './commands/worker.ts';
import { processOutput } from './console-output.ts';
import { EXIT, EXIT_CODES_HELP } from './exit-code.ts';

/** Runs the command line and gives the exit code of the process. Never throws for what a user did. */
export async function main(argv: readonly string[]): Promise<number> {
  const context: CommandContext = { output: processOutput(), env: process.env, exitCode: EXIT.ok };
  const program = new Command('molt')
    .description('Compiles typed Python to small WebAssembly modules and native binaries, and runs them as services.')
    .version(COMPILER_VERSION)
    .enablePositionalOptions()
    .showHelpAfterError('(molt --help shows what there is)')
    .addHelpText(
      'after',
      `
Examples:
  molt run hello.py
  molt build service.py -o service.molt && molt worker service.molt --socket /tmp/service.sock
  molt explain MOLT1200
${EXIT_CODES_HELP}
NO_COLOR turns colours off; MOLT_CC names the C compiler; XDG_CACHE_HOME moves the cache.`,
    )
    .exitOverride();
  for (const add of [addInit, addRun, addBuild, addCheck, addCall, addWorker, addSchema, addCompile, addPasses, addExplain, addDoctor])
    add(program, context);
  for (const command of program.commands) command.exitOverride().showHelpAfterError(`(molt ${command.name()} --help shows how)`);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const json = argv.includes('--json') && argv[0] !== 'call' && argv[0] !== 'run';
    context.output.error(error, json);
    return errorExit(error);
  }
}

/** A fault of ours, or a limit, is not the user's: it has a code of its own. */
function errorExit(error: unknown): number {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && /^MOLT(?!9|6101)/.test(code) ? EXIT.refused : EXIT.stopped;
}
