/**
 * The lower half of the road: language-level MIR through the passes to addresses and to the code of one or more targets.
 *
 * It takes MIR from anywhere: the front end, the text parser, or a framework's own builder.
 */
import { emitC, type NativeKind, type NativeOutput, type NativeService } from '@molt/codegen-native';
import { emitWasm } from '@molt/codegen-wasm';
import { layoutModule, type Module, runPipeline } from '@molt/mir';
import type { BuildOptions, ResolvedOptions, Target } from './compile-options.ts';
import type { Stopwatch } from './stopwatch.ts';

/** Machine-level MIR and the code made of it. */
export interface Generated {
  readonly machine: Module;
  readonly wasm?: Uint8Array<ArrayBuffer>;
  readonly native?: ReadonlyMap<NativeKind, NativeOutput>;
}

/** Compiles a module for the given targets; passes and layout run once. `service` is what native code of a service tells about itself. */
export function compileModule(
  module: Module,
  targets: readonly Target[],
  options: ResolvedOptions,
  hooks: Pick<BuildOptions, 'verifyEach' | 'onPass'>,
  watch: Stopwatch,
  service?: NativeService,
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
  const { maxPages, names, sharedMemory, nativeKinds } = options;
  const wasm = targets.includes('wasm')
    ? watch.time('wasm', () => emitWasm(machine, layout, { maxPages, names, sharedMemory }).bytes)
    : undefined;
  const native = targets.includes('native-c')
    ? watch.time('c', () => {
        const emit = (kind: NativeKind) =>
          emitC(machine, layout, { kind, maxPages, ...(kind === 'exe' || service === undefined ? {} : { service }) });
        return new Map(nativeKinds.map((kind) => [kind, emit(kind)]));
      })
    : undefined;
  return { machine, ...(wasm === undefined ? {} : { wasm }), ...(native === undefined ? {} : { native }) };
}
