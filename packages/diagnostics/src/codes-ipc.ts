/**
 * Codes MOLT5000 to MOLT5999: the wire protocol, its clients and servers.
 *
 * From MOLT5101 on, the last three digits are the error code of the protocol: code 301 on the wire is MOLT5301 here.
 * A code is never reused and never changes its meaning; a row that is no longer reported is removed and its number stays free.
 */
import type { CodeTable } from './code-row.ts';

/** Rows of this range; see code-row.ts for the columns. */
export const IPC_CODES = {
  MOLT5001: { slug: 'bad-frame', severity: 'error', message: 'bad frame at byte {offset}: expected {expected}, got {actual}' },
  MOLT5002: {
    slug: 'socket-in-use',
    severity: 'error',
    message: 'another worker answers at {path}',
    hint: 'stop that worker, or choose another socket path',
  },
  MOLT5003: {
    slug: 'socket-unusable',
    severity: 'error',
    message: 'cannot listen at {path}: {why}',
    hint: 'choose a socket path of at most 107 bytes in a folder that exists, has room and is yours to write',
  },
  MOLT5101: {
    slug: 'protocol-error',
    severity: 'error',
    message: 'the peer sent bytes that are not MIP/1',
    hint: 'check that the socket is that of a Molt worker, and that both sides have the same version',
  },
  MOLT5102: {
    slug: 'version-unsupported',
    severity: 'error',
    message: 'the client and the worker have no protocol version in common',
    hint: 'update the older side',
  },
  MOLT5103: {
    slug: 'frame-too-large',
    severity: 'error',
    message: 'a frame or message exceeds the agreed size',
    hint: 'send less in one call, or raise the limits of both sides',
  },
  MOLT5104: {
    slug: 'unauthorized',
    severity: 'error',
    message: 'this process may not use the socket',
    hint: 'run as the user that owns the socket',
  },
  MOLT5201: {
    slug: 'unknown-export',
    severity: 'error',
    message: 'the worker has no export of that name',
    hint: 'check the name against the ones listed; if the function is new, build again and restart the worker',
  },
  MOLT5202: {
    slug: 'schema-mismatch',
    severity: 'error',
    message: 'the caller and the worker were built from different schemas',
    hint: 'build both sides from the same source: molt build, then restart the worker',
  },
  MOLT5203: {
    slug: 'invalid-input',
    severity: 'error',
    message: 'the input does not fit the schema of the export',
    hint: 'the message says where; change what the caller sends',
  },
  MOLT5204: {
    slug: 'capability-denied',
    severity: 'error',
    message: 'the function used a capability that it was not given',
    hint: 'grant the capability to the worker, or leave out the call',
  },
  MOLT5205: {
    slug: 'result-too-large',
    severity: 'error',
    message: 'the result exceeds its bound or the message size',
    hint: 'return less, or raise the bound in the annotation',
  },
  MOLT5301: {
    slug: 'busy',
    severity: 'error',
    message: 'all slots are taken and the queue is full; the call was not executed',
    hint: 'repeat it after the time that the error states, or start more workers',
  },
  MOLT5302: {
    slug: 'shed',
    severity: 'error',
    message: 'the call was dropped under overload; it was not executed',
    hint: 'repeat it later, or start more workers',
  },
  MOLT5303: {
    slug: 'deadline-unmeetable',
    severity: 'error',
    message: 'the queue is longer than the deadline; the call was not executed',
    hint: 'raise the deadline, or call another worker',
  },
  MOLT5304: {
    slug: 'draining',
    severity: 'error',
    message: 'the worker is shutting down; the call was not executed',
    hint: 'repeat it on another worker',
  },
  MOLT5401: {
    slug: 'deadline-exceeded',
    severity: 'error',
    message: 'the call did not end within its deadline',
    hint: 'raise the deadline, or look at the load of the worker',
  },
  MOLT5402: {
    slug: 'cpu-exceeded',
    severity: 'error',
    message: 'the call used up its CPU time',
    hint: 'raise the limit, or make the function cheaper',
  },
  MOLT5403: {
    slug: 'memory-exceeded',
    severity: 'error',
    message: 'the call used up its memory',
    hint: 'raise the limit, or make the function smaller',
  },
  MOLT5404: {
    slug: 'call-cancelled',
    severity: 'error',
    message: 'the call was cancelled',
    hint: 'the reason in the error says by whom',
  },
  MOLT5501: {
    slug: 'app-error',
    severity: 'error',
    message: 'the function raised an exception',
    hint: 'the error carries the type and the text of the exception',
  },
  MOLT5502: {
    slug: 'trap',
    severity: 'error',
    message: 'the function was stopped by the machine',
    hint: 'the traceback says where; a stack overflow needs less recursion',
  },
  MOLT5601: {
    slug: 'worker-lost',
    severity: 'error',
    message: 'the connection ended before the answer came',
    hint: 'look at the log of the worker; repeat the call if running it twice does no harm',
  },
  MOLT5602: {
    slug: 'store-unavailable',
    severity: 'error',
    message: 'the job store does not answer',
    hint: 'check the store and repeat the call',
  },
  MOLT5603: {
    slug: 'worker-fault',
    severity: 'error',
    message: 'the worker met a fault of Molt itself',
    hint: 'report it with the log of the worker',
  },
  MOLT5604: {
    slug: 'worker-not-running',
    severity: 'error',
    message: 'nothing listens at the socket',
    hint: 'start the worker, or check the path of the socket',
  },
} as const satisfies CodeTable;
