/** `molt schema diff`: what changed between two sets of schemas, and whom it breaks. */
import { diffSchemaSets, type ExportDifference, type SideDifference, TIERS } from '@molt/schema-ir';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { EXIT, EXIT_CODES_HELP } from '../exit-code.ts';
import { oneOf } from '../option-values.ts';
import { obstacleLines } from './obstacle-text.ts';
import { readSchemas } from './read-schemas.ts';

interface DiffFlags {
  readonly tier: (typeof TIERS)[number];
  readonly json: boolean;
}

/** Adds the command. */
export function addSchemaDiff(schema: Command, context: CommandContext): void {
  schema
    .command('diff')
    .description('say what changed between two sets of schemas, and whom it breaks')
    .argument('<before>', 'artifact folder, schemas.json or Python file that callers know')
    .argument('<after>', 'the one that is to replace it')
    .option('--tier <tier>', `the least that is told: ${TIERS.join(', ')}`, oneOf(...TIERS), 'WIRE' as const)
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      `
WIRE: values can no longer be read. CONTRACT: they no longer mean or promise the same. SOURCE: generated code changes.
Inputs are read by the new service, outputs by callers that know the old one.

Examples:
  molt schema diff live.molt next.molt
  molt schema diff live.molt flights.py --tier CONTRACT

Exit code 1 also says that the change breaks callers at that tier, or removes an export.${EXIT_CODES_HELP}`,
    )
    .action(async (before: string, after: string, { tier, json }: DiffFlags) => {
      const { output } = context;
      const [old, now] = [await readSchemas(before, undefined, output, json), await readSchemas(after, undefined, output, json)];
      if (old === null || now === null) {
        context.exitCode = EXIT.refused;
        return;
      }
      const differences = diffSchemaSets(old.schemas, now.schemas, tier);
      const broken = differences.filter(breaks).map(({ name }) => name);
      context.exitCode = broken.length === 0 ? EXIT.ok : EXIT.refused;
      if (json) {
        output.json({ ok: broken.length === 0, broken, exports: differences });
        return;
      }
      for (const difference of differences) for (const line of lines(difference)) output.line(line);
      const changed = differences.filter(({ change }) => change !== 'same').length;
      output.line(
        changed === 0
          ? 'no differences'
          : broken.length === 0
            ? 'callers of today are not broken'
            : `breaks callers of ${broken.join(', ')}`,
      );
    });
}

function breaks(difference: ExportDifference): boolean {
  return difference.change === 'removed' || (difference.change === 'changed' && difference.sides.some((side) => side.breaks.length > 0));
}

function lines(difference: ExportDifference): string[] {
  if (difference.change === 'same') return [];
  if (difference.change !== 'changed') return [`${difference.name}: ${difference.change}`];
  return [`${difference.name}: changed`, ...difference.sides.flatMap(sideLines)];
}

function sideLines({ side, before, after, breaks: broken, rollback }: SideDifference): string[] {
  const ids = before === after ? before.slice(0, 16) : `${before.slice(0, 16)} -> ${after.slice(0, 16)}`;
  return [
    `  ${side} ${ids}`,
    ...(broken.length === 0 ? ['    callers of today: fine'] : ['    callers of today:', ...obstacleLines(broken, '      ')]),
    ...(rollback.length === 0 ? [] : ['    after a roll-back:', ...obstacleLines(rollback, '      ')]),
  ];
}
