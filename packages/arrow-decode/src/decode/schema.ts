/**
 * Schema metadata to plain types.
 *
 * Everything about the tree is bounded here: the number of fields, the depth, and through the flatbuffer reader the work
 * spent on shared parts. Types that this package does not read are refused with their name.
 * Spec: Arrow format/Schema.fbs.
 */

import { fail, type Place, within } from '../arrow-error.ts';
import { type ArrowType, type Field, type IntType, type KeyValues, type Schema, type TimeUnit, typeText } from '../arrow-type.ts';
import { type Budget, checkLimit } from '../limits.ts';
import {
  type FlatTable,
  readBool,
  readCount,
  readInt16,
  readInt32,
  readString,
  readTable,
  readUint8,
  readVector,
  tableInVector,
} from '../metadata/flatbuffer-reader.ts';

type Reader = { readonly budget: Budget; fields: number };

/** Decodes a Schema table. */
export function decodeSchema(table: FlatTable, budget: Budget, place: Place): Schema {
  //  0: int16 endianness   1: Field[]   2: KeyValue[] metadata   3: int64[] features
  if (readInt16(table, 0, 0, place) !== 0) {
    fail('MOLT7005', { place, offset: table.buffer.base + table.at, expected: 'little-endian', actual: 'big-endian' });
  }
  const reader: Reader = { budget, fields: 0 };
  return { fields: decodeFields(table, 1, reader, 1, place), metadata: decodeKeyValues(table, 2, place) };
}

function decodeFields(table: FlatTable, slot: number, reader: Reader, depth: number, place: Place): Field[] {
  const vector = readVector(table, slot, 4, place);
  reader.fields += vector.length;
  checkLimit(reader.budget, 'maxFields', reader.fields, place, table.buffer.base + vector.at);
  const fields: Field[] = [];
  for (let i = 0; i < vector.length; i++) {
    const fieldTable = tableInVector(table.buffer, vector, i, place);
    checkLimit(reader.budget, 'maxDepth', depth, place, table.buffer.base + fieldTable.at);
    fields.push(decodeField(fieldTable, reader, depth, place));
  }
  return fields;
}

function decodeField(table: FlatTable, reader: Reader, depth: number, parent: Place): Field {
  //  0: string name   1: bool nullable   2: uint8 type tag   3: type table
  //  4: DictionaryEncoding   5: Field[] children   6: KeyValue[] metadata
  const name = readString(table, 0, parent) ?? '';
  const place = within(parent, name);
  const children = decodeFields(table, 5, reader, depth + 1, place);
  const value = decodeType(table, children, place);
  const encoding = readTable(table, 4, place);
  const type = encoding === null ? value : decodeDictionary(encoding, value, place);
  return { name, type, nullable: readBool(table, 1, false, place), metadata: decodeKeyValues(table, 6, place) };
}

function decodeDictionary(table: FlatTable, value: ArrowType, place: Place): ArrowType {
  //  0: int64 id   1: Int index type (int32 when absent)   2: bool ordered   3: int16 kind
  const indexTable = readTable(table, 1, place);
  const index: IntType = indexTable === null ? { kind: 'int', bits: 32, signed: true } : decodeInt(indexTable, place);
  const kind = readInt16(table, 3, 0, place);
  if (kind !== 0)
    fail('MOLT7006', { place, offset: table.buffer.base + table.at, expected: 'a dense dictionary', actual: `dictionary kind ${kind}` });
  return { kind: 'dictionary', id: readCount(table, 0, place), index, value, ordered: readBool(table, 2, false, place) };
}

const TYPE_NAMES: Readonly<Record<number, string>> = {
  11: 'interval',
  14: 'union',
  22: 'run_end_encoded',
  23: 'binary_view',
  24: 'utf8_view',
  25: 'list_view',
  26: 'large_list_view',
};

function decodeType(table: FlatTable, children: readonly Field[], place: Place): ArrowType {
  const tag = readUint8(table, 2, 0, place);
  const at = table.buffer.base + table.at;
  const parts = readTable(table, 3, place);
  if (parts === null) return fail('MOLT7015', { place, offset: at, expected: 'a type', actual: 'none' });
  const needed = tag === 12 || tag === 16 || tag === 17 || tag === 21 ? 1 : 0;
  if (tag !== 13 && TYPE_NAMES[tag] === undefined && children.length !== needed) {
    fail('MOLT7015', { place, offset: at, expected: `${needed} child fields`, actual: children.length });
  }
  const bad = (expected: string, actual: string | number): never =>
    fail('MOLT7015', { place, offset: table.buffer.base + parts.at, expected, actual });
  switch (tag) {
    case 1:
      return { kind: 'null' };
    case 2:
      return decodeInt(parts, place);
    case 3: {
      //  0: int16 precision (half, single, double)
      const precision = readInt16(parts, 0, 0, place);
      return { kind: 'float', bits: ([16, 32, 64] as const)[precision] ?? bad('a float precision of 0 to 2', precision) };
    }
    case 4:
      return { kind: 'binary' };
    case 5:
      return { kind: 'utf8' };
    case 6:
      return { kind: 'bool' };
    case 7: {
      //  0: int32 precision   1: int32 scale   2: int32 bit width (128 when absent)
      const precision = readInt32(parts, 0, 0, place);
      const scale = readInt32(parts, 1, 0, place);
      const bits = readInt32(parts, 2, 128, place);
      if (bits !== 128) return fail('MOLT7006', { place, offset: at, expected: 'decimal128', actual: `a decimal of ${bits} bits` });
      if (precision < 1 || precision > 38) return bad('a precision of 1 to 38', precision);
      if (scale < -128 || scale > 127) return bad('a scale of -128 to 127', scale);
      return { kind: 'decimal128', precision, scale };
    }
    case 8:
      //  0: int16 unit (day, millisecond)
      return {
        kind: (['date32', 'date64'] as const)[readInt16(parts, 0, 1, place)] ?? bad('a date unit of 0 or 1', readInt16(parts, 0, 1, place)),
      };
    case 9: {
      //  0: int16 unit   1: int32 bit width
      const unit = timeUnit(parts, 1, place);
      const bits = readInt32(parts, 1, 32, place);
      if (bits === 32 && (unit === 's' || unit === 'ms')) return { kind: 'time32', unit };
      if (bits === 64 && (unit === 'us' || unit === 'ns')) return { kind: 'time64', unit };
      return bad('32 bits for s and ms, 64 for us and ns', `${bits} bits for ${unit}`);
    }
    case 10:
      //  0: int16 unit   1: string timezone
      return { kind: 'timestamp', unit: timeUnit(parts, 0, place), timezone: readString(parts, 1, place) };
    case 12:
      return { kind: 'list', item: children[0]! };
    case 13:
      return { kind: 'struct', fields: children };
    case 15: {
      //  0: int32 byte width
      const width = readInt32(parts, 0, 0, place);
      return width >= 0 ? { kind: 'fixed_size_binary', width } : bad('a byte width of at least 0', width);
    }
    case 16: {
      //  0: int32 list size
      const size = readInt32(parts, 0, 0, place);
      return size >= 0 ? { kind: 'fixed_size_list', item: children[0]!, size } : bad('a list size of at least 0', size);
    }
    case 17: {
      //  0: bool keys sorted
      const entry = children[0]!;
      const isEntry = entry.type.kind === 'struct' && entry.type.fields.length === 2;
      return isEntry
        ? { kind: 'map', item: entry, keysSorted: readBool(parts, 0, false, place) }
        : bad('a struct of key and value', typeText(entry.type));
    }
    case 18:
      //  0: int16 unit
      return { kind: 'duration', unit: timeUnit(parts, 1, place) };
    case 19:
      return { kind: 'large_binary' };
    case 20:
      return { kind: 'large_utf8' };
    case 21:
      return { kind: 'large_list', item: children[0]! };
    default:
      return fail('MOLT7006', {
        place,
        offset: at,
        expected: 'a type named in the README of this package',
        actual: TYPE_NAMES[tag] ?? `type ${tag}`,
      });
  }
}

function decodeInt(table: FlatTable, place: Place): IntType {
  //  0: int32 bit width   1: bool signed
  const bits = readInt32(table, 0, 0, place);
  if (bits !== 8 && bits !== 16 && bits !== 32 && bits !== 64) {
    return fail('MOLT7015', { place, offset: table.buffer.base + table.at, expected: 'an integer of 8, 16, 32 or 64 bits', actual: bits });
  }
  return { kind: 'int', bits, signed: readBool(table, 1, false, place) };
}

function timeUnit(table: FlatTable, fallback: number, place: Place): TimeUnit {
  const unit = readInt16(table, 0, fallback, place);
  return (
    (['s', 'ms', 'us', 'ns'] as const)[unit] ??
    fail('MOLT7015', { place, offset: table.buffer.base + table.at, expected: 'a time unit of 0 to 3', actual: unit })
  );
}

function decodeKeyValues(table: FlatTable, slot: number, place: Place): KeyValues {
  const vector = readVector(table, slot, 4, place);
  const pairs: (readonly [string, string])[] = [];
  for (let i = 0; i < vector.length; i++) {
    //  0: string key   1: string value
    const pair = tableInVector(table.buffer, vector, i, place);
    pairs.push([readString(pair, 0, place) ?? '', readString(pair, 1, place) ?? '']);
  }
  return pairs;
}
