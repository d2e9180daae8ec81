/**
 * Schemas to flatbuffer descriptions: the mirror of decode/schema.ts, slot for slot.
 * Spec: Arrow format/Schema.fbs.
 */
import { fail } from '../arrow-error.ts';
import { type ArrowType, childFields, type Field, type IntType, type KeyValues, type Schema, type TimeUnit } from '../arrow-type.ts';
import { type FlatTableValue, type FlatValue, flatTable } from '../metadata/flatbuffer-writer.ts';

/** The Schema table. */
export function schemaTable(schema: Schema): FlatTableValue {
  //  0: int16 endianness   1: Field[]   2: KeyValue[] metadata
  return flatTable(i16(0), fieldTables(schema.fields), keyValueTables(schema.metadata));
}

function fieldTables(fields: readonly Field[]): FlatValue {
  return { kind: 'tables', items: fields.map(fieldTable) };
}

function fieldTable({ name, type, nullable, metadata }: Field): FlatTableValue {
  //  0: string name   1: bool nullable   2: uint8 type tag   3: type table
  //  4: DictionaryEncoding   5: Field[] children   6: KeyValue[] metadata
  const value = type.kind === 'dictionary' ? type.value : type;
  const { tag, parts } = typeTable(value);
  //  DictionaryEncoding: 0: int64 id   1: Int index type   2: bool ordered
  const encoding = type.kind === 'dictionary' ? flatTable(i64(type.id), intTable(type.index), u8(type.ordered ? 1 : 0)) : null;
  return flatTable(text(name), u8(nullable ? 1 : 0), u8(tag), parts, encoding, fieldTables(childFields(value)), keyValueTables(metadata));
}

function typeTable(type: ArrowType): { tag: number; parts: FlatTableValue } {
  switch (type.kind) {
    case 'null':
      return { tag: 1, parts: flatTable() };
    case 'int':
      return { tag: 2, parts: intTable(type) };
    case 'float':
      return { tag: 3, parts: flatTable(i16([16, 32, 64].indexOf(type.bits))) };
    case 'binary':
      return { tag: 4, parts: flatTable() };
    case 'utf8':
      return { tag: 5, parts: flatTable() };
    case 'bool':
      return { tag: 6, parts: flatTable() };
    case 'decimal128':
      return { tag: 7, parts: flatTable(i32(type.precision), i32(type.scale), i32(128)) };
    case 'date32':
      return { tag: 8, parts: flatTable(i16(0)) };
    case 'date64':
      return { tag: 8, parts: flatTable(i16(1)) };
    case 'time32':
      return { tag: 9, parts: flatTable(unit(type.unit), i32(32)) };
    case 'time64':
      return { tag: 9, parts: flatTable(unit(type.unit), i32(64)) };
    case 'timestamp':
      return { tag: 10, parts: flatTable(unit(type.unit), type.timezone === null ? null : text(type.timezone)) };
    case 'list':
      return { tag: 12, parts: flatTable() };
    case 'struct':
      return { tag: 13, parts: flatTable() };
    case 'fixed_size_binary':
      return { tag: 15, parts: flatTable(i32(type.width)) };
    case 'fixed_size_list':
      return { tag: 16, parts: flatTable(i32(type.size)) };
    case 'map':
      return { tag: 17, parts: flatTable(u8(type.keysSorted ? 1 : 0)) };
    case 'duration':
      return { tag: 18, parts: flatTable(unit(type.unit)) };
    case 'large_binary':
      return { tag: 19, parts: flatTable() };
    case 'large_utf8':
      return { tag: 20, parts: flatTable() };
    case 'large_list':
      return { tag: 21, parts: flatTable() };
    case 'dictionary':
      // The format has one encoding per field: a dictionary of a dictionary cannot be written down.
      return fail('MOLT7015', { expected: 'a dictionary whose values are of a plain type', actual: 'a dictionary of a dictionary' });
  }
}

function intTable(type: IntType): FlatTableValue {
  return flatTable(i32(type.bits), u8(type.signed ? 1 : 0));
}

function keyValueTables(pairs: KeyValues): FlatValue | null {
  return pairs.length === 0 ? null : { kind: 'tables', items: pairs.map(([key, value]) => flatTable(text(key), text(value))) };
}

function unit(value: TimeUnit): FlatValue {
  return i16(['s', 'ms', 'us', 'ns'].indexOf(value));
}
function u8(value: number): FlatValue {
  return { kind: 'u8', value };
}
function i16(value: number): FlatValue {
  return { kind: 'i16', value };
}
function i32(value: number): FlatValue {
  return { kind: 'i32', value };
}
function i64(value: number): FlatValue {
  return { kind: 'i64', value };
}
function text(value: string): FlatValue {
  return { kind: 'string', value };
}
