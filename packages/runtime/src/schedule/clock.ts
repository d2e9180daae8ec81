/** Time as the scheduler sees it: behind an interface, so that tests move it by hand. */

/** A clock with alarms. */
export interface Clock {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Calls back after so many milliseconds; the result cancels that. */
  after(ms: number, action: () => void): () => void;
}

/** Longest delay that a timer of the host takes; longer ones would ring at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** The clock of this process; its zero is that of `performance.now()`. */
export const systemClock: Clock = { now: () => performance.now(), after };

function after(ms: number, action: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const wait = (rest: number): void => {
    timer = setTimeout(() => (rest > LONGEST_MS ? wait(rest - LONGEST_MS) : action()), Math.min(Math.max(0, rest), LONGEST_MS));
  };
  wait(ms);
  return () => clearTimeout(timer);
}
