/**
 * The bridge to apache-arrow, the oracle of the tests: its batches to plain values, and our columns to its batches.
 *
 * Temporal types and decimals are compared by their stored numbers, because apache-arrow turns some of them into
 * milliseconds and loses digits on the way.
 */
import * as arrow from 'apache-arrow';
import type { ArrowType, Field, Schema, TimeUnit } from '../../src/arrow-type.ts';
import type { Column, RecordBatch } from '../../src/columns/column.ts';
import { decimalText } from '../../src/columns/decimal.ts';

/** All values of a column of apache-arrow in the form of our `toArray`. */
export function valuesOf(data: arrow.Data, type: ArrowType): unknown[] {
  return Array.from({ length: data.length }, (_, i) => valueAt(data, type, i));
}

function valueAt(data: arrow.Data, type: ArrowType, index: number): unknown {
  if (type.kind === 'null' || !data.getValid(index)) return null;
  const raw = data.values as Int32Array;
  switch (type.kind) {
    case 'date32':
    case 'time32':
    case 'date64':
    case 'time64':
    case 'timestamp':
    case 'duration':
      return raw[index];
    case 'decimal128': {
      const words = data.values as Uint32Array;
      let unscaled = 0n;
      for (let i = 3; i >= 0; i--) unscaled = (unscaled << 32n) | BigInt(words[4 * index + i]!);
      return decimalText(BigInt.asIntN(128, unscaled), type.scale);
    }
    case 'list':
    case 'map':
    case 'large_list': {
      const [from, to] = [Number(data.valueOffsets[index]), Number(data.valueOffsets[index + 1])];
      return Array.from({ length: to - from }, (_, i) => valueAt(data.children[0]!, type.item.type, from + i));
    }
    case 'fixed_size_list':
      return Array.from({ length: type.size }, (_, i) => valueAt(data.children[0]!, type.item.type, index * type.size + i));
    case 'struct':
      return Object.fromEntries(type.fields.map((child, i) => [child.name, valueAt(data.children[i]!, child.type, index)]));
    case 'dictionary': {
      let position = Number(raw[index]);
      // A dictionary that came in deltas is a vector of several chunks.
      for (const chunk of data.dictionary!.data) {
        if (position < chunk.length) return valueAt(chunk, type.value, position);
        position -= chunk.length;
      }
      return undefined;
    }
    default:
      // Everything else through the public accessor of apache-arrow itself.
      return new arrow.Vector([data]).get(index);
  }
}

/** Our batch as a batch of apache-arrow over the same buffers. */
export function toApacheBatch(batch: RecordBatch): arrow.RecordBatch {
  const schema = apacheSchema(batch.schema);
  const fields = schema.fields;
  const struct = arrow.makeData({
    type: new arrow.Struct(fields),
    length: batch.length,
    nullCount: 0,
    children: batch.columns.map((column, i) => dataOf(column, fields[i]!.type)),
  });
  return new arrow.RecordBatch(schema, struct);
}

/** Our schema in classes of apache-arrow. */
export function apacheSchema(schema: Schema): arrow.Schema {
  return new arrow.Schema(schema.fields.map(fieldOf), new Map(schema.metadata));
}

function fieldOf({ name, type, nullable, metadata }: Field): arrow.Field {
  return new arrow.Field(name, typeOf(type), nullable, new Map(metadata));
}

const unitOf = (unit: TimeUnit): number => ['s', 'ms', 'us', 'ns'].indexOf(unit);

function typeOf(type: ArrowType): arrow.DataType {
  switch (type.kind) {
    case 'null':
      return new arrow.Null();
    case 'bool':
      return new arrow.Bool();
    case 'int':
      return new arrow.Int(type.signed, type.bits);
    case 'float':
      return new arrow.Float([16, 32, 64].indexOf(type.bits));
    case 'utf8':
      return new arrow.Utf8();
    case 'large_utf8':
      return new arrow.LargeUtf8();
    case 'binary':
      return new arrow.Binary();
    case 'large_binary':
      return new arrow.LargeBinary();
    case 'fixed_size_binary':
      return new arrow.FixedSizeBinary(type.width);
    case 'decimal128':
      return new arrow.Decimal(type.scale, type.precision, 128);
    case 'date32':
      return new arrow.DateDay();
    case 'date64':
      return new arrow.DateMillisecond();
    case 'time32':
      return new arrow.Time(unitOf(type.unit), 32);
    case 'time64':
      return new arrow.Time(unitOf(type.unit), 64);
    case 'timestamp':
      return new arrow.Timestamp(unitOf(type.unit), type.timezone);
    case 'duration':
      return new arrow.Duration(unitOf(type.unit));
    case 'list':
      return new arrow.List(fieldOf(type.item));
    case 'large_list':
      return new arrow.LargeList(fieldOf(type.item));
    case 'map':
      return new arrow.Map_(fieldOf(type.item) as never, type.keysSorted);
    case 'fixed_size_list':
      return new arrow.FixedSizeList(type.size, fieldOf(type.item));
    case 'struct':
      return new arrow.Struct(type.fields.map(fieldOf));
    case 'dictionary':
      return new arrow.Dictionary(typeOf(type.value), typeOf(type.index) as arrow.Int32, type.id, type.ordered);
  }
}

function dataOf(column: Column, type: arrow.DataType): arrow.Data {
  const { values, offsets, validity } = column;
  const raw = column.type.kind === 'decimal128' ? new Uint32Array(values!.buffer, values!.byteOffset, values!.byteLength / 4) : values;
  const wide = column.type.kind === 'large_utf8' || column.type.kind === 'large_binary' || column.type.kind === 'large_list';
  const children = column.children.map((child, i) => dataOf(child, type.children[i]!.type));
  const dictionary =
    column.dictionary === null ? undefined : new arrow.Vector([dataOf(column.dictionary, (type as arrow.Dictionary).dictionary)]);
  return arrow.makeData({
    type,
    length: column.length,
    nullCount: column.nullCount,
    nullBitmap: validity ?? undefined,
    valueOffsets: offsets === null ? undefined : wide ? BigInt64Array.from(offsets, BigInt) : offsets,
    data: raw ?? undefined,
    child: children[0],
    children,
    dictionary,
  } as never);
}
