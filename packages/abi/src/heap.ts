/**
 * Linear memory, as compiled code, collector, interpreter and hosts see it (one layout for WASM and native).
 *
 *   [0 .. 64)            singletons: a header at address 0 makes the null ref read as None
 *   [64 .. 1024)         control cells (below)
 *   [1024 .. 8192)       traceback buffer
 *   [8192 .. stackEnd)   shadow stack of roots, 8-byte universal words, grows up
 *   [stackEnd .. )       module globals (8 bytes each), then frozen static data, then the task heap
 *
 * What changes lies low, so that a reset copies a small contiguous region.
 */

/** Ids of the heap types every module has; the module's own types follow from `FIRST_TYPE_ID`. */
export const TYPE_ID = {
  free: 0,
  none: 1,
  bool: 2,
  /** Small ints in a universal word report this id; a heap bigint carries it in its header. */
  int: 3,
  /** Inline doubles report this id; a boxed double carries it in its header. */
  float: 4,
  str: 5,
  bytes: 6,
  /** Buffer without references: list[float] data, byte storage, index tables. */
  bufRaw: 7,
  /** Buffer of u32 references. */
  bufRef: 8,
  /** Buffer of 8-byte tagged words (int or val). */
  bufWord: 9,
  notImplemented: 10,
  ellipsis: 11,
  /** Function value: header, u32 table index at 8, then captured cells. */
  closure: 12,
} as const;

export const FIRST_TYPE_ID = 16;

/** Addresses of the singletons. */
export const SINGLETON = { none: 0, false: 8, true: 16, notImplemented: 24, ellipsis: 32 } as const;

/** Addresses of the control cells; u32 unless said otherwise. */
export const CELL = {
  /** Pending exception (ref); 0 = none. */
  excPending: 64,
  /** Number of sites in the traceback buffer. */
  traceLen: 68,
  /** Bump pointer and the end of the run it moves in. */
  heapPtr: 72,
  heapLimit: 76,
  /** First address of the task heap: everything below is frozen image or control data. */
  heapBase: 80,
  /** First address never handed out. */
  heapEnd: 84,
  /** The frontier may not pass this address (memory budget of the task). */
  memoryLimit: 88,
  /** Shadow stack pointer and its end. */
  stackPtr: 92,
  stackLimit: 96,
  /** Non-zero asks compiled code to stop at its next interrupt check; the value is the reason. */
  interrupt: 100,
  /** Bytes allocated since the last collection that start the next one. */
  gcThreshold: 104,
  /** Bit 0: collect at every allocation; bit 1: poison freed memory. */
  gcFlags: 108,
  recursionLimit: 112,
  typeTable: 116,
  typeCount: 120,
  siteTable: 124,
  globalsStart: 128,
  globalsEnd: 132,
  /** Live bytes after the last collection. */
  gcLive: 140,
  /** i64: key of str and bytes hashing. */
  hashKey: 144,
  /** ref: bytes of the last request's result; used by the call ABI. */
  abiResult: 152,
  /** Number of collections so far. */
  gcCount: 156,
  /** Fuel left in deterministic mode (i64). */
  fuel: 160,
  /** ref: exception whose handler runs (for `__context__` and bare raise). */
  excHandled: 168,
  /** Scratch cells of the stdlib runtime, 8 bytes each, zeroed at start. */
  scratch: 192,
  /**
   * What the host notes as a call begins, i64 nanoseconds; 0 = none (of a start: the code's first look is one). Starts are readings of clocks 1 and 3; the wall budget counts from receipt.
   * The budget of memory is `memoryLimit` less `heapBase`.
   */
  wallStart: 960,
  wallBudget: 968,
  cpuStart: 976,
  cpuBudget: 984,
} as const;

export const TRACE_BUFFER = 1024;
export const TRACE_CAPACITY = 1792;
export const STACK_BASE = 8192;
export const DEFAULT_STACK_BYTES = 256 * 1024;

/** Object header: u32 type id at 0, u32 aux at 4 (hash, or payload bytes of a buffer). Objects are 8-byte aligned. */
export const HEADER = { typeId: 0, aux: 4, size: 8 } as const;
/** str and bytes: byte length, code points (equal to the byte length = ASCII), then UTF-8 bytes. aux caches the hash. */
export const STR = { byteLen: 8, cpLen: 12, bytes: 16 } as const;
/** Buffers: aux = payload bytes; payload at 8. */
export const BUFFER = { payload: 8 } as const;
/** bigint: i32 limb count at 8, negative for negative numbers; 32-bit limbs from 12, least significant first, no leading zero limb. */
export const BIGINT = { size: 8, limbs: 12 } as const;
/** Boxed double: f64 at 8. */
export const FLOAT = { value: 8 } as const;

/** Row of the type table, 16 bytes: kind, size or stride, address of the reference map, address of the name (str). */
export const TYPE_ROW = { kind: 0, size: 4, refMap: 8, name: 12, bytes: 16 } as const;
/** How the size of an object follows from its type row. */
export const TYPE_KIND = {
  /** Fixed size; the reference map lists slots relative to the object. */
  fixed: 0,
  /** str, bytes: 16 + byte length, rounded up to 8. */
  text: 1,
  /** Buffer: 8 + aux, rounded up to 8; the reference map repeats with the stride (0 = no references). */
  buffer: 2,
  /** bigint: 12 + 4 * limbs, rounded up to 8. */
  bigint: 3,
} as const;
/** A reference map is a u32 count, then one u32 per slot: offset << 2 | slot kind. */
export const SLOT_KIND = { ref: 0, word: 1 } as const;

/** Row of the site table, 24 bytes: file (str), function (str), line, column, end column (UTF-8 based, 0-based), source line (str). */
export const SITE_ROW = { file: 0, func: 4, line: 8, col: 12, endCol: 16, text: 20, bytes: 24 } as const;

/** Tags in the two top bits of a universal word: 00 and 11 small int, 01 reference in the low half, 10 inline double. */
export const WORD = { refTag: 0x4000000000000000n, smallMin: -(2n ** 62n), smallMax: 2n ** 62n - 1n } as const;
