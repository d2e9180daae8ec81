/**
 * Lets the supervisor in before threads that compute.
 *
 * Refusals, cancels and deadlines are the supervisor's: while every processor computes, it must not wait for the end of somebody's turn. A thread
 * cannot be raised without privileges, so compute threads step back a little. Only Linux has priorities of threads; elsewhere nothing happens.
 */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Niceness of compute threads: enough to be preempted at once, and about a third of the weight of other processes under contention. */
const NICENESS = 5;

/** Makes the calling thread step back for others; without effect where that is not possible. */
export function stepBack(): void {
  try {
    const id = Number(/\d+$/.exec(readlinkSync('/proc/thread-self'))?.[0]);
    if (id > 0) setPriority(id, NICENESS);
  } catch {
    // No such files or no such right: the thread stays as it is.
  }
}
