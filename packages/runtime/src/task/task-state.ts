/**
 * The states of a task, written down, and the one function that changes them.
 *
 *   received ── enqueue ──> queued ── start ──> running ── answer, lose ──> ended
 *      │ refuse, stop          │ refuse, stop      │ stop
 *      v                       v                   v
 *    ended                   ended              stopping ── answer, lose ──> ended
 *
 * A task ends exactly once. Events that cross on their way (a stop for a task that has just answered, the end of a thread whose task is
 * over) change nothing; an event that cannot happen in a state is a fault of the runtime and says so.
 */
import { broken } from '@molt/diagnostics';
import type { Outcome, Refusal, StopReason } from './outcome.ts';

/** Where a task is. */
export type TaskState =
  | { readonly kind: 'received' }
  | { readonly kind: 'queued' }
  | { readonly kind: 'running' }
  /** Told to stop, or its thread is being ended; the slot is not free yet. */
  | { readonly kind: 'stopping'; readonly reason: StopReason }
  | { readonly kind: 'ended'; readonly outcome: Outcome };

/** What compiled code itself came to. */
export type Answer = Extract<Outcome, { readonly kind: 'returned' | 'raised' | 'invalidInput' | 'oversizedResult' | 'trapped' }>;

/** What can happen to a task. */
export type TaskEvent =
  | { readonly kind: 'refuse'; readonly refusal: Refusal }
  | { readonly kind: 'enqueue' }
  | { readonly kind: 'start' }
  | { readonly kind: 'stop'; readonly reason: StopReason }
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'lose'; readonly why: string };

/** The state before anything happened. */
export const RECEIVED: TaskState = { kind: 'received' };

/** The state after an event; the same object when the event comes too late to matter. */
export function transition(state: TaskState, event: TaskEvent): TaskState {
  switch (state.kind) {
    case 'received':
      if (event.kind === 'enqueue') return { kind: 'queued' };
      if (event.kind === 'refuse') return ended({ kind: 'refused', refusal: event.refusal });
      if (event.kind === 'stop') return ended({ kind: 'stopped', reason: event.reason, ran: false });
      break;
    case 'queued':
      if (event.kind === 'start') return { kind: 'running' };
      if (event.kind === 'refuse') return ended({ kind: 'refused', refusal: event.refusal });
      if (event.kind === 'stop') return ended({ kind: 'stopped', reason: event.reason, ran: false });
      break;
    case 'running':
      if (event.kind === 'answer') return ended(event.answer);
      if (event.kind === 'lose') return ended({ kind: 'lost', why: event.why });
      if (event.kind === 'stop') return { kind: 'stopping', reason: event.reason };
      break;
    case 'stopping':
      // Work that was done all the same is not thrown away; a trap is how a stop looks from inside.
      if (event.kind === 'answer') return ended(event.answer.kind === 'trapped' ? stoppedWhileRunning(state.reason) : event.answer);
      if (event.kind === 'lose') return ended(stoppedWhileRunning(state.reason));
      if (event.kind === 'stop') return state;
      break;
    case 'ended':
      if (event.kind === 'stop' || event.kind === 'lose' || event.kind === 'answer') return state;
      break;
  }
  return broken(`a task that is ${state.kind} met the event ${event.kind}`);
}

function ended(outcome: Outcome): TaskState {
  return { kind: 'ended', outcome };
}

function stoppedWhileRunning(reason: StopReason): Outcome {
  return { kind: 'stopped', reason, ran: true };
}
