/**
 * The boundary of a compiled module: names of exports and imports, status words, trap reasons, version stamps.
 * The same names are WASM exports and C functions of a native library.
 */

/** ABI version: major in the high half, minor in the low half; returned by `molt_abi`. */
export const ABI_VERSION = 0x0000_0001;

/** Exports of every module. */
export const EXPORT = {
  memory: 'memory',
  /** () -> u32: ABI version. */
  abi: 'molt_abi',
  /** () -> i32 status: runs the module body once (scripts: the whole program). */
  init: 'molt_init',
  /** () -> void: makes everything allocated so far the frozen image. */
  freeze: 'molt_freeze',
  /** (bytes) -> address: room for a request, inside the task heap. */
  alloc: 'molt_alloc',
  /** (export, address, length) -> status word; the result's address and length lie at `abiResult`. */
  call: 'molt_call',
  /** (kind, handle, code) -> status word: delivers one completion to a task that waits. */
  event: 'molt_event',
  /** (task, reason) -> status word. */
  cancel: 'molt_cancel',
} as const;

/** Imports a module may have, all under the module name `molt`; only those it uses appear. */
export const IMPORT_MODULE = 'molt';
export const IMPORTS = {
  /** (fd, address, length): writes bytes to stdout (1) or stderr (2). */
  write: { params: ['i32', 'i32', 'i32'], result: null },
  /** (fd, address, capacity) -> bytes read, 0 at the end. */
  read: { params: ['i32', 'i32', 'i32'], result: 'i32' },
  /** (kind) -> nanoseconds: 0 realtime, 1 monotonic, 2 process CPU, 3 CPU of the calling thread. */
  clock: { params: ['i32'], result: 'i64' },
  /** (address, length): fills with random bytes. */
  entropy: { params: ['i32', 'i32'], result: null },
  /** (index, address, capacity) -> length of program argument `index`, or -1 when there is none. */
  arg: { params: ['i32', 'i32', 'i32'], result: 'i32' },
  /** (reason): a limit was reached; does not return. */
  trap: { params: ['i32'], result: null },
} as const satisfies Record<string, { params: readonly string[]; result: string | null }>;
/** Kinds of clock. */
export const CLOCK = { realtime: 0, monotonic: 1, processCpu: 2, threadCpu: 3 } as const;

export type ImportName = keyof typeof IMPORTS;

/** Why compiled code stopped for good; also the values of the interrupt cell. */
export const TRAP_REASON = {
  unreachable: 1,
  memory: 2,
  stack: 3,
  deadline: 4,
  cpu: 5,
  user: 6,
  disconnect: 7,
  output: 8,
  shutdown: 9,
  fuel: 10,
} as const;

/** Low 4 bits of a status word; the high 28 bits carry a handle or an exit code. */
export const STATUS = {
  /** Component-Model subtask states. */
  starting: 0,
  started: 1,
  returned: 2,
  /**
   * The export raised. Where the result would lie there is a MessagePack array [type, message, traceback, args]: the exception's qualified
   * name, its text, the traceback as printed (may be empty), and an array of its arguments that are plain values.
   */
  failed: 3,
  /** The request bytes do not match the input schema; the payload is a MessagePack array [path, message] of texts. */
  invalidInput: 4,
  /** The result is beyond a bound of its schema; the payload is a MessagePack array [what] of one text. */
  oversizedResult: 5,
} as const;

/**
 * Custom section of a WASM module with what a host must know to reset its memory, u32 each: version 1, end of what a task changes
 * below the heap (cells, stack, globals), start of the task heap before `molt_freeze`.
 */
export const LAYOUT_SECTION = 'molt.layout';
