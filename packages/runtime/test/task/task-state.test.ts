import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/task/outcome.ts';
import { type Answer, RECEIVED, type TaskEvent, type TaskState, transition } from '../../src/task/task-state.ts';

const cost = { execUs: 1, cpuUs: 1, memoryKib: 64 };
const returned: Answer = { kind: 'returned', body: Uint8Array.of(1), cost };
const trapped: Answer = { kind: 'trapped', reason: 'deadline', cost };

const QUEUED: TaskState = { kind: 'queued' };
const RUNNING: TaskState = { kind: 'running' };
const STOPPING: TaskState = { kind: 'stopping', reason: 'user' };
const ENDED: TaskState = { kind: 'ended', outcome: returned };

const refuse: TaskEvent = { kind: 'refuse', refusal: { kind: 'draining' } };
const stop: TaskEvent = { kind: 'stop', reason: 'deadline' };
const lose: TaskEvent = { kind: 'lose', why: 'gone' };
const answer: TaskEvent = { kind: 'answer', answer: returned };
const enqueue: TaskEvent = { kind: 'enqueue' };
const start: TaskEvent = { kind: 'start' };

const end = (outcome: Outcome): TaskState => ({ kind: 'ended', outcome });

/** The whole table; what is not here is impossible. */
const TABLE: readonly (readonly [from: TaskState, event: TaskEvent, to: TaskState])[] = [
  [RECEIVED, enqueue, QUEUED],
  [RECEIVED, refuse, end({ kind: 'refused', refusal: { kind: 'draining' } })],
  [RECEIVED, stop, end({ kind: 'stopped', reason: 'deadline', ran: false })],
  [QUEUED, start, RUNNING],
  [QUEUED, refuse, end({ kind: 'refused', refusal: { kind: 'draining' } })],
  [QUEUED, stop, end({ kind: 'stopped', reason: 'deadline', ran: false })],
  [RUNNING, answer, end(returned)],
  [RUNNING, { kind: 'answer', answer: trapped }, end(trapped)],
  [RUNNING, lose, end({ kind: 'lost', why: 'gone' })],
  [RUNNING, stop, { kind: 'stopping', reason: 'deadline' }],
  [STOPPING, answer, end(returned)],
  [STOPPING, { kind: 'answer', answer: trapped }, end({ kind: 'stopped', reason: 'user', ran: true })],
  [STOPPING, lose, end({ kind: 'stopped', reason: 'user', ran: true })],
  [STOPPING, stop, STOPPING],
  [ENDED, stop, ENDED],
  [ENDED, answer, ENDED],
  [ENDED, lose, ENDED],
];

const STATES = [RECEIVED, QUEUED, RUNNING, STOPPING, ENDED];
const EVENTS = [refuse, stop, lose, answer, { kind: 'answer', answer: trapped } as const, enqueue, start];

describe('transition', () => {
  it.each(TABLE)('%o and %o give %o', (from, event, to) => {
    expect(transition(from, event)).toEqual(to);
  });

  it('refuses everything that the table does not have', () => {
    for (const from of STATES) {
      for (const event of EVENTS) {
        const listed = TABLE.some(([state, { kind }]) => state.kind === from.kind && kind === event.kind);
        if (!listed) expect(() => transition(from, event)).toThrow(`a task that is ${from.kind} met the event ${event.kind}`);
      }
    }
  });

  it('ends at most once, and stays as it ended', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...EVENTS), { maxLength: 12 }), (events) => {
        let state = RECEIVED;
        let endedAs: TaskState | undefined;
        for (const event of events) {
          try {
            state = transition(state, event);
          } catch {
            continue;
          }
          if (endedAs !== undefined) expect(state).toBe(endedAs);
          else if (state.kind === 'ended') endedAs = state;
        }
      }),
    );
  });
});
