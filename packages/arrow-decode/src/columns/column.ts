/**
 * Columns and batches as plain readonly data: what a decode gives and what an encode takes.
 *
 * Buffers are views, of the input where alignment allows. Slot `i` means the same in every part of a column; nothing
 * is sliced by an offset, so compiled code can use the buffers as they are.
 */
import type { ArrowType, FixedArray, Schema } from '../arrow-type.ts';

/** One column of a batch. Which parts are present follows from the layout of the type. */
export type Column = {
  readonly type: ArrowType;
  /** Slots. */
  readonly length: number;
  readonly nullCount: number;
  /** Bit `i` (least significant first) is 1 where slot `i` has a value; null when no slot is null, and for null columns. */
  readonly validity: Uint8Array | null;
  /** `length + 1` positions in `values` (text, binary) or in the child (lists). */
  readonly offsets: Int32Array | null;
  /** Fixed-width values, bytes of text and binary, or bits of bools. */
  readonly values: FixedArray | null;
  readonly children: readonly Column[];
  /** The values that the indices of a dictionary column point at. */
  readonly dictionary: Column | null;
};

/** Rows in columns; every column has `length` slots. */
export type RecordBatch = { readonly schema: Schema; readonly length: number; readonly columns: readonly Column[] };

/**
 * A decoded stream or file. `end` tells how it ended: a `marker` proves that the sender finished, while after plain
 * end of `input` a sender that broke off between two messages cannot be told from one that was done.
 */
export type Table = { readonly schema: Schema; readonly batches: readonly RecordBatch[]; readonly end: 'marker' | 'input' | 'footer' };

/** A column with the given parts; the others are empty. */
export function column(parts: Pick<Column, 'type' | 'length'> & Partial<Column>): Column {
  return { nullCount: 0, validity: null, offsets: null, values: null, children: [], dictionary: null, ...parts };
}
