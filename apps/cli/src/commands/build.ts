/** `molt build`: an artifact directory from a Python file. */

import { type BuildTarget, readProgram, writeArtifact } from '@molt/core/node';
import { toJsonDiagnostic } from '@molt/diagnostics';
import { type Command, Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { EXIT, EXIT_CODES_HELP } from '../exit-code.ts';
import { collect, listOf, optLevel } from '../option-values.ts';

interface BuildFlags {
  readonly out: string;
  readonly target?: BuildTarget[];
  readonly exports?: string[];
  readonly script: boolean;
  readonly opt: 0 | 1 | 2;
  readonly json: boolean;
}

/** Adds the command. */
export function addBuild(program: Command, context: CommandContext): void {
  program
    .command('build')
    .description('compile a Python file to an artifact directory')
    .argument('<file>', 'the Python file')
    .requiredOption('-o, --out <dir>', 'folder of the artifact; made when missing')
    .option('--target <list>', 'wasm, native or both; default: wasm, and native where a C compiler is found', listOf('wasm', 'native'))
    .option('--exports <names>', 'functions that callers may call; default: all public functions of the file', collect)
    .option('--script', 'build a program that runs once instead of a service that answers calls', false)
    .addOption(new Option('--opt <level>', 'optimisation level 0, 1 or 2').argParser(optLevel).default(2))
    .option('--json', 'print the manifest and diagnostics as JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  molt build flights.py -o flights.molt
  molt build flights.py -o flights.molt --target wasm --exports summarize,score
  molt build --script report.py -o report.molt

The folder holds module.wasm, molt_worker and molt_module.so (or molt_program), schemas.json and manifest.json.
The same sources give the same bytes in any folder.${EXIT_CODES_HELP}`,
    )
    .action(async (file: string, flags: BuildFlags) => {
      context.exitCode = await build(file, flags, context);
    });
}

async function build(file: string, { out, target, exports, script, opt, json }: BuildFlags, { output }: CommandContext): Promise<number> {
  const { program } = await readProgram(file);
  const { manifest, diagnostics, skipped } = await writeArtifact(program, {
    outDir: out,
    mode: script ? 'script' : 'service',
    opt,
    ...(target === undefined ? {} : { targets: target }),
    ...(exports === undefined ? {} : { exports }),
  });
  if (json) output.json({ manifest, diagnostics: diagnostics.map(toJsonDiagnostic), skipped: skipped ?? null });
  else output.diagnostics(diagnostics, false);
  if (manifest === null) return EXIT.refused;
  if (json) return EXIT.ok;
  if (skipped !== undefined) output.note(`native code was left out: ${skipped}`);
  output.line(`${out}: artifact ${manifest.artifactId.slice(0, 16)} for ${manifest.targets.join(', ')}`);
  for (const [name, { bytes }] of Object.entries(manifest.files)) output.line(`  ${name.padEnd(16)} ${String(bytes).padStart(9)} bytes`);
  if (manifest.exports.length > 0) output.line(`  exports: ${manifest.exports.map(({ name }) => name).join(', ')}`);
  return EXIT.ok;
}
