/**
 * Rules I1, I2 and F4 of the verifier: operands, results, immediates and level of one instruction, by the op table.
 */
import { IMPORTS, type ImportName } from '@molt/abi';
import { registerType } from '../builder.ts';
import type { Func, Inst, MemType, Module, Type, ValueId } from '../ir.ts';
import { loadedType, machineMemType, typeAt } from '../level-type.ts';
import { type ImmOf, OPS } from '../ops.ts';
import { builtinTypeId, hasSymbol } from '../symbol.ts';

/** What an instruction must look like: types of operands ('*' any) and of the result. */
interface Shape {
  readonly args: readonly (Type | '*')[];
  readonly result: Type | null;
}

/** Checks one instruction. */
export function verifyInst(module: Module, func: Func, inst: Inst, say: (message: string) => void): void {
  const row = OPS[inst.op];
  if (!row) {
    say(`unknown operation ${inst.op}`);
    return;
  }
  if (row.level !== 'both' && row.level !== module.level) say(`${inst.op} is an operation of the ${row.level} level`);
  const shape = shapeOf(module, func, inst, say);
  if (shape === null) return;
  if (shape.args.length !== inst.args.length) say(`${inst.op} takes ${shape.args.length} operands, not ${inst.args.length}`);
  shape.args.forEach((type, k) => {
    const actual = func.values[inst.args[k] as ValueId];
    if (actual !== undefined && type !== '*' && actual !== type) say(`operand ${k} of ${inst.op} is ${actual}, not ${type}`);
  });
  if (inst.op === 'select' && func.values[inst.args[1] as ValueId] !== func.values[inst.args[2] as ValueId])
    say('the two choices of select have different types');
  const actual = inst.result === -1 ? null : func.values[inst.result];
  if (actual !== shape.result) say(`the result of ${inst.op} is ${actual}, not ${shape.result}`);
}

function shapeOf(module: Module, func: Func, inst: Inst, say: (message: string) => void): Shape | null {
  const { level } = module;
  const at = (type: Type): Type => typeAt(level, type);
  switch (inst.op) {
    case 'call': {
      const { func: name } = inst.imm as ImmOf<'call'>;
      const callee = module.funcs.get(name);
      if (!callee) {
        say(`call of ${name}, which does not exist`);
        return null;
      }
      return { args: callee.params.map((id) => callee.values[id] as Type), result: callee.result };
    }
    case 'call.indirect': {
      const { params, result } = inst.imm as ImmOf<'call.indirect'>;
      return { args: ['i32', ...params], result };
    }
    case 'call.host': {
      const { name } = inst.imm as ImmOf<'call.host'>;
      if (!Object.hasOwn(IMPORTS, name)) {
        say(`import ${name} does not exist`);
        return null;
      }
      const { params, result } = IMPORTS[name as ImportName];
      return { args: params as readonly Type[], result: result as Type | null };
    }
    case 'field.get':
    case 'field.set': {
      const { type, field } = inst.imm as ImmOf<'field.get'>;
      const found = module.heapTypes.get(type)?.fields.find((f) => f.name === field);
      if (!found) {
        say(`heap type ${type} has no field ${field}`);
        return null;
      }
      const loaded = registerType(found.type);
      return inst.op === 'field.get' ? { args: ['ref'], result: loaded } : { args: ['ref', loaded], result: null };
    }
    case 'global.get':
    case 'global.set': {
      const global = module.globals.get((inst.imm as ImmOf<'global.get'>).name);
      if (!global) {
        say(`global ${(inst.imm as ImmOf<'global.get'>).name} does not exist`);
        return null;
      }
      const loaded = registerType(global.type);
      return inst.op === 'global.get' ? { args: [], result: loaded } : { args: [loaded], result: null };
    }
    case 'load':
    case 'store': {
      const { type } = inst.imm as ImmOf<'load'>;
      checkMemType(module, type, say);
      const base = func.values[inst.args[0] as ValueId] === 'ref' && level === 'language' ? 'ref' : 'i32';
      const loaded = loadedType(level, type);
      return inst.op === 'load' ? { args: [base], result: loaded } : { args: [base, loaded], result: null };
    }
    case 'list.get':
    case 'list.set': {
      const loaded = registerType((inst.imm as ImmOf<'list.get'>).type);
      return inst.op === 'list.get' ? { args: ['ref', 'int'], result: loaded } : { args: ['ref', 'int', loaded], result: null };
    }
    case 'select':
      return { args: ['i32', '*', '*'], result: func.values[inst.args[1] as ValueId] ?? null };
    case 'root.set': {
      const type = func.values[inst.args[1] as ValueId];
      if (level === 'language' && type !== 'ref' && type !== 'val' && type !== 'int') say(`a root holds ref, val or int, not ${type}`);
      return { args: ['i32', '*'], result: null };
    }
    case 'new':
    case 'new.buffer':
    case 'type.id': {
      const { name } = inst.imm as ImmOf<'new'>;
      if (!module.heapTypes.has(name) && builtinTypeId(name) === undefined) say(`heap type ${name} does not exist`);
      if (inst.op === 'new' && (module.heapTypes.get(name)?.kind ?? 'fixed') !== 'fixed') say(`new of ${name}, which has no fixed size`);
      break;
    }
    case 'data.addr': {
      const { name } = inst.imm as ImmOf<'data.addr'>;
      if (!hasSymbol(module, name)) say(`data item ${name} does not exist`);
      break;
    }
    case 'func.index': {
      const { name } = inst.imm as ImmOf<'func.index'>;
      if (!module.table.includes(name)) say(`function ${name} is not in the table`);
      break;
    }
    default:
  }
  const row = OPS[inst.op];
  return { args: row.args.map((type) => at(type as Type)), result: row.result === null ? null : at(row.result as Type) };
}

function checkMemType(module: Module, type: MemType, say: (message: string) => void): void {
  if (module.level === 'machine' && machineMemType(type) !== type) say(`memory type ${type} at machine level`);
}
