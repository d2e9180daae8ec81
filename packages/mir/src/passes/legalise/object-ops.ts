/**
 * Objects, lists and globals as machine code: loads and stores with alias classes, allocation through the runtime.
 *
 * The alias class of a field is `.name`: a field that a subclass inherits is the same location under both type names, so the name of
 * the type must not take part. Lists use the classes of their fields, which the builtin class itself uses too.
 */
import { BUFFER, CELL, HEADER } from '@molt/abi';
import { broken } from '@molt/diagnostics';
import { registerType } from '../../builder.ts';
import type { Edge, Inst, MemType, Module, ValueId } from '../../ir.ts';
import { machineMemType, machineType, memSize } from '../../level-type.ts';
import type { ImmOf, OpName } from '../../ops.ts';
import { type FuncLowering, TRACE } from './func-lowering.ts';

/** Where the exception of an op goes: out of the function, to a handler, or on with a dummy result to a test that follows. */
export type OpUnwind = { readonly kind: 'leave' } | { readonly kind: 'handler'; readonly to: Edge } | { readonly kind: 'test' };

type Lower = (f: FuncLowering, inst: Inst, result: ValueId, module: Module, unwind: OpUnwind) => void;

/** Offsets of the fields of `list` that compiled code knows. */
export const LIST = { len: 8, cap: 12, data: 16, flags: 20 } as const;

const fieldOf = (module: Module, { type, field }: ImmOf<'field.get'>): { type: MemType; offset: number; alias: string } => {
  const found = module.heapTypes.get(type)?.fields.find((f) => f.name === field);
  if (!found) return broken(`heap type ${type} has no field ${field}`, { pass: 'legalise' });
  return { type: machineMemType(found.type), offset: found.offset, alias: `.${field}` };
};

const globalOf = (module: Module, name: string): { type: MemType; offset: number; alias: string } => {
  const global = module.globals.get(name);
  if (!global) return broken(`global ${name} does not exist`, { pass: 'legalise' });
  return { type: machineMemType(global.type), offset: 0, alias: `global:${name}` };
};

const globalAddress = (f: FuncLowering, name: string): ValueId => f.emit('data.addr', [], { name: `global:${name}` }, 'i32');

/**
 * The address of an element, after the bounds check. An index i is fine when i <u len as words: a negative index and a tagged
 * reference are huge. Then i + len is tried, which is Python's negative index; the error path is last.
 */
function elementAddress(f: FuncLowering, inst: Inst, type: MemType, errorKind: number, onError: () => void): ValueId {
  const [list, index] = inst.args as [ValueId, ValueId];
  const len32 = f.emit('load', [list], { type: 'i32', offset: LIST.len, alias: '._len' }, 'i32');
  const len = f.emit('i64.extend_u', [len32], null, 'i64');
  const position = f.value('i64');
  const inside = f.block([position]);
  const fail = f.block();
  const ok = f.emit('i64.lt_u', [index, len], null, 'i32');
  if (f.lowerBound(index) >= 0) f.branch(ok, { block: inside, args: [index] }, { block: fail, args: [] }, true);
  else {
    const again = f.block();
    f.branch(ok, { block: inside, args: [index] }, { block: again, args: [] }, true);
    f.continueIn(again);
    const wrapped = f.emit('i64.add', [index, len], null, 'i64');
    f.branch(f.emit('i64.lt_u', [wrapped, len], null, 'i32'), { block: inside, args: [wrapped] }, { block: fail, args: [] }, true);
  }
  f.continueIn(fail);
  f.define(-1, 'call', [f.i32(errorKind), index], { func: 'rt.raise_index_error', unwind: 'catch' });
  onError();
  f.continueIn(inside);
  const data = f.emit('load', [list], { type: 'i32', offset: LIST.data, alias: '._data' }, 'i32', TRACE.ref);
  const scaled = scale(f, f.emit('i32.wrap', [position], null, 'i32'), memSize(type));
  return f.emit('i32.add', [data, scaled], null, 'i32');
}

const scale = (f: FuncLowering, index: ValueId, size: number): ValueId =>
  size === 1 ? index : f.emit('i32.shl', [index, f.i32(Math.log2(size))], null, 'i32');

const element = ({ type, alias }: ImmOf<'list.get'>) => ({ type: machineMemType(type), offset: BUFFER.payload, alias });

/** Ends the error path of an op that does not go on. */
function unwindTo(f: FuncLowering, unwind: OpUnwind): void {
  f.end(unwind.kind === 'handler' ? { kind: 'jump', to: unwind.to } : { kind: 'propagate', site: f.site });
}

function zero(f: FuncLowering, type: MemType): ValueId {
  const register = machineType(registerType(type));
  if (register === 'f64') return f.emit('f64.const', [], { value: 0 }, 'f64');
  return register === 'i64' ? f.i64(0n) : f.i32(0);
}

const listGet: Lower = (f, inst, result, _module, unwind) => {
  const imm = inst.imm as ImmOf<'list.get'>;
  if (unwind.kind !== 'test') {
    const address = elementAddress(f, inst, imm.type, 0, () => unwindTo(f, unwind));
    f.define(result, 'load', [address], element(imm));
    return;
  }
  const join = f.block([result]);
  const address = elementAddress(f, inst, imm.type, 0, () => f.jump(join, [zero(f, imm.type)]));
  f.jump(join, [f.emit('load', [address], element(imm), machineType(registerType(imm.type)))]);
  f.continueIn(join);
};

const listSet: Lower = (f, inst, _result, _module, unwind) => {
  const imm = inst.imm as ImmOf<'list.set'>;
  const join = unwind.kind === 'test' ? f.block() : null;
  const address = elementAddress(f, inst, imm.type, 1, () => (join === null ? unwindTo(f, unwind) : f.jump(join)));
  f.define(-1, 'store', [address, inst.args[2] as ValueId], element(imm));
  if (join === null) return;
  f.jump(join);
  f.continueIn(join);
};

const frozenCheck: Lower = (f, inst, _result, _module, unwind) => {
  const [object] = inst.args as [ValueId];
  const base = f.emit('load', [f.i32(0)], { type: 'i32', offset: CELL.heapBase, alias: 'cell.heapBase' }, 'i32');
  const [fail, fine] = [f.block(), f.block()];
  f.branch(f.emit('i32.lt_u', [object, base], null, 'i32'), { block: fail, args: [] }, { block: fine, args: [] }, false);
  f.continueIn(fail);
  f.define(-1, 'call', [object], { func: 'rt.raise_frozen', unwind: 'catch' });
  if (unwind.kind === 'test') f.jump(fine);
  else unwindTo(f, unwind);
  f.continueIn(fine);
};

/** Lowerings of everything that touches memory. */
export const OBJECT_OPS: { readonly [K in OpName]?: Lower } = {
  new: (f, inst, result, module) => {
    const { name } = inst.imm as ImmOf<'new'>;
    const size = f.i32(module.heapTypes.get(name)?.size ?? HEADER.size);
    const id = f.emit('type.id', [], { name }, 'i32');
    f.define(result, 'call', [size, id], { func: 'rt.alloc', unwind: 'never' });
  },
  'new.buffer': (f, inst, result) => {
    const [bytes] = inst.args as [ValueId];
    const size = f.emit('i32.add', [bytes, f.i32(BUFFER.payload)], null, 'i32');
    const id = f.emit('type.id', [], { name: (inst.imm as ImmOf<'new.buffer'>).name }, 'i32');
    f.define(result, 'call', [size, id], { func: 'rt.alloc', unwind: 'never' });
    f.define(-1, 'store', [result, bytes], { type: 'i32', offset: HEADER.aux, alias: '' });
  },
  'field.get': (f, inst, result, module) => f.define(result, 'load', inst.args, fieldOf(module, inst.imm as ImmOf<'field.get'>)),
  'field.set': (f, inst, _result, module) => f.define(-1, 'store', inst.args, fieldOf(module, inst.imm as ImmOf<'field.set'>)),
  'ref.type': (f, inst, result) => f.define(result, 'load', inst.args, { type: 'i32', offset: HEADER.typeId, alias: '.typeId' }),
  'ref.eq': (f, inst, result) => f.define(result, 'i32.eq', inst.args, null),
  'ref.null': (f, _inst, result) => f.define(result, 'i32.const', [], { value: 0 }),
  'frozen.check': frozenCheck,
  'list.get': listGet,
  'list.set': listSet,
  'list.len': (f, inst, result) => f.define(result, 'load', inst.args, { type: 'i32', offset: LIST.len, alias: '._len' }),
  'global.get': (f, inst, result, module) => {
    const { name } = inst.imm as ImmOf<'global.get'>;
    f.define(result, 'load', [globalAddress(f, name)], globalOf(module, name));
  },
  'global.set': (f, inst, _result, module) => {
    const { name } = inst.imm as ImmOf<'global.set'>;
    f.define(-1, 'store', [globalAddress(f, name), inst.args[0] as ValueId], globalOf(module, name));
  },
};
