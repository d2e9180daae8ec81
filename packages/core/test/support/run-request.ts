/** What a case thread is asked to do, and what it answers; both are copied between threads. */
import type { NativeOutput } from '@molt/codegen-native';

/** How to run a program: on which engine, how optimised, how the collector behaves. */
export interface RunConfig {
  /** `interp` runs language-level MIR, `machine` the lowered MIR, both in the interpreter; `c` only makes C files. */
  readonly engine: 'interp' | 'machine' | 'wasm' | 'c';
  readonly opt: 0 | 1 | 2;
  /** Bit 0: collect at every allocation; bit 1: poison freed memory. */
  readonly gcFlags: number;
  readonly verifyEach: boolean;
  readonly disablePasses: readonly string[];
}

export interface RunRequest {
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly entry: string;
  readonly args: readonly string[];
  readonly stdin: string;
  readonly config: RunConfig;
}

/** What a thread says while it works, so that one that is stopped can be told where it was. */
export interface RunPhase {
  readonly kind: 'phase';
  readonly phase: 'front end' | 'passes' | 'code generation' | 'run';
}

export type RunAnswer =
  | {
      readonly kind: 'outcome';
      readonly stdout: string;
      readonly stderr: string;
      readonly exit: number;
      readonly compileMs: number;
      readonly runMs: number;
    }
  | { readonly kind: 'c'; readonly output: NativeOutput }
  /** The compiler or the engine failed, which no program may cause. */
  | { readonly kind: 'failure'; readonly message: string };
