/** The part of `npm run fuzz:frames` that runs in process: `fuzz-decoder.ts FRAMES SEED`. */
import { fuzzFrames } from '../packages/ipc/test/frame-fuzz.ts';

/** Bytes by which the process may grow: what a garbage collector leaves lying, not what the protocol keeps. */
const MAY_GROW = 192 << 20;

const [frames, seed] = process.argv.slice(2).map(Number) as [number, number];
await fuzzFrames(Math.min(frames, 5000), seed + 1);
const before = process.memoryUsage.rss();
const began = performance.now();
const count = await fuzzFrames(frames, seed);
const grown = process.memoryUsage.rss() - before;
for (const fault of count.faults) process.stdout.write(`${fault}\n`);
if (grown > MAY_GROW) process.stdout.write(`the process grew by ${grown >> 20} MiB\n`);
const seconds = ((performance.now() - began) / 1000).toFixed(1);
process.stdout.write(
  `decoder: ${count.frames} frames in ${count.streams} streams, ${count.faults.length} faults, grown by ${grown >> 20} MiB, ${seconds} s\n`,
);
process.exitCode = count.faults.length > 0 || grown > MAY_GROW ? 1 : 0;
