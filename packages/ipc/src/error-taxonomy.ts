/**
 * Every error that a call can end with: the table of the protocol.
 *
 * A caller needs three things beside the text: was the call executed, may it be repeated, and whose fault was it. Hundreds tell the last:
 * 1xx protocol, 2xx contract, 3xx admission, 4xx limits, 5xx program, 6xx platform. `executed` and `retry` are the defaults of a code; a frame
 * carries its own. The code of the table is also a diagnostic code: 301 is MOLT5301.
 */

/** Whether the function ran, as far as the sender knows. */
export type Executed = 'no' | 'maybe' | 'yes';
/** What a repeat promises: nothing, success later, or success on another worker. */
export type Retry = 'never' | 'after' | 'elsewhere';

/** One row of the table. */
export interface ErrorRow {
  readonly code: number;
  readonly executed: Executed;
  readonly retry: Retry;
  /** The status of a web application's answer whose call ended so, for adapters: faults behind it are not its client's. */
  readonly http: number;
  /** The nearest gRPC status, for adapters. */
  readonly grpc: string;
  readonly doc: string;
}

/** Errors by name. */
export const MIP_ERRORS = {
  PROTOCOL_ERROR: {
    code: 101,
    executed: 'maybe',
    retry: 'never',
    http: 502,
    grpc: 'INTERNAL',
    doc: 'The peer sent bytes that are not MIP/1.',
  },
  VERSION_UNSUPPORTED: { code: 102, executed: 'no', retry: 'never', http: 502, grpc: 'UNIMPLEMENTED', doc: 'No common protocol version.' },
  FRAME_TOO_LARGE: {
    code: 103,
    executed: 'no',
    retry: 'never',
    http: 413,
    grpc: 'RESOURCE_EXHAUSTED',
    doc: 'A frame or message exceeds the agreed size.',
  },
  UNAUTHORIZED: { code: 104, executed: 'no', retry: 'never', http: 502, grpc: 'UNAUTHENTICATED', doc: 'The peer may not use this socket.' },
  UNKNOWN_EXPORT: {
    code: 201,
    executed: 'no',
    retry: 'never',
    http: 502,
    grpc: 'UNIMPLEMENTED',
    doc: 'The artifact has no export of that name or id.',
  },
  SCHEMA_MISMATCH: {
    code: 202,
    executed: 'no',
    retry: 'never',
    http: 502,
    grpc: 'FAILED_PRECONDITION',
    doc: 'Both ends were built from different schemas.',
  },
  INVALID_INPUT: {
    code: 203,
    executed: 'no',
    retry: 'never',
    http: 422,
    grpc: 'INVALID_ARGUMENT',
    doc: 'The input does not fit the schema.',
  },
  CAPABILITY_DENIED: {
    code: 204,
    executed: 'maybe',
    retry: 'never',
    http: 500,
    grpc: 'PERMISSION_DENIED',
    doc: 'The function used a capability that it was not given.',
  },
  RESULT_TOO_LARGE: {
    code: 205,
    executed: 'yes',
    retry: 'never',
    http: 500,
    grpc: 'OUT_OF_RANGE',
    doc: 'The result exceeds its bound or the message size.',
  },
  BUSY: { code: 301, executed: 'no', retry: 'after', http: 503, grpc: 'RESOURCE_EXHAUSTED', doc: 'The queue is full.' },
  SHED: { code: 302, executed: 'no', retry: 'after', http: 503, grpc: 'UNAVAILABLE', doc: 'Dropped under overload.' },
  DEADLINE_UNMEETABLE: {
    code: 303,
    executed: 'no',
    retry: 'elsewhere',
    http: 503,
    grpc: 'DEADLINE_EXCEEDED',
    doc: 'The queue is longer than the deadline.',
  },
  DRAINING: { code: 304, executed: 'no', retry: 'elsewhere', http: 503, grpc: 'UNAVAILABLE', doc: 'The worker is shutting down.' },
  DEADLINE_EXCEEDED: { code: 401, executed: 'maybe', retry: 'never', http: 504, grpc: 'DEADLINE_EXCEEDED', doc: 'The deadline passed.' },
  CPU_EXCEEDED: {
    code: 402,
    executed: 'yes',
    retry: 'never',
    http: 504,
    grpc: 'RESOURCE_EXHAUSTED',
    doc: 'The call used up its CPU time.',
  },
  MEMORY_EXCEEDED: {
    code: 403,
    executed: 'yes',
    retry: 'never',
    http: 500,
    grpc: 'RESOURCE_EXHAUSTED',
    doc: 'The call used up its memory.',
  },
  CANCELLED: { code: 404, executed: 'maybe', retry: 'never', http: 503, grpc: 'CANCELLED', doc: 'Cancelled; details.reason says by whom.' },
  APP_ERROR: {
    code: 501,
    executed: 'yes',
    retry: 'never',
    http: 500,
    grpc: 'UNKNOWN',
    doc: 'The function raised; details.type is the Python exception.',
  },
  TRAP: { code: 502, executed: 'yes', retry: 'never', http: 500, grpc: 'INTERNAL', doc: 'The function was stopped by the machine.' },
  WORKER_LOST: {
    code: 601,
    executed: 'maybe',
    retry: 'elsewhere',
    http: 502,
    grpc: 'UNAVAILABLE',
    doc: 'The connection ended before the answer.',
  },
  STORE_UNAVAILABLE: {
    code: 602,
    executed: 'maybe',
    retry: 'after',
    http: 503,
    grpc: 'UNAVAILABLE',
    doc: 'The job store does not answer.',
  },
  INTERNAL: { code: 603, executed: 'maybe', retry: 'never', http: 500, grpc: 'INTERNAL', doc: 'A fault of Molt itself.' },
  WORKER_NOT_RUNNING: {
    code: 604,
    executed: 'no',
    retry: 'after',
    http: 503,
    grpc: 'UNAVAILABLE',
    doc: 'Nothing listens at the address. Never on the wire.',
  },
} as const satisfies Record<string, ErrorRow>;

/** The name of an error. */
export type MipErrorName = keyof typeof MIP_ERRORS;

const BY_CODE = new Map<number, MipErrorName>(Object.entries(MIP_ERRORS).map(([name, row]) => [row.code, name as MipErrorName]));

/** The name of a code; undefined for codes of a later minor version. */
export function errorNameOf(code: number): MipErrorName | undefined {
  return BY_CODE.get(code);
}

/** `executed` by its number on the wire. */
export const EXECUTED: readonly Executed[] = ['no', 'maybe', 'yes'];
/** `retry` by its number on the wire. */
export const RETRY: readonly Retry[] = ['never', 'after', 'elsewhere'];

/** Reasons of a cancellation. */
export const CANCEL_REASONS = ['user', 'disconnect', 'deadline', 'parent', 'shutdown', 'superseded'] as const;
/** Why a call was cancelled. */
export type CancelReason = (typeof CANCEL_REASONS)[number];
