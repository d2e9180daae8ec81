/** `molt passes`: the passes over MIR, in their order. */

import { PIPELINE } from '@molt/mir';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { EXIT_CODES_HELP } from '../exit-code.ts';

/** Adds the command. */
export function addPasses(program: Command, { output }: CommandContext): void {
  program
    .command('passes')
    .description('list the passes over MIR in the order in which they run')
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  molt passes
  molt compile app.py --emit machine --disable-pass ${PIPELINE.find(({ required }) => !required)?.name ?? 'dce'}${EXIT_CODES_HELP}`,
    )
    .action(({ json }: { readonly json: boolean }) => {
      const passes = PIPELINE.map(({ name, level, required, doc, after }) => ({ name, level, required, doc, after }));
      if (json) {
        output.json(passes);
        return;
      }
      const width = Math.max(...passes.map(({ name }) => name.length));
      for (const { name, level, required, doc } of passes)
        output.line(`${output.colors.bold(name.padEnd(width))}  ${required ? 'always ' : `--opt ${level}`}  ${doc}`);
    });
}
