/**
 * 20,000 damaged streams and payloads against one worker: it answers each with a typed error or the right result, or cuts the connection;
 * it never hangs, and between any two of them it serves a well-behaved client.
 */
import { connect } from 'node:net';
import {
  DEFAULT_LIMITS,
  decodeCall,
  decodeError,
  decodeResult,
  encodeCallHead,
  encodeHello,
  encodeMessage,
  FrameDecoder,
  isMipError,
  PREFACE,
} from '@molt/ipc';
import type { MipClient } from '@molt/ipc/node';
import { afterAll, expect, it } from 'vitest';
import type { WorkerHandle } from '../../src/index.ts';
import { inputOf, SERVICE, WorkerFixture } from '../support/worker-fixture.ts';

const fixture = new WorkerFixture();
afterAll(() => fixture.dispose());

const STREAMS = 10_000;
const PAYLOADS = 10_000;
const seed = Number(process.env.MOLT_FUZZ_SEED ?? '20260701');

/** Numbers from 0 to below 1, the same for the same seed. */
function randomFrom(state: number): () => number {
  let x = state >>> 0 || 1;
  return () => {
    x ^= x << 13;
    x >>>= 0;
    x ^= x >>> 17;
    x ^= x << 5;
    x >>>= 0;
    return x / 2 ** 32;
  };
}

const random = randomFrom(seed);
const below = (n: number): number => Math.floor(random() * n);
const randomBytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => below(256));

const echo = SERVICE.get('echo')!;

function callFrame(id: bigint, body: Uint8Array): Uint8Array {
  const head = encodeCallHead({
    exportId: echo.index,
    deadlineMs: 2000,
    cpuMs: 0,
    memoryKib: 0,
    criticality: 1,
    inputId: echo.ids.input,
    outputId: echo.ids.output,
  });
  return encodeMessage('CALL', id, head, body);
}

const greeting = [PREFACE, encodeMessage('HELLO', 0n, encodeHello({ client: 'fuzz', pid: 1, limits: DEFAULT_LIMITS, minors: [0, 0] }))];
const polite = Buffer.concat([
  ...greeting,
  callFrame(1n, inputOf(Uint8Array.of(5, 6, 7))),
  encodeMessage('PING', 3n, Uint8Array.of(0x80)),
  callFrame(5n, inputOf(new Uint8Array(300).fill(9))),
]);
const greetingLength = Buffer.concat(greeting).length;

/** A stream with something wrong with it; a part of them is only wrong behind the handshake. */
function damagedStream(): Uint8Array {
  const bytes = Uint8Array.from(polite);
  const from = random() < 0.7 ? greetingLength : 0;
  const anywhere = (): number => from + below(bytes.length - from);
  switch (below(6)) {
    case 0:
      return randomBytes(below(200));
    case 1:
      return bytes.subarray(0, anywhere());
    case 2: {
      const at = anywhere();
      return Buffer.concat([bytes.subarray(0, at), randomBytes(1 + below(40)), bytes.subarray(at)]);
    }
    case 3: {
      const at = anywhere();
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + below(40)))]);
    }
    case 4:
      return Buffer.concat([bytes.subarray(0, greetingLength), callFrame(1n, randomBytes(below(80)))]);
    default:
      for (let edits = 1 + below(4); edits > 0; edits--) bytes[anywhere()] = below(256);
      return bytes;
  }
}

/** Sends bytes, ends, and gives all that came back. */
function exchange(worker: WorkerHandle, bytes: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const socket = connect({ path: worker.socketPath });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end within 10 s of ${Buffer.from(bytes).toString('hex')}`));
    }, 10_000);
    socket.on('connect', () => socket.end(bytes));
    socket.on('data', (part: Buffer) => parts.push(part));
    // The worker may cut the connection while bytes are on their way.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(parts));
    });
  });
}

/** The inputs of the calls in a stream, as far as it can be read. */
function callsIn(bytes: Uint8Array): Map<bigint, Uint8Array> {
  const calls = new Map<bigint, Uint8Array>();
  for (const { kind, callId, payload } of new FrameDecoder('client', DEFAULT_LIMITS.maxFrame).push(bytes).frames) {
    const call = kind === 'CALL' ? decodeCall(payload) : 'other';
    if (typeof call !== 'string') calls.set(callId, call.body);
  }
  return calls;
}

function checkAnswers(sent: Uint8Array, received: Uint8Array): void {
  const { frames, fault } = new FrameDecoder('server', DEFAULT_LIMITS.maxFrame).push(received);
  expect(fault).toBeUndefined();
  const calls = callsIn(sent);
  for (const { kind, callId, payload } of frames) {
    if (kind === 'RESULT') {
      const result = decodeResult(payload);
      if (typeof result === 'string') throw new Error(result);
      expect(Buffer.from(result.body).equals(calls.get(callId)!.subarray(1))).toBe(true);
    } else if (kind === 'ERROR' || kind === 'HELLO_ERR') expect(typeof decodeError(payload)).toBe('object');
  }
}

async function expectHealthy(client: MipClient): Promise<void> {
  const data = randomBytes(below(50));
  const answer = echo.output.decode(await client.call('echo', inputOf(data), { deadlineMs: 10_000 })) as Uint8Array;
  expect(Buffer.from(answer).equals(data)).toBe(true);
}

it(`outlives ${STREAMS} damaged streams (seed ${seed})`, async () => {
  const worker = await fixture.start({ slots: 2 });
  const client = await fixture.connect(worker);
  const batch = 50;
  for (let done = 0; done < STREAMS; done += batch) {
    await Promise.all(
      Array.from({ length: batch }, async () => {
        const stream = damagedStream();
        checkAnswers(stream, await exchange(worker, stream));
      }),
    );
    await expectHealthy(client);
  }
  for (let i = 0; i < 100 && worker.load().running > 0; i++) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(worker.load()).toMatchObject({ running: 0, queued: 0 });
  expect(fixture.lines.filter((line) => line.includes('cannot be started'))).toEqual([]);
});

it(`outlives ${PAYLOADS} damaged payloads (seed ${seed})`, async () => {
  const worker = await fixture.start({ slots: 2 });
  const client = await fixture.connect(worker);
  const good = inputOf(randomBytes(64));
  const damaged = (): Uint8Array => {
    if (random() < 0.3) return randomBytes(below(100));
    if (random() < 0.3) return good.subarray(0, below(good.length));
    const bytes = Uint8Array.from(good);
    for (let edits = 1 + below(3); edits > 0; edits--) bytes[below(4)] = below(256);
    return bytes;
  };
  const batch = 8;
  let refused = 0;
  for (let done = 0; done < PAYLOADS; done += batch) {
    await Promise.all(
      Array.from({ length: batch }, async () => {
        const payload = damaged();
        const answer = await client.call('echo', payload, { deadlineMs: 10_000 }).catch((error: unknown) => error);
        if (payload[0] === 0x91) return expect(Buffer.from(answer as Uint8Array).equals(payload.subarray(1))).toBe(true);
        refused++;
        return expect(isMipError(answer, 'INVALID_INPUT')).toBe(true);
      }),
    );
  }
  await expectHealthy(client);
  expect(refused).toBeGreaterThan(PAYLOADS / 10);
});
