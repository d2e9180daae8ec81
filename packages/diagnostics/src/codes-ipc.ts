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
  MOLT5003: { slug: 'socket-unusable', severity: 'error', message: 'cannot listen at {path}: {why}' },
  MOLT5101: { slug: 'protocol-error', severity: 'error', message: '{what}' },
  MOLT5102: { slug: 'version-unsupported', severity: 'error', message: '{what}' },
  MOLT5103: { slug: 'frame-too-large', severity: 'error', message: '{what}' },
  MOLT5104: { slug: 'unauthorized', severity: 'error', message: '{what}' },
  MOLT5201: { slug: 'unknown-export', severity: 'error', message: '{what}' },
  MOLT5202: { slug: 'schema-mismatch', severity: 'error', message: '{what}' },
  MOLT5203: { slug: 'invalid-input', severity: 'error', message: '{what}' },
  MOLT5204: { slug: 'capability-denied', severity: 'error', message: '{what}' },
  MOLT5205: { slug: 'result-too-large', severity: 'error', message: '{what}' },
  MOLT5301: { slug: 'busy', severity: 'error', message: '{what}' },
  MOLT5302: { slug: 'shed', severity: 'error', message: '{what}' },
  MOLT5303: { slug: 'deadline-unmeetable', severity: 'error', message: '{what}' },
  MOLT5304: { slug: 'draining', severity: 'error', message: '{what}' },
  MOLT5401: { slug: 'deadline-exceeded', severity: 'error', message: '{what}' },
  MOLT5402: { slug: 'cpu-exceeded', severity: 'error', message: '{what}' },
  MOLT5403: { slug: 'memory-exceeded', severity: 'error', message: '{what}' },
  MOLT5404: { slug: 'call-cancelled', severity: 'error', message: '{what}' },
  MOLT5501: { slug: 'app-error', severity: 'error', message: '{what}' },
  MOLT5502: { slug: 'trap', severity: 'error', message: '{what}' },
  MOLT5601: { slug: 'worker-lost', severity: 'error', message: '{what}' },
  MOLT5602: { slug: 'store-unavailable', severity: 'error', message: '{what}' },
  MOLT5603: { slug: 'worker-fault', severity: 'error', message: '{what}' },
  MOLT5604: { slug: 'worker-not-running', severity: 'error', message: '{what}' },
} as const satisfies CodeTable;
