/**
 * Streams that arrive in pieces: push bytes, get the batches that have become complete.
 *
 * At most one message is held back, so memory stays bounded by the largest message whatever the stream's length. Pieces
 * are joined only once a whole part of a message is there: tiny pieces cost no more than large ones.
 *
 * States: `open` (pushes are taken) -> `marked` (the end marker came; any further byte is refused) -> `ended`.
 * A decoder that has thrown is `ended`.
 */
import { fail, within } from '../arrow-error.ts';
import type { Schema } from '../arrow-type.ts';
import type { RecordBatch } from '../columns/column.ts';
import { budgetFor, checkLimit } from '../limits.ts';
import { acceptMessage, newAssembly } from './assembly.ts';
import { type DecodeOptions, schemaOf } from './decode-stream.ts';
import { readFrame } from './frame.ts';

/** An incremental decoder; made by `createStreamDecoder`. */
export type StreamDecoder = {
  /** Takes the next piece, which must not change afterwards, and gives the batches completed by it. */
  readonly push: (piece: Uint8Array) => RecordBatch[];
  /** Declares the end of the input: throws if a message is incomplete, else tells the schema and how the stream ended. */
  readonly end: () => { readonly schema: Schema; readonly end: 'marker' | 'input' };
  /** The schema, once it has arrived. */
  readonly schema: () => Schema | null;
};

/** Makes a decoder for one stream. `maxInputBytes` and `maxAllocatedBytes` count over the stream's whole life. */
export function createStreamDecoder(options: DecodeOptions = {}): StreamDecoder {
  const budget = budgetFor(options.limits);
  const assembly = newAssembly(budget, true);
  let state: 'open' | 'marked' | 'ended' = 'open';
  let pieces: Uint8Array[] = [];
  let held = 0;
  let needed = 4;
  let position = 0;
  let messages = 0;

  const push = (piece: Uint8Array): RecordBatch[] => {
    if (state === 'ended')
      fail('MOLT7017', { offset: position + held, expected: 'no bytes after the end', actual: `${piece.byteLength} bytes` });
    const before = state;
    state = 'ended';
    const batches = accept(piece, before);
    return batches;
  };

  const accept = (piece: Uint8Array, before: 'open' | 'marked'): RecordBatch[] => {
    const batches: RecordBatch[] = [];
    checkLimit(budget, 'maxInputBytes', position + held + piece.byteLength, null, position + held);
    let marked = before === 'marked';
    if (piece.byteLength > 0) {
      pieces.push(piece);
      held += piece.byteLength;
    }
    if (held >= needed) {
      const bytes = joinPieces(pieces, held);
      let at = 0;
      needed = 4;
      while (!marked) {
        const read = readFrame(bytes, at, position, budget, within(null, `messages[${messages}]`));
        if (read.kind === 'end-of-input') break;
        if (read.kind === 'incomplete') {
          needed = bytes.byteLength - at + read.missing;
          break;
        }
        if (read.kind === 'end-marker') {
          marked = true;
          schemaOf(assembly, position + at);
          at = read.next;
          break;
        }
        const { message, body, bodyOffset, next } = read.frame;
        const batch = acceptMessage(assembly, message, { bytes: body, offset: bodyOffset }, within(null, `messages[${messages}]`));
        messages++;
        if (batch !== null) batches.push(batch);
        at = next;
      }
      position += at;
      held = bytes.byteLength - at;
      pieces = held === 0 ? [] : [bytes.subarray(at)];
    }
    if (marked && held > 0) fail('MOLT7017', { offset: position, expected: 'no bytes after the end marker', actual: `${held} bytes` });
    state = marked ? 'marked' : 'open';
    return batches;
  };

  const end = (): { schema: Schema; end: 'marker' | 'input' } => {
    const marked = state === 'marked';
    state = 'ended';
    if (held > 0) fail('MOLT7018', { offset: position, expected: `${needed} bytes of a message`, actual: held });
    if (!marked && options.requireEndMarker)
      fail('MOLT7018', { offset: position, expected: 'an end marker', actual: 'the end of the input' });
    return { schema: schemaOf(assembly, position), end: marked ? 'marker' : 'input' };
  };

  return { push, end, schema: () => assembly.schema };
}

/** The pieces as one array that starts on an 8-byte boundary, so that columns can be views of it. */
function joinPieces(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const only = pieces[0]!;
  if (pieces.length === 1 && only.byteOffset % 8 === 0) return only;
  const joined = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.byteLength;
  }
  return joined;
}
