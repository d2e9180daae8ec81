/** `molt schema check`: whether the schemas of exports are published, or may be; with `--write` new ones are. */
import { existsSync } from 'node:fs';
import { readText, writeWhole } from '@molt/core/node';
import {
  COMPATIBILITY_MODES,
  type CompatibilityMode,
  checkRegistry,
  EMPTY_REGISTRY,
  formatRegistry,
  parseRegistry,
  type RegistryFinding,
  type SchemaRegistry,
  TIERS,
} from '@molt/schema-ir';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { EXIT, EXIT_CODES_HELP } from '../exit-code.ts';
import { collect, oneOf } from '../option-values.ts';
import { obstacleLines } from './obstacle-text.ts';
import { readSchemas } from './read-schemas.ts';

const MODES = Object.keys(COMPATIBILITY_MODES) as CompatibilityMode[];

interface CheckFlags {
  readonly registry: string;
  readonly exports?: string[];
  readonly input?: CompatibilityMode;
  readonly output?: CompatibilityMode;
  readonly tier: (typeof TIERS)[number];
  readonly write: boolean;
  readonly breaking: boolean;
  readonly json: boolean;
}

/** Adds the command. */
export function addSchemaCheck(schema: Command, context: CommandContext): void {
  schema
    .command('check')
    .description('check exports against a registry file, and publish their schemas there')
    .argument('<target>', 'artifact folder, schemas.json or Python file')
    .requiredOption('--registry <file>', 'the registry; with --write it may be a new file')
    .option('--exports <names>', 'only these exports', collect)
    .option('--input <mode>', 'mode of inputs; default: BACKWARD_TRANSITIVE', oneOf(...MODES))
    .option('--output <mode>', 'mode of outputs; default: FORWARD_TRANSITIVE', oneOf(...MODES))
    .option('--tier <tier>', `the least that counts: ${TIERS.join(', ')}`, oneOf(...TIERS), 'WIRE' as const)
    .option('--write', 'bind new versions in the registry; bindings that are there never change', false)
    .option('--breaking', 'with --write: publish what breaks as a new major version', false)
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      `
Modes: ${MODES.join(', ')}.
BACKWARD: the new schema reads what the last version wrote; FORWARD: the last version reads what the new one writes; FULL: both;
TRANSITIVE: all versions of the newest major number, not the last alone.

Examples:
  molt schema check flights.molt --registry schemas.registry.json
  molt schema check flights.molt --registry schemas.registry.json --write
  molt schema check flights.py --registry schemas.registry.json --output FULL_TRANSITIVE

Exit code 1 also says that a schema is not published, or breaks what is.${EXIT_CODES_HELP}`,
    )
    .action(async (target: string, flags: CheckFlags) => {
      context.exitCode = await runCheck(target, flags, context);
    });
}

async function runCheck(target: string, flags: CheckFlags, { output }: CommandContext): Promise<number> {
  const found = await readSchemas(target, flags.exports, output, flags.json);
  if (found === null) return EXIT.refused;
  const before = await readRegistry(flags.registry);
  const { findings, registry } = checkRegistry(before, found.schemas, {
    modes: {
      ...(flags.input === undefined ? {} : { input: flags.input }),
      ...(flags.output === undefined ? {} : { output: flags.output }),
    },
    tier: flags.tier,
    breaking: flags.breaking,
  });
  const breaking = findings.filter(({ state }) => state === 'breaks');
  const fresh = findings.filter(({ state }) => state === 'new');
  // Nothing is written while something is refused: a registry should not hold half of a release.
  const written = flags.write && (breaking.length === 0 || flags.breaking) && registry !== before;
  if (written) await writeWhole(flags.registry, formatRegistry(registry));
  const ok = (breaking.length === 0 && fresh.length === 0) || (flags.write && (breaking.length === 0 || flags.breaking));
  const fix = fixOf(target, flags, breaking.length > 0);
  if (flags.json) {
    output.json({ ok, written, findings, fix: ok ? null : fix });
    return ok ? EXIT.ok : EXIT.refused;
  }
  for (const finding of findings) for (const line of lines(finding, written)) output.line(line);
  if (!ok) output.note(`to publish: ${fix}`);
  return ok ? EXIT.ok : EXIT.refused;
}

function lines(finding: RegistryFinding, written: boolean): string[] {
  const { name, id, mode } = finding;
  const short = id.slice(0, 16);
  switch (finding.state) {
    case 'published':
      return [`${finding.key}  ${short}  published`];
    case 'new':
      return [`${finding.key}  ${short}  ${written ? 'bound' : 'not published'}`];
    case 'breaks':
      return [
        `${name}  ${short}  breaks published versions (${mode})${written ? `; bound as ${finding.key}` : ''}`,
        ...finding.failures.flatMap(({ against, direction, obstacles }) => [
          `  ${direction === 'backward' ? `cannot read what ${against} wrote` : `cannot be read by ${against}`}:`,
          ...obstacleLines(obstacles, '    '),
        ]),
      ];
  }
}

/** The command that publishes the schemas as they are. */
function fixOf(target: string, flags: CheckFlags, breaks: boolean): string {
  const options = [
    ...(flags.exports === undefined ? [] : [`--exports ${flags.exports.join(',')}`]),
    ...(flags.input === undefined ? [] : [`--input ${flags.input}`]),
    ...(flags.output === undefined ? [] : [`--output ${flags.output}`]),
    ...(flags.tier === 'WIRE' ? [] : [`--tier ${flags.tier}`]),
    '--write',
    ...(breaks ? ['--breaking'] : []),
  ];
  const command = `molt schema check ${target} --registry ${flags.registry} ${options.join(' ')}`;
  return breaks ? `change the schemas as said above, or publish a new major version: ${command}` : command;
}

async function readRegistry(path: string): Promise<SchemaRegistry> {
  // No file is a registry without bindings: the first --write makes it.
  if (!existsSync(path)) return EMPTY_REGISTRY;
  return parseRegistry(await readText(path));
}
