/**
 * Constants while folding: what is known about values, and instructions that make a constant.
 */
import type { Inst, Type, ValueId } from '../../ir.ts';
import { makeInst } from '../../traverse.ts';

/** A known value: a number of one of the arithmetic types, a null reference, or the id of a heap type. */
export type Constant =
  | { readonly type: 'i32' | 'f64'; readonly value: number }
  | { readonly type: 'i64' | 'int'; readonly value: bigint }
  | { readonly type: 'null' }
  | { readonly type: 'typeId'; readonly name: string };

/** The constant that an instruction makes, if it makes one. */
export function constantOf(inst: Inst): Constant | undefined {
  switch (inst.op) {
    case 'i32.const':
      return { type: 'i32', value: (inst.imm as { value: number }).value };
    case 'i64.const':
      return { type: 'i64', value: (inst.imm as { value: bigint }).value };
    case 'f64.const':
      return { type: 'f64', value: (inst.imm as { value: number }).value };
    case 'int.const':
      return { type: 'int', value: (inst.imm as { value: bigint }).value };
    case 'ref.null':
      return { type: 'null' };
    case 'type.id':
      return { type: 'typeId', name: (inst.imm as { name: string }).name };
    default:
      return undefined;
  }
}

/** The instruction that makes a constant. */
export function constantInst(constant: Constant, result: ValueId, site: number): Inst {
  switch (constant.type) {
    case 'i32':
      return makeInst('i32.const', [], { value: constant.value | 0 }, result, site);
    case 'i64':
      return makeInst('i64.const', [], { value: BigInt.asIntN(64, constant.value) }, result, site);
    case 'f64':
      return makeInst('f64.const', [], { value: constant.value }, result, site);
    case 'int':
      return makeInst('int.const', [], { value: constant.value }, result, site);
    case 'null':
      return makeInst('ref.null', [], null, result, site);
    case 'typeId':
      return makeInst('type.id', [], { name: constant.name }, result, site);
  }
}

/** A constant of a register type from an evaluated scalar. */
export function scalarConstant(type: Type, value: number | bigint): Constant {
  return type === 'i64' ? { type, value: value as bigint } : { type: type === 'f64' ? 'f64' : 'i32', value: value as number };
}

/** i32 constant. */
export const i32 = (value: number): Constant => ({ type: 'i32', value });
