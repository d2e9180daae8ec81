/** Prints one function as WebAssembly text, for goldens and for people. */
import type { Func, Module, Type } from '@molt/mir';
import { emitFunc } from './emit-func.ts';
import { TextSink, watName } from './text-sink.ts';

/** The function as the code generator emits it; addresses are shown by their symbols. `sharedMemory` as in `WasmOptions`. */
export function toWat(module: Module, func: Func, sharedMemory = false): string {
  const sink = new TextSink();
  const locals = emitFunc(module, func, sink, sharedMemory);
  const list = (word: string, types: readonly Type[]) => (types.length === 0 ? '' : ` (${word} ${types.join(' ')})`);
  const head = `(func ${watName(func.name)}${list(
    'param',
    func.params.map((p) => func.values[p] as Type),
  )}${list('result', func.result === null ? [] : [func.result])}`;
  const declared = locals.length === 0 ? [] : [` ${list('local', locals)}`];
  return `${[head, ...declared, ...sink.lines].join('\n')})\n`;
}
