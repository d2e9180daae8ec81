export {
  BIGINT,
  BUFFER,
  CELL,
  DEFAULT_STACK_BYTES,
  FIRST_TYPE_ID,
  FLOAT,
  HEADER,
  SINGLETON,
  SITE_ROW,
  SLOT_KIND,
  STACK_BASE,
  STR,
  TRACE_BUFFER,
  TRACE_CAPACITY,
  TYPE_ID,
  TYPE_KIND,
  TYPE_ROW,
  WORD,
} from './heap.ts';
export type { ImportName } from './module-abi.ts';
export { ABI_VERSION, CLOCK, EXPORT, IMPORT_MODULE, IMPORTS, LAYOUT_SECTION, STATUS, TRAP_REASON } from './module-abi.ts';
export type { WordKind } from './word.ts';
export { decodeFloatWord, decodeRefWord, encodeFloatWord, encodeRefWord, isSmallInt, wordKind } from './word.ts';
