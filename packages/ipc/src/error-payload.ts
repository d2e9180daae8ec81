/**
 * The payload of ERROR: a fixed struct that native code writes without thought, then texts and details for people and programs.
 *
 * ERROR   0: u16 code | 2: u8 executed | 3: u8 retry | 4: u32 after ms | 8: MessagePack [name, message, hint, details]
 */
import { type ControlMap, type ControlValue, isControlMap, packControl, unpackControl } from './control-pack.ts';
import { EXECUTED, errorNameOf, MIP_ERRORS, RETRY } from './error-taxonomy.ts';
import { DEFAULT_LIMITS } from './frame.ts';
import { MipError } from './mip-error.ts';
import { clampU32 } from './u32.ts';

/** Bytes before the MessagePack part of an ERROR. */
export const ERROR_HEAD = 8;
/** No text of an error is longer than this on the wire. */
const MAX_TEXT = 8192;
/** Details of an error nest no deeper. */
const MAX_DETAIL_DEPTH = 5;

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
  view.setUint32(4, clampU32(error.afterMs), true);
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
