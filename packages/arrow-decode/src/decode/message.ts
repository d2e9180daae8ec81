/**
 * Message metadata to plain data: which kind of message, how long its body is, and for batches the counts and buffer
 * positions, unchecked against any schema as yet.
 * Spec: Arrow format/Message.fbs.
 */

import { fail, type Place, within } from '../arrow-error.ts';
import type { Schema } from '../arrow-type.ts';
import type { Budget } from '../limits.ts';
import {
  countAt,
  type FlatBuffer,
  type FlatTable,
  flatBuffer,
  readBool,
  readCount,
  readInt16,
  readTable,
  readUint8,
  readVector,
  rootTable,
} from '../metadata/flatbuffer-reader.ts';
import { decodeSchema } from './schema.ts';

/** Slots and nulls of one column, in depth-first order of the schema; -1 nulls means that the writer did not count. */
export type Node = { readonly length: number; readonly nullCount: number };

/** A range of the body. */
export type BufferRange = { readonly offset: number; readonly length: number };

/** The header of a record batch; `metadataOffset` is where it stands in the input. */
export type BatchHeader = {
  readonly length: number;
  readonly nodes: readonly Node[];
  readonly buffers: readonly BufferRange[];
  readonly metadataOffset: number;
};

/** One message without its body. */
export type Message =
  | { readonly kind: 'schema'; readonly schema: Schema; readonly bodyLength: number }
  | { readonly kind: 'record-batch'; readonly header: BatchHeader; readonly bodyLength: number }
  | {
      readonly kind: 'dictionary-batch';
      readonly id: number;
      readonly isDelta: boolean;
      readonly header: BatchHeader;
      readonly bodyLength: number;
    };

const HEADER = { schema: 1, dictionaryBatch: 2, recordBatch: 3 } as const;
const HEADER_NAMES = ['none', 'Schema', 'DictionaryBatch', 'RecordBatch', 'Tensor', 'SparseTensor'];
const CODECS = ['LZ4_FRAME', 'ZSTD'];

/** Decodes the metadata of one message. `offset` is where `bytes` stand in the input. */
export function decodeMessage(bytes: Uint8Array, offset: number, budget: Budget, place: Place): Message {
  const buffer = flatBuffer(bytes, offset);
  //  0: int16 version   1: uint8 header type   2: header table   3: int64 body length   4: custom metadata
  const message = rootTable(buffer, place);
  checkVersion(readInt16(message, 0, 0, place), offset, place);
  const headerType = readUint8(message, 1, 0, place);
  const bodyLength = readCount(message, 3, place);
  const header = readTable(message, 2, place);
  if (header === null) return fail('MOLT7002', { place, offset, expected: 'a message header', actual: 'none' });
  switch (headerType) {
    case HEADER.schema:
      return { kind: 'schema', schema: decodeSchema(header, budget, within(place, 'schema')), bodyLength };
    case HEADER.recordBatch:
      return { kind: 'record-batch', header: decodeBatchHeader(header, place), bodyLength };
    case HEADER.dictionaryBatch: {
      //  0: int64 id   1: RecordBatch data   2: bool is delta
      const data = readTable(header, 1, place);
      if (data === null) return fail('MOLT7002', { place, offset, expected: 'a dictionary batch with data', actual: 'none' });
      return {
        kind: 'dictionary-batch',
        id: readCount(header, 0, place),
        isDelta: readBool(header, 2, false, place),
        header: decodeBatchHeader(data, place),
        bodyLength,
      };
    }
    default:
      return fail('MOLT7003', {
        place,
        offset,
        expected: 'a schema, dictionary batch or record batch',
        actual: HEADER_NAMES[headerType] ?? `header type ${headerType}`,
      });
  }
}

/** Refuses metadata versions other than V4 (Arrow 0.8) and V5 (1.0), whose layouts of the supported types agree. */
export function checkVersion(version: number, offset: number, place: Place): void {
  // V1 = 0 ... V4 = 3, V5 = 4
  if (version !== 3 && version !== 4) fail('MOLT7004', { place, offset, expected: 'V4 or V5', actual: `V${version + 1}` });
}

function decodeBatchHeader(table: FlatTable, place: Place): BatchHeader {
  const { buffer } = table;
  //  0: int64 length   1: FieldNode[]   2: Buffer[]   3: BodyCompression   4: int64[] variadic buffer counts
  const compression = readTable(table, 3, place);
  if (compression !== null) {
    //  0: int8 codec   1: int8 method
    const codec = readUint8(compression, 0, 0, place);
    fail('MOLT7007', {
      place,
      offset: buffer.base + compression.at,
      expected: 'no compression',
      actual: CODECS[codec] ?? `codec ${codec}`,
    });
  }
  const nodes: Node[] = [];
  const nodeVector = readVector(table, 1, 16, place);
  for (let i = 0; i < nodeVector.length; i++) {
    //  0: int64 length   8: int64 null count (apache-arrow for JavaScript writes -1 where it has not counted)
    const at = nodeVector.at + 16 * i;
    nodes.push({ length: countAt(buffer, at, place), nullCount: nullCountAt(buffer, at + 8, place) });
  }
  const buffers: BufferRange[] = [];
  const bufferVector = readVector(table, 2, 16, place);
  for (let i = 0; i < bufferVector.length; i++) {
    //  0: int64 offset   8: int64 length
    const at = bufferVector.at + 16 * i;
    buffers.push({ offset: countAt(buffer, at, place), length: countAt(buffer, at + 8, place) });
  }
  return { length: readCount(table, 0, place), nodes, buffers, metadataOffset: buffer.base + table.at };
}

function nullCountAt(buffer: FlatBuffer, at: number, place: Place): number {
  return buffer.view.getBigInt64(at, true) === -1n ? -1 : countAt(buffer, at, place);
}
