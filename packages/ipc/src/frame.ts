/**
 * Frames: the kinds, the flags and the 16-byte header. README.md is the specification; this file is its first half in code.
 *
 *   0: u32 payload length | 4: u8 kind | 5: u8 flags | 6: u16 reserved, zero | 8: u64 call id      all little-endian
 */

/** Bytes of the preface, sent once by each side before its first frame. */
export const PREFACE_BYTES = 8;
/** Bytes of a frame header. */
export const HEADER_BYTES = 16;
/** The protocol version that this package speaks. */
export const VERSION = { major: 1, minor: 0 } as const;

/** `MIP1`, major, minor, two zero bytes. */
export const PREFACE: Uint8Array = Uint8Array.of(0x4d, 0x49, 0x50, 0x31, VERSION.major, VERSION.minor, 0, 0);

/** Who may send a kind, whether its payload may span frames, and whether MORE announces more messages of the kind. */
interface KindRow {
  readonly id: number;
  readonly from: 'client' | 'server' | 'both';
  readonly spans: boolean | 'stream';
}

/** Every kind of frame. */
export const FRAME_KINDS = {
  HELLO: { id: 0x01, from: 'client', spans: false },
  HELLO_OK: { id: 0x02, from: 'server', spans: false },
  HELLO_ERR: { id: 0x03, from: 'server', spans: false },
  EXPORTS: { id: 0x04, from: 'server', spans: true },
  CALL: { id: 0x10, from: 'client', spans: true },
  RESULT: { id: 0x11, from: 'server', spans: true },
  ERROR: { id: 0x12, from: 'both', spans: false },
  CANCEL: { id: 0x13, from: 'client', spans: false },
  CHUNK: { id: 0x14, from: 'both', spans: 'stream' },
  PROGRESS: { id: 0x15, from: 'server', spans: false },
  CREDIT: { id: 0x20, from: 'both', spans: false },
  PING: { id: 0x21, from: 'both', spans: false },
  PONG: { id: 0x22, from: 'both', spans: false },
  GOAWAY: { id: 0x23, from: 'server', spans: false },
} as const satisfies Record<string, KindRow>;

/** The name of a kind of frame. */
export type FrameKind = keyof typeof FRAME_KINDS;

const BY_ID = new Map<number, FrameKind>(Object.entries(FRAME_KINDS).map(([name, row]) => [row.id, name as FrameKind]));

/** The kind of a number; undefined when this version does not know it. */
export function frameKindOf(id: number): FrameKind | undefined {
  return BY_ID.get(id);
}

/** Bits of the flags byte. */
export const FLAGS = {
  /** The payload goes on in the next frame of this call and kind; of a CHUNK: more chunks follow. */
  MORE: 0x01,
  /** The payload is complete; of a CHUNK: it is the last of its stream. */
  END: 0x02,
  /** A receiver that does not know the kind may skip the frame. */
  IGNORABLE: 0x04,
  /** Reserved: the payload describes shared memory. */
  SHM: 0x08,
  /** Handle before queued work. A hint. */
  URGENT: 0x10,
} as const;

/** One frame as it was read. */
export interface Frame {
  readonly kind: FrameKind;
  readonly flags: number;
  readonly callId: bigint;
  readonly payload: Uint8Array;
}

/** Sizes that both ends keep to. */
export interface WireLimits {
  /** Largest payload of one frame. */
  readonly maxFrame: number;
  /** Largest payload of one message, over all its frames. */
  readonly maxMessage: number;
}

/** Limits when nothing else was agreed: 256 KiB frames, 16 MiB messages. */
export const DEFAULT_LIMITS: WireLimits = { maxFrame: 256 * 1024, maxMessage: 16 * 1024 * 1024 };
/** The bounds within which limits may be chosen. */
export const LIMIT_BOUNDS = { minFrame: 4096, maxFrame: 16 * 1024 * 1024, maxMessage: 256 * 1024 * 1024 } as const;

/** The smaller of what both ends can take. */
export function agreeOn(a: WireLimits, b: WireLimits): WireLimits {
  return { maxFrame: Math.min(a.maxFrame, b.maxFrame), maxMessage: Math.min(a.maxMessage, b.maxMessage) };
}

/** Bytes of CALL payload that may be unanswered on a connection, unless the server says otherwise. A single call may be larger. */
export const DEFAULT_WINDOW: number = 4 * 1024 * 1024;

/** One frame of a kind whose payload is small or is a chunk of a stream. */
export function encodeFrame(kind: FrameKind, callId: bigint, payload: Uint8Array, more = false): Uint8Array {
  const out = new Uint8Array(HEADER_BYTES + payload.length);
  putHeader(new DataView(out.buffer), 0, payload.length, kind, more ? FLAGS.MORE : FLAGS.END, callId);
  out.set(payload, HEADER_BYTES);
  return out;
}

/** Writes a header into `out` at `at`. */
function putHeader(view: DataView, at: number, length: number, kind: FrameKind, flags: number, callId: bigint): void {
  view.setUint32(at, length, true);
  view.setUint8(at + 4, FRAME_KINDS[kind].id);
  view.setUint8(at + 5, flags);
  view.setUint16(at + 6, 0, true);
  view.setBigUint64(at + 8, callId, true);
}

/**
 * The bytes of one message: one frame, or several when head and body do not fit into one. Only kinds that span may need more than one;
 * the caller has checked the size against the message limit.
 */
export function encodeMessage(
  kind: FrameKind,
  callId: bigint,
  head: Uint8Array,
  body: Uint8Array = EMPTY,
  maxFrame: number = DEFAULT_LIMITS.maxFrame,
): Uint8Array {
  const total = head.length + body.length;
  const frames = Math.max(1, Math.ceil(total / maxFrame));
  const out = new Uint8Array(frames * HEADER_BYTES + total);
  const view = new DataView(out.buffer);
  let at = 0;
  let sent = 0;
  for (let i = 0; i < frames; i++) {
    const length = Math.min(maxFrame, total - sent);
    putHeader(view, at, length, kind, i === frames - 1 ? FLAGS.END : FLAGS.MORE, callId);
    at += HEADER_BYTES;
    const fromHead = Math.max(0, Math.min(length, head.length - sent));
    if (fromHead > 0) out.set(head.subarray(sent, sent + fromHead), at);
    const bodyAt = sent + fromHead - head.length;
    if (length > fromHead) out.set(body.subarray(bodyAt, bodyAt + length - fromHead), at + fromHead);
    at += length;
    sent += length;
  }
  return out;
}

const EMPTY = new Uint8Array(0);
