/** The scheduler against a model, with a clock that tests move and slots that tests finish. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WorkEnd } from '../../src/schedule/compute-slot-pool.ts';
import { Scheduler, type Task } from '../../src/schedule/scheduler.ts';
import type { Outcome } from '../../src/task/outcome.ts';
import { HandClock, HandPool } from '../support/hand-clock.ts';

const cost = { execUs: 1, cpuUs: 1, memoryKib: 64 };
const returned: WorkEnd = { kind: 'answer', answer: { kind: 'returned', body: Uint8Array.of(1), cost } };
const trapped: WorkEnd = { kind: 'answer', answer: { kind: 'trapped', reason: 'deadline', cost } };
const lost: WorkEnd = { kind: 'lose', why: 'gone' };

interface Submitted {
  readonly task: Task;
  readonly id: number;
  readonly ends: { outcome: Outcome; queuedMs: number }[];
}

function setUp(slots = 1, queueCap = 4 * slots, threads = slots) {
  const clock = new HandClock();
  const pool = new HandPool(threads);
  const scheduler = new Scheduler({ slots, pool, clock, queueCap });
  const submit = (id: number, deadlineMs = 1000, more: { criticality?: number; cpuMs?: number; age?: number } = {}): Submitted => {
    const ends: Submitted['ends'] = [];
    const task = scheduler.submit({
      exportIndex: id,
      input: new Uint8Array(0),
      memoryBytes: 0,
      deadlineMs,
      receivedAt: clock.now() - (more.age ?? 0),
      cpuMs: more.cpuMs ?? 0,
      criticality: more.criticality ?? 1,
      end: (outcome, queuedMs) => ends.push({ outcome, queuedMs }),
    });
    return { task, id, ends };
  };
  return { clock, pool, scheduler, submit };
}

describe('admission', () => {
  it('refuses a call whose deadline has passed already', () => {
    const { submit, pool } = setUp();
    expect(submit(0, 100, { age: 100 }).ends).toEqual([{ outcome: { kind: 'stopped', reason: 'deadline', ran: false }, queuedMs: 100 }]);
    expect(pool.slots[0]!.work).toBeUndefined();
  });

  it('refuses a call that would wait longer than its deadline, once it knows how long calls take', () => {
    const { submit, pool, clock } = setUp();
    submit(7);
    clock.move(400);
    pool.slots[0]!.finish(returned);
    submit(7);
    submit(7);
    const late = submit(7, 300);
    expect(late.ends[0]!.outcome).toEqual({ kind: 'refused', refusal: { kind: 'unmeetable', expectedMs: 400, leftMs: 300 } });
    expect(submit(7, 500).task.state.kind).toBe('queued');
  });

  it('predicts by export: what nothing is known of counts as nothing', () => {
    const { submit } = setUp();
    submit(0);
    submit(1);
    expect(submit(2, 1).task.state.kind).toBe('queued');
  });

  it('refuses when the queue is full, unless something less important can leave', () => {
    const { submit, pool } = setUp(1, 2);
    submit(0);
    const first = submit(1, 1000, { criticality: 0 });
    const second = submit(2, 1000, { criticality: 0 });
    expect(submit(3, 1000, { criticality: 0 }).ends[0]!.outcome).toMatchObject({
      kind: 'refused',
      refusal: { kind: 'busy', queued: 2, cap: 2 },
    });
    const important = submit(4, 1000, { criticality: 2 });
    expect(second.ends[0]!.outcome).toMatchObject({ kind: 'refused', refusal: { kind: 'shed' } });
    expect(first.task.state.kind).toBe('queued');
    expect(submit(5, 1000, { criticality: 1 }).task.state.kind).toBe('queued');
    expect(first.ends).toHaveLength(1);
    pool.slots[0]!.finish(returned);
    expect(important.task.state.kind).toBe('running');
  });
});

describe('a queue without room', () => {
  it('still takes calls for free slots, also for those whose thread is not there yet', () => {
    const { submit, pool } = setUp(2, 0, 1);
    expect([submit(0), submit(1), submit(2)].map(({ task }) => task.state.kind)).toEqual(['running', 'queued', 'ended']);
    pool.slots[0]!.finish(returned);
    expect(pool.slots[0]!.work?.exportIndex).toBe(1);
  });
});

describe('deadlines', () => {
  it('end a call in the queue by an alarm', () => {
    const { submit, clock } = setUp();
    submit(0);
    const waiting = submit(1, 50);
    clock.move(50);
    expect(waiting.ends).toEqual([{ outcome: { kind: 'stopped', reason: 'deadline', ran: false }, queuedMs: 50 }]);
  });

  it('are checked when a call leaves the queue, when the alarm is late', () => {
    const { submit, clock, pool } = setUp();
    submit(0);
    const late = submit(1, 50);
    const next = submit(2);
    clock.move(60, true);
    pool.slots[0]!.finish(returned);
    expect(late.ends[0]!.outcome).toEqual({ kind: 'stopped', reason: 'deadline', ran: false });
    expect(next.task.state.kind).toBe('running');
    expect(pool.slots[0]!.work?.exportIndex).toBe(2);
  });

  it('stop a running call; its slot is free when the slot says so, not before', () => {
    const { submit, clock, pool, scheduler } = setUp();
    const call = submit(0, 50);
    clock.move(50);
    expect(pool.slots[0]!.stopped).toBe('deadline');
    expect(call.ends).toEqual([]);
    expect(scheduler.load.running).toBe(1);
    pool.slots[0]!.finish(trapped);
    expect(call.ends[0]!.outcome).toEqual({ kind: 'stopped', reason: 'deadline', ran: true });
    expect(clock.pending).toBe(0);
  });
});

describe('CPU limits', () => {
  it('count CPU, not waiting: the alarm asks again for what is left', () => {
    const { submit, clock, pool } = setUp();
    submit(0, 10_000, { cpuMs: 100 });
    const [slot] = pool.slots;
    slot!.cpu = 40;
    clock.move(100);
    expect(slot!.stopped).toBeUndefined();
    slot!.cpu = 95;
    clock.move(60);
    expect(slot!.stopped).toBeUndefined();
    slot!.cpu = 100;
    clock.move(5);
    expect(slot!.stopped).toBe('cpu');
  });

  it('leave a call alone that has ended', () => {
    const { submit, clock, pool } = setUp();
    submit(0, 10_000, { cpuMs: 100 });
    pool.slots[0]!.finish(returned);
    submit(1);
    clock.move(500);
    expect(pool.slots[0]!.stopped).toBeUndefined();
  });
});

describe('drain', () => {
  it('refuses new calls and waits for the others', async () => {
    const { submit, pool, scheduler } = setUp();
    submit(0);
    const waiting = submit(1);
    let drained = false;
    const done = scheduler.drain().then(() => {
      drained = true;
    });
    expect(submit(2).ends[0]!.outcome).toEqual({ kind: 'refused', refusal: { kind: 'draining' } });
    pool.slots[0]!.finish(returned);
    await Promise.resolve();
    expect([drained, waiting.task.state.kind]).toEqual([false, 'running']);
    scheduler.stopAll('shutdown');
    pool.slots[0]!.finish(lost);
    await done;
    expect(waiting.ends[0]!.outcome).toEqual({ kind: 'stopped', reason: 'shutdown', ran: true });
  });

  it('of an idle scheduler is over at once', async () => {
    await setUp().scheduler.drain();
  });
});

// --- the model --------------------------------------------------------------------------------------------------------------

/** What a call may be, in the model: it knows queue and slots as plain lists and nothing of how the scheduler works. */
interface Model {
  waiting: { id: number; criticality: number; deadline: number }[];
  running: Map<number, { deadline: number }>;
  time: number;
  ended: Set<number>;
}

type Real = ReturnType<typeof setUp> & { calls: Map<number, Submitted>; slots: number; cap: number };

function check(model: Model, real: Real): void {
  expect(real.scheduler.load).toMatchObject({ running: model.running.size, queued: model.waiting.length });
  expect(real.scheduler.load.queued).toBeLessThanOrEqual(real.cap);
  expect(real.scheduler.load.running).toBeLessThanOrEqual(real.slots);
  const onSlots = real.pool.slots.flatMap(({ work }) => (work === undefined ? [] : [work.exportIndex]));
  expect(new Set(onSlots)).toEqual(new Set(model.running.keys()));
  for (const { id, ends } of real.calls.values()) expect([id, ends.length]).toEqual([id, model.ended.has(id) ? 1 : 0]);
}

function fill(model: Model, slots: number): void {
  for (;;) {
    const next = model.waiting[0];
    if (next === undefined || model.running.size >= slots) return;
    model.waiting.shift();
    if (next.deadline <= model.time) model.ended.add(next.id);
    else model.running.set(next.id, { deadline: next.deadline });
  }
}

let nextId = 0;

class Submit implements fc.Command<Model, Real> {
  readonly deadline: number;
  readonly criticality: number;
  constructor(deadline: number, criticality: number) {
    this.deadline = deadline;
    this.criticality = criticality;
  }
  check = () => true;
  run(model: Model, real: Real): void {
    const id = nextId++;
    // Exports are never repeated, so nothing is predicted and nothing is unmeetable.
    real.calls.set(id, real.submit(id, this.deadline, { criticality: this.criticality }));
    const call = { id, criticality: this.criticality, deadline: model.time + this.deadline };
    if (model.waiting.length < real.cap + real.slots - model.running.size) model.waiting.push(call);
    else {
      const lowest = Math.min(...model.waiting.map(({ criticality }) => criticality));
      const victim = model.waiting.findLast(({ criticality }) => criticality === lowest);
      if (victim === undefined || lowest >= this.criticality) model.ended.add(id);
      else {
        model.ended.add(victim.id);
        model.waiting = [...model.waiting.filter((other) => other !== victim), call];
      }
    }
    fill(model, real.slots);
    check(model, real);
  }
  toString = () => `submit(${this.deadline}, ${this.criticality})`;
}

class Finish implements fc.Command<Model, Real> {
  readonly which: number;
  readonly end: WorkEnd;
  constructor(which: number, end: WorkEnd) {
    this.which = which;
    this.end = end;
  }
  check = (model: Readonly<Model>) => model.running.size > 0;
  run(model: Model, real: Real): void {
    const busy = real.pool.slots.filter(({ work }) => work !== undefined);
    const slot = busy[this.which % busy.length]!;
    const id = slot.work!.exportIndex;
    slot.finish(this.end);
    real.pool.onFree();
    model.running.delete(id);
    model.ended.add(id);
    fill(model, real.slots);
    check(model, real);
  }
  toString = () => `finish(${this.which}, ${this.end.kind})`;
}

class Stop implements fc.Command<Model, Real> {
  readonly which: number;
  constructor(which: number) {
    this.which = which;
  }
  check = () => nextId > 0;
  run(model: Model, real: Real): void {
    const ids = [...real.calls.keys()];
    const id = ids[this.which % Math.max(1, ids.length)];
    if (id === undefined) return;
    real.calls.get(id)!.task.stop('user');
    if (model.waiting.some((call) => call.id === id)) {
      model.waiting = model.waiting.filter((call) => call.id !== id);
      model.ended.add(id);
    }
    // One that runs goes on until its slot says that it is over.
    if (model.running.has(id)) expect(real.calls.get(id)!.task.state.kind).toBe('stopping');
    check(model, real);
  }
  toString = () => `stop(${this.which})`;
}

class Move implements fc.Command<Model, Real> {
  readonly ms: number;
  readonly late: boolean;
  constructor(ms: number, late: boolean) {
    this.ms = ms;
    this.late = late;
  }
  check = () => true;
  run(model: Model, real: Real): void {
    real.clock.move(this.ms, this.late);
    model.time += this.ms;
    if (!this.late) {
      for (const { id } of model.waiting.filter(({ deadline }) => deadline <= model.time)) model.ended.add(id);
      model.waiting = model.waiting.filter(({ deadline }) => deadline > model.time);
      for (const [id, { deadline }] of model.running)
        if (deadline <= model.time) expect(real.calls.get(id)!.task.state.kind).toBe('stopping');
    }
    check(model, real);
  }
  toString = () => `move(${this.ms}, ${this.late ? 'late' : 'on time'})`;
}

describe('the scheduler and a model of it', () => {
  it('agree after every step, and every call ends exactly once', () => {
    const commands = [
      fc.tuple(fc.integer({ min: 1, max: 60 }), fc.nat(3)).map(([deadline, criticality]) => new Submit(deadline, criticality)),
      fc.tuple(fc.nat(7), fc.constantFrom(returned, trapped, lost)).map(([which, end]) => new Finish(which, end)),
      fc.nat(40).map((which) => new Stop(which)),
      fc.tuple(fc.nat(30), fc.boolean()).map(([ms, late]) => new Move(ms, late)),
    ];
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 0, max: 1 }),
        fc.commands(commands, { maxCommands: 60 }),
        (slots, cap, spare, steps) => {
          nextId = 0;
          const real: Real = { ...setUp(slots, cap, slots + spare), calls: new Map(), slots, cap };
          const model: Model = { waiting: [], running: new Map(), time: real.clock.time, ended: new Set() };
          fc.modelRun(() => ({ model, real }), steps);
          // Whatever is left ends with the worker.
          real.scheduler.stopAll('shutdown');
          for (let i = 0; i < 100 && real.scheduler.load.running > 0; i++)
            for (const slot of real.pool.slots) if (slot.work !== undefined) slot.finish(lost);
          for (const { ends } of real.calls.values()) expect(ends).toHaveLength(1);
          expect(real.clock.pending).toBe(0);
        },
      ),
      { numRuns: 400 },
    );
  });
});
