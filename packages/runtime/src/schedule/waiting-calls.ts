/**
 * The bounded queue of a worker, and which call is next.
 *
 * A long queue protects nobody: callers lose patience before their turn and the work is done in vain. So there is room for four calls per slot;
 * when that is used up, a call gets in only by taking the place of one with lower criticality. A queue that stands all the same (README.md,
 * "Overload") turns around: the newest first, and those that have waited long leave it.
 */

/** What the queue must know of its members. */
export interface Waiting {
  /** 0 sheddable, 1 normal, 2 important, 3 critical. */
  readonly criticality: number;
  /** When it came, in milliseconds of the scheduler's clock. */
  readonly queuedAt: number;
}

/** Where a call got. */
export type Offer<T> =
  | { readonly kind: 'admitted' }
  /** Admitted; another one had to leave. */
  | { readonly kind: 'displaced'; readonly victim: T }
  | { readonly kind: 'full' };

/** Who is next, and who must leave because of that. */
export interface Turn<T> {
  readonly next: T;
  readonly shed: readonly T[];
}

/** Criticality from which a call is shed last. */
const CRITICAL = 3;
/** Milliseconds without an empty moment before a queue can stand, and calls of each slot that must have left it in that time. */
const STANDING = { ms: 100, leftPerSlot: 4 } as const;
/** Shortest wait that makes a queue stand, and its multiple of the service time. */
const LIMIT = { ms: 100, services: 8 } as const;
/** Shortest wait that is too long in a queue that stands, likewise. */
const TARGET = { ms: 5, services: 0.5 } as const;

/** A bounded queue. */
export class WaitingCalls<T extends Waiting> {
  readonly cap: number;
  readonly #calls: T[] = [];
  readonly #slots: number;
  #emptyAt = Number.NEGATIVE_INFINITY;
  /** Calls that left since the queue was empty: one long call alone makes no overload. */
  #left = 0;
  #standing = false;

  constructor(cap: number, slots: number) {
    this.cap = cap;
    this.#slots = slots;
  }

  get size(): number {
    return this.#calls.length;
  }

  /** Whether the newest goes first; for metrics and tests. */
  get standing(): boolean {
    return this.#standing;
  }

  /** Puts a call at the end, if there is room for it among `most` or a less important call to displace. */
  offer(call: T, most: number): Offer<T> {
    if (this.#calls.length === 0) this.#emptyAt = call.queuedAt;
    if (this.#calls.length < most) {
      this.#calls.push(call);
      return { kind: 'admitted' };
    }
    const least = this.#leastImportant();
    const victim = this.#calls[least];
    if (victim === undefined || victim.criticality >= call.criticality) return { kind: 'full' };
    this.#calls.splice(least, 1);
    this.#calls.push(call);
    return { kind: 'displaced', victim };
  }

  /** Who gets a free slot now; the queue keeps them all until they are removed. `serviceMs` is what a call takes on average. */
  turn(now: number, serviceMs: number): Turn<T> | undefined {
    const oldest = this.#calls[0];
    if (oldest === undefined) return undefined;
    const limit = Math.max(LIMIT.ms, LIMIT.services * serviceMs);
    const lasting = now - this.#emptyAt > STANDING.ms && this.#left >= STANDING.leftPerSlot * this.#slots;
    if (lasting && now - oldest.queuedAt > limit) this.#standing = true;
    if (!this.#standing) return { next: oldest, shed: [] };
    const next = this.#newestOfHighest();
    const target = Math.max(TARGET.ms, TARGET.services * serviceMs);
    const late = this.#calls.filter((call) => call !== next && now - call.queuedAt > target);
    const onlyCritical = this.#calls.every((call) => call === next || call.criticality >= CRITICAL);
    return { next, shed: onlyCritical ? late : late.filter(({ criticality }) => criticality < CRITICAL) };
  }

  /** Takes a call out wherever it is. */
  remove(call: T, now: number): void {
    const at = this.#calls.indexOf(call);
    if (at >= 0) {
      this.#calls.splice(at, 1);
      this.#left++;
    }
    if (this.#calls.length > 0) return;
    this.#left = 0;
    this.#emptyAt = now;
    this.#standing = false;
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#calls.values();
  }

  #newestOfHighest(): T {
    return this.#calls.reduce((best, call) => (call.criticality >= best.criticality ? call : best));
  }

  /** Index of the least important call; of equals the last, which has waited least. */
  #leastImportant(): number {
    let found = -1;
    let lowest = Number.POSITIVE_INFINITY;
    this.#calls.forEach(({ criticality }, at) => {
      if (criticality > lowest) return;
      lowest = criticality;
      found = at;
    });
    return found;
  }
}
