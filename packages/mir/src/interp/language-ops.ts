/**
 * Language ops in the interpreter, from their meaning and not from how legalisation lowers them: the interpreter is an oracle for it.
 */
import { CELL, decodeFloatWord, encodeFloatWord, FLOAT, HEADER, isSmallInt, SINGLETON, TYPE_ID, wordKind } from '@molt/abi';
import { broken } from '@molt/diagnostics';
import { INT_ARITHMETIC, INT_COMPARE } from '../int-arithmetic.ts';
import type { Field, HeapType, Inst, MemType, ValueId } from '../ir.ts';
import { bigintName } from '../layout/bigint-data.ts';
import { symbolAddress } from '../layout/layout.ts';
import { memSize } from '../level-type.ts';
import type { ImmOf } from '../ops.ts';
import type { Scalar } from '../pure-ops.ts';
import { readInt, writeInt } from './int-objects.ts';
import { type Machine, type Registers, refWord, type Step } from './machine.ts';
import { READ, WRITE } from './memory-ops.ts';

/** Offsets in `list`: length, data buffer; and of the first element in a buffer. */
const LIST = { len: 8, data: 16, elements: 8 } as const;

/** Compiles a language op; undefined when it is none. */
export function compileLanguageOp(machine: Machine, inst: Inst, next: Inst | undefined): Step | undefined {
  const { memory, layout, module } = machine;
  const result = inst.result as ValueId;
  const [a, b] = inst.args as readonly [ValueId, ValueId];
  const int = (r: Registers, id: ValueId): bigint => readInt(memory, r[id] as bigint);
  const arithmetic = INT_ARITHMETIC[inst.op];
  if (arithmetic)
    return (r) => void (r[result] = writeInt(memory, arithmetic(int(r, a), b === undefined ? 0n : int(r, b)), machine.allocate));
  const compare = INT_COMPARE[inst.op];
  if (compare) return (r) => void (r[result] = compare(int(r, a), int(r, b)) ? 1 : 0);
  const unary =
    (f: (x: Scalar) => Scalar): Step =>
    (r) =>
      void (r[result] = f(r[a] as Scalar));
  const low32 = (word: Scalar): number => Number(BigInt.asIntN(32, word as bigint));
  switch (inst.op) {
    case 'int.const': {
      const { value } = inst.imm as ImmOf<'int.const'>;
      const word = isSmallInt(value) ? value : refWord(symbolAddress(layout, bigintName(value)));
      return (r) => void (r[result] = word);
    }
    case 'ref.null':
      return (r) => void (r[result] = 0);
    case 'int.is_small':
      return unary((x) => (wordKind(x as bigint) === 'int' ? 1 : 0));
    case 'int.to_i64':
    case 'int.from_i64':
    case 'val.from_int':
    case 'val.to_int':
    case 'val.bits':
    case 'val.from_bits':
    case 'ref.addr':
    case 'ref.from_addr':
      return unary((x) => x);
    case 'int.to_ref':
    case 'val.to_ref':
      return unary(low32);
    case 'int.from_ref':
    case 'val.from_ref':
      return unary(refWord);
    case 'val.from_bool':
      return unary((x) => refWord(x === 0 ? SINGLETON.false : SINGLETON.true));
    case 'val.to_bool':
      return unary((x) => (low32(x) === SINGLETON.true ? 1 : 0));
    case 'val.from_f64':
      return unary((x) => {
        const word = encodeFloatWord(x as number);
        if (word !== undefined) return word;
        const box = machine.allocate(HEADER.size + 8, TYPE_ID.float);
        memory.view.setFloat64(box + FLOAT.value, x as number, true);
        return refWord(box);
      });
    case 'val.to_f64':
      return unary((x) =>
        wordKind(x as bigint) === 'float' ? decodeFloatWord(x as bigint) : memory.view.getFloat64((low32(x) >>> 0) + FLOAT.value, true),
      );
    case 'val.type':
      return unary((x) => {
        const kind = wordKind(x as bigint);
        return kind === 'int' ? TYPE_ID.int : kind === 'float' ? TYPE_ID.float : memory.u32(low32(x)) | 0;
      });
    case 'ref.type':
      return unary((x) => memory.u32(x as number) | 0);
    case 'ref.eq':
      return (r) => void (r[result] = r[a] === r[b] ? 1 : 0);
    case 'new': {
      const { name } = inst.imm as ImmOf<'new'>;
      const size = module.heapTypes.get(name)?.size ?? HEADER.size;
      return (r) => void (r[result] = machine.allocate(size, symbolAddress(layout, `type:${name}`)) | 0);
    }
    case 'new.buffer': {
      const id = symbolAddress(layout, `type:${(inst.imm as ImmOf<'new.buffer'>).name}`);
      return (r) => {
        const at = machine.allocate(HEADER.size + ((r[a] as number) >>> 0), id);
        memory.setU32(at + HEADER.aux, r[a] as number);
        r[result] = at | 0;
      };
    }
    case 'field.get': {
      const { type, offset } = fieldOf(machine, inst.imm as ImmOf<'field.get'>);
      const read = READ[type];
      return (r) => void (r[result] = read(memory, ((r[a] as number) >>> 0) + offset));
    }
    case 'field.set': {
      const { type, offset } = fieldOf(machine, inst.imm as ImmOf<'field.set'>);
      const write = WRITE[type];
      return (r) => write(memory, ((r[a] as number) >>> 0) + offset, r[b] as Scalar);
    }
    case 'global.get':
    case 'global.set':
      return compileGlobal(machine, inst);
    case 'frozen.check':
      return (r) => {
        if ((r[a] as number) >>> 0 >= memory.u32(CELL.heapBase)) return false;
        return raiseThrough(machine, inst, next, 'raise_frozen', r[a] as Scalar);
      };
    case 'list.len':
      return unary((x) => memory.u32((x as number) + LIST.len) | 0);
    case 'list.get':
    case 'list.set':
      return compileListAccess(machine, inst, next);
    default:
      return undefined;
  }
}

function fieldOf(machine: Machine, { type, field }: ImmOf<'field.get'>): Field {
  const found = (machine.module.heapTypes.get(type) as HeapType | undefined)?.fields.find((f) => f.name === field);
  return found ?? broken(`heap type ${type} has no field ${field}`);
}

function compileGlobal(machine: Machine, inst: Inst): Step {
  const { name } = inst.imm as ImmOf<'global.get'>;
  const address = symbolAddress(machine.layout, `global:${name}`);
  const type = machine.module.globals.get(name)?.type as MemType;
  const [value] = inst.args as readonly [ValueId];
  const { memory } = machine;
  if (inst.op === 'global.get') return (r) => void (r[inst.result] = READ[type](memory, address));
  return (r) => WRITE[type](memory, address, r[value] as Scalar);
}

/** Lets the runtime raise; true when the function must be left. */
function raiseThrough(machine: Machine, inst: Inst, next: Inst | undefined, name: string, ...args: Scalar[]): boolean {
  machine.runtime(name, ...args);
  if (next?.op === 'exc.pending') return false;
  machine.trace(inst.site);
  return true;
}

function compileListAccess(machine: Machine, inst: Inst, next: Inst | undefined): Step {
  const { memory } = machine;
  const { type } = inst.imm as ImmOf<'list.get'>;
  const [list, index, value] = inst.args as readonly [ValueId, ValueId, ValueId];
  const zero = type === 'i64' || type === 'int' || type === 'val' ? 0n : 0;
  return (r) => {
    const at = (r[list] as number) >>> 0;
    const length = BigInt(memory.u32(at + LIST.len));
    let k = readInt(memory, r[index] as bigint);
    if (k < 0n) k += length;
    if (k < 0n || k >= length) {
      if (inst.op === 'list.get') r[inst.result] = zero;
      return raiseThrough(machine, inst, next, 'raise_index_error', inst.op === 'list.get' ? 0 : 1, r[index] as Scalar);
    }
    const address = memory.u32(at + LIST.data) + LIST.elements + Number(k) * memSize(type);
    if (inst.op === 'list.get') r[inst.result] = READ[type](memory, address);
    else WRITE[type](memory, address, r[value] as Scalar);
    return false;
  };
}
