/** A clock that tests move by hand, and slots that they finish. */
import type { Clock } from '../../src/schedule/clock.ts';
import type { ComputeSlot, ComputeSlotPool, Work, WorkEnd } from '../../src/schedule/compute-slot-pool.ts';
import type { StopReason } from '../../src/task/outcome.ts';

/** Time that stands still until it is moved. */
export class HandClock implements Clock {
  time = 1000;
  #alarms: { at: number; action: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(ms: number, action: () => void): () => void {
    const alarm = { at: this.time + ms, action };
    this.#alarms.push(alarm);
    return () => {
      this.#alarms = this.#alarms.filter((other) => other !== alarm);
    };
  }

  get pending(): number {
    return this.#alarms.length;
  }

  /** Moves on; alarms ring in their order. With `late`, none rings: the event loop was busy. */
  move(ms: number, late = false): void {
    const end = this.time + ms;
    while (!late) {
      const next = this.#alarms.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#alarms = this.#alarms.filter((alarm) => alarm !== next);
      this.time = Math.max(this.time, next.at);
      next.action();
    }
    this.time = end;
  }
}

/** A slot whose work ends when the test says so. */
export class HandSlot implements ComputeSlot {
  work: Work | undefined;
  stopped: StopReason | undefined;
  cpu = 0;
  #done: ((end: WorkEnd) => void) | undefined;

  run(work: Work, done: (end: WorkEnd) => void): void {
    if (this.work !== undefined) throw new Error('two calls on one slot');
    this.work = work;
    this.stopped = undefined;
    this.#done = done;
  }

  stop(reason: StopReason): void {
    this.stopped = reason;
  }

  cpuMs(): number {
    return this.cpu;
  }

  finish(end: WorkEnd): void {
    const done = this.#done;
    this.work = undefined;
    this.#done = undefined;
    done?.(end);
  }
}

/** A fixed number of such slots. */
export class HandPool implements ComputeSlotPool {
  onFree: () => void = () => {};
  readonly slots: HandSlot[];
  constructor(count: number) {
    this.slots = Array.from({ length: count }, () => new HandSlot());
  }
  take(): HandSlot | undefined {
    return this.slots.find(({ work }) => work === undefined);
  }
}
