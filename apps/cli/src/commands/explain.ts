/** `molt explain`: what a code means. */

import { DIAGNOSTICS, didYouMean, explainCode, fault, isDiagnosticCode, listCodes, MoltError } from '@molt/diagnostics';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { EXIT_CODES_HELP } from '../exit-code.ts';

/** Adds the command. */
export function addExplain(program: Command, { output }: CommandContext): void {
  program
    .command('explain')
    .description('say what a code means and what to do')
    .argument('[code]', 'a code such as MOLT1200, or only 1200; without one all codes are listed')
    .addHelpText(
      'after',
      `
Examples:
  molt explain MOLT1200
  molt explain${EXIT_CODES_HELP}`,
    )
    .action((given: string | undefined) => {
      if (given === undefined) {
        output.line(listCodes().trimEnd());
        return;
      }
      const code = /^\d{4}$/.test(given) ? `MOLT${given}` : given.toUpperCase();
      if (!isDiagnosticCode(code)) {
        const suggestion = didYouMean(code, Object.keys(DIAGNOSTICS)) ?? '`molt explain` lists all codes';
        throw new MoltError(fault('MOLT0016', { code: given, suggestion }));
      }
      output.line(explainCode(code).trimEnd());
    });
}
