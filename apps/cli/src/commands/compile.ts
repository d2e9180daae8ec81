/** `molt compile`: looks into the compiler: stages as text, passes with their times, MIR after a pass. */

import { compileTargets, STAGES, type StageName } from '@molt/core';
import { readProgram } from '@molt/core/node';
import { fault, MoltError } from '@molt/diagnostics';
import { type Module, PIPELINE, printFunc, printModule } from '@molt/mir';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { EXIT, EXIT_CODES_HELP } from '../exit-code.ts';
import { collect, listOf, oneOf, optLevel } from '../option-values.ts';

interface CompileFlags {
  readonly emit: StageName[];
  readonly dump?: string;
  readonly func?: string;
  readonly opt: 0 | 1 | 2;
  readonly mode: 'script' | 'service';
  readonly verifyEach: boolean;
  readonly timePasses: boolean;
  readonly disablePass: string[];
  readonly json: boolean;
}

/** Adds the command. */
export function addCompile(program: Command, context: CommandContext): void {
  program
    .command('compile')
    .description('show what the compiler makes of a Python file')
    .argument('<file>', 'the Python file')
    .option('--emit <stages>', `stages to print: ${STAGES.join(', ')}`, listOf(...STAGES), [])
    .option('--dump <when>', 'MIR after a pass: after:PASS', afterPass)
    .option('--func <text>', 'with --dump: only functions whose name contains the text')
    .addOption(new Option('--opt <level>', 'optimisation level 0, 1 or 2').argParser(optLevel).default(2))
    .addOption(new Option('--mode <mode>', 'script or service').argParser(oneOf('script', 'service')).default('script'))
    .option('--verify-each', 'verify MIR after every pass', false)
    .option('--time-passes', 'print the times of steps and passes', false)
    .addOption(new Option('--disable-pass <names>', 'leave passes out (see: molt passes)').argParser(collect).default([]))
    .option('--json', 'print figures as JSON', false)
    .addHelpText(
      'after',
      `
Examples:
  molt compile app.py --emit mir
  molt compile app.py --dump after:inline --func total
  molt compile app.py --time-passes --verify-each --disable-pass licm${EXIT_CODES_HELP}`,
    )
    .action(async (file: string, flags: CompileFlags) => {
      context.exitCode = await run(file, flags, context);
    });
}

async function run(file: string, flags: CompileFlags, { output }: CommandContext): Promise<number> {
  const { program } = await readProgram(file);
  const passTimes: { readonly pass: string; readonly ms: number; readonly functions: number }[] = [];
  let dumped: string | undefined;
  const targets = flags.emit.includes('c') ? (['wasm', 'native-c'] as const) : (['wasm'] as const);
  const { artifacts, diagnostics, stats, texts } = compileTargets(program, targets, {
    mode: flags.mode,
    opt: flags.opt,
    emit: flags.emit,
    verifyEach: flags.verifyEach,
    disablePasses: flags.disablePass,
    onPass: (pass, ms, module) => {
      passTimes.push({ pass, ms, functions: module.funcs.size });
      if (`after:${pass}` === flags.dump) dumped = dumpOf(module, flags.func);
    },
  });
  output.diagnostics(diagnostics, false);
  if (artifacts.size === 0) return EXIT.refused;
  for (const [, text] of texts) output.line(text.trimEnd());
  if (dumped !== undefined) output.line(dumped.trimEnd());
  const wasm = artifacts.get('wasm');
  const bytes = wasm?.kind === 'wasm' ? wasm.bytes.length : 0;
  if (flags.json) output.json({ id: wasm?.id ?? null, wasmBytes: bytes, ...stats, passes: passTimes });
  else if (flags.timePasses) {
    const row = (name: string, ms: number): void => output.note(`${name.padEnd(24)} ${ms.toFixed(2).padStart(9)} ms`);
    for (const { step, ms } of stats.steps) row(step, ms);
    for (const { pass, ms } of passTimes) row(`  pass ${pass}`, ms);
  }
  if (!flags.json && texts.size === 0 && dumped === undefined)
    output.line(`${file}: ${stats.functions} functions, ${stats.instructions} instructions, ${bytes} bytes of WebAssembly`);
  return EXIT.ok;
}

function dumpOf(module: Module, filter: string | undefined): string {
  if (filter === undefined) return printModule(module);
  const found = [...module.funcs.values()].filter(({ name }) => name.includes(filter));
  if (found.length === 0)
    throw new MoltError(
      fault('MOLT0017', { option: '--func', expected: 'part of the name of a function', actual: filter, command: 'compile' }),
    );
  return found.map((func) => printFunc(func)).join('\n');
}

function afterPass(value: string): string {
  const names = PIPELINE.map(({ name }) => `after:${name}`);
  if (names.includes(value)) return value;
  throw new InvalidArgumentError(`expected one of ${names.join(', ')}.`);
}
