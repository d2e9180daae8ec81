/** A short run of the frame fuzzer; `npm run fuzz:frames -- --frames 1000000` is the long one. */
import { expect, test } from 'vitest';
import { encodeFrame, FrameDecoder, MessageAssembler, PREFACE } from '../src/index.ts';
import { fuzzFrames } from './frame-fuzz.ts';

test('damaged streams never break a client or a server', async () => {
  const { frames, faults } = await fuzzFrames(6000, Number(process.env['MOLT_FUZZ_SEED'] ?? '1'));
  expect(faults).toEqual([]);
  expect(frames).toBeGreaterThanOrEqual(6000);
});

test('a message in parts of one byte keeps no more than its bytes', () => {
  const decoder = new FrameDecoder('client', 4096);
  const assembler = new MessageAssembler(1 << 20);
  decoder.push(PREFACE);
  const before = process.memoryUsage().arrayBuffers;
  for (let round = 0; round < 100; round++) {
    const part = Buffer.from(encodeFrame('CALL', 1n, Uint8Array.of(7), true));
    // Chunks of 64 KiB, each full of such parts: kept whole they would be 6 MiB.
    const { frames } = decoder.push(Uint8Array.from(Buffer.concat(Array(3855).fill(part))));
    if (frames.some((frame) => assembler.push(frame) !== undefined)) throw new Error('a part was taken for a message');
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(3 << 20);
});

test('no more than 1024 messages may be unfinished', () => {
  const assembler = new MessageAssembler(1 << 20);
  const part = (id: number) => assembler.push({ kind: 'CALL', flags: 1, callId: BigInt(id), payload: Uint8Array.of(1) });
  for (let id = 0; id < 1024; id++) expect(part(id)).toBeUndefined();
  expect(part(1024)).toMatchObject({ name: 'FRAME_TOO_LARGE', message: 'too many unfinished messages' });
});
