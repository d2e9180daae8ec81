/** How long calls take, per export and over all: moving averages that admission and the queue decide by. */

/** Weight of the newest call. */
const WEIGHT = 0.2;

/** Moving averages of service times. */
export class ServiceTimes {
  readonly #means = new Map<number, number>();
  #overall: number | undefined;

  /** Notes one call that ran to its end, or was stopped after that long. */
  note(exportIndex: number, ms: number): void {
    this.#means.set(exportIndex, moved(this.#means.get(exportIndex), ms));
    this.#overall = moved(this.#overall, ms);
  }

  /** Milliseconds that a call of an export takes; 0 while nothing is known. */
  expected(exportIndex: number): number {
    return this.#means.get(exportIndex) ?? 0;
  }

  /** Whether a call of an export has run. */
  knows(exportIndex: number): boolean {
    return this.#means.has(exportIndex);
  }

  /** Milliseconds that a call takes, whatever its export; 0 while nothing is known. */
  get overall(): number {
    return this.#overall ?? 0;
  }
}

function moved(mean: number | undefined, ms: number): number {
  return mean === undefined ? ms : mean + WEIGHT * (ms - mean);
}
