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
import { joinParts, type Part } from './join-parts.ts';
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
  const stream = openStream(schema);
  return { write: (batch) => joinParts(stream.write(batch)), end: () => joinParts(stream.end()) };
}

/** A whole stream, end marker included. */
export function encodeStream(table: { readonly schema: Schema; readonly batches: readonly RecordBatch[] }): Uint8Array {
  const stream = openStream(table.schema);
  return joinParts([...table.batches.flatMap(stream.write), ...stream.end()]);
}

/** A stream in parts that are not joined as yet. */
function openStream(schema: Schema): { write: (batch: RecordBatch) => Part[]; end: () => Part[] } {
  const written: WrittenDictionaries = new Map();
  let opened = false;
  let count = 0;
  const opening = (): Part[] => {
    if (opened) return [];
    opened = true;
    return [schemaMessage(schema)];
  };
  return {
    write: (batch) => {
      const { dictionaries, batch: message } = encodeBatch(batch, schema, written, true, within(null, `batches[${count}]`));
      count++;
      return [...opening(), ...dictionaries, message];
    },
    end: () => [...opening(), END_MARKER],
  };
}
