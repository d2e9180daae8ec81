/**
 * Codes MOLT6000 to MOLT6999: tasks, limits, admission and capabilities.
 *
 * A code is never reused and never changes its meaning; a row that is no longer reported is removed and its number stays free.
 */
import type { CodeTable } from './code-row.ts';

/** Rows of this range; see code-row.ts for the columns. */
export const RUNTIME_CODES = {
  MOLT6001: {
    slug: 'queue-full',
    severity: 'error',
    message: 'the queue is full: {queued} calls wait, the cap is {cap}',
    hint: 'retry later; the call was not executed',
  },
  MOLT6101: { slug: 'task-stopped', severity: 'error', message: 'the task was stopped: {reason}' },
  MOLT6102: {
    slug: 'abi-mismatch',
    severity: 'error',
    message: 'the module has ABI version {actual}, this host speaks {expected}',
    hint: 'compile the module again with this version of Molt',
  },
  MOLT6103: {
    slug: 'not-a-molt-module',
    severity: 'error',
    message: 'the module has no export {name}',
    hint: 'only modules that Molt compiled can be run; compile the source again',
  },
  MOLT6104: {
    slug: 'capability-in-init',
    severity: 'error',
    message: 'the module asked for {capability} while it was initialised',
    hint: 'module level code of a service runs once, without clock, entropy, input or arguments; move the call into a function',
  },
  MOLT6105: {
    slug: 'instance-broken',
    severity: 'error',
    message: 'the instance cannot be used any more: {why}',
    hint: 'make a new instance',
  },
  MOLT6201: {
    slug: 'artifact-missing',
    severity: 'error',
    message: 'there is no artifact at {path}: {why}',
    hint: 'give the directory that molt build wrote, or build it: molt build FILE --out {path}',
  },
  MOLT6202: {
    slug: 'artifact-damaged',
    severity: 'error',
    message: 'the artifact {path} cannot be used: {file}: {why}',
    hint: 'build it again: molt build FILE --out {path}',
  },
  MOLT6203: {
    slug: 'artifact-without-wasm',
    severity: 'error',
    message: 'the artifact {path} has no module.wasm; it was built for {targets}',
    hint: 'build it for WebAssembly too, or start its native worker: {path}/molt_worker --socket PATH',
  },
  MOLT6204: {
    slug: 'init-failed',
    severity: 'error',
    message: 'the module body of the service failed: {what}',
    hint: 'module level code runs once when the worker starts; run the file with molt run to see the whole traceback',
  },
  MOLT6205: {
    slug: 'compute-thread-failed',
    severity: 'error',
    message: 'a compute thread cannot be started: {why}',
    hint: 'the entry of compute threads must be a file that runs as it is: {entry}',
  },
  MOLT6206: {
    slug: 'bad-slots',
    severity: 'error',
    message: 'a worker cannot have {slots} slots',
    hint: 'give a whole number from 1 to 1024; the number of processors is a good choice',
  },
  MOLT6207: {
    slug: 'bad-metrics-address',
    severity: 'error',
    message: 'the address {address} for metrics cannot be read',
    hint: 'write HOST:PORT, such as 127.0.0.1:9464, or [::1]:9464 for IPv6',
  },
  MOLT6208: {
    slug: 'metrics-address-unusable',
    severity: 'error',
    message: 'metrics cannot be served at {address}: {why}',
    hint: 'choose a free port of this machine; port 0 takes any',
  },
} as const satisfies CodeTable;
