/** Arrow IPC streams and files to validated columns, and back. No Node API. */
export { ARROW_CODES, type ArrowCode } from './arrow-codes.ts';
export { ArrowError, isArrowError } from './arrow-error.ts';
export {
  type ArrowType,
  type DictionaryType,
  type Field,
  type FixedArray,
  field,
  type IntType,
  int,
  type KeyValues,
  type Schema,
  sameType,
  schema,
  type TimeUnit,
  typeText,
  uint,
} from './arrow-type.ts';
export { batchFromValues, columnFromValues } from './build/column-from-values.ts';
export { type Column, column, type RecordBatch, type Table } from './columns/column.ts';
export { type ArrowValue, get, isNull, iterate, type SlotReader, slotReader, toArray } from './columns/read-column.ts';
export { decodeArrow, decodeFile, type FileOptions, isArrowFile } from './decode/decode-file.ts';
export { type DecodeOptions, decodeStream } from './decode/decode-stream.ts';
export { createStreamDecoder, type StreamDecoder } from './decode/stream-decoder.ts';
export { encodeFile } from './encode/encode-file.ts';
export { createStreamEncoder, encodeStream, type StreamEncoder } from './encode/encode-stream.ts';
export { DEFAULT_LIMITS, type DecodeLimits } from './limits.ts';
export { batchToLinearMemory, type LinearMemory, type MemoryBatch, type MemoryColumn, type MemoryRange } from './linear-memory.ts';
export { arrowSchemaOf, columnsFromRecords, type RecordValue, recordsFromBatch } from './records/record-mapping.ts';
