/**
 * The type table: one row per type id with kind, size, reference map and name, which the collector and `type(x).__name__` read.
 */
import { SLOT_KIND, type TYPE_ID, TYPE_KIND, TYPE_ROW } from '@molt/abi';
import type { Field, HeapType, Module } from '../ir.ts';
import type { ImageWriter } from './image-writer.ts';

interface Row {
  readonly kind: HeapType['kind'];
  readonly size: number;
  readonly fields: readonly Pick<Field, 'type' | 'offset'>[];
  readonly name: string;
}

/** Rows of the types that every module has. Ids without a row are never in a header. */
const BUILTIN: Readonly<Record<keyof typeof TYPE_ID, Row>> = {
  free: { kind: 'fixed', size: 8, fields: [], name: '' },
  none: { kind: 'fixed', size: 8, fields: [], name: 'NoneType' },
  bool: { kind: 'fixed', size: 8, fields: [], name: 'bool' },
  int: { kind: 'bigint', size: 0, fields: [], name: 'int' },
  float: { kind: 'fixed', size: 16, fields: [], name: 'float' },
  str: { kind: 'text', size: 0, fields: [], name: 'str' },
  bytes: { kind: 'text', size: 0, fields: [], name: 'bytes' },
  bufRaw: { kind: 'buffer', size: 0, fields: [], name: '' },
  bufRef: { kind: 'buffer', size: 4, fields: [{ type: 'ref', offset: 0 }], name: '' },
  bufWord: { kind: 'buffer', size: 8, fields: [{ type: 'val', offset: 0 }], name: '' },
  notImplemented: { kind: 'fixed', size: 8, fields: [], name: 'NotImplementedType' },
  ellipsis: { kind: 'fixed', size: 8, fields: [], name: 'ellipsis' },
  closure: { kind: 'fixed', size: 16, fields: [], name: 'function' },
};

/** The part of a heap type's name that programs see: without module, type arguments and qualifying class. */
export function displayName(type: Pick<HeapType, 'name' | 'display'>): string {
  if (type.display !== undefined) return type.display;
  const bare = type.name.replace(/[[<(].*$/s, '');
  return bare.slice(bare.lastIndexOf('.') + 1);
}

/** Writes the table; its address. */
export function writeTypeTable(image: ImageWriter, module: Module, typeIds: ReadonlyMap<string, number>, typeCount: number): number {
  const table = image.reserve(typeCount * TYPE_ROW.bytes);
  const maps = new Map<string, number>();
  for (const [name, id] of typeIds) {
    const type = module.heapTypes.get(name);
    const row: Row = type
      ? { kind: type.kind, size: type.size, fields: type.fields, name: displayName(type) }
      : BUILTIN[name as keyof typeof TYPE_ID];
    const at = table + id * TYPE_ROW.bytes;
    const slots = row.fields.flatMap(({ type: mem, offset }) =>
      mem === 'ref' ? [(offset << 2) | SLOT_KIND.ref] : mem === 'val' || mem === 'int' ? [(offset << 2) | SLOT_KIND.word] : [],
    );
    image.setU32(at + TYPE_ROW.kind, TYPE_KIND[row.kind]);
    // A stride of 0 tells the collector that the buffer holds no references.
    image.setU32(at + TYPE_ROW.size, row.kind === 'buffer' && slots.length === 0 ? 0 : row.size);
    image.setU32(at + TYPE_ROW.refMap, referenceMap(image, maps, slots));
    image.setU32(at + TYPE_ROW.name, image.str(row.name));
  }
  return table;
}

function referenceMap(image: ImageWriter, maps: Map<string, number>, slots: readonly number[]): number {
  const key = slots.join();
  const known = maps.get(key);
  if (known !== undefined) return known;
  const at = image.reserve(4 + 4 * slots.length);
  image.setU32(at, slots.length);
  slots.forEach((slot, k) => image.setU32(at + 4 + 4 * k, slot));
  maps.set(key, at);
  return at;
}
