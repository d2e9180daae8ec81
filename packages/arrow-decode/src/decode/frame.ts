/**
 * Cuts a stream into encapsulated messages: metadata and body, each checked against the input and the limits.
 *
 *   0: int32 0xFFFFFFFF, the continuation marker (absent before Arrow 0.15)
 *   4: int32 metadata bytes, padding included; 0 ends the stream
 *   8: metadata flatbuffer
 *   8 + metadata bytes: body
 *
 * Spec: Arrow columnar format, encapsulated message format.
 */
import { fail, type Place } from '../arrow-error.ts';
import { type Budget, checkLimit } from '../limits.ts';
import { decodeMessage, type Message } from './message.ts';

/** One message and its body; `next` is the position after it. */
export type Frame = { readonly message: Message; readonly body: Uint8Array; readonly bodyOffset: number; readonly next: number };

/** What stands at a position: a frame, one of the ends, or less input than a whole frame (`missing` bytes at least). */
export type FrameRead =
  | { readonly kind: 'frame'; readonly frame: Frame }
  | { readonly kind: 'end-marker'; readonly next: number }
  | { readonly kind: 'end-of-input' }
  | { readonly kind: 'incomplete'; readonly missing: number; readonly part: string };

/** Reads the frame at `at`; `base` is the position of `bytes[0]` in the whole input, for error messages. */
export function readFrame(bytes: Uint8Array, at: number, base: number, budget: Budget, place: Place): FrameRead {
  const left = bytes.byteLength - at;
  if (left === 0) return { kind: 'end-of-input' };
  if (left < 4) return { kind: 'incomplete', missing: 4 - left, part: 'a message prefix of 4 bytes' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let metadataAt = at + 4;
  let metadataBytes = view.getInt32(at, true);
  if (metadataBytes === -1) {
    if (left < 8) return { kind: 'incomplete', missing: 8 - left, part: 'a message prefix of 8 bytes' };
    metadataBytes = view.getInt32(at + 4, true);
    metadataAt = at + 8;
  }
  if (metadataBytes === 0) return { kind: 'end-marker', next: metadataAt };
  if (metadataBytes < 8)
    fail('MOLT7003', { place, offset: base + metadataAt - 4, expected: 'at least 8 bytes of metadata', actual: metadataBytes });
  checkLimit(budget, 'maxMetadataBytes', metadataBytes, place, base + metadataAt - 4);
  const bodyAt = metadataAt + metadataBytes;
  if (bodyAt > bytes.byteLength)
    return { kind: 'incomplete', missing: bodyAt - bytes.byteLength, part: `metadata of ${metadataBytes} bytes` };
  const message = decodeMessage(bytes.subarray(metadataAt, bodyAt), base + metadataAt, budget, place);
  checkLimit(budget, 'maxBodyBytes', message.bodyLength, place, base + metadataAt);
  const next = bodyAt + message.bodyLength;
  if (next > bytes.byteLength)
    return { kind: 'incomplete', missing: next - bytes.byteLength, part: `a body of ${message.bodyLength} bytes` };
  return { kind: 'frame', frame: { message, body: bytes.subarray(bodyAt, next), bodyOffset: base + bodyAt, next } };
}
