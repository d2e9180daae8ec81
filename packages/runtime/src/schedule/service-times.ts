/** How long calls take, per export: a moving average that admission predicts waiting times with. */

/** Weight of the newest call. */
const WEIGHT = 0.2;

/** Moving averages of service times. */
export class ServiceTimes {
  readonly #means = new Map<number, number>();

  /** Notes one call that ran to its end, or was stopped after that long. */
  note(exportIndex: number, ms: number): void {
    const mean = this.#means.get(exportIndex);
    this.#means.set(exportIndex, mean === undefined ? ms : mean + WEIGHT * (ms - mean));
  }

  /** Milliseconds that a call of an export takes; 0 while nothing is known. */
  expected(exportIndex: number): number {
    return this.#means.get(exportIndex) ?? 0;
  }
}
