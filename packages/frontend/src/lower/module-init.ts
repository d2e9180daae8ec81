/** `molt_init`: runs the module body and answers with a status word; an exception that leaves it is printed and decides the exit code in it. */
import { STATUS } from '@molt/abi';
import { FuncBuilder } from '@molt/mir';
import type { FunctionInfo } from '../program/function-info.ts';
import type { ModuleInfo } from '../program/module-info.ts';
import { Coercions } from './coerce.ts';
import type { Lowering } from './lowering.ts';

const GLOBAL_MARKS = 'molt.global_marks';

export function emitInit(low: Lowering, entry: ModuleInfo): void {
  const body = entry.body;
  if (!body) throw new Error('the entry has no body');
  const instance = low.engine.instance(body, null, [], new Map(), null);
  low.declare('molt_init', { params: [], result: 'i32' });
  const b = new FuncBuilder(low.module, { signature: (f) => low.signature(f), host: (h) => low.host(h) }, 'molt_init', [], 'i32', {
    inline: 'never',
  });
  low.declare(GLOBAL_MARKS, { params: [], result: null });
  b.emit('call', [], { func: GLOBAL_MARKS, unwind: 'never' });
  b.emit('call', [], { func: low.runtime('start'), unwind: 'never' });
  b.emit('call', [], { func: low.name(instance), unwind: 'catch' });
  const failed = b.block();
  const ok = b.block();
  b.branch(b.emit('exc.pending', [], null), failed, ok, false);
  b.enter(failed);
  const exc = b.emit('exc.take', [], null);
  const code = b.emit('call', [exc], { func: low.runtime('uncaught'), unwind: 'never' });
  b.emit('call', [], { func: low.runtime('finish'), unwind: 'never' });
  // Exit code 0 (sys.exit()) is an ordinary end.
  const word = b.emit(
    'i32.or',
    [b.emit('i32.shl', [code, b.emit('i32.const', [], { value: 4 })], null), b.emit('i32.const', [], { value: STATUS.failed })],
    null,
  );
  b.end({ kind: 'return', value: b.emit('select', [code, word, b.emit('i32.const', [], { value: STATUS.returned })], null) });
  b.enter(ok);
  b.emit('call', [], { func: low.runtime('finish'), unwind: 'never' });
  b.end({ kind: 'return', value: b.emit('i32.const', [], { value: STATUS.returned }) });
  low.module.funcs.set('molt_init', b.func);
  low.module.exports.set('molt_init', 'molt_init');
}

/** Marks the globals that may be read before they are assigned; the last function, when all globals are known. */
export function emitGlobalMarks(low: Lowering): void {
  const b = new FuncBuilder(low.module, { signature: (f) => low.signature(f), host: (h) => low.host(h) }, GLOBAL_MARKS, [], null, {
    inline: 'never',
  });
  const marks = new Coercions(low, b);
  for (const name of low.unboundGlobals) b.emit('global.set', [marks.unbound().v], { name });
  b.end({ kind: 'return', value: null });
  low.module.funcs.set(GLOBAL_MARKS, b.func);
}

/** The exports that a host of a service calls besides `molt_init`; see the abi package. */
export function emitService(low: Lowering, call: FunctionInfo): void {
  const entries: readonly (readonly [string, FunctionInfo])[] = [
    ['molt_call', call],
    ['molt_alloc', low.engine.program.runtimeFunction('abi_alloc')],
    ['molt_freeze', low.engine.program.runtimeFunction('abi_freeze')],
  ];
  for (const [name, fn] of entries) low.module.exports.set(name, low.fixed(fn));
}
