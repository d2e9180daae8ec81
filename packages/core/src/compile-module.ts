/**
 * The lower half of the road: language-level MIR through the passes to addresses and to the code of one or more targets.
 *
 * It takes MIR from anywhere: the front end, the text parser, or a framework's own builder.
 */
import { emitC, type NativeOutput } from '@molt/codegen-native';
import { emitWasm } from '@molt/codegen-wasm';
import { layoutModule, type Module, runPipeline } from '@molt/mir';
import type { BuildOptions, ResolvedOptions, Target } from './compile-options.ts';
import type { Stopwatch } from './stopwatch.ts';

/** Machine-level MIR and the code made of it. */
export interface Generated {
  readonly machine: Module;
  readonly wasm?: Uint8Array<ArrayBuffer>;
  readonly native?: NativeOutput;
}

/** What travels with the artifact inside its code. */
export interface Embedded {
  /** Bytes that describe the exports, for whoever loads the code alone. */
  readonly manifest?: Uint8Array;
}

/** Compiles a module for the given targets; passes and layout run once. */
export function compileModule(
  module: Module,
  targets: readonly Target[],
  options: ResolvedOptions,
  hooks: Pick<BuildOptions, 'verifyEach' | 'onPass'>,
  watch: Stopwatch,
  embedded: Embedded = {},
): Generated {
  const machine = watch.time('passes', () =>
    runPipeline(module, {
      level: options.opt,
      interrupts: options.interrupts,
      disable: options.disablePasses,
      verifyEach: hooks.verifyEach ?? false,
      ...(hooks.onPass === undefined ? {} : { onPass: hooks.onPass }),
    }),
  );
  const layout = watch.time('layout', () => layoutModule(machine, options.memory));
  const { maxPages, names, nativeKind } = options;
  return {
    machine,
    ...(targets.includes('wasm') ? { wasm: watch.time('wasm', () => emitWasm(machine, layout, { maxPages, names, ...embedded }).bytes) } : {}),
    ...(targets.includes('native-c') ? { native: watch.time('c', () => emitC(machine, layout, { kind: nativeKind, maxPages, ...embedded })) } : {}),
  };
}
