/**
 * Damaged streams and payloads for workers of any kind, and what may come back.
 *
 * Everything follows from a seed. A stream starts from what a polite client sends and has something wrong with it; most are wrong behind the
 * handshake only, since a worker drops the others early.
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
  PREFACE,
} from '@molt/ipc';
import type { LinkedExport } from '@molt/schema-ir';

/** The seed of this run: given by `npm run fuzz`, else always the same. */
export const FUZZ_SEED = Number(process.env.MOLT_FUZZ_SEED ?? '20260701');

/** A source of random numbers: below a bound, and bytes. */
export interface Randomness {
  below(bound: number): number;
  chance(share: number): boolean;
  bytes(length: number): Uint8Array;
}

/** Randomness that is the same for the same seed (xorshift). */
export function randomFrom(seed: number): Randomness {
  let x = seed >>> 0 || 1;
  const next = (): number => {
    x ^= x << 13;
    x >>>= 0;
    x ^= x >>> 17;
    x ^= x << 5;
    x >>>= 0;
    return x / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return { below, chance: (share) => next() < share, bytes: (length) => Uint8Array.from({ length }, () => below(256)) };
}

/** A CALL frame with a body of any kind. */
export function callFrame(target: LinkedExport, id: bigint, body: Uint8Array, deadlineMs = 2000): Uint8Array {
  const head = encodeCallHead({
    exportId: target.index,
    deadlineMs,
    cpuMs: 0,
    memoryKib: 0,
    criticality: 1,
    inputId: target.ids.input,
    outputId: target.ids.output,
  });
  return encodeMessage('CALL', id, head, body);
}

const GREETING = Buffer.concat([
  PREFACE,
  encodeMessage('HELLO', 0n, encodeHello({ client: 'fuzz', pid: 1, limits: DEFAULT_LIMITS, minors: [0, 0] })),
]);

/** A stream with something wrong with it, made from two good calls of an export. */
export function damagedStream(random: Randomness, target: LinkedExport, inputs: readonly [Uint8Array, Uint8Array]): Uint8Array {
  const { below, bytes: noise } = random;
  const ping = encodeMessage('PING', 3n, Uint8Array.of(0x80));
  const bytes = new Uint8Array(Buffer.concat([GREETING, callFrame(target, 1n, inputs[0]), ping, callFrame(target, 5n, inputs[1])]));
  const from = random.chance(0.7) ? GREETING.length : 0;
  const anywhere = (): number => from + below(bytes.length - from);
  switch (below(6)) {
    case 0:
      return noise(below(200));
    case 1:
      return bytes.subarray(0, anywhere());
    case 2: {
      const at = anywhere();
      return Buffer.concat([bytes.subarray(0, at), noise(1 + below(40)), bytes.subarray(at)]);
    }
    case 3: {
      const at = anywhere();
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + below(40)))]);
    }
    case 4:
      return Buffer.concat([GREETING, callFrame(target, 1n, noise(below(80)))]);
    default:
      for (let edits = 1 + below(4); edits > 0; edits--) bytes[anywhere()] = below(256);
      return bytes;
  }
}

/** A payload with something wrong with it, unless the damage happens to be harmless. */
export function damagedPayload(random: Randomness, good: Uint8Array): Uint8Array {
  const { below } = random;
  switch (below(5)) {
    case 0:
      return random.bytes(below(100));
    case 1:
      return good.slice(0, below(good.length));
    case 2:
      return new Uint8Array(Buffer.concat([good, random.bytes(1 + below(8))]));
    default: {
      const bytes = good.slice();
      // The beginning holds the structure: damage it more often than its share.
      const reach = random.chance(0.5) ? Math.min(12, bytes.length) : bytes.length;
      for (let edits = 1 + below(3); edits > 0; edits--) bytes[below(reach)] = below(256);
      return bytes;
    }
  }
}

/** Milliseconds of silence after which this side takes it that no more answers come. */
const SILENCE_MS = 25;

/** Sends bytes, waits for what comes back, ends, and gives all of it; rejects when the worker does not end the connection. */
export function exchange(socketPath: string, bytes: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const socket = connect({ path: socketPath });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no end within 15 s of ${Buffer.from(bytes).toString('hex')}`));
    }, 15_000);
    const silence = setTimeout(() => socket.end(), SILENCE_MS);
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', (part: Buffer) => {
      parts.push(part);
      silence.refresh();
    });
    // The worker may cut the connection while bytes are on their way.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      clearTimeout(silence);
      resolve(Buffer.concat(parts));
    });
  });
}

/** The bodies of the calls in a stream, as far as it can be read. */
function callsIn(bytes: Uint8Array): Map<bigint, Uint8Array> {
  const calls = new Map<bigint, Uint8Array>();
  for (const { kind, callId, payload } of new FrameDecoder('client', DEFAULT_LIMITS.maxFrame).push(bytes).frames) {
    const call = kind === 'CALL' ? decodeCall(payload) : 'other';
    if (typeof call !== 'string') calls.set(callId, call.body);
  }
  return calls;
}

/** Results in a worker's answer. */
export function resultsIn(received: Uint8Array): number {
  return new FrameDecoder('server', DEFAULT_LIMITS.maxFrame).push(received).frames.filter(({ kind }) => kind === 'RESULT').length;
}

/** What is wrong with a worker's answer to a stream, or undefined; `isResult` says whether a body answers an input. */
export function faultInAnswer(
  sent: Uint8Array,
  received: Uint8Array,
  isResult: (body: Uint8Array, input: Uint8Array) => boolean,
): string | undefined {
  const { frames, fault } = new FrameDecoder('server', DEFAULT_LIMITS.maxFrame).push(received);
  if (fault !== undefined) return `the answer is no stream of frames: ${fault.message}`;
  const calls = callsIn(sent);
  for (const { kind, callId, payload } of frames) {
    if (kind === 'ERROR' || kind === 'HELLO_ERR') {
      const error = decodeError(payload);
      if (typeof error === 'string') return error;
    }
    if (kind !== 'RESULT') continue;
    const result = decodeResult(payload);
    if (typeof result === 'string') return result;
    const input = calls.get(callId);
    if (input === undefined) return `a result for call ${callId}, which was never made`;
    if (!isResult(result.body, input)) return `a wrong result for call ${callId}`;
  }
  return undefined;
}
