/**
 * Encapsulated messages: the mirror of decode/frame.ts and decode/message.ts.
 *
 * Prefix and metadata together are a multiple of 64 bytes, and so is the body: in a stream that starts on a 64-byte
 * boundary every buffer lies on one.
 */
import type { Schema } from '../arrow-type.ts';
import { type FlatTableValue, type FlatValue, flatTable, writeFlatBuffer } from '../metadata/flatbuffer-writer.ts';
import { type BatchParts, BODY_ALIGNMENT, type Chunk } from './batch-body.ts';
import { schemaTable } from './schema-metadata.ts';

/** MetadataVersion V5, written since Arrow 1.0. */
export const VERSION: FlatValue = { kind: 'i16', value: 4 };

/**
 * A finished message: `head` is prefix and padded metadata, and the body is still in pieces, so that the values are
 * copied once only, by `joinParts`.
 */
export type EncodedMessage = { readonly head: Uint8Array; readonly chunks: readonly Chunk[]; readonly bodyBytes: number };

/** The end of a stream: a continuation marker and no metadata. */
export const END_MARKER = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

/** The message that opens a stream. */
export function schemaMessage(schema: Schema): EncodedMessage {
  return frame(1, schemaTable(schema), null);
}

/** A record batch of `length` rows. */
export function recordBatchMessage(length: number, parts: BatchParts): EncodedMessage {
  return frame(3, batchTable(length, parts), parts);
}

/** The values of dictionary `id`. */
export function dictionaryBatchMessage(id: number, length: number, parts: BatchParts): EncodedMessage {
  //  0: int64 id   1: RecordBatch data   2: bool is delta
  return frame(2, flatTable({ kind: 'i64', value: id }, batchTable(length, parts), { kind: 'u8', value: 0 }), parts);
}

function batchTable(length: number, parts: BatchParts): FlatTableValue {
  //  0: int64 length   1: FieldNode[]   2: Buffer[]
  return flatTable({ kind: 'i64', value: length }, pairs(parts.nodes), pairs(parts.buffers));
}

/** A vector of structs of two int64. */
function pairs(values: readonly number[]): FlatValue {
  const words = BigInt64Array.from(values, BigInt);
  return { kind: 'structs', count: values.length / 2, bytes: new Uint8Array(words.buffer) };
}

function frame(headerType: number, header: FlatTableValue, parts: BatchParts | null): EncodedMessage {
  const bodyBytes = parts?.bodyLength ?? 0;
  //  0: int16 version   1: uint8 header type   2: header   3: int64 body length
  const metadata = writeFlatBuffer(flatTable(VERSION, { kind: 'u8', value: headerType }, header, { kind: 'i64', value: bodyBytes }));
  const head = new Uint8Array(Math.ceil((8 + metadata.byteLength) / BODY_ALIGNMENT) * BODY_ALIGNMENT);
  const view = new DataView(head.buffer);
  view.setInt32(0, -1, true);
  view.setInt32(4, head.byteLength - 8, true);
  head.set(metadata, 8);
  return { head, chunks: parts?.chunks ?? [], bodyBytes };
}
