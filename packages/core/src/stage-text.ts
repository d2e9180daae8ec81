/** Texts of compiler stages for people: MIR before and after the passes, WebAssembly text, C. */
import { toWat } from '@molt/codegen-wasm';
import { type Module, printModule } from '@molt/mir';
import type { Generated } from './compile-module.ts';
import type { StageName } from './compile-options.ts';

/** Prints the stages that were asked for. */
export function stageTexts(stages: readonly StageName[], module: Module, generated: Generated): Map<StageName, string> {
  const print: Readonly<Record<StageName, () => string>> = {
    mir: () => printModule(module),
    machine: () => printModule(generated.machine),
    wat: () => [...generated.machine.funcs.values()].map((func) => toWat(generated.machine, func)).join('\n'),
    c: () => ([...(generated.native?.values() ?? [])][0]?.units ?? []).map(({ name, text }) => `/* ${name} */\n${text}`).join('\n'),
  };
  return new Map(stages.map((stage) => [stage, print[stage]()]));
}
