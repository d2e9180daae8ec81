/**
 * Rules M1 to M4 of the verifier: the module's items without its functions' bodies.
 */
import { HEADER } from '@molt/abi';
import type { HeapType, Module } from '../ir.ts';
import { memSize } from '../level-type.ts';
import { hasSymbol } from '../symbol.ts';

/** Checks heap types, data, exports and the function table. */
export function verifyItems(module: Module, report: (message: string) => void): void {
  for (const [name, func] of module.exports) if (!module.funcs.has(func)) report(`export ${name} names ${func}, which is no function`);
  const seen = new Set<string>();
  for (const name of module.table) {
    if (name === '') continue;
    if (!module.funcs.has(name)) report(`the table names ${name}, which is no function`);
    if (seen.has(name)) report(`the table holds ${name} twice`);
    seen.add(name);
  }
  for (const [key, type] of module.heapTypes) {
    if (type.name !== key) report(`heap type ${key} calls itself ${type.name}`);
    verifyFields(type, report);
  }
  for (const [key, item] of module.data) {
    if (item.name !== key) report(`data ${key} calls itself ${item.name}`);
    for (const { offset, symbol } of item.relocs) {
      if (offset % 4 !== 0 || offset < 0 || offset + 4 > item.bytes.length)
        report(`data ${key} has a relocation at ${offset}, outside its ${item.bytes.length} bytes or not aligned`);
      if (!hasSymbol(module, symbol)) report(`data ${key} refers to ${symbol}, which does not exist`);
    }
  }
  for (const [key, global] of module.globals) if (global.name !== key) report(`global ${key} calls itself ${global.name}`);
  for (const [key, func] of module.funcs) if (func.name !== key) report(`function ${key} calls itself ${func.name}`);
}

function verifyFields(type: HeapType, report: (message: string) => void): void {
  if (type.kind !== 'fixed') return;
  let end: number = HEADER.size;
  for (const field of [...type.fields].sort((a, b) => a.offset - b.offset)) {
    const size = memSize(field.type);
    if (field.offset < end) report(`field ${type.name}.${field.name} at ${field.offset} overlaps what is before it (free from ${end})`);
    if (field.offset % size !== 0) report(`field ${type.name}.${field.name} at ${field.offset} is not aligned to ${size}`);
    end = field.offset + size;
  }
  if (end > type.size) report(`heap type ${type.name} of ${type.size} bytes is shorter than its fields, which end at ${end}`);
}
