/** Host functions of a Node process: its standard streams, clocks and arguments. Synchronous, because compiled code waits for them. */
import { readSync, writeSync } from 'node:fs';
import { CLOCK } from '@molt/abi';
import type { HostFunctions } from './host-functions.ts';
import { threadCpuNs } from './thread-cpu-clock.ts';
import { TrapError } from './trap-error.ts';

/** The streams, clocks and arguments of this process. */
export function nodeHost(args: readonly string[] = []): HostFunctions {
  return { write: writeAll, read: readSome, clock: nodeClock, args };
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string }).code;
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      // A full pipe of a stream that Node made non-blocking: wait a little and go on.
      if (codeOf(error) === 'EAGAIN') pause();
      else if (codeOf(error) === 'EPIPE') throw new TrapError('disconnect', error);
      else throw error;
    }
  }
}

function readSome(fd: number, into: Uint8Array): number {
  for (;;) {
    try {
      return readSync(fd, into);
    } catch (error) {
      if (codeOf(error) === 'EOF') return 0;
      if (codeOf(error) !== 'EAGAIN') throw error;
      pause();
    }
  }
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}

function nodeClock(kind: number): bigint {
  if (kind === 0) return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
  if (kind === 1) return process.hrtime.bigint();
  if (kind === CLOCK.threadCpu) return threadCpuNs();
  const { user, system } = process.cpuUsage();
  return BigInt(user + system) * 1000n;
}
