/**
 * Takes calls in, runs them on slots, and ends each exactly once: admission, queue, deadlines, CPU limits, cancellation, drain.
 *
 * A deadline counts from receipt. It is checked when the call comes in (also against the time that the queue will take), when it leaves the
 * queue, and by an alarm in between and while it runs. Nothing here waits for user code: slots report, the scheduler decides.
 */
import type { Outcome, Refusal, StopReason } from '../task/outcome.ts';
import { RECEIVED, type TaskEvent, type TaskState, transition } from '../task/task-state.ts';
import type { Clock } from './clock.ts';
import type { ComputeSlot, ComputeSlotPool, Work } from './compute-slot-pool.ts';
import { ServiceTimes } from './service-times.ts';
import { WaitingCalls } from './waiting-calls.ts';

/** Calls that may wait for each slot. */
export const QUEUE_PER_SLOT = 4;

/** While all that waits takes less than this many milliseconds, calls are short and many of them are no overload. */
const SHORT_MS = 5;
/** Short calls that may wait for each slot. */
const SHORT_PER_SLOT = 64;

/** A call as the scheduler takes it. */
export interface TaskRequest extends Work {
  /** Milliseconds from receipt; there is no call without a deadline. */
  readonly deadlineMs: number;
  /** The clock's time at receipt. */
  readonly receivedAt: number;
  /** 0 sheddable, 1 normal, 2 important, 3 critical. */
  readonly criticality: number;
  /** Takes the outcome, exactly once, with the milliseconds that the call waited. */
  readonly end: (outcome: Outcome, queuedMs: number) => void;
}

/** A handle on a call that was submitted. */
export interface Task {
  readonly state: TaskState;
  /** Ends it early; without effect once it has ended. */
  stop(reason: StopReason): void;
}

/** Figures for health checks. */
export interface SchedulerLoad {
  readonly running: number;
  readonly queued: number;
  /** Milliseconds that a call that comes now is expected to wait. */
  readonly expectedWaitMs: number;
}

/** Settings of a scheduler. */
export interface SchedulerOptions {
  /** Tasks that run at once. */
  readonly slots: number;
  readonly pool: ComputeSlotPool;
  readonly clock: Clock;
  /** Calls that may wait, whatever they take. Default: 4 per slot, and up to 64 per slot of short ones. */
  readonly queueCap?: number | undefined;
}

class ScheduledTask implements Task {
  readonly request: TaskRequest;
  readonly #scheduler: Scheduler;
  state: TaskState = RECEIVED;
  slot: ComputeSlot | undefined;
  startedAt: number | undefined;
  cancelDeadline: () => void = () => {};
  cancelCpuCheck: () => void = () => {};

  constructor(request: TaskRequest, scheduler: Scheduler) {
    this.request = request;
    this.#scheduler = scheduler;
  }

  get criticality(): number {
    return this.request.criticality;
  }

  get queuedAt(): number {
    return this.request.receivedAt;
  }

  stop(reason: StopReason): void {
    this.#scheduler.stop(this, reason);
  }
}

/** The scheduler of one worker. */
export class Scheduler {
  readonly #slots: number;
  readonly #pool: ComputeSlotPool;
  readonly #clock: Clock;
  readonly #queue: WaitingCalls<ScheduledTask>;
  readonly #strict: boolean;
  readonly #running = new Set<ScheduledTask>();
  readonly #times = new ServiceTimes();
  #draining = false;
  #idle: (() => void)[] = [];

  constructor({ slots, pool, clock, queueCap }: SchedulerOptions) {
    this.#slots = slots;
    this.#pool = pool;
    this.#clock = clock;
    this.#strict = queueCap !== undefined;
    this.#queue = new WaitingCalls(queueCap ?? QUEUE_PER_SLOT * slots, slots);
    pool.onFree = () => this.#dispatch();
  }

  /** What is going on. */
  get load(): SchedulerLoad {
    return { running: this.#running.size, queued: this.#queue.size, expectedWaitMs: this.#expectedWaitMs() };
  }

  /** Takes a call in. Its `end` is called exactly once, perhaps before this returns. */
  submit(request: TaskRequest): Task {
    const task = new ScheduledTask(request, this);
    const leftMs = request.receivedAt + request.deadlineMs - this.#clock.now();
    if (this.#draining) this.#apply(task, { kind: 'refuse', refusal: { kind: 'draining' } });
    else if (leftMs <= 0) this.#apply(task, { kind: 'stop', reason: 'deadline' });
    else this.#admit(task, leftMs);
    return task;
  }

  /** Refuses calls from now on; resolves when none is left. */
  drain(): Promise<void> {
    this.#draining = true;
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      this.#settleIdle();
    });
  }

  /** Stops every call. */
  stopAll(reason: StopReason): void {
    for (const task of [...this.#queue, ...this.#running]) this.stop(task, reason);
  }

  /** Stops one call; `Task.stop` leads here. */
  stop(task: ScheduledTask, reason: StopReason): void {
    const wasRunning = task.state.kind === 'running';
    this.#apply(task, { kind: 'stop', reason });
    if (wasRunning) task.slot?.stop(reason);
  }

  #admit(task: ScheduledTask, leftMs: number): void {
    const refusal = this.#unmeetable(leftMs);
    if (refusal !== undefined) return this.#apply(task, { kind: 'refuse', refusal });
    const free = this.#slots - this.#running.size;
    const room = this.#short(task.request.exportIndex) ? Math.max(this.#queue.cap, SHORT_PER_SLOT * this.#slots) : this.#queue.cap;
    const offer = this.#queue.offer(task, room + free);
    if (offer.kind === 'full') {
      const busy: Refusal = { kind: 'busy', queued: this.#queue.size, cap: this.#queue.cap, afterMs: this.#afterMs() };
      return this.#apply(task, { kind: 'refuse', refusal: busy });
    }
    this.#apply(task, { kind: 'enqueue' });
    task.cancelDeadline = this.#clock.after(leftMs, () => this.stop(task, 'deadline'));
    if (offer.kind === 'displaced') this.#apply(offer.victim, { kind: 'refuse', refusal: { kind: 'shed', afterMs: this.#afterMs() } });
    this.#dispatch();
  }

  /** Whether what waits and a call of that export are over in a moment. */
  #short(exportIndex: number): boolean {
    if (this.#strict || this.#queue.size < this.#queue.cap) return false;
    let total = this.#times.expected(exportIndex);
    if (!this.#times.knows(exportIndex)) return false;
    for (const { request } of this.#queue) {
      if (!this.#times.knows(request.exportIndex)) return false;
      total += this.#times.expected(request.exportIndex);
    }
    return total / this.#slots < SHORT_MS;
  }

  /** Whether as many calls of an export as a full credit are over in a moment: then a client may have that credit. */
  shortFor(exportIndex: number, calls: number): boolean {
    return !this.#strict && this.#times.knows(exportIndex) && (this.#times.expected(exportIndex) * calls) / this.#slots < SHORT_MS;
  }

  #unmeetable(leftMs: number): Refusal | undefined {
    const expectedMs = this.#expectedWaitMs();
    return expectedMs > leftMs ? { kind: 'unmeetable', expectedMs, leftMs } : undefined;
  }

  /** Starts waiting calls while there are free slots; those that come too late for their deadline do not take one. */
  #dispatch(): void {
    while (this.#running.size < this.#slots) {
      const turn = this.#queue.turn(this.#clock.now(), this.#times.overall);
      if (turn === undefined) return;
      const { request } = turn.next;
      if (this.#clock.now() >= request.receivedAt + request.deadlineMs) {
        this.stop(turn.next, 'deadline');
        continue;
      }
      const slot = this.#pool.take();
      if (slot === undefined) return;
      this.#queue.remove(turn.next, this.#clock.now());
      for (const task of turn.shed) this.#apply(task, { kind: 'refuse', refusal: { kind: 'shed', afterMs: this.#afterMs() } });
      this.#start(turn.next, slot);
    }
  }

  #start(task: ScheduledTask, slot: ComputeSlot): void {
    const { request } = task;
    this.#apply(task, { kind: 'start' });
    this.#running.add(task);
    task.slot = slot;
    const startedAt = this.#clock.now();
    task.startedAt = startedAt;
    slot.run(request, (end) => {
      this.#times.note(request.exportIndex, this.#clock.now() - startedAt);
      this.#finish(task, end);
    });
    if (request.cpuMs > 0) this.#watchCpu(task, request.cpuMs);
  }

  #finish(task: ScheduledTask, event: Extract<TaskEvent, { kind: 'answer' | 'lose' }>): void {
    this.#running.delete(task);
    task.slot = undefined;
    this.#apply(task, event);
    this.#dispatch();
  }

  /** CPU time is at most wall time, so the limit cannot be reached before the alarm; then the rest is waited for. */
  #watchCpu(task: ScheduledTask, restMs: number): void {
    task.cancelCpuCheck = this.#clock.after(restMs, () => {
      if (task.state.kind !== 'running') return;
      const used = task.slot?.cpuMs() ?? task.request.cpuMs;
      if (used >= task.request.cpuMs) this.stop(task, 'cpu');
      else this.#watchCpu(task, Math.max(1, task.request.cpuMs - used));
    });
  }

  /** The only way to change a task: its state, its place in the queue, its alarms, its end. */
  #apply(task: ScheduledTask, event: TaskEvent): void {
    const before = task.state;
    const after = transition(before, event);
    task.state = after;
    if (after.kind !== 'ended' || before.kind === 'ended') return;
    task.cancelDeadline();
    task.cancelCpuCheck();
    if (before.kind === 'queued') this.#queue.remove(task, this.#clock.now());
    const leftQueueAt = task.startedAt ?? this.#clock.now();
    task.request.end(after.outcome, Math.max(0, leftQueueAt - task.request.receivedAt));
    this.#settleIdle();
  }

  #settleIdle(): void {
    if (!this.#draining || this.#queue.size > 0 || this.#running.size > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Time until a call that comes now would start: what waits before it, spread over the slots. */
  #expectedWaitMs(): number {
    if (this.#running.size < this.#slots) return 0;
    let total = 0;
    for (const { request } of this.#queue) total += this.#times.expected(request.exportIndex);
    return total / this.#slots;
  }

  /** When a place in the queue should be free again. */
  #afterMs(): number {
    const waiting = Math.max(1, this.#queue.size);
    return Math.max(1, Math.ceil(this.#expectedWaitMs() / waiting));
  }
}
