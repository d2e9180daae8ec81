/** `molt check`: what is wrong with a program, without building it. */

import { check } from '@molt/core';
import { readProgram } from '@molt/core/node';
import { hasErrors, toJsonDiagnostic } from '@molt/diagnostics';
import { printType } from '@molt/schema-ir';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { EXIT, EXIT_CODES_HELP } from '../exit-code.ts';
import { collect } from '../option-values.ts';

interface CheckFlags {
  readonly report: boolean;
  readonly service: boolean;
  readonly exports?: string[];
  readonly json: boolean;
}

/** Adds the command. */
export function addCheck(program: Command, context: CommandContext): void {
  program
    .command('check')
    .description('report errors and warnings of a Python file')
    .argument('<file>', 'the Python file')
    .option('--report', 'also say what was compiled: modules, functions by module, exports with their schemas', false)
    .option('--service', 'check it as a service: its exports must have schemas', false)
    .option('--exports <names>', 'functions to export (implies --service)', collect)
    .option('--json', 'print JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  molt check app.py
  molt check --service --report flights.py
  molt check --json app.py${EXIT_CODES_HELP}`,
    )
    .action(async (file: string, flags: CheckFlags) => {
      context.exitCode = await runCheck(file, flags, context);
    });
}

async function runCheck(file: string, { report, service, exports, json }: CheckFlags, { output }: CommandContext): Promise<number> {
  const { program } = await readProgram(file);
  const { module, schemas, diagnostics, stats } = check(program, {
    mode: service || exports !== undefined ? 'service' : 'script',
    ...(exports === undefined ? {} : { exports }),
  });
  const failed = hasErrors(diagnostics);
  const signatures = (schemas?.exports ?? []).map(
    ({ name, params, result }) =>
      `${name}(${params.map((param) => `${param.name}: ${printType(param.schema)}`).join(', ')}) -> ${printType(result)}`,
  );
  const functions = [...(module?.funcs.keys() ?? [])];
  if (json) {
    output.json({
      ok: !failed,
      diagnostics: diagnostics.map(toJsonDiagnostic),
      ...(report ? { files: [...program.files.keys()], functions, exports: signatures, instructions: stats.instructions } : {}),
    });
    return failed ? EXIT.refused : EXIT.ok;
  }
  output.diagnostics(diagnostics, false);
  if (report && module !== null) {
    output.line(`files: ${[...program.files.keys()].join(', ')}`);
    output.line(`functions: ${functions.length}, of ${stats.instructions} instructions before optimisation`);
    for (const signature of signatures) output.line(`export ${signature}`);
  }
  if (!failed) output.line(`${file}: ${diagnostics.length === 0 ? 'no faults' : `${diagnostics.length} warnings`}`);
  return failed ? EXIT.refused : EXIT.ok;
}
