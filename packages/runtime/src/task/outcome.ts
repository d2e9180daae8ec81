/**
 * How a task ended, and what its caller is told.
 *
 * Every way of ending is one variant; `outcomeError` is the only place that turns them into errors of the wire protocol. The words are for the
 * user of a service, so they name the export, what happened and what to do, and never a place in Molt's own code.
 */
import type { CancelReason, MipErrorParts } from '@molt/ipc';
import type { TrapReason } from '../host/trap-error.ts';
import { readBoundFault, readInputFault, readRaised } from './abi-payload.ts';

/** Why a task is stopped from outside: its limits, or one of the protocol's reasons for cancelling. */
export type StopReason = 'cpu' | CancelReason;

/** What a task cost. */
export interface TaskCost {
  /** Microseconds of running, wall time. */
  readonly execUs: number;
  /** Microseconds of CPU; equal to the wall time where the platform does not tell. */
  readonly cpuUs: number;
  /** KiB of linear memory that the call and the image below it took. */
  readonly memoryKib: number;
}

/** Why a task was not admitted. */
export type Refusal =
  | { readonly kind: 'busy'; readonly queued: number; readonly cap: number; readonly afterMs: number }
  | { readonly kind: 'shed'; readonly afterMs: number }
  | { readonly kind: 'unmeetable'; readonly expectedMs: number; readonly leftMs: number }
  | { readonly kind: 'draining' };

/** How a task ended. */
export type Outcome =
  | { readonly kind: 'returned'; readonly body: Uint8Array; readonly cost: TaskCost }
  /** The export raised; the payload is that of the ABI. */
  | { readonly kind: 'raised'; readonly payload: Uint8Array; readonly cost: TaskCost }
  | { readonly kind: 'invalidInput'; readonly payload: Uint8Array; readonly cost: TaskCost }
  /** The export returned what its schema does not allow. */
  | { readonly kind: 'oversizedResult'; readonly payload: Uint8Array; readonly cost: TaskCost }
  /** Compiled code ended the task: a limit that it checks itself, or a fault of the machine. */
  | { readonly kind: 'trapped'; readonly reason: TrapReason; readonly cost: TaskCost }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Stopped from outside; `ran` says whether it had begun. */
  | { readonly kind: 'stopped'; readonly reason: StopReason; readonly ran: boolean }
  /** Its thread ended under it. */
  | { readonly kind: 'lost'; readonly why: string };

/** What the texts of an error speak of. */
export interface TaskLabel {
  readonly exportName: string;
  readonly deadlineMs: number;
  /** Milliseconds of CPU that the task may use; 0 for no limit. */
  readonly cpuMs: number;
}

/** The error that a caller gets; undefined when the task returned. */
export function outcomeError(outcome: Outcome, label: TaskLabel): MipErrorParts | undefined {
  switch (outcome.kind) {
    case 'returned':
      return undefined;
    case 'raised':
      return raised(outcome.payload, label);
    case 'invalidInput':
      return invalidInput(outcome.payload, label);
    case 'oversizedResult':
      return oversizedResult(outcome.payload, label);
    case 'trapped':
      return trapped(outcome.reason, label);
    case 'refused':
      return refused(outcome.refusal, label);
    case 'stopped':
      return stopped(outcome.reason, outcome.ran, label);
    case 'lost':
      return {
        name: 'WORKER_LOST',
        message: `the thread that ran ${label.exportName} ended: ${outcome.why}`,
        hint: 'the worker goes on with a new thread; if this repeats, look into the log of the worker',
        details: { export: label.exportName },
      };
  }
}

/** Characters of a traceback that travel with an error; its end is what matters. */
const MAX_TRACEBACK = 16_384;

function raised(payload: Uint8Array, { exportName }: TaskLabel): MipErrorParts {
  const exception = readRaised(payload);
  if (exception === undefined) return badPayload(exportName, 'exception');
  const { type, message, traceback, args } = exception;
  return {
    name: 'APP_ERROR',
    message: message === '' ? type : `${type}: ${message}`,
    details: { export: exportName, type, message, traceback: traceback.slice(-MAX_TRACEBACK), args },
  };
}

function invalidInput(payload: Uint8Array, { exportName }: TaskLabel): MipErrorParts {
  const fault = readInputFault(payload);
  if (fault === undefined) return badPayload(exportName, 'input fault');
  return {
    name: 'INVALID_INPUT',
    message: `the input of ${exportName} is wrong at ${fault.path}: ${fault.message}`,
    hint: 'send what the schema of the export says; clients of Molt check it before they send',
    details: { export: exportName, path: fault.path, why: fault.message },
  };
}

function oversizedResult(payload: Uint8Array, { exportName }: TaskLabel): MipErrorParts {
  const why = readBoundFault(payload);
  if (why === undefined) return badPayload(exportName, 'bound fault');
  return {
    name: 'RESULT_TOO_LARGE',
    message: `the result of ${exportName} is beyond a bound of its schema: ${why}`,
    hint: 'return less, or state a larger bound in the annotation of the result (Annotated) and build again',
    details: { export: exportName, reason: 'output', why },
  };
}

function badPayload(exportName: string, what: string): MipErrorParts {
  return {
    name: 'INTERNAL',
    message: `the module's ${what} for ${exportName} cannot be read`,
    hint: 'build the artifact again with this version of Molt',
    executed: 'yes',
    details: { export: exportName },
  };
}

function trapped(reason: TrapReason, label: TaskLabel): MipErrorParts {
  const { exportName } = label;
  const details = { export: exportName, reason };
  switch (reason) {
    case 'memory':
      return {
        name: 'MEMORY_EXCEEDED',
        message: `${exportName} used up its memory`,
        hint: 'give the call or the worker a higher memory limit, or send less at once',
        details,
      };
    case 'output':
      return {
        name: 'RESULT_TOO_LARGE',
        message: `the result of ${exportName} is larger than a message may be`,
        hint: 'return less, or in several calls',
        details,
      };
    case 'deadline':
    case 'cpu':
    case 'user':
    case 'disconnect':
    case 'shutdown':
      return stopped(reason, true, label);
    case 'fuel':
      return stopped('cpu', true, label);
    case 'stack':
      return { name: 'TRAP', message: `${exportName} was stopped: its stack is full`, hint: 'recurse less deeply', details };
    case 'unreachable':
      return {
        name: 'TRAP',
        message: `${exportName} was stopped by a fault of its compiled code`,
        hint: 'this is a fault of Molt: please report it with the source of the function',
        details,
      };
  }
}

function refused(refusal: Refusal, { exportName, deadlineMs }: TaskLabel): MipErrorParts {
  const details = { export: exportName };
  switch (refusal.kind) {
    case 'busy':
      return {
        name: 'BUSY',
        message: `all slots are taken and ${refusal.queued} calls wait, the queue holds ${refusal.cap}`,
        hint: 'try again later, on another worker, or start the worker with more slots',
        afterMs: refusal.afterMs,
        details: { ...details, queued: refusal.queued, cap: refusal.cap },
      };
    case 'shed':
      return {
        name: 'SHED',
        message: `${exportName} was dropped from the queue of an overloaded worker`,
        hint: 'try again later, or raise the criticality of the call',
        afterMs: refusal.afterMs,
        details,
      };
    case 'unmeetable':
      return {
        name: 'DEADLINE_UNMEETABLE',
        message: `the calls before this one take about ${Math.ceil(refusal.expectedMs)} ms, the deadline of ${deadlineMs} ms would pass before it starts`,
        hint: 'try another worker, or give the call more time',
        details: { ...details, expected_ms: Math.ceil(refusal.expectedMs) },
      };
    case 'draining':
      return { name: 'DRAINING', message: 'the worker is shutting down', hint: 'send the call to another worker', details };
  }
}

function stopped(reason: StopReason, ran: boolean, { exportName, deadlineMs, cpuMs }: TaskLabel): MipErrorParts {
  const executed = ran ? 'yes' : 'no';
  const details = { export: exportName, reason };
  if (reason === 'deadline') {
    return {
      name: 'DEADLINE_EXCEEDED',
      message: `the deadline of ${deadlineMs} ms passed ${ran ? `while ${exportName} ran` : `before ${exportName} could start`}`,
      hint: ran ? 'give the call more time, or send less at once' : 'the worker is overloaded: more slots, more workers or more time help',
      executed,
      details,
    };
  }
  if (reason === 'cpu') {
    return {
      name: 'CPU_EXCEEDED',
      message: `${exportName} used up its CPU time${cpuMs > 0 ? ` of ${cpuMs} ms` : ''}`,
      hint: 'give the call or the worker a higher CPU limit, or send less at once',
      executed,
      details,
    };
  }
  return { name: 'CANCELLED', message: `${exportName} was cancelled: ${WHY_CANCELLED[reason]}`, executed, details };
}

const WHY_CANCELLED: Readonly<Record<Exclude<CancelReason, 'deadline'>, string>> = {
  user: 'its caller asked for it',
  disconnect: 'its caller went away',
  parent: 'the work that it belonged to was cancelled',
  shutdown: 'the worker is shutting down',
  superseded: 'a newer call took its place',
};
