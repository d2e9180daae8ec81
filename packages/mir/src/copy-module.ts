/**
 * Copies of modules and functions, deep enough for passes: blocks, lists and maps are fresh, instructions are shared (they never change).
 */
import type { Block, Func, Module } from './ir.ts';

/** A copy whose functions passes may change. */
export function copyModule(module: Module): Module {
  return {
    ...module,
    funcs: new Map([...module.funcs].map(([name, func]) => [name, copyFunc(func)])),
    globals: new Map(module.globals),
    heapTypes: new Map(module.heapTypes),
    data: new Map(module.data),
    table: [...module.table],
    exports: new Map(module.exports),
    sites: [...module.sites],
  };
}

/** A copy of a function. */
export function copyFunc(func: Func): Func {
  const blocks = func.blocks.map(
    (block): Block | null => block && { params: [...block.params], insts: [...block.insts], term: block.term },
  );
  return { ...func, values: [...func.values], names: [...func.names], blocks };
}
