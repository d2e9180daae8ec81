/** Streams put together by hand, for tests of what our own writer would never write. */
import type { Schema } from '../../src/arrow-type.ts';
import { joinParts } from '../../src/encode/join-parts.ts';
import { END_MARKER, schemaMessage } from '../../src/encode/message-frame.ts';
import { type FlatTableValue, type FlatValue, flatTable, writeFlatBuffer } from '../../src/metadata/flatbuffer-writer.ts';

export type BatchSpec = {
  readonly length: number;
  readonly nodes: readonly (readonly [length: number, nulls: number])[];
  readonly buffers: readonly (readonly [offset: number, length: number])[];
  readonly body: Uint8Array;
  /** The BodyCompression table, when there is one. */
  readonly compression?: FlatTableValue;
  /** Write as the values of this dictionary instead of as rows. */
  readonly dictionary?: { readonly id: number; readonly isDelta: boolean };
};

const u8 = (value: number): FlatValue => ({ kind: 'u8', value });
const i64 = (value: number): FlatValue => ({ kind: 'i64', value });

function structs(pairs: readonly (readonly [number, number])[]): FlatValue {
  return { kind: 'structs', count: pairs.length, bytes: new Uint8Array(BigInt64Array.from(pairs.flat(), BigInt).buffer) };
}

/** One framed message. */
export function message(
  headerType: number,
  header: FlatTableValue,
  body: Uint8Array = new Uint8Array(0),
  bodyLength = body.byteLength,
  version = 4,
): Uint8Array {
  const metadata = writeFlatBuffer(flatTable({ kind: 'i16', value: version }, u8(headerType), header, i64(bodyLength)));
  const prefix = new Uint8Array(8);
  new DataView(prefix.buffer).setInt32(0, -1, true);
  new DataView(prefix.buffer).setInt32(4, metadata.byteLength, true);
  return joinParts([prefix, metadata, body]);
}

/** A record or dictionary batch. */
export function batchMessage(spec: BatchSpec): Uint8Array {
  const table = flatTable(i64(spec.length), structs(spec.nodes), structs(spec.buffers), spec.compression ?? null);
  if (spec.dictionary === undefined) return message(3, table, spec.body);
  return message(2, flatTable(i64(spec.dictionary.id), table, u8(spec.dictionary.isDelta ? 1 : 0)), spec.body);
}

/** A stream of the schema and the batches, with an end marker. */
export function stream(schema: Schema, ...batches: readonly (BatchSpec | Uint8Array)[]): Uint8Array {
  return joinParts([
    schemaMessage(schema),
    ...batches.map((batch) => (batch instanceof Uint8Array ? batch : batchMessage(batch))),
    END_MARKER,
  ]);
}

/** The body whose int32 words are `words`, padded to 8 bytes. */
export function words(...values: number[]): Uint8Array {
  const padded = new Int32Array(values.length + (values.length % 2));
  padded.set(values);
  return new Uint8Array(padded.buffer);
}
