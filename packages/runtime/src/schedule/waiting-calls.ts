/**
 * The bounded queue of a worker: first come, first served, with room for four calls per slot.
 *
 * A long queue protects nobody: callers lose patience before their turn and the work is done in vain. When the queue is full, a call gets in
 * only by taking the place of one with lower criticality.
 */

/** What the queue must know of its members. */
export interface Waiting {
  /** 0 sheddable, 1 normal, 2 important, 3 critical. */
  readonly criticality: number;
}

/** Where a call got. */
export type Offer<T> =
  | { readonly kind: 'admitted' }
  /** Admitted; another one had to leave. */
  | { readonly kind: 'displaced'; readonly victim: T }
  | { readonly kind: 'full' };

/** A bounded queue. */
export class WaitingCalls<T extends Waiting> {
  readonly cap: number;
  readonly #calls: T[] = [];

  constructor(cap: number) {
    this.cap = cap;
  }

  get size(): number {
    return this.#calls.length;
  }

  /** Puts a call at the end, if there is room or a less important call to displace. Free slots are room for calls that will not wait long. */
  offer(call: T, freeSlots: number): Offer<T> {
    if (this.#calls.length < this.cap + freeSlots) {
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

  /** The call that has waited longest. */
  get first(): T | undefined {
    return this.#calls[0];
  }

  /** Takes a call out wherever it is. */
  remove(call: T): void {
    const at = this.#calls.indexOf(call);
    if (at >= 0) this.#calls.splice(at, 1);
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#calls.values();
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
