/** Times of the steps of a compilation, in the order in which they ran. */

/** One step and its milliseconds. */
export interface StepTime {
  readonly step: string;
  readonly ms: number;
}

/** Measures steps. */
export class Stopwatch {
  readonly #times: StepTime[] = [];

  /** Runs a step and notes how long it took, also when it throws. */
  time<T>(step: string, body: () => T): T {
    const start = performance.now();
    try {
      return body();
    } finally {
      this.#times.push({ step, ms: performance.now() - start });
    }
  }

  get times(): readonly StepTime[] {
    return [...this.#times];
  }
}
