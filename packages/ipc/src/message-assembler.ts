/**
 * Frames to messages: joins the frames of a payload that spans several.
 *
 * Parts of different calls may come in turns. What is kept is bounded by the message limit over all unfinished messages of the
 * connection together, so a peer cannot have many large ones begun at once.
 */
import { FLAGS, type Frame, type FrameKind } from './frame.ts';
import type { FrameFault } from './frame-decoder.ts';

/** A complete message. */
export interface Message {
  readonly kind: FrameKind;
  readonly callId: bigint;
  readonly payload: Uint8Array;
  /** For a CHUNK: whether more follow. */
  readonly more: boolean;
}

interface Unfinished {
  readonly kind: FrameKind;
  /** What came so far, copied: a part may be one byte, and must not keep the chunk alive that it came in. */
  buffer: Uint8Array;
  bytes: number;
}

/** Messages that may be unfinished at once on a connection. */
const MOST_UNFINISHED = 1024;

/** Joins the frames of one peer. */
export class MessageAssembler {
  #maxMessage: number;
  #held = 0;
  readonly #open = new Map<bigint, Unfinished>();

  constructor(maxMessage: number) {
    this.#maxMessage = maxMessage;
  }

  /** The limit agreed in the handshake. */
  setMaxMessage(maxMessage: number): void {
    this.#maxMessage = maxMessage;
  }

  /** Messages that have begun and not ended. */
  get unfinished(): number {
    return this.#open.size;
  }

  /** The message that this frame completes, nothing if it goes on, or what is wrong with it. */
  push(frame: Frame): Message | FrameFault | undefined {
    const more = (frame.flags & FLAGS.MORE) !== 0;
    const begun = this.#open.get(frame.callId);
    if (more && frame.payload.length === 0) return fault('PROTOCOL_ERROR', 'an empty frame that goes on');
    // A chunk is a message of its own: what follows it is the next one.
    if (frame.kind === 'CHUNK' || (begun === undefined && !more)) return whole(frame, more);
    if (begun !== undefined && begun.kind !== frame.kind) {
      // Control frames of the same call, such as CANCEL, may come in between.
      if (!more && frame.kind !== 'CALL' && frame.kind !== 'RESULT' && frame.kind !== 'EXPORTS') {
        return whole(frame, false);
      }
      return fault('PROTOCOL_ERROR', `${frame.kind} came while ${begun.kind} ${frame.callId} was not complete`);
    }
    if (this.#held + frame.payload.length > this.#maxMessage) {
      return fault('FRAME_TOO_LARGE', `unfinished messages exceed the limit of ${this.#maxMessage} bytes`);
    }
    if (begun === undefined && this.#open.size >= MOST_UNFINISHED) return fault('FRAME_TOO_LARGE', 'too many unfinished messages');
    const message = begun ?? { kind: frame.kind, buffer: new Uint8Array(0), bytes: 0 };
    if (begun === undefined) this.#open.set(frame.callId, message);
    this.#append(message, frame.payload);
    this.#held += frame.payload.length;
    if (more) return undefined;
    this.drop(frame.callId);
    return { kind: frame.kind, callId: frame.callId, payload: message.buffer.subarray(0, message.bytes), more: false };
  }

  #append(message: Unfinished, part: Uint8Array): void {
    const need = message.bytes + part.length;
    if (need > message.buffer.length) {
      const grown = new Uint8Array(Math.min(this.#maxMessage, 2 * need));
      grown.set(message.buffer.subarray(0, message.bytes));
      message.buffer = grown;
    }
    message.buffer.set(part, message.bytes);
    message.bytes = need;
  }

  /** Forgets the unfinished message of a call. */
  drop(callId: bigint): void {
    const begun = this.#open.get(callId);
    if (begun === undefined) return;
    this.#held -= begun.bytes;
    this.#open.delete(callId);
  }
}

function whole({ kind, callId, payload }: Frame, more: boolean): Message {
  return { kind, callId, payload, more };
}

function fault(name: FrameFault['name'], message: string): FrameFault {
  return { name, message, offset: 0 };
}
