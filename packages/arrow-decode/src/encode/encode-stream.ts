/**
 * Record batches to Arrow IPC streams, whole or batch by batch.
 *
 * The same batches always give the same bytes. An encoder that has thrown has written nothing of the batch at fault;
 * end the transport without the end marker then, so that the reader cannot take the rest for the whole.
 */
import { within } from '../arrow-error.ts';
import type { Schema } from '../arrow-type.ts';
import type { RecordBatch } from '../columns/column.ts';
import { encodeBatch, type WrittenDictionaries } from './encode-batches.ts';
import { END_MARKER, schemaMessage } from './message-frame.ts';

/** Writes one stream; made by `createStreamEncoder`. */
export type StreamEncoder = {
  /** The bytes of the next batch, after those of the schema if it is the first. */
  readonly write: (batch: RecordBatch) => Uint8Array;
  /** The end marker, after the schema if there was no batch. */
  readonly end: () => Uint8Array;
};

/** Makes an encoder for a stream of batches of `schema`. */
export function createStreamEncoder(schema: Schema): StreamEncoder {
  const written: WrittenDictionaries = new Map();
  let opened = false;
  let count = 0;
  const opening = (): Uint8Array[] => {
    if (opened) return [];
    opened = true;
    return [schemaMessage(schema).bytes];
  };
  return {
    write: (batch) => {
      const { dictionaries, batch: message } = encodeBatch(batch, schema, written, true, within(null, `batches[${count}]`));
      count++;
      return concatBytes([...opening(), ...dictionaries.map((dictionary) => dictionary.bytes), message.bytes]);
    },
    end: () => concatBytes([...opening(), END_MARKER]),
  };
}

/** A whole stream, end marker included. */
export function encodeStream(table: { readonly schema: Schema; readonly batches: readonly RecordBatch[] }): Uint8Array {
  const encoder = createStreamEncoder(table.schema);
  return concatBytes([...table.batches.map(encoder.write), encoder.end()]);
}

/** The parts end to end. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.byteLength;
  }
  return joined;
}
