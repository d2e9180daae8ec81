/**
 * CPU time of the calling thread.
 *
 * Node tells it from 22.15 on; before that the Linux kernel does, in nanoseconds, in a file. Where neither is there, wall time stands in: it is
 * never less, so a budget is not overrun unseen.
 */
import { readFileSync } from 'node:fs';

const KERNEL_FILE = '/proc/thread-self/schedstat';

let kernelTells = true;

/** Nanoseconds of CPU that this thread has used. */
export function threadCpuNs(): bigint {
  const usage = (process as { threadCpuUsage?: () => { user: number; system: number } }).threadCpuUsage?.();
  if (usage !== undefined) return BigInt(usage.user + usage.system) * 1000n;
  if (kernelTells) {
    try {
      // Time on the processor, time in the queue, number of turns.
      const [used = ''] = readFileSync(KERNEL_FILE, 'latin1').split(' ');
      if (/^[0-9]+$/.test(used) && used !== '0') return BigInt(used);
    } catch {
      // No such file: not Linux, or a kernel without these counts.
    }
    kernelTells = false;
  }
  return process.hrtime.bigint();
}
