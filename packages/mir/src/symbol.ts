/**
 * Symbols: what `data.addr` and relocations can name.
 *
 * A plain name is a static data item. `global:x` is the address of a module global, `type:T` the id of a heap type, `func:f` the
 * table index of a function. Only data items and globals have an address; the other two are numbers.
 */
import { TYPE_ID } from '@molt/abi';
import type { Module } from './ir.ts';

/** A symbol, taken apart. */
export interface SymbolParts {
  readonly kind: 'data' | 'global' | 'type' | 'func';
  readonly name: string;
}

/** Takes a symbol apart. */
export function readSymbol(symbol: string): SymbolParts {
  const match = /^(global|type|func):(.*)$/s.exec(symbol);
  return match ? { kind: match[1] as SymbolParts['kind'], name: match[2] as string } : { kind: 'data', name: symbol };
}

/** Id of a heap type that every module has, by the name in the ABI. */
export function builtinTypeId(name: string): number | undefined {
  return Object.hasOwn(TYPE_ID, name) ? TYPE_ID[name as keyof typeof TYPE_ID] : undefined;
}

/** Whether a module has what a symbol names. */
export function hasSymbol(module: Module, symbol: string): boolean {
  const { kind, name } = readSymbol(symbol);
  switch (kind) {
    case 'data':
      return module.data.has(name);
    case 'global':
      return module.globals.has(name);
    case 'type':
      return module.heapTypes.has(name) || builtinTypeId(name) !== undefined;
    case 'func':
      return module.table.includes(name);
  }
}
