/** `molt schema`: the schemas of exports; one file per subcommand in ../schema/. */
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { EXIT_CODES_HELP } from '../exit-code.ts';
import { addSchemaCheck } from '../schema/schema-check.ts';
import { addSchemaDiff } from '../schema/schema-diff.ts';
import { addSchemaList } from '../schema/schema-list.ts';
import { addSchemaShow } from '../schema/schema-show.ts';

/** Adds the command with its subcommands. */
export function addSchema(program: Command, context: CommandContext): void {
  const schema = program
    .command('schema')
    .description('list, show and compare the schemas of exports')
    .addHelpText(
      'after',
      `
Where a <target> is named, it may be the folder of an artifact, a schemas.json, or a Python file. Python files need not compile: their
annotations are read.

Examples:
  molt schema list flights.molt
  molt schema show flights.py --as ts
  molt schema diff live.molt next.molt
  molt schema check flights.molt --registry schemas.registry.json${EXIT_CODES_HELP}`,
    );
  for (const add of [addSchemaList, addSchemaShow, addSchemaDiff, addSchemaCheck]) add(schema, context);
}
