/**
 * CPU time of one thread, read from outside of it.
 *
 * Only Linux offers that without native code: the kernel counts each thread in a file, in ticks of 10 ms. Elsewhere the answer is undefined, and
 * limits count wall time.
 */
import { readFileSync, readlinkSync } from 'node:fs';

/** Milliseconds of a kernel tick; USER_HZ is 100 on every Linux that Node runs on. */
const TICK_MS = 10;

/** Where the calling thread is counted; null where that is not known. */
export function ownCpuFile(): string | null {
  try {
    return `/proc/${readlinkSync('/proc/thread-self')}/stat`;
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
  // The name in parentheses may hold anything; the fields after it are numbers, user and system time the 12th and 13th of them.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isFinite(ticks) ? ticks * TICK_MS : undefined;
}
