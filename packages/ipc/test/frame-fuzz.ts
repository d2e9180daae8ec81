/**
 * Streams of frames that are cut, lengthened, flipped, repeated, reordered or made up, fed to both ends of the protocol in this process.
 *
 * What must not happen is counted: an exception, an answer that is no frame, more than one answer to a call, bytes written after the end, and more
 * memory held than the limits allow. Everything follows from the seed.
 */
import { compileCodec, int, list, type SchemaSet, str, stream } from '@molt/schema-ir';
import {
  ClientConnection,
  encodeCallHead,
  encodeCredit,
  encodeError,
  encodeFrame,
  encodeMessage,
  encodeProgress,
  encodeResultHead,
  FRAME_KINDS,
  FrameDecoder,
  type FrameKind,
  MipError,
  PREFACE,
  packControl,
  prepareExports,
  type ServerCall,
  ServerConnection,
} from '../src/index.ts';

const SET: SchemaSet = {
  version: 1,
  types: {},
  exports: [
    { name: 'echo', params: [{ name: 'text', schema: str() }], result: str() },
    { name: 'double', params: [{ name: 'items', schema: stream(int()) }], result: stream(int()) },
  ],
};
const EXPORTS = prepareExports(SET);
const LIMITS = { maxFrame: 4096, maxMessage: 16_384 };
const items = compileCodec(list(int(), 1000));
const KINDS = Object.keys(FRAME_KINDS) as FrameKind[];

/** What a run saw. */
export interface FuzzCount {
  frames: number;
  streams: number;
  readonly faults: string[];
}

/** Random numbers from a seed (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Feeds at least so many frames; gives what went wrong. */
export async function fuzzFrames(frames: number, seed: number): Promise<FuzzCount> {
  const count: FuzzCount = { frames: 0, streams: 0, faults: [] };
  const below = randomFrom(seed);
  while (count.frames < frames && count.faults.length < 10) {
    const replay = count.streams++;
    try {
      if (replay % 2 === 0) toServer(below, count);
      else toClient(below, count);
    } catch (error) {
      count.faults.push(`stream ${replay}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    // Promises of calls and streams settle before the next stream.
    if (replay % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return count;
}

function toServer(below: (n: number) => number, count: FuzzCount): void {
  const answers = new Map<bigint, number>();
  const reader = new FrameDecoder('server', 1 << 24);
  let ended = 0;
  const server = new ServerConnection({
    exports: EXPORTS,
    limits: LIMITS,
    credit: 4,
    window: 8192,
    onCall: (call) => take(call, below),
    write: (bytes) => {
      if (ended > 0) count.faults.push('bytes after the end');
      const { frames, fault } = reader.push(bytes);
      if (fault !== undefined) count.faults.push(`the server wrote what is no frame: ${fault.message}`);
      for (const { kind, callId } of frames) {
        if (callId === 0n || (kind !== 'RESULT' && kind !== 'ERROR')) continue;
        answers.set(callId, (answers.get(callId) ?? 0) + 1);
        if (answers.get(callId) !== 1) count.faults.push(`call ${callId} was answered twice`);
      }
    },
    end: () => {
      ended++;
    },
  });
  const hello = encodeFrame('HELLO', 0n, packControl({ min: 0, max: 0, codecs: ['msgpack'], max_frame: 4096, max_message: 16_384 }));
  const greeting = below(12) === 0 ? [] : [PREFACE, hello];
  feed([...greeting, ...damage(streamOf(below, clientFrame), below)], below, (part) => server.receive(part), count);
  server.closed();
  if (ended > 1) count.faults.push('ended twice');
}

/** A worker that answers at once, later or never, and reads its stream sometimes. */
function take(call: ServerCall, below: (n: number) => number): void {
  switch (below(5)) {
    case 0:
      return call.fail({ name: 'APP_ERROR', message: 'x' });
    case 1:
      call.progress(below(1_000_000), 'y');
      return call.target.schema.name === 'echo' ? call.result(Uint8Array.of(0xa0)) : call.fail({ name: 'BUSY', message: 'z' });
    case 2:
      void call.chunks?.next().catch(() => {});
      return;
    case 3:
      if (call.target.schema.name === 'double') call.sendChunk(items.encode([1, 2]), below(2) === 0).catch(() => {});
      return;
    default:
      return;
  }
}

function toClient(below: (n: number) => number, count: FuzzCount): void {
  let ended = 0;
  let settled = 0;
  const client = new ClientConnection({
    limits: LIMITS,
    write: () => {
      if (ended > 0) count.faults.push('bytes after the end');
    },
    end: () => {
      ended++;
    },
  });
  const ok = { minor: 0, credit: 4, window: 8192, max_frame: 4096, max_message: 16_384 };
  const greeting =
    below(12) === 0 ? [] : [PREFACE, encodeFrame('HELLO_OK', 0n, packControl(ok)), encodeMessage('EXPORTS', 0n, EXPORTS.payload)];
  const done = (): void => {
    settled++;
  };
  const made = 1 + below(4);
  for (let i = 0; i < made; i++) {
    const streams = below(2) === 0 ? {} : { chunks: [items.encode([1])], onChunk: () => {} };
    client
      .call('chunks' in streams ? 'double' : 'echo', Uint8Array.of(0x91, 'chunks' in streams ? 0xc0 : 0xa0), {
        deadlineMs: 60_000,
        ...streams,
      })
      .then(done, done);
  }
  feed([...greeting, ...damage(streamOf(below, serverFrame), below)], below, (part) => client.receive(part), count);
  client.closed();
  if (ended !== 1) count.faults.push(`ended ${ended} times`);
  if (client.outstanding > 0) count.faults.push('calls outlived their connection');
  queueMicrotask(() =>
    queueMicrotask(() =>
      queueMicrotask(() => settled < made && setImmediate(() => settled < made && count.faults.push('a call never settled'))),
    ),
  );
}

function streamOf(below: (n: number) => number, make: (below: (n: number) => number, at: number) => Uint8Array): Uint8Array[] {
  return Array.from({ length: 1 + below(8) }, (_, at) => make(below, at));
}

function clientFrame(below: (n: number) => number, at: number): Uint8Array {
  const id = BigInt(2 * at + 1);
  const some = BigInt(below(20));
  const target = EXPORTS.exports[below(2)] as (typeof EXPORTS.exports)[0];
  switch (below(8)) {
    case 0:
      return encodeFrame('CANCEL', some, packControl({ reason: 'user' }));
    case 1:
      return encodeFrame('CHUNK', some, items.encode(Array(below(900)).fill(3)), below(2) === 0);
    case 2:
      return encodeFrame('CREDIT', some, encodeCredit({ bytes: below(5000) }));
    case 3:
      return encodeFrame('PING', some, packControl({}));
    default: {
      const head = encodeCallHead({
        exportId: target.index,
        deadlineMs: 1 + below(1000),
        cpuMs: 0,
        memoryKib: 0,
        criticality: below(4),
        inputId: target.ids.input,
        outputId: target.ids.output,
        ...(below(4) === 0 && { trace: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 1 } }),
        ...(below(4) === 0 && { key: new Uint8Array(1 + below(64)) }),
      });
      const body =
        target.index === 0
          ? target.input.encode({ text: 'x'.repeat(below(3) === 0 ? below(9000) : below(50)) })
          : Uint8Array.of(0x91, 0xc0);
      return encodeMessage('CALL', id, head, body, 4096);
    }
  }
}

function serverFrame(below: (n: number) => number): Uint8Array {
  const id = BigInt(2 * below(5) + 1);
  switch (below(8)) {
    case 0:
      return encodeMessage(
        'RESULT',
        id,
        encodeResultHead({ queueUs: 1, execUs: 1, cpuUs: 1, peakKib: 1 }),
        new Uint8Array(below(9000)),
        4096,
      );
    case 1:
      return encodeFrame('ERROR', below(9) === 0 ? 0n : id, encodeError(new MipError({ name: 'BUSY', message: 'no' })));
    case 2:
      return encodeFrame('CHUNK', id, items.encode(Array(below(900)).fill(3)), below(3) > 0);
    case 3:
      return encodeFrame('PROGRESS', id, encodeProgress({ ppm: below(1_000_001), message: 'm' }));
    case 4:
      return encodeFrame('CREDIT', below(2) === 0 ? 0n : id, encodeCredit({ bytes: below(9000) }));
    case 5:
      return encodeFrame('PING', id, packControl({}));
    case 6:
      return encodeFrame('GOAWAY', 0n, packControl({ last: below(9), drain_ms: 1 }));
    default:
      return encodeFrame('PONG', id, packControl({ depth: 1 }));
  }
}

/** Does one to three bad things to a stream of frames. */
function damage(frames: Uint8Array[], below: (n: number) => number): Uint8Array[] {
  const out: Uint8Array[] = frames.map((frame) => Uint8Array.from(frame));
  for (let times = below(4); times > 0 && out.length > 0; times--) {
    const at = below(out.length);
    const frame = out[at] as Uint8Array;
    switch (below(8)) {
      case 0:
        out[at] = frame.subarray(0, below(frame.length));
        break;
      case 1:
        out.splice(at, 0, frame);
        break;
      case 2:
        out.splice(below(out.length), 0, ...out.splice(at, 1));
        break;
      case 3:
        for (let i = below(4) + 1; i > 0; i--) frame[below(frame.length)] = below(256);
        break;
      case 4:
        if (frame.length >= 4)
          new DataView(frame.buffer, frame.byteOffset).setUint32(0, below(3) === 0 ? 0xffffffff - below(9) : below(70_000), true);
        break;
      case 5:
        if (frame.length >= 6)
          frame.set([below(8) === 0 ? below(256) : FRAME_KINDS[KINDS[below(KINDS.length)] as FrameKind].id, below(32)], 4);
        break;
      case 6:
        out.splice(
          at,
          0,
          Uint8Array.from({ length: below(64) }, () => below(256)),
        );
        break;
      default: {
        const joined = new Uint8Array(frame.length + below(40));
        joined.set(frame);
        out[at] = joined;
      }
    }
  }
  return out;
}

/** Gives the bytes in chunks of random sizes. */
function feed(parts: readonly Uint8Array[], below: (n: number) => number, receive: (part: Uint8Array) => void, count: FuzzCount): void {
  count.frames += parts.length;
  const bytes = Buffer.concat(parts);
  const most = below(3) === 0 ? 1 + below(40) : 1 + below(9000);
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + below(most);
    receive(Uint8Array.from(bytes.subarray(at, at + size)));
    at += size;
  }
}
