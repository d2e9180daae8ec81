/**
 * The payloads of CALL, RESULT and ERROR. They begin with fixed structs, so that native code answers calls without a MessagePack reader.
 *
 * CALL    0: u16 export id | 2: u16 flags, zero | 4: u32 deadline ms | 8: u32 cpu ms | 12: u32 memory KiB | 16: u8 criticality | 17: 3 zero
 *         20: 16 bytes of the input wire id | 36: 16 bytes of the output wire id | 52: body
 * RESULT  0: u32 queue us | 4: u32 exec us | 8: u32 cpu us | 12: u32 peak KiB | 16: body
 * ERROR   0: u16 code | 2: u8 executed | 3: u8 retry | 4: u32 after ms | 8: MessagePack [name, message, hint, details]
 */
import { type ControlMap, type ControlValue, isControlMap, packControl, unpackControl } from './control-pack.ts';
import { EXECUTED, errorNameOf, MIP_ERRORS, RETRY } from './error-taxonomy.ts';
import { DEFAULT_LIMITS } from './frame.ts';
import { MipError } from './mip-error.ts';

/** Bytes before the body of a CALL. */
export const CALL_HEAD = 52;
/** Bytes before the body of a RESULT. */
export const RESULT_HEAD = 16;
/** Bytes before the MessagePack part of an ERROR. */
export const ERROR_HEAD = 8;
/** Bytes of a wire id that a call carries. */
export const ID_PREFIX = 16;

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
}

/** What a RESULT reports beside its body. */
export interface CallStats {
  readonly queueUs: number;
  readonly execUs: number;
  readonly cpuUs: number;
  readonly peakKib: number;
}

const MAX_U32 = 0xffffffff;
/** No text of an error is longer than this on the wire. */
const MAX_TEXT = 8192;
/** Details of an error nest no deeper. */
const MAX_DETAIL_DEPTH = 5;

/** The fixed part of a CALL. */
export function encodeCallHead(head: CallHead): Uint8Array {
  const out = new Uint8Array(CALL_HEAD);
  const view = new DataView(out.buffer);
  view.setUint16(0, head.exportId, true);
  view.setUint32(4, clamp(head.deadlineMs), true);
  view.setUint32(8, clamp(head.cpuMs), true);
  view.setUint32(12, clamp(head.memoryKib), true);
  view.setUint8(16, head.criticality);
  putHex(out, 20, head.inputId);
  putHex(out, 36, head.outputId);
  return out;
}

/** A CALL's payload in parts; text says what is wrong with it. */
export function decodeCall(payload: Uint8Array): { readonly head: CallHead; readonly body: Uint8Array } | string {
  if (payload.length < CALL_HEAD) return `CALL of ${payload.length} bytes, at least ${CALL_HEAD} are needed`;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const head: CallHead = {
    exportId: view.getUint16(0, true),
    deadlineMs: view.getUint32(4, true),
    cpuMs: view.getUint32(8, true),
    memoryKib: view.getUint32(12, true),
    criticality: view.getUint8(16),
    inputId: getHex(payload, 20),
    outputId: getHex(payload, 36),
  };
  if (view.getUint16(2, true) !== 0 || view.getUint8(17) !== 0 || view.getUint16(18, true) !== 0)
    return 'reserved parts of CALL are not zero';
  if (head.deadlineMs === 0) return 'CALL without a deadline';
  if (head.criticality > 3) return `criticality ${head.criticality}, 0 to 3 are known`;
  return { head, body: payload.subarray(CALL_HEAD) };
}

/** The fixed part of a RESULT. */
export function encodeResultHead(stats: CallStats): Uint8Array {
  const out = new Uint8Array(RESULT_HEAD);
  const view = new DataView(out.buffer);
  view.setUint32(0, clamp(stats.queueUs), true);
  view.setUint32(4, clamp(stats.execUs), true);
  view.setUint32(8, clamp(stats.cpuUs), true);
  view.setUint32(12, clamp(stats.peakKib), true);
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

/**
 * The payload of an ERROR, of at most `most` bytes: an ERROR never spans frames. What does not fit is left out, details first, so an
 * error always arrives.
 */
export function encodeError(error: MipError, most: number = DEFAULT_LIMITS.maxFrame): Uint8Array {
  const room = most - ERROR_HEAD;
  const texts = textsOf(error, room);
  const out = new Uint8Array(ERROR_HEAD + texts.length);
  const view = new DataView(out.buffer);
  view.setUint16(0, MIP_ERRORS[error.mip].code, true);
  view.setUint8(2, EXECUTED.indexOf(error.executed));
  view.setUint8(3, RETRY.indexOf(error.retry));
  view.setUint32(4, clamp(error.afterMs), true);
  out.set(texts, ERROR_HEAD);
  return out;
}

function textsOf(error: MipError, room: number): Uint8Array {
  const hint = error.hint ?? '';
  const full = packControl([error.mip, wellFormed(error.text), wellFormed(hint), plainDetails(error.facts, 0)]);
  if (full.length <= room) return full;
  // A character takes at most four bytes, so these always fit into the smallest frame.
  const cut = Math.min(MAX_TEXT, Math.floor((room - 100) / 16));
  return packControl([error.mip, wellFormed(error.text, cut), wellFormed(hint, cut), {}]);
}

/** Details as they may travel: texts well formed, nothing nested too deep, nothing that is no control value. */
function plainDetails(value: ControlMap, depth: number): ControlMap {
  const plain = (item: ControlValue): ControlValue => {
    if (typeof item === 'string') return wellFormed(item);
    if (typeof item === 'bigint') return item >= -(2n ** 63n) && item < 2n ** 64n ? item : String(item);
    if (Array.isArray(item))
      return depth >= MAX_DETAIL_DEPTH
        ? []
        : item.map((part) => plainDetails({ part: part as ControlValue }, depth + 1)['part'] as ControlValue);
    if (isControlMap(item)) return depth >= MAX_DETAIL_DEPTH ? {} : plainDetails(item, depth + 1);
    return item === undefined || typeof item === 'function' || typeof item === 'symbol' ? null : item;
  };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [wellFormed(key, 16), plain(item)]));
}

/** The error of an ERROR's payload; text says what is wrong with the payload. */
export function decodeError(payload: Uint8Array): MipError | string {
  if (payload.length < ERROR_HEAD) return `ERROR of ${payload.length} bytes, at least ${ERROR_HEAD} are needed`;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const code = view.getUint16(0, true);
  const executed = EXECUTED[view.getUint8(2)];
  const retry = RETRY[view.getUint8(3)];
  const texts = unpackControl(payload.subarray(ERROR_HEAD));
  if (executed === undefined || retry === undefined || !Array.isArray(texts) || texts.length !== 4) return 'ERROR with unknown parts';
  const [name, message, hint, details] = texts as unknown[];
  if (typeof name !== 'string' || typeof message !== 'string' || typeof hint !== 'string' || !isControlMap(details as never)) {
    return 'ERROR is not [name, message, hint, details]';
  }
  return new MipError({
    // A code of a later version is still an error with all its advice; only its name is unknown here.
    name: errorNameOf(code) ?? 'INTERNAL',
    message: errorNameOf(code) === undefined ? `${name} (${code}): ${message}` : message,
    hint: hint === '' ? undefined : hint,
    executed,
    retry,
    afterMs: view.getUint32(4, true),
    details: details as never,
  });
}

/** Text that fits into a frame; a lone surrogate, which cutting may leave, becomes U+FFFD. */
function wellFormed(text: string, most = MAX_TEXT): string {
  return text.slice(0, most).replace(/\p{Surrogate}/gu, '\ufffd');
}

function clamp(value: number): number {
  return Math.max(0, Math.min(MAX_U32, Math.ceil(value)));
}

function putHex(out: Uint8Array, at: number, digits: string): void {
  for (let i = 0; i < ID_PREFIX; i++) out[at + i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
}

function getHex(bytes: Uint8Array, at: number): string {
  let digits = '';
  for (let i = 0; i < ID_PREFIX; i++) digits += (bytes[at + i] as number).toString(16).padStart(2, '0');
  return digits;
}
