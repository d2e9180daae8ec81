/**
 * 20,000 damaged streams and payloads against one worker: it answers each with a typed error or the right result, or cuts the connection;
 * it never hangs, and between any two of them it serves a well-behaved client.
 */
import { isMipError } from '@molt/ipc';
import type { MipClient } from '@molt/ipc/node';
import { afterAll, expect, it } from 'vitest';
import { damagedPayload, damagedStream, exchange, FUZZ_SEED, faultInAnswer, randomFrom, resultsIn } from '../support/damaged-streams.ts';
import { inputOf, SERVICE, WorkerFixture } from '../support/worker-fixture.ts';

const fixture = new WorkerFixture();
afterAll(() => fixture.dispose());

const STREAMS = 4000;
const PAYLOADS = 16_000;
const echo = SERVICE.get('echo')!;

const isEcho = (body: Uint8Array, input: Uint8Array): boolean => Buffer.from(body).equals(input.subarray(1));

async function expectHealthy(client: MipClient): Promise<void> {
  const input = inputOf(Uint8Array.of(1, 2, 3));
  expect(isEcho(await client.call('echo', input, { deadlineMs: 10_000 }), input)).toBe(true);
}

it(`outlives ${STREAMS} damaged streams (seed ${FUZZ_SEED})`, async () => {
  const random = randomFrom(FUZZ_SEED);
  const worker = await fixture.start({ slots: 2 });
  const client = await fixture.connect(worker);
  const inputs = [inputOf(Uint8Array.of(5, 6, 7)), inputOf(new Uint8Array(300).fill(9))] as const;
  const batch = 100;
  let results = 0;
  for (let done = 0; done < STREAMS; done += batch) {
    await Promise.all(
      Array.from({ length: batch }, async () => {
        const stream = damagedStream(random, echo, inputs);
        const answer = await exchange(worker.socketPath, stream);
        expect(faultInAnswer(stream, answer, isEcho)).toBeUndefined();
        results += resultsIn(answer);
      }),
    );
    await expectHealthy(client);
  }
  // Some damage is harmless or comes late: what was answered was checked.
  expect(results).toBeGreaterThan(STREAMS / 10);
  for (let i = 0; i < 100 && worker.load().running > 0; i++) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(worker.load()).toMatchObject({ running: 0, queued: 0 });
  expect(fixture.lines.filter((line) => line.includes('cannot be started'))).toEqual([]);
});

it(`outlives ${PAYLOADS} damaged payloads (seed ${FUZZ_SEED})`, async () => {
  const random = randomFrom(FUZZ_SEED + 1);
  const client = await fixture.connect(await fixture.start({ slots: 2 }));
  const good = inputOf(random.bytes(64));
  const batch = 8;
  let refused = 0;
  for (let done = 0; done < PAYLOADS; done += batch) {
    await Promise.all(
      Array.from({ length: batch }, async () => {
        const payload = damagedPayload(random, good);
        const answer = await client.call('echo', payload, { deadlineMs: 10_000 }).catch((error: unknown) => error);
        if (payload[0] === 0x91) return expect(isEcho(answer as Uint8Array, payload)).toBe(true);
        refused++;
        return expect(isMipError(answer, 'INVALID_INPUT')).toBe(true);
      }),
    );
  }
  await expectHealthy(client);
  expect(refused).toBeGreaterThan(PAYLOADS / 10);
});
