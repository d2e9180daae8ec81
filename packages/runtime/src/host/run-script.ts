/// <reference path="./wasm-api.d.ts" />
/** Runs a compiled script from its first statement to its exit code. */

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

/** Runs the whole program and returns its exit code. Throws TrapError when a limit stops it. */
export function runScript(module: WebAssembly.Module, options: ScriptOptions = {}): number {
  const { host = nodeHost(options.args), ...limits } = options;
  return createInstance(module, host, { script: true }).init(limits).exitCode;
}
