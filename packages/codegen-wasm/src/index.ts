/** Lowered MIR to WebAssembly. */
export { emitWasm, type WasmOptions, type WasmOutput } from './emit-module.ts';
export { toWat } from './to-wat.ts';
