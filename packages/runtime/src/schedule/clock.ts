/** Time as the scheduler sees it: behind an interface, so that tests move it by hand. */

/** A clock with alarms. */
export interface Clock {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Calls back after so many milliseconds; the result cancels that. */
  after(ms: number, action: () => void): () => void;
}

/** Longest delay that timers of the host take. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** The clock of this process; its zero is that of `performance.now()`. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, action) => {
    const timer = setTimeout(action, Math.min(Math.max(0, ms), MAX_DELAY_MS));
    return () => clearTimeout(timer);
  },
};
