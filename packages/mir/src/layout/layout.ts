/**
 * Addresses: places everything a module keeps in linear memory and gives the memory's first contents.
 *
 *   [stackEnd .. globalsEnd)   traced globals: int and val as words, ref as tagged words
 *   [globalsEnd .. rawEnd)     other globals, 8 bytes each, never looked at by the collector
 *   [.. heapBase)              static data, type table with reference maps and names, site table with texts: the frozen image
 *   [heapBase ..)              the task heap, empty
 *
 * The same module gives the same bytes. A global is at the same address whatever the static data is.
 */
import { CELL, DEFAULT_STACK_BYTES, FIRST_TYPE_ID, SINGLETON, STACK_BASE, TYPE_ID, WORD } from '@molt/abi';
import type { MemType, Module } from '../ir.ts';
import { builtinTypeId, readSymbol } from '../symbol.ts';
import { bigintConstants } from './bigint-data.ts';
import { ImageWriter } from './image-writer.ts';
import { writeSiteTable } from './site-table.ts';
import { writeTypeTable } from './type-table.ts';

/** What a host or a build decides about memory. */
export interface LayoutOptions {
  /** Bytes of the shadow stack; a multiple of 8. */
  readonly stackBytes?: number;
  /** First value of the recursion limit cell. */
  readonly recursionLimit?: number;
  /** Bytes of memory that the task may use in all; 0 = as much as there is. */
  readonly memoryLimit?: number;
  /** Bytes allocated before the first collection; 0 = the runtime's default. */
  readonly gcThreshold?: number;
  /** 1 collect at every allocation, 2 poison freed memory. */
  readonly gcFlags?: number;
  /** Key of str and bytes hashing. */
  readonly hashKey?: bigint;
}

/** Bytes that memory starts with at an address; everything else starts as zero. */
export interface Segment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** Where everything is. */
export interface Layout {
  /** Id of each heap type of the module, and of the built-in ones by their ABI name. */
  readonly typeIds: ReadonlyMap<string, number>;
  readonly typeCount: number;
  readonly data: ReadonlyMap<string, number>;
  readonly globals: ReadonlyMap<string, number>;
  readonly funcIndices: ReadonlyMap<string, number>;
  /** Entries of the function table; index 0 is empty. */
  readonly tableSize: number;
  readonly stackBase: number;
  readonly stackEnd: number;
  readonly globalsStart: number;
  readonly globalsEnd: number;
  readonly typeTable: number;
  readonly siteTable: number;
  /** First byte behind all globals: static data starts here. */
  readonly staticStart: number;
  readonly heapBase: number;
  /** Pages of 64 KiB that memory must have at the start. */
  readonly initialPages: number;
  /** First contents of memory, by address, without overlaps. */
  readonly segments: readonly Segment[];
}

const PAGE = 65536;
const TRACED: ReadonlySet<MemType> = new Set<MemType>(['ref', 'val', 'int']);

/** Computes the layout of a module; both levels give the same addresses for the same items. */
export function layoutModule(module: Module, options: LayoutOptions = {}): Layout {
  const stackBytes = options.stackBytes ?? DEFAULT_STACK_BYTES;
  const stackEnd = STACK_BASE + Math.ceil(stackBytes / 8) * 8;
  const { globals, globalsEnd, staticStart } = placeGlobals(module, stackEnd);
  const typeIds = placeTypes(module);
  const typeCount = Math.max(FIRST_TYPE_ID, ...typeIds.values()) + 1;
  const { funcIndices, tableSize } = placeTable(module);

  const image = new ImageWriter(staticStart);
  const data = new Map<string, number>();
  const items = [...module.data.values(), ...bigintConstants(module)];
  for (const item of items) data.set(item.name, image.append(item.bytes));
  const typeTable = writeTypeTable(image, module, typeIds, typeCount);
  const siteTable = writeSiteTable(image, module.sites);
  const heapBase = (image.end + 15) & -16;

  const symbolValue = (symbol: string): number => {
    const { kind, name } = readSymbol(symbol);
    const value = (kind === 'data' ? data : kind === 'global' ? globals : kind === 'type' ? typeIds : funcIndices).get(name);
    if (value === undefined) throw new Error(`layout of ${module.name}: symbol ${symbol} does not exist`);
    return value;
  };
  for (const item of items)
    for (const { offset, symbol } of item.relocs) image.addU32((data.get(item.name) as number) + offset, symbolValue(symbol));

  const cells = new ImageWriter(0);
  cells.reserve(CELL.scratch);
  writeSingletons(cells);
  const set = (cell: keyof typeof CELL, value: number): void => cells.setU32(CELL[cell], value);
  set('heapPtr', heapBase);
  set('heapLimit', heapBase);
  set('heapBase', heapBase);
  set('heapEnd', heapBase);
  set('memoryLimit', options.memoryLimit ?? 0);
  set('stackPtr', STACK_BASE);
  set('stackLimit', stackEnd);
  set('gcThreshold', options.gcThreshold ?? 0);
  set('gcFlags', options.gcFlags ?? 0);
  set('recursionLimit', options.recursionLimit ?? 1000);
  set('typeTable', typeTable);
  set('typeCount', typeCount);
  set('siteTable', siteTable);
  set('globalsStart', stackEnd);
  set('globalsEnd', globalsEnd);
  cells.setU64(CELL.hashKey, options.hashKey ?? 0n);

  const segments: Segment[] = [{ address: 0, bytes: cells.bytes() }];
  const globalImage = initialGlobals(module, globals, stackEnd, globalsEnd);
  if (globalImage !== null) segments.push(globalImage);
  segments.push({ address: staticStart, bytes: image.bytes() });
  return {
    typeIds,
    typeCount,
    data,
    globals,
    funcIndices,
    tableSize,
    stackBase: STACK_BASE,
    stackEnd,
    globalsStart: stackEnd,
    globalsEnd,
    typeTable,
    siteTable,
    staticStart,
    heapBase,
    initialPages: Math.ceil(heapBase / PAGE),
    segments,
  };
}

/** The number that a `data.addr` operand or relocation stands for; throws for a symbol that does not exist. */
export function symbolAddress(layout: Layout, symbol: string): number {
  const { kind, name } = readSymbol(symbol);
  const value = (
    kind === 'data' ? layout.data : kind === 'global' ? layout.globals : kind === 'type' ? layout.typeIds : layout.funcIndices
  ).get(name);
  if (value === undefined) throw new Error(`symbol ${symbol} has no address`);
  return value;
}

function placeGlobals(module: Module, stackEnd: number): { globals: Map<string, number>; globalsEnd: number; staticStart: number } {
  const globals = new Map<string, number>();
  let at = stackEnd;
  for (const traced of [true, false]) {
    for (const [name, { type }] of module.globals) {
      if (TRACED.has(type) !== traced) continue;
      globals.set(name, at);
      at += 8;
    }
  }
  const globalsEnd = stackEnd + 8 * [...module.globals.values()].filter(({ type }) => TRACED.has(type)).length;
  return { globals, globalsEnd, staticStart: (at + 15) & -16 };
}

/** References and values start as None: only the tag in the high half is needed, so that plain stores of a ref keep it. */
function initialGlobals(module: Module, globals: ReadonlyMap<string, number>, start: number, end: number): Segment | null {
  if (end === start) return null;
  const image = new ImageWriter(start);
  image.reserve(end - start);
  for (const [name, { type }] of module.globals)
    if (type === 'ref' || type === 'val') image.setU64(globals.get(name) as number, WORD.refTag);
  return { address: start, bytes: image.bytes() };
}

function placeTypes(module: Module): Map<string, number> {
  const ids = new Map<string, number>(Object.entries(TYPE_ID));
  let next = FIRST_TYPE_ID;
  for (const name of module.heapTypes.keys()) if (builtinTypeId(name) === undefined) ids.set(name, next++);
  return ids;
}

function placeTable(module: Module): { funcIndices: Map<string, number>; tableSize: number } {
  const funcIndices = new Map<string, number>();
  let next = 1;
  for (const name of module.table) if (name !== '') funcIndices.set(name, next++);
  return { funcIndices, tableSize: next };
}

function writeSingletons(cells: ImageWriter): void {
  cells.setU32(SINGLETON.none, TYPE_ID.none);
  cells.setU32(SINGLETON.false, TYPE_ID.bool);
  cells.setU32(SINGLETON.true, TYPE_ID.bool);
  cells.setU32(SINGLETON.true + 4, 1);
  cells.setU32(SINGLETON.notImplemented, TYPE_ID.notImplemented);
  cells.setU32(SINGLETON.ellipsis, TYPE_ID.ellipsis);
}
