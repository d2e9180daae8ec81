/**
 * The entry file of compute threads. Bundles of programs that start workers need it as a file of its own, `compute-slot.js`, beside their
 * main file; a file that imports `@molt/runtime/compute-slot` and nothing else is enough.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { serveCalls } from './compute-thread.ts';
import type { ThreadSetup } from './slot-message.ts';

if (parentPort !== null) serveCalls(parentPort, workerData as ThreadSetup);
