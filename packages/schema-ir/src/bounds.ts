/**
 * The bounds of the profile: what a schema gets when its author states none, and what no schema may exceed.
 *
 * They are part of the contract: changing one changes the ids of all schemas that rely on it.
 */

/** Bounds of schemas that state none. */
export const DEFAULT_BOUNDS = {
  /** UTF-8 bytes of a str. */
  strBytes: 1 << 20,
  /** Bytes of a bytes value. */
  bytesBytes: 8 << 20,
  /** Items of a list. */
  listItems: 1 << 20,
  /** Entries of a map. */
  mapItems: 1 << 18,
  /** Digits of a decimal in all: those of Python's default context. */
  decimalPrecision: 28,
  /** Digits of a decimal after the point. */
  decimalScale: 6,
  /** Items of one chunk of a stream. */
  streamItems: 4096,
  /** Rows of a table. */
  tableRows: 1 << 20,
} as const;

/** No schema may promise more than this: message sizes and item counts are u32 on the wire, and 256 MiB is the largest message. */
export const MAX_BOUND = 256 << 20;

/** Containers within containers (lists, maps, tuples, records, unions) that a codec follows. */
export const MAX_DEPTH = 64;

/** Bytes of one encoded value, unless the codec is told otherwise. */
export const MAX_MESSAGE_BYTES = 16 << 20;

/** Smallest and largest whole number that the profile can carry. */
export const INT_LIMITS = { min: -(2n ** 63n), max: 2n ** 64n - 1n } as const;

/** The range of `int` when its author states none: 64 bits with a sign. */
export const I64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n } as const;

/** The most digits of a decimal. */
export const MAX_DECIMAL_DIGITS = 38;
