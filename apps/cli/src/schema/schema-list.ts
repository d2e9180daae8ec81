/** `molt schema list`: exports with their signatures and ids. */
import { exportIds, printType } from '@molt/schema-ir';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { EXIT, EXIT_CODES_HELP } from '../exit-code.ts';
import { collect } from '../option-values.ts';
import { readSchemas } from './read-schemas.ts';
import { signatureOf } from './signature.ts';

/** Adds the command. */
export function addSchemaList(schema: Command, context: CommandContext): void {
  schema
    .command('list')
    .description('list exports with their signatures and the ids of their inputs and outputs')
    .argument('<target>', 'artifact folder, schemas.json or Python file')
    .option('--exports <names>', 'only these exports', collect)
    .option('--json', 'print JSON, with whole ids', false)
    .addHelpText(
      'after',
      `
Examples:
  molt schema list flights.molt
  molt schema list flights.py --exports score,summarize
  molt schema list flights.molt --json${EXIT_CODES_HELP}`,
    )
    .action(async (target: string, flags: { readonly exports?: string[]; readonly json: boolean }) => {
      const { output } = context;
      const found = await readSchemas(target, flags.exports, output, flags.json);
      if (found === null) {
        context.exitCode = EXIT.refused;
        return;
      }
      const { schemas, uncompiled } = found;
      const rows = schemas.exports.map((item) => ({ item, ids: exportIds(item, schemas.types) }));
      if (flags.json) {
        output.json({
          exports: rows.map(({ item, ids }) => ({
            name: item.name,
            signature: signatureOf(item),
            result: printType(item.result),
            input: ids.input,
            output: ids.output,
          })),
          types: Object.keys(schemas.types),
          uncompiled: uncompiled.map(({ code, message, hint }) => ({ code, message, hint: hint ?? null })),
        });
        return;
      }
      for (const { item, ids } of rows) {
        output.line(output.colors.bold(signatureOf(item)));
        output.line(`  input ${ids.input.slice(0, 16)}  output ${ids.output.slice(0, 16)}`);
      }
      for (const { message, hint } of uncompiled) output.note(`note: ${message}${hint === undefined ? '' : `; ${hint}`}`);
    });
}
