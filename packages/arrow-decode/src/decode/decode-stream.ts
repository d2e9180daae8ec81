/**
 * Whole Arrow IPC streams to tables.
 *
 * A stream is a schema message, then dictionary and record batches, then an end marker or plain end of input. Bytes
 * after the end marker are refused: they are not part of any stream.
 */
import { fail, within } from '../arrow-error.ts';
import type { Schema } from '../arrow-type.ts';
import type { RecordBatch, Table } from '../columns/column.ts';
import { type Budget, budgetFor, checkLimit, type DecodeLimits } from '../limits.ts';
import { type Assembly, acceptMessage, newAssembly } from './assembly.ts';
import { readFrame } from './frame.ts';

/** How to decode. */
export type DecodeOptions = {
  /** Caps that differ from `DEFAULT_LIMITS`. */
  readonly limits?: Partial<DecodeLimits>;
  /** Refuse a stream without an end marker, which may have been cut off between two messages [false]. */
  readonly requireEndMarker?: boolean;
};

/** Decodes a whole stream. The columns are views of `bytes`, which must not change while they are in use. */
export function decodeStream(bytes: Uint8Array, options: DecodeOptions = {}): Table {
  const budget = budgetFor(options.limits);
  const { table, next } = decodeStreamAt(bytes, 0, budget, options);
  if (next < bytes.byteLength)
    fail('MOLT7017', { offset: next, expected: 'the end of the input', actual: `${bytes.byteLength - next} more bytes` });
  return table;
}

/** Decodes the stream that starts at `start`; `next` is the position after its end. */
export function decodeStreamAt(bytes: Uint8Array, start: number, budget: Budget, options: DecodeOptions): { table: Table; next: number } {
  checkLimit(budget, 'maxInputBytes', bytes.byteLength, null);
  const assembly = newAssembly(budget, true);
  const batches: RecordBatch[] = [];
  let at = start;
  for (let count = 0; ; count++) {
    const place = within(null, `messages[${count}]`);
    const read = readFrame(bytes, at, 0, budget, place);
    switch (read.kind) {
      case 'incomplete':
        return fail('MOLT7018', { place, offset: at, expected: read.part, actual: `${read.missing} bytes less` });
      case 'end-of-input':
        if (options.requireEndMarker) fail('MOLT7018', { offset: at, expected: 'an end marker', actual: 'the end of the input' });
        return { table: { schema: schemaOf(assembly, at), batches, end: 'input' }, next: at };
      case 'end-marker':
        return { table: { schema: schemaOf(assembly, at), batches, end: 'marker' }, next: read.next };
      case 'frame': {
        const { message, body, bodyOffset, next } = read.frame;
        const batch = acceptMessage(assembly, message, { bytes: body, offset: bodyOffset }, place);
        if (batch !== null) batches.push(batch);
        at = next;
      }
    }
  }
}

/** The schema at the end of a stream, which cannot do without one. */
export function schemaOf(assembly: Assembly, offset: number): Schema {
  return assembly.schema ?? fail('MOLT7018', { offset, expected: 'a schema', actual: 'the end of the stream' });
}
