/**
 * Messages and bytes end to end: the only place where encoded values are copied.
 */
import type { EncodedMessage } from './message-frame.ts';

/** Bytes, or a message whose body is still in pieces. */
export type Part = Uint8Array | EncodedMessage;

/** The bytes of a part once it is joined. */
export function partBytes(part: Part): number {
  return part instanceof Uint8Array ? part.byteLength : part.head.byteLength + part.bodyBytes;
}

/** All parts in one array. */
export function joinParts(parts: readonly Part[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + partBytes(part), 0));
  let at = 0;
  for (const part of parts) {
    if (part instanceof Uint8Array) joined.set(part, at);
    else {
      joined.set(part.head, at);
      for (const chunk of part.chunks) joined.set(chunk.bytes, at + part.head.byteLength + chunk.at);
    }
    at += partBytes(part);
  }
  return joined;
}
