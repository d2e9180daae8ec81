/// <reference path="./wasm-api.d.ts" />
/** Runs a compiled script from its first statement to its exit code. */
import { setFlagsFromString } from 'node:v8';
import type { HostFunctions } from './host-functions.ts';
import { nodeHost } from './node-host.ts';
import { type CallLimits, createInstance } from './wasm-instance.ts';

/** Settings of `runScript`. */
export interface ScriptOptions extends CallLimits {
  /** Host functions; default: those of this Node process. */
  readonly host?: HostFunctions;
  /** Program arguments, the program's name first; used when `host` is not given. */
  readonly args?: readonly string[];
}

/** Engines before this major version hide branch hints behind a flag; later ones refuse flags that they do not know. */
const BRANCH_HINTS_BUILT_IN = 13;

/**
 * Compiles the bytes of a script.
 *
 * The engine's quick first compiler is left out for the whole process: it never replaces code in the middle of a loop, and a script's
 * hot loop often runs only once. Functions are still compiled when they are first called, so that a small script starts as fast.
 */
export function compileScript(bytes: Uint8Array): WebAssembly.Module {
  setFlagsFromString('--no-liftoff');
  if (Number.parseInt(process.versions.v8, 10) < BRANCH_HINTS_BUILT_IN) setFlagsFromString('--experimental-wasm-branch-hinting');
  return new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
}

/** Runs the whole program and returns its exit code. Throws TrapError when a limit stops it. */
export function runScript(program: WebAssembly.Module | Uint8Array, options: ScriptOptions = {}): number {
  const { host = nodeHost(options.args), ...limits } = options;
  const module = program instanceof Uint8Array ? compileScript(program) : program;
  return createInstance(module, host, { script: true }).init(limits).exitCode;
}
