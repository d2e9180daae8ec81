/** `molt call`: one call of an export, in this process. */
import { readFileSync } from 'node:fs';
import { callExport } from '@molt/core/node';
import { fault, MoltError } from '@molt/diagnostics';
import { readArtifact } from '@molt/runtime';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { EXIT, EXIT_CODES_HELP } from '../exit-code.ts';

/** Adds the command. */
export function addCall(program: Command, context: CommandContext): void {
  program
    .command('call')
    .description('call an export of an artifact with JSON arguments, and print the result as JSON')
    .argument('<artifact>', 'folder that molt build wrote')
    .argument('<export>', 'name of the function')
    .option('--json <args>', 'arguments: an object by parameter, or an array in order; - reads them from standard input', '{}')
    .addHelpText(
      'after',
      `
Examples:
  molt call flights.molt score --json '{"limit": 3}'
  molt call flights.molt score --json '[3]'
  molt call flights.molt summarize --json - < request.json

An exception of the export is printed with its traceback, and the exit code is 1.${EXIT_CODES_HELP}`,
    )
    .action(async (path: string, name: string, { json }: { readonly json: string }) => {
      const artifact = await readArtifact(path);
      const result = callExport(artifact, name, argumentsOf(json === '-' ? readFileSync(0, 'utf8') : json));
      if (result.kind === 'returned') {
        context.output.json(result.value);
        return;
      }
      context.output.note(result.traceback.trimEnd() || `${result.type}: ${result.message}`);
      context.exitCode = EXIT.refused;
    });
}

function argumentsOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MoltError(fault('MOLT0014', { reason: error instanceof Error ? error.message : String(error) }));
  }
}
