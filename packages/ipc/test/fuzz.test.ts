/** Random and damaged streams: the loops never throw, and what they keep stays within the declared bounds. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ClientConnection, createServerConnection, encodeMessage, FrameDecoder, PREFACE, prepareExports } from '../src/index.ts';
import { join, SAMPLE, until } from './sample-exports.ts';

const exports = prepareExports(SAMPLE);

/** What a real client sends for two calls, as one stream. */
async function recorded(): Promise<Uint8Array> {
  const { client, calls, sent, cut } = join();
  for (const text of ['a', 'b'.repeat(50)])
    void client.call('echo', exports.exports[1]!.input.encode({ text }), { deadlineMs: 1000 }).catch(() => {});
  await until(() => calls.length === 2);
  cut();
  return Buffer.concat(sent);
}

test('damaged streams never throw out of a server', async () => {
  const stream = await recorded();
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(stream.length - 1), fc.nat(255)), { maxLength: 4 }),
      fc.integer({ min: 1, max: 64 }),
      (edits, chunk) => {
        const bytes = Uint8Array.from(stream);
        for (const [at, byte] of edits) bytes[at] = byte;
        let ended = 0;
        let written = 0;
        const server = createServerConnection({
          exports,
          onCall: (call) => call.fail({ name: 'BUSY', message: 'no' }),
          write: (out) => {
            expect(ended).toBe(0);
            written += out.length;
          },
          end: () => ended++,
        });
        for (let at = 0; at < bytes.length; at += chunk) server.receive(bytes.subarray(at, at + chunk));
        server.closed();
        expect(ended).toBeLessThanOrEqual(1);
        expect(written).toBeLessThan(exports.payload.length + 10_000);
      },
    ),
    { numRuns: 2000 },
  );
});

test('random frames after the handshake never throw out of a client or a server', async () => {
  const hello = (await recorded()).subarray(0, 8 + 16 + 200);
  const kinds = [0x01, 0x02, 0x03, 0x04, 0x10, 0x11, 0x12, 0x13, 0x14, 0x20, 0x21, 0x22, 0x23, 0x99];
  const frame = fc
    .tuple(fc.constantFrom(...kinds), fc.constantFrom(0, 1, 2, 3, 4, 6, 18), fc.nat(5), fc.uint8Array({ maxLength: 120 }))
    .map(([kind, flags, id, payload]) => {
      const bytes = Buffer.from(encodeMessage('CALL', BigInt(id), payload));
      bytes[4] = kind;
      bytes[5] = flags;
      return bytes;
    });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 6 }), (frames) => {
      const server = createServerConnection({ exports, onCall: (call) => call.result(new Uint8Array(1)), write: () => {}, end: () => {} });
      server.receive(hello);
      const client = new ClientConnection({ write: () => {}, end: () => {} });
      client.receive(PREFACE);
      client.receive(encodeMessage('EXPORTS', 0n, exports.payload));
      for (const bytes of frames) {
        server.receive(bytes);
        client.receive(bytes);
      }
      server.closed();
      client.closed();
      expect(client.state).toBe('closed');
    }),
    { numRuns: 1500 },
  );
});

test('frames come out the same however the stream is cut', () => {
  const payloads = fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 5 });
  fc.assert(
    fc.property(payloads, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }), (bodies, cuts) => {
      const stream = Buffer.concat([PREFACE, ...bodies.map((body, i) => encodeMessage('CALL', BigInt(2 * i + 1), body))]);
      const decoder = new FrameDecoder('client', 4096);
      const seen: string[] = [];
      for (let at = 0, i = 0; at < stream.length; i++) {
        const size = cuts[i % cuts.length]!;
        const { frames, fault } = decoder.push(Uint8Array.from(stream.subarray(at, at + size)));
        expect(fault).toBeUndefined();
        for (const { callId, payload } of frames) seen.push(`${callId} ${Buffer.from(payload).toString('hex')}`);
        at += size;
      }
      expect(seen).toEqual(bodies.map((body, i) => `${2 * i + 1} ${Buffer.from(body).toString('hex')}`));
      expect(decoder.unfinished).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test('a declared length above the limit takes no space', () => {
  const decoder = new FrameDecoder('client', 4096);
  const header = Buffer.alloc(16);
  header.writeUInt32LE(4097, 0);
  header[4] = 0x10;
  header[5] = 2;
  const { fault } = decoder.push(Buffer.concat([PREFACE, header]));
  expect(fault).toEqual({ name: 'FRAME_TOO_LARGE', message: 'a frame of 4097 bytes exceeds the limit of 4096', offset: 8 });
});
