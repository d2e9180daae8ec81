/**
 * The payloads of CALL and RESULT. They begin with fixed structs, so that native code answers calls without a MessagePack reader.
 *
 * CALL    0: u16 export id | 2: u16 zero | 4: u32 deadline ms | 8: u32 cpu ms | 12: u32 memory KiB | 16: u8 criticality | 17: u8 head flags | 18: 2 zero
 *         20: 16 bytes of the input wire id | 36: 16 bytes of the output wire id | 52: what the head flags announce, then the body
 *         flag 1: 16 bytes trace id, 8 bytes span id, u8 trace flags | flag 2: u8 length, idempotency key
 * RESULT  0: u32 queue us | 4: u32 exec us | 8: u32 cpu us | 12: u32 peak KiB | 16: body
 */
import { clampU32 } from './u32.ts';

/** Bytes of the fixed part of a CALL. */
export const CALL_HEAD = 52;
/** Bytes before the body of a RESULT. */
export const RESULT_HEAD = 16;
/** Bytes of a wire id that a call carries. */
export const ID_PREFIX = 16;
/** Bits of the head flags of a CALL. */
export const HEAD_FLAGS = { TRACE: 0x01, KEY: 0x02 } as const;
/** Bytes that a trace context takes. */
const TRACE_BYTES = 25;
/** Longest idempotency key in bytes. */
export const MAX_KEY_BYTES = 64;

/** Where a call belongs in a distributed trace: the fields of W3C trace-context, in hexadecimal digits. */
export interface TraceContext {
  /** 32 digits, not all zero. */
  readonly traceId: string;
  /** 16 digits, not all zero: the span of the caller. */
  readonly spanId: string;
  /** 0 to 255; bit 0: sampled. */
  readonly flags: number;
}

/** What a CALL says before its body. Zero for cpu and memory means the export's default. */
export interface CallHead {
  readonly exportId: number;
  readonly deadlineMs: number;
  readonly cpuMs: number;
  readonly memoryKib: number;
  /** 0 sheddable, 1 normal, 2 important, 3 critical. */
  readonly criticality: number;
  /** The first 16 bytes of the wire id, as hexadecimal digits. */
  readonly inputId: string;
  readonly outputId: string;
  readonly trace?: TraceContext;
  /** Idempotency key: 1 to 64 bytes that mean nothing to the protocol. */
  readonly key?: Uint8Array;
}

/** What a RESULT reports beside its body. */
export interface CallStats {
  readonly queueUs: number;
  readonly execUs: number;
  readonly cpuUs: number;
  readonly peakKib: number;
}

/** Everything of a CALL before its body. */
export function encodeCallHead(head: CallHead): Uint8Array {
  const { trace, key } = head;
  const out = new Uint8Array(CALL_HEAD + (trace === undefined ? 0 : TRACE_BYTES) + (key === undefined ? 0 : 1 + key.length));
  const view = new DataView(out.buffer);
  view.setUint16(0, head.exportId, true);
  view.setUint32(4, clampU32(head.deadlineMs), true);
  view.setUint32(8, clampU32(head.cpuMs), true);
  view.setUint32(12, clampU32(head.memoryKib), true);
  view.setUint8(16, head.criticality);
  view.setUint8(17, (trace === undefined ? 0 : HEAD_FLAGS.TRACE) | (key === undefined ? 0 : HEAD_FLAGS.KEY));
  putHex(out, 20, head.inputId, ID_PREFIX);
  putHex(out, 36, head.outputId, ID_PREFIX);
  let at = CALL_HEAD;
  if (trace !== undefined) {
    putHex(out, at, trace.traceId, 16);
    putHex(out, at + 16, trace.spanId, 8);
    out[at + 24] = trace.flags;
    at += TRACE_BYTES;
  }
  if (key !== undefined) {
    out[at] = key.length;
    out.set(key, at + 1);
  }
  return out;
}

/** A CALL's payload in parts; text says what is wrong with it. */
export function decodeCall(payload: Uint8Array): { readonly head: CallHead; readonly body: Uint8Array } | string {
  if (payload.length < CALL_HEAD) return `CALL of ${payload.length} bytes, at least ${CALL_HEAD} are needed`;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const flags = view.getUint8(17);
  if (view.getUint16(2, true) !== 0 || (flags & ~(HEAD_FLAGS.TRACE | HEAD_FLAGS.KEY)) !== 0 || view.getUint16(18, true) !== 0)
    return 'reserved parts of CALL are not zero';
  const head: CallHead = {
    exportId: view.getUint16(0, true),
    deadlineMs: view.getUint32(4, true),
    cpuMs: view.getUint32(8, true),
    memoryKib: view.getUint32(12, true),
    criticality: view.getUint8(16),
    inputId: getHex(payload, 20, ID_PREFIX),
    outputId: getHex(payload, 36, ID_PREFIX),
  };
  if (head.deadlineMs === 0) return 'CALL without a deadline';
  if (head.criticality > 3) return `criticality ${head.criticality}, 0 to 3 are known`;
  return flags === 0 ? { head, body: payload.subarray(CALL_HEAD) } : extended(payload, flags, head);
}

/** Reads what the head flags announce. */
function extended(payload: Uint8Array, flags: number, head: CallHead): { readonly head: CallHead; readonly body: Uint8Array } | string {
  let at = CALL_HEAD;
  let trace: TraceContext | undefined;
  let key: Uint8Array | undefined;
  if ((flags & HEAD_FLAGS.TRACE) !== 0) {
    if (payload.length < at + TRACE_BYTES) return 'CALL ends within its trace context';
    trace = { traceId: getHex(payload, at, 16), spanId: getHex(payload, at + 16, 8), flags: payload[at + 24] as number };
    if (/^0+$/.test(trace.traceId) || /^0+$/.test(trace.spanId)) return 'CALL with a trace context of zeros';
    at += TRACE_BYTES;
  }
  if ((flags & HEAD_FLAGS.KEY) !== 0) {
    const length = payload[at];
    if (length === undefined || payload.length < at + 1 + length) return 'CALL ends within its idempotency key';
    if (length === 0 || length > MAX_KEY_BYTES) return `an idempotency key of ${length} bytes, 1 to ${MAX_KEY_BYTES} are allowed`;
    key = payload.slice(at + 1, at + 1 + length);
    at += 1 + length;
  }
  return { head: { ...head, ...(trace && { trace }), ...(key && { key }) }, body: payload.subarray(at) };
}

/** The fixed part of a RESULT. */
export function encodeResultHead(stats: CallStats): Uint8Array {
  const out = new Uint8Array(RESULT_HEAD);
  const view = new DataView(out.buffer);
  view.setUint32(0, clampU32(stats.queueUs), true);
  view.setUint32(4, clampU32(stats.execUs), true);
  view.setUint32(8, clampU32(stats.cpuUs), true);
  view.setUint32(12, clampU32(stats.peakKib), true);
  return out;
}

/** A RESULT's payload in parts. */
export function decodeResult(payload: Uint8Array): { readonly stats: CallStats; readonly body: Uint8Array } | string {
  if (payload.length < RESULT_HEAD) return `RESULT of ${payload.length} bytes, at least ${RESULT_HEAD} are needed`;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const stats: CallStats = {
    queueUs: view.getUint32(0, true),
    execUs: view.getUint32(4, true),
    cpuUs: view.getUint32(8, true),
    peakKib: view.getUint32(12, true),
  };
  return { stats, body: payload.subarray(RESULT_HEAD) };
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function putHex(out: Uint8Array, at: number, digits: string, bytes: number): void {
  for (let i = 0; i < bytes; i++) out[at + i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
}

function getHex(bytes: Uint8Array, at: number, count: number): string {
  let digits = '';
  for (let i = at; i < at + count; i++) digits += HEX[bytes[i] as number];
  return digits;
}
