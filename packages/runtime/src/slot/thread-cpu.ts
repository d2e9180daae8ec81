/**
 * CPU time of one thread, read from outside of it.
 *
 * Only Linux offers that without native code: the kernel counts each thread in files, in nanoseconds where the scheduler keeps statistics (brought
 * up to date every few milliseconds while the thread runs), else in ticks of 10 ms. Elsewhere the answer is undefined, and limits count wall time.
 */
import { readFileSync, readlinkSync } from 'node:fs';

/** Milliseconds of a kernel tick; USER_HZ is 100 on every Linux that Node runs on. */
const TICK_MS = 10;

/** Where the calling thread is counted; null where that is not known. */
export function ownCpuFile(): string | null {
  try {
    const folder = `/proc/${readlinkSync('/proc/thread-self')}`;
    // A kernel without these statistics has no file, or one that says 0 of a thread that has run for long enough to ask.
    return (readCpuMs(`${folder}/schedstat`) ?? 0) > 0 ? `${folder}/schedstat` : `${folder}/stat`;
  } catch {
    return null;
  }
}

/** Milliseconds of CPU that a thread has used in all. */
export function readCpuMs(file: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
  // Nanoseconds on a processor, nanoseconds of waiting for one, number of turns.
  const statistics = /^(\d+) \d+ \d+\s*$/.exec(text);
  if (statistics !== null) return Number(statistics[1]) / 1e6;
  // The name in parentheses may hold anything; the fields after it are numbers, user and system time the 12th and 13th of them.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isFinite(ticks) ? ticks * TICK_MS : undefined;
}
