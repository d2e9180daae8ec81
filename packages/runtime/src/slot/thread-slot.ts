/**
 * One compute thread, from the supervisor's side.
 *
 * States: starting -- ready --> idle -- run --> busy -- answer --> idle (or starting, when the thread renews its instance first); any -- stop
 * or failure --> ended. A call is stopped in the gentlest way that works: through the interrupt cell if the module's memory is shared, and by
 * ending the thread if it is not, or if the call goes on after the grace time.
 */
import { Worker } from 'node:worker_threads';
import { CELL, TRAP_REASON } from '@molt/abi';
import { type ErrorParts, invariant } from '@molt/diagnostics';
import type { ComputeSlot, Work, WorkEnd } from '../schedule/compute-slot-pool.ts';
import type { StopReason } from '../task/outcome.ts';
import { MAIL, Mailbox } from './mailbox.ts';
import type { SlotCall, SlotReport, SlotSetup, ThreadSetup } from './slot-message.ts';
import { readCpuMs } from './thread-cpu.ts';

/**
 * Milliseconds that a call gets to end before its thread is ended: after writing the interrupt cell, and after its caller went away, because
 * most calls are over before a new thread would be ready. Limits have no grace where there is no cell.
 */
const STOP_GRACE_MS = 50;
/** Milliseconds after which a thread that does not end counts as ended. */
const TERMINATE_MS = 1000;

/** What the pool wants to know of a thread. */
export interface ThreadEvents {
  /** It can take a call. */
  readonly onReady: () => void;
  /** It is gone, and why; said once. */
  readonly onEnd: (why: string, error?: ErrorParts) => void;
}

/** A compute thread. */
export class ThreadSlot implements ComputeSlot {
  readonly #worker: Worker;
  readonly #events: ThreadEvents;
  readonly #mailbox = new Mailbox();
  #state: 'starting' | 'idle' | 'busy' | 'ended' = 'starting';
  #terminating = false;
  #done: ((end: WorkEnd) => void) | undefined;
  #control: Int32Array | undefined;
  #cpuFile: string | null = null;
  #cpuAtStart = 0;
  #graceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(entry: URL, setup: SlotSetup, events: ThreadEvents) {
    this.#events = events;
    this.#worker = new Worker(entry, {
      workerData: { ...setup, mailbox: this.#mailbox.buffer } satisfies ThreadSetup,
      name: 'molt-compute',
    });
    this.#worker.on('message', (report: SlotReport | typeof MAIL) => this.#take(report === MAIL ? this.#mailbox.takeAnswer() : report));
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error.message : String(error)));
    this.#worker.on('exit', (code) => this.#end(`the thread exited with ${code}`));
  }

  /** Whether it can take a call. */
  get idle(): boolean {
    return this.#state === 'idle';
  }

  run({ exportIndex, input, memoryBytes, cpuMs, deadlineMs = 0, receivedAt }: Work, done: (end: WorkEnd) => void): void {
    invariant(this.#state === 'idle', `a call for a compute thread that is ${this.#state}`);
    this.#state = 'busy';
    this.#done = done;
    // An interrupt for the last call may have been written after that call had ended.
    if (this.#control !== undefined) Atomics.store(this.#control, CELL.interrupt / 4, 0);
    // Reading the kernel's count costs as much as a small call.
    if (cpuMs > 0 && this.#cpuFile !== null) this.#cpuAtStart = readCpuMs(this.#cpuFile) ?? 0;
    const waitedMs = receivedAt === undefined ? 0 : Math.max(0, performance.now() - receivedAt);
    const receivedNs = process.hrtime.bigint() - BigInt(Math.round(waitedMs * 1e6));
    const call: SlotCall = { exportIndex, input, memoryBytes, cpuMs, deadlineMs, receivedNs };
    if (this.#mailbox.putCall(call)) return this.#worker.postMessage(MAIL);
    // Not `slice`: of a Node Buffer that is a view, and transferring it would take the socket's memory away.
    const own = new Uint8Array(input);
    this.#worker.postMessage({ ...call, input: own }, [own.buffer]);
  }

  stop(reason: StopReason): void {
    if (this.#state !== 'busy' || this.#terminating) return;
    if (this.#control !== undefined) Atomics.store(this.#control, CELL.interrupt / 4, INTERRUPT_WORD[reason]);
    else if (reason === 'deadline' || reason === 'cpu') return this.terminate();
    this.#graceTimer ??= setTimeout(() => this.terminate(), STOP_GRACE_MS);
  }

  cpuMs(): number | undefined {
    const used = this.#cpuFile === null ? undefined : readCpuMs(this.#cpuFile);
    return used === undefined ? undefined : used - this.#cpuAtStart;
  }

  /** Ends the thread, whatever it does. */
  terminate(): void {
    if (this.#terminating || this.#state === 'ended') return;
    this.#terminating = true;
    // A thread inside a system call ends only when that returns.
    setTimeout(() => this.#end('the thread did not end in time'), TERMINATE_MS).unref();
    void this.#worker.terminate();
  }

  #take(report: SlotReport): void {
    if (this.#state === 'ended') return;
    switch (report.kind) {
      case 'ready':
        this.#control = report.control === null ? undefined : new Int32Array(report.control);
        this.#cpuFile = report.cpuFile;
        return this.#becomeIdle();
      case 'answered': {
        const { status, bytes, cost } = report;
        this.#finish(
          status === 'returned'
            ? { kind: 'answer', answer: { kind: 'returned', body: bytes, cost } }
            : { kind: 'answer', answer: { kind: status === 'failed' ? 'raised' : status, payload: bytes, cost } },
          report.ready,
        );
        return;
      }
      case 'trapped':
        return this.#finish({ kind: 'answer', answer: { kind: 'trapped', reason: report.reason, cost: report.cost } }, false);
      case 'unusable':
        this.#end(report.error.message, report.error);
        void this.#worker.terminate();
    }
  }

  #finish(end: WorkEnd, ready: boolean): void {
    clearTimeout(this.#graceTimer);
    this.#graceTimer = undefined;
    const done = this.#done;
    this.#done = undefined;
    // A thread that is being ended takes no more calls, even if its last one came through.
    this.#state = this.#terminating || !ready ? 'starting' : 'idle';
    done?.(end);
    if (this.idle) this.#events.onReady();
  }

  #becomeIdle(): void {
    if (this.#terminating || this.#state !== 'starting') return;
    this.#state = 'idle';
    this.#events.onReady();
  }

  #end(why: string, error?: ErrorParts): void {
    if (this.#state === 'ended') return;
    clearTimeout(this.#graceTimer);
    this.#state = 'ended';
    const done = this.#done;
    this.#done = undefined;
    this.#events.onEnd(why, error);
    done?.({ kind: 'lose', why });
  }
}

/** What the interrupt cell is set to. */
const INTERRUPT_WORD: Readonly<Record<StopReason, number>> = {
  deadline: TRAP_REASON.deadline,
  cpu: TRAP_REASON.cpu,
  user: TRAP_REASON.user,
  parent: TRAP_REASON.user,
  superseded: TRAP_REASON.user,
  disconnect: TRAP_REASON.disconnect,
  shutdown: TRAP_REASON.shutdown,
};
