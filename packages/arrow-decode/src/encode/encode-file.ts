/**
 * Record batches to Arrow files: a stream between magic bytes, and a footer that says where every batch lies.
 * Spec: Arrow columnar format, IPC file format; format/File.fbs.
 */
import { within } from '../arrow-error.ts';
import type { Schema } from '../arrow-type.ts';
import type { RecordBatch } from '../columns/column.ts';
import { type FlatValue, flatTable, writeFlatBuffer } from '../metadata/flatbuffer-writer.ts';
import { encodeBatch, type WrittenDictionaries } from './encode-batches.ts';
import { joinParts, type Part, partBytes } from './join-parts.ts';
import { END_MARKER, type EncodedMessage, schemaMessage, VERSION } from './message-frame.ts';
import { schemaTable } from './schema-metadata.ts';

const MAGIC = new TextEncoder().encode('ARROW1');

/** A whole file. Each dictionary must be the same column in every batch. */
export function encodeFile(table: { readonly schema: Schema; readonly batches: readonly RecordBatch[] }): Uint8Array {
  const parts: Part[] = [MAGIC, new Uint8Array(2)];
  let at = 8;
  const add = (message: EncodedMessage): Block => {
    const block = { offset: at, metadataBytes: message.head.byteLength, bodyBytes: message.bodyBytes };
    parts.push(message);
    at += partBytes(message);
    return block;
  };
  add(schemaMessage(table.schema));
  const written: WrittenDictionaries = new Map();
  const dictionaryBlocks: Block[] = [];
  const recordBlocks: Block[] = [];
  table.batches.forEach((batch, i) => {
    const { dictionaries, batch: message } = encodeBatch(batch, table.schema, written, false, within(null, `batches[${i}]`));
    dictionaryBlocks.push(...dictionaries.map(add));
    recordBlocks.push(add(message));
  });
  //  0: int16 version   1: Schema   2: Block[] dictionaries   3: Block[] record batches
  const footer = writeFlatBuffer(flatTable(VERSION, schemaTable(table.schema), blockStructs(dictionaryBlocks), blockStructs(recordBlocks)));
  const footerBytes = new Uint8Array(4);
  new DataView(footerBytes.buffer).setInt32(0, footer.byteLength, true);
  return joinParts([...parts, END_MARKER, footer, footerBytes, MAGIC]);
}

type Block = { readonly offset: number; readonly metadataBytes: number; readonly bodyBytes: number };

function blockStructs(blocks: readonly Block[]): FlatValue {
  //  0: int64 offset   8: int32 metadata bytes   12: padding   16: int64 body bytes
  const bytes = new Uint8Array(24 * blocks.length);
  const view = new DataView(bytes.buffer);
  blocks.forEach((block, i) => {
    view.setBigInt64(24 * i, BigInt(block.offset), true);
    view.setInt32(24 * i + 8, block.metadataBytes, true);
    view.setBigInt64(24 * i + 16, BigInt(block.bodyBytes), true);
  });
  return { kind: 'structs', count: blocks.length, bytes };
}
