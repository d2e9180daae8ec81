/**
 * Texts of compiler stages for people: syntax trees, functions with the types they were instantiated for, MIR before and after the passes,
 * WebAssembly text, C.
 */
import { toWat } from '@molt/codegen-wasm';
import { type Func, type Module, printModule } from '@molt/mir';
import type { Generated } from './compile-module.ts';
import type { StageName } from './compile-options.ts';
import type { Program } from './program.ts';
import { treeTexts } from './tree-text.ts';

/** Prints the stages that were asked for. */
export function stageTexts(
  stages: readonly StageName[],
  program: Program,
  module: Module,
  generated: Generated,
  sharedMemory: boolean,
): Map<StageName, string> {
  const print: Readonly<Record<StageName, () => string>> = {
    ast: () => treeTexts(program),
    types: () => [...module.funcs.values()].map(headOf).join(''),
    mir: () => printModule(module),
    machine: () => printModule(generated.machine),
    wat: () => [...generated.machine.funcs.values()].map((func) => toWat(generated.machine, func, sharedMemory)).join('\n'),
    c: () => ([...(generated.native?.values() ?? [])][0]?.units ?? []).map(({ name, text }) => `/* ${name} */\n${text}`).join('\n'),
  };
  return new Map(stages.map((stage) => [stage, print[stage]()]));
}

/** One line for an instance: the name carries the Python types it is for, the rest is how its values are represented. */
function headOf({ name, params, values, names, result }: Func): string {
  const parameters = params.map((id, i) => `${names[id] ?? `_${i}`}: ${values[id]}`);
  return `${name}(${parameters.join(', ')})${result === null ? '' : ` -> ${result}`}\n`;
}
