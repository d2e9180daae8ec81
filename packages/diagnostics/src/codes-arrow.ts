/**
 * Codes MOLT7000 to MOLT7999: Arrow data and row sources.
 *
 * A code is never reused and never changes its meaning; a row that is no longer reported is removed and its number stays free.
 */
import type { CodeTable } from './code-row.ts';

/** Rows of this range; see code-row.ts for the columns. `{where}` is the path and the byte offset, as far as they are known. */
export const ARROW_CODES = {
  MOLT7002: {
    slug: 'bad-arrow-metadata',
    severity: 'error',
    message: 'message metadata is not a valid flatbuffer{where}: expected {expected}, got {actual}',
  },
  MOLT7003: {
    slug: 'unexpected-message',
    severity: 'error',
    message: 'a message may not stand here{where}: expected {expected}, got {actual}',
  },
  MOLT7004: {
    slug: 'arrow-version',
    severity: 'error',
    message: 'this metadata version is not supported{where}: expected {expected}, got {actual}',
  },
  MOLT7005: {
    slug: 'arrow-endianness',
    severity: 'error',
    message: 'big-endian data is not supported{where}: expected {expected}, got {actual}',
  },
  MOLT7006: {
    slug: 'arrow-type',
    severity: 'error',
    message: 'this column type is not supported{where}: expected {expected}, got {actual}',
  },
  MOLT7007: {
    slug: 'compressed-body',
    severity: 'error',
    message: 'compressed record batches are not supported{where}: expected {expected}, got {actual}',
    hint: 'write the stream without buffer compression, or compress the whole transport instead',
  },
  MOLT7008: {
    slug: 'arrow-limit',
    severity: 'error',
    message: 'a decode limit was exceeded{where}: expected {expected}, got {actual}',
    hint: 'raise that limit only for senders that you trust',
  },
  MOLT7009: {
    slug: 'bad-buffer',
    severity: 'error',
    message: 'a buffer does not fit its column or its message{where}: expected {expected}, got {actual}',
  },
  MOLT7010: {
    slug: 'bad-length',
    severity: 'error',
    message: 'a length or count contradicts the schema{where}: expected {expected}, got {actual}',
  },
  MOLT7011: {
    slug: 'bad-validity',
    severity: 'error',
    message: 'nulls contradict the null count or the schema{where}: expected {expected}, got {actual}',
  },
  MOLT7012: {
    slug: 'bad-offsets',
    severity: 'error',
    message: 'value offsets are not monotonic inside their data{where}: expected {expected}, got {actual}',
  },
  MOLT7013: { slug: 'bad-utf8', severity: 'error', message: 'a text value is not valid UTF-8{where}: expected {expected}, got {actual}' },
  MOLT7014: {
    slug: 'bad-dictionary',
    severity: 'error',
    message: 'a dictionary is missing or too small{where}: expected {expected}, got {actual}',
  },
  MOLT7015: { slug: 'bad-arrow-schema', severity: 'error', message: 'the schema is not valid{where}: expected {expected}, got {actual}' },
  MOLT7016: {
    slug: 'bad-arrow-file',
    severity: 'error',
    message: 'this is not a valid Arrow file{where}: expected {expected}, got {actual}',
  },
  MOLT7017: {
    slug: 'trailing-arrow-bytes',
    severity: 'error',
    message: 'bytes follow the end of the stream{where}: expected {expected}, got {actual}',
  },
  MOLT7018: { slug: 'truncated-arrow', severity: 'error', message: 'the input ends too early{where}: expected {expected}, got {actual}' },
  MOLT7020: {
    slug: 'arrow-value-mismatch',
    severity: 'error',
    message: 'a value does not fit its column type{where}: expected {expected}, got {actual}',
  },
  MOLT7021: {
    slug: 'bad-arrow-column',
    severity: 'error',
    message: 'a column is not consistent with its type{where}: expected {expected}, got {actual}',
  },
  MOLT7022: {
    slug: 'unmapped-schema',
    severity: 'error',
    message: 'this schema has no Arrow form{where}: expected {expected}, got {actual}',
  },
  MOLT7023: {
    slug: 'batch-mismatch',
    severity: 'error',
    message: 'the batch does not match the record schema{where}: expected {expected}, got {actual}',
  },
  MOLT7024: {
    slug: 'bad-allocation',
    severity: 'error',
    message: 'the memory allocator broke its contract{where}: expected {expected}, got {actual}',
  },
} as const satisfies CodeTable;
