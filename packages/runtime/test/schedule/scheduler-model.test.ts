/**
 * The scheduler over random orders of events: submit, finish, trap, lose, stop, deadline, CPU limit, drain, shutdown.
 *
 * Whatever happens, each call ends exactly once; no more run than there are slots and no more wait than there is room; no slot stays free while a call
 * waits; what was refused never ran; and when everything has been answered nothing is left, no alarm either.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Scheduler, type Task } from '../../src/schedule/scheduler.ts';
import type { Outcome, StopReason } from '../../src/task/outcome.ts';
import { HandClock, HandPool } from '../support/hand-clock.ts';

const cost = { execUs: 1, cpuUs: 1, memoryKib: 64 };
const REASONS: readonly StopReason[] = ['user', 'disconnect', 'parent', 'superseded', 'shutdown'];

type Event =
  | { readonly do: 'submit'; readonly deadlineMs: number; readonly cpuMs: number; readonly criticality: number }
  | { readonly do: 'finish'; readonly slot: number; readonly how: 'returned' | 'raised' | 'trapped' | 'lost' }
  | { readonly do: 'stop'; readonly task: number; readonly reason: StopReason }
  | { readonly do: 'wait'; readonly ms: number; readonly late: boolean }
  | { readonly do: 'cpu'; readonly slot: number; readonly ms: number }
  | { readonly do: 'drain' | 'stopAll' };

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      deadlineMs: fc.constantFrom(5, 50, 500, 5000),
      cpuMs: fc.constantFrom(0, 0, 20),
      criticality: fc.nat(3),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('finish' as const),
      slot: fc.nat(3),
      how: fc.constantFrom('returned' as const, 'raised' as const, 'trapped' as const, 'lost' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('stop' as const), task: fc.nat(30), reason: fc.constantFrom(...REASONS) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 7, 60, 600), late: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cpu' as const), slot: fc.nat(3), ms: fc.constantFrom(1, 19, 20, 40) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('drain' as const, 'stopAll' as const) }) },
);

it('every call ends exactly once, whatever happens in whatever order', async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 3, maxLength: 80, size: 'max' }), fc.constantFrom(1, 2, 3), async (events, slots) => {
      const clock = new HandClock();
      const pool = new HandPool(slots);
      const queueCap = 2 * slots;
      const scheduler = new Scheduler({ slots, pool, clock, queueCap });
      const ends: Outcome[][] = [];
      const ran = new Set<number>();
      const tasks: Task[] = [];
      let drained: Promise<void> | undefined;
      const check = (): void => {
        const { running, queued } = scheduler.load;
        const busy = pool.slots.filter(({ work }) => work !== undefined);
        for (const { work } of busy) ran.add((work as { readonly exportIndex: number }).exportIndex);
        expect(running).toBe(busy.length);
        expect(queued).toBeLessThanOrEqual(queueCap);
        if (queued > 0) expect(running).toBe(slots);
        for (const list of ends) expect(list.length).toBeLessThanOrEqual(1);
      };
      const finish = (at: number, how: 'returned' | 'raised' | 'trapped' | 'lost'): void => {
        const slot = pool.slots[at % slots];
        if (slot?.work === undefined) return;
        const none = new Uint8Array(0);
        if (how === 'lost') slot.finish({ kind: 'lose', why: 'gone' });
        else if (how === 'trapped') slot.finish({ kind: 'answer', answer: { kind: 'trapped', reason: 'memory', cost } });
        else if (how === 'raised') slot.finish({ kind: 'answer', answer: { kind: 'raised', payload: none, cost } });
        else slot.finish({ kind: 'answer', answer: { kind: 'returned', body: none, cost } });
      };
      for (const e of events) {
        switch (e.do) {
          case 'submit': {
            const list: Outcome[] = [];
            ends.push(list);
            tasks.push(
              scheduler.submit({
                // The index of the call stands in for its export, so that slots tell which call they run.
                exportIndex: ends.length - 1,
                input: new Uint8Array(0),
                memoryBytes: 0,
                cpuMs: e.cpuMs,
                deadlineMs: e.deadlineMs,
                criticality: e.criticality,
                receivedAt: clock.now(),
                end: (outcome) => list.push(outcome),
              }),
            );
            break;
          }
          case 'finish':
            finish(e.slot, e.how);
            break;
          case 'stop':
            tasks[e.task % Math.max(1, tasks.length)]?.stop(e.reason);
            break;
          case 'wait':
            clock.move(e.ms, e.late);
            break;
          case 'cpu': {
            const slot = pool.slots[e.slot % slots];
            if (slot !== undefined) slot.cpu = e.ms;
            break;
          }
          case 'drain':
            drained ??= scheduler.drain();
            break;
          case 'stopAll':
            scheduler.stopAll('shutdown');
        }
        check();
      }
      const end = drained ?? scheduler.drain();
      for (let i = 0; i < 50; i++) {
        for (let at = 0; at < slots; at++) finish(at, 'returned');
        check();
      }
      await end;
      expect(scheduler.load).toMatchObject({ running: 0, queued: 0 });
      expect(clock.pending).toBe(0);
      for (const [at, list] of ends.entries()) {
        expect(list).toHaveLength(1);
        const outcome = list[0] as Outcome;
        const key =
          outcome.kind === 'refused' ? outcome.refusal.kind : outcome.kind === 'stopped' ? `stopped ${outcome.reason}` : outcome.kind;
        seen.set(key, (seen.get(key) ?? 0) + 1);
        const said = outcome.kind === 'stopped' ? outcome.ran : outcome.kind !== 'refused';
        expect([at, key, ran.has(at)]).toEqual([at, key, said]);
      }
    }),
    { numRuns: 300 },
  );
  for (const kind of [
    'returned',
    'raised',
    'trapped',
    'lost',
    'busy',
    'shed',
    'draining',
    'stopped deadline',
    'stopped cpu',
    'stopped user',
    'stopped shutdown',
  ])
    expect([kind, seen.get(kind) ?? 0]).not.toEqual([kind, 0]);
});
