/**
 * Record batch headers and bodies to columns.
 *
 * Structure is checked here: counts against the schema, every buffer range against the body, every length against its
 * buffer. What the values say is checked in check-values.ts. Bodies are not copied: columns are views of the input,
 * except where the platform cannot view (misaligned input) and where 64-bit offsets are narrowed, both charged to the budget.
 */

import { fail, type Place, within } from '../arrow-error.ts';
import { type ArrowType, childFields, type Field, type FixedArrayConstructor, layoutOf, type Schema, typeText } from '../arrow-type.ts';
import { bitmapBytes, countNulls } from '../columns/bitmap.ts';
import { checkDictionaryIndices, checkOffsets, checkText } from '../columns/check-values.ts';
import { type Column, column, type RecordBatch } from '../columns/column.ts';
import { type Budget, chargeAllocation, checkLimit } from '../limits.ts';
import type { BatchHeader, Node } from './message.ts';

/** The latest values of each dictionary by id. */
export type Dictionaries = ReadonlyMap<number, Column>;

/** What the columns of one message are read from. */
type Source = {
  readonly header: BatchHeader;
  readonly body: Uint8Array;
  readonly bodyOffset: number;
  readonly dictionaries: Dictionaries;
  readonly budget: Budget;
  node: number;
  buffer: number;
};

/** A body and where it stands in the input. */
export type Body = { readonly bytes: Uint8Array; readonly offset: number };

/** Decodes a record batch of `schema`. */
export function decodeRecordBatch(
  header: BatchHeader,
  body: Body,
  schema: Schema,
  dictionaries: Dictionaries,
  budget: Budget,
  place: Place,
): RecordBatch {
  return { schema, length: header.length, columns: decodeColumns(header, body, schema.fields, dictionaries, budget, place) };
}

/** Decodes the columns of `fields`; a dictionary batch is read as one column that belongs to no schema. */
export function decodeColumns(
  header: BatchHeader,
  body: Body,
  fields: readonly Field[],
  dictionaries: Dictionaries,
  budget: Budget,
  place: Place,
): Column[] {
  const source: Source = { header, body: body.bytes, bodyOffset: body.offset, dictionaries, budget, node: 0, buffer: 0 };
  checkHeader(source, fields, place);
  return fields.map((field) => {
    const at = within(place, field.name);
    const decoded = decodeColumn(source, field, false, at);
    if (decoded.length !== header.length) {
      fail('MOLT7010', {
        place: at,
        offset: header.metadataOffset,
        expected: `${header.length} slots, as the batch has rows`,
        actual: decoded.length,
      });
    }
    return decoded;
  });
}

/** Counts and ranges that need no column: after this, every node and buffer that the schema asks for exists and lies in the body. */
function checkHeader(source: Source, fields: readonly Field[], place: Place): void {
  const { header, body, budget } = source;
  checkLimit(budget, 'maxLength', header.length, place, header.metadataOffset);
  const expected = countParts(fields);
  if (header.nodes.length !== expected.nodes) {
    fail('MOLT7010', { place, offset: header.metadataOffset, expected: `${expected.nodes} field nodes`, actual: header.nodes.length });
  }
  if (header.buffers.length !== expected.buffers) {
    fail('MOLT7010', { place, offset: header.metadataOffset, expected: `${expected.buffers} buffers`, actual: header.buffers.length });
  }
  let total = 0;
  header.buffers.forEach(({ offset, length }, index) => {
    const end = offset + length;
    if (end > body.byteLength || (length > 0 && offset % 8 !== 0)) {
      fail('MOLT7009', {
        place: within(place, `buffers[${index}]`),
        offset: header.metadataOffset,
        expected: `an 8-byte aligned range inside a body of ${body.byteLength} bytes`,
        actual: `${length} bytes from ${offset}`,
      });
    }
    total += length;
  });
  // Ranges that overlap would let a small body be validated and copied many times over. No known writer shares ranges.
  if (total > body.byteLength) {
    fail('MOLT7009', {
      place,
      offset: header.metadataOffset,
      expected: `buffers that share no bytes of a body of ${body.byteLength}`,
      actual: `${total} bytes in buffers`,
    });
  }
}

function countParts(fields: readonly Field[]): { nodes: number; buffers: number } {
  let nodes = fields.length;
  let buffers = 0;
  for (const { type } of fields) {
    buffers += BUFFERS[layoutOf(type).kind];
    const below = countParts(childFields(type));
    nodes += below.nodes;
    buffers += below.buffers;
  }
  return { nodes, buffers };
}

const BUFFERS = { none: 0, bits: 2, fixed: 2, variable: 3, list: 2, 'fixed-list': 1, struct: 1 } as const;

/** Decodes the next column in depth-first order. `masked`: an ancestor has nulls, below which anything may stand. */
function decodeColumn(source: Source, field: Field, masked: boolean, place: Place): Column {
  const { header, budget } = source;
  const node = header.nodes[source.node++]!;
  const { type } = field;
  const layout = layoutOf(type);
  checkLimit(budget, 'maxLength', node.length, place, header.metadataOffset);
  if (node.nullCount > node.length) {
    fail('MOLT7011', { place, offset: header.metadataOffset, expected: `at most ${node.length} nulls`, actual: node.nullCount });
  }
  if (layout.kind === 'none') return column({ type, length: node.length, nullCount: node.length });

  const { validity, nullCount } = decodeValidity(source, node, place);
  if (nullCount > 0 && !field.nullable && !masked) {
    fail('MOLT7011', { place, offset: header.metadataOffset, expected: 'no nulls, as the field is not nullable', actual: nullCount });
  }
  const base = { type, length: node.length, nullCount, validity };
  const below = masked || nullCount > 0;
  switch (layout.kind) {
    case 'bits':
      return column({ ...base, values: nextBytes(source, bitmapBytes(node.length), within(place, 'values')) });
    case 'fixed': {
      const values = nextArray(source, layout.array, node.length * layout.stride, within(place, 'values'));
      if (type.kind !== 'dictionary') return column({ ...base, values });
      const decoded = column({ ...base, values, dictionary: dictionaryOf(source, type.id, type.value, base, place) });
      checkDictionaryIndices(decoded, place);
      return decoded;
    }
    case 'variable': {
      const offsets = nextOffsets(source, layout.offsetBytes, node.length, within(place, 'offsets'));
      const bytes = nextBytes(source, 0, within(place, 'values'));
      checkOffsets(offsets, bytes.byteLength, within(place, 'offsets'));
      const decoded = column({ ...base, offsets, values: bytes });
      if (layout.text) checkText(decoded, within(place, 'values'));
      return decoded;
    }
    case 'list': {
      const offsets = nextOffsets(source, layout.offsetBytes, node.length, within(place, 'offsets'));
      const child = decodeChildren(source, type, below, place);
      checkOffsets(offsets, child[0]!.length, within(place, 'offsets'));
      return column({ ...base, offsets, children: child });
    }
    case 'fixed-list': {
      const children = decodeChildren(source, type, below, place);
      checkChild(source, children[0]!, node.length * layout.size, place);
      return column({ ...base, children });
    }
    case 'struct': {
      const children = decodeChildren(source, type, below, place);
      for (const child of children) checkChild(source, child, node.length, place);
      return column({ ...base, children });
    }
  }
}

function decodeChildren(source: Source, type: ArrowType, masked: boolean, place: Place): Column[] {
  return childFields(type).map((child) => decodeColumn(source, child, masked, within(place, child.name)));
}

function checkChild(source: Source, child: Column, length: number, place: Place): void {
  if (child.length < length) {
    fail('MOLT7010', {
      place,
      offset: source.header.metadataOffset,
      expected: `a child of at least ${length} slots`,
      actual: child.length,
    });
  }
}

function dictionaryOf(source: Source, id: number, value: ArrowType, node: Node, place: Place): Column {
  const dictionary = source.dictionaries.get(id);
  if (dictionary !== undefined) return dictionary;
  // The format lets the dictionary of an all-null column be left out.
  if (node.nullCount === node.length) return emptyColumn(value);
  return fail('MOLT7014', {
    place,
    offset: source.header.metadataOffset,
    expected: `dictionary ${id} (${typeText(value)}) before this batch`,
    actual: 'none',
  });
}

/** A column of no slots. */
export function emptyColumn(type: ArrowType): Column {
  const layout = layoutOf(type);
  const children = childFields(type).map((child) => emptyColumn(child.type));
  switch (layout.kind) {
    case 'fixed':
      return column({
        type,
        length: 0,
        values: new layout.array(0),
        dictionary: type.kind === 'dictionary' ? emptyColumn(type.value) : null,
      });
    case 'bits':
      return column({ type, length: 0, values: new Uint8Array(0) });
    case 'variable':
      return column({ type, length: 0, offsets: new Int32Array(1), values: new Uint8Array(0) });
    case 'list':
      return column({ type, length: 0, offsets: new Int32Array(1), children });
    default:
      return column({ type, length: 0, children });
  }
}

function decodeValidity(source: Source, { length, nullCount }: Node, parent: Place): { validity: Uint8Array | null; nullCount: number } {
  const place = within(parent, 'validity');
  const bitmap = nextBytes(source, 0, place);
  if (bitmap.byteLength === 0 && nullCount <= 0) return { validity: null, nullCount: 0 };
  const needed = bitmapBytes(length);
  if (bitmap.byteLength < needed) {
    fail('MOLT7009', { place, offset: source.header.metadataOffset, expected: `a bitmap of ${needed} bytes`, actual: bitmap.byteLength });
  }
  const nulls = countNulls(bitmap, length);
  if (nullCount >= 0 && nulls !== nullCount) {
    fail('MOLT7011', {
      place,
      offset: source.header.metadataOffset,
      expected: `${nullCount} zero bits, as the null count says`,
      actual: nulls,
    });
  }
  return { validity: nulls === 0 ? null : bitmap.subarray(0, needed), nullCount: nulls };
}

/** The next buffer, cut to `needed` bytes when that is not 0. */
function nextBytes(source: Source, needed: number, place: Place): Uint8Array {
  const { offset, length } = source.header.buffers[source.buffer++]!;
  if (length < needed)
    fail('MOLT7009', { place, offset: source.bodyOffset + offset, expected: `a buffer of at least ${needed} bytes`, actual: length });
  return source.body.subarray(offset, offset + (needed === 0 ? length : needed));
}

/** The next buffer as `count` numbers: a view where the input is aligned for one, else a copy. */
function nextArray<T extends FixedArrayConstructor>(source: Source, array: T, count: number, place: Place): InstanceType<T> {
  const width = array.BYTES_PER_ELEMENT;
  let bytes = nextBytes(source, count * width, place);
  if (bytes.byteOffset % width !== 0) {
    chargeAllocation(source.budget, count * width, place);
    bytes = bytes.slice(0, count * width);
  }
  return new array(bytes.buffer, bytes.byteOffset, count) as InstanceType<T>;
}

/** The next buffer as `length + 1` offsets of 32 bits. */
function nextOffsets(source: Source, width: 4 | 8, length: number, place: Place): Int32Array {
  // Writers may leave the single offset of an empty column out.
  if (length === 0 && source.header.buffers[source.buffer]!.length === 0) {
    source.buffer++;
    return new Int32Array(1);
  }
  if (width === 4) return nextArray(source, Int32Array, length + 1, place);
  const wide = nextArray(source, BigInt64Array, length + 1, place);
  chargeAllocation(source.budget, 4 * (length + 1), place);
  const offsets = new Int32Array(length + 1);
  for (let i = 0; i <= length; i++) {
    const value = wide[i]!;
    // Bodies stay below 2^31 bytes, so a larger offset cannot be right.
    if (value < 0n || value > 0x7fffffffn)
      fail('MOLT7012', { place: within(place, `[${i}]`), expected: 'an offset from 0 to 2^31 - 1', actual: value });
    offsets[i] = Number(value);
  }
  return offsets;
}
