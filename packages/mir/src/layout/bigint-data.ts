/**
 * Int constants that do not fit a word: static bigint objects, named after their value so that equal ones are one.
 */
import { BIGINT, isSmallInt, TYPE_ID } from '@molt/abi';
import type { DataItem, Inst, Module } from '../ir.ts';
import { isOp } from '../traverse.ts';

/** Name of the data item of a big constant. */
export function bigintName(value: bigint): string {
  return `bigint:${value < 0n ? '-' : ''}0x${(value < 0n ? -value : value).toString(16)}`;
}

/** The bigint object of a value that is not small. */
export function bigintData(value: bigint): DataItem {
  const limbs: number[] = [];
  for (let rest = value < 0n ? -value : value; rest > 0n; rest >>= 32n) limbs.push(Number(rest & 0xffffffffn));
  const bytes = new Uint8Array((BIGINT.limbs + 4 * limbs.length + 7) & -8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, TYPE_ID.int, true);
  view.setInt32(BIGINT.size, value < 0n ? -limbs.length : limbs.length, true);
  limbs.forEach((limb, k) => view.setUint32(BIGINT.limbs + 4 * k, limb, true));
  return { name: bigintName(value), bytes, relocs: [] };
}

/** The big constants that the functions of a module name and that are not yet among its data. */
export function bigintConstants(module: Module): DataItem[] {
  const items = new Map<string, DataItem>();
  if (module.level === 'machine') return [];
  const visit = (inst: Inst): void => {
    if (!isOp(inst, 'int.const') || isSmallInt(inst.imm.value)) return;
    const name = bigintName(inst.imm.value);
    if (!module.data.has(name) && !items.has(name)) items.set(name, bigintData(inst.imm.value));
  };
  for (const func of module.funcs.values()) for (const block of func.blocks) block?.insts.forEach(visit);
  return [...items.values()];
}
