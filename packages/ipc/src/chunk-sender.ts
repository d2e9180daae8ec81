/**
 * The sending end of a stream: writes a chunk when the receiver has room for it.
 *
 * It holds at most one chunk. The stream ends once: with its last chunk, or because the call did.
 */
import { MipError } from './mip-error.ts';

/** An encoded list without items: what ends a stream that has no more. */
export const NO_ITEMS: Uint8Array = Uint8Array.of(0x90);

interface Held {
  readonly items: Uint8Array;
  readonly more: boolean;
  readonly resolve: () => void;
  readonly reject: (error: MipError) => void;
}

/** Sends the chunks of one direction of one call. */
export class ChunkSender {
  readonly #maxChunk: number;
  readonly #write: (items: Uint8Array, more: boolean) => void;
  #credit: number;
  #held: Held | undefined;
  #ended = false;
  #stopped: MipError | undefined;

  /** A stream begins with a credit of one frame. */
  constructor(maxFrame: number, write: (items: Uint8Array, more: boolean) => void) {
    this.#maxChunk = maxFrame;
    this.#credit = maxFrame;
    this.#write = write;
  }

  /** Whether the last chunk was written. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether the call ended under the stream. */
  get stopped(): boolean {
    return this.#stopped !== undefined;
  }

  /** Sends one encoded list of items; resolves when it was written, rejects with MipError when the stream is over. */
  send(items: Uint8Array, last = false): Promise<void> {
    if (this.#stopped !== undefined) return Promise.reject(this.#stopped);
    if (this.#ended || this.#held !== undefined) {
      const why = this.#ended ? 'the stream has ended' : 'the chunk before it was not sent yet: await each send';
      return Promise.reject(new MipError({ name: 'INTERNAL', message: `a chunk cannot be sent: ${why}` }));
    }
    if (items.length === 0 || items.length > this.#maxChunk) {
      const message = `a chunk of ${items.length} bytes, 1 to ${this.#maxChunk} are allowed`;
      return Promise.reject(new MipError({ name: 'FRAME_TOO_LARGE', message, hint: 'send fewer items at once', executed: 'maybe' }));
    }
    if (items.length <= this.#credit) {
      this.#put(items, !last);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      this.#held = { items, more: !last, resolve, reject };
    });
  }

  /** The receiver has consumed so many bytes. */
  grant(bytes: number): void {
    this.#credit += bytes;
    const held = this.#held;
    if (held === undefined || held.items.length > this.#credit) return;
    this.#held = undefined;
    this.#put(held.items, held.more);
    held.resolve();
  }

  /** The call ended: nothing more is sent. */
  stop(error: MipError): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = error;
    this.#held?.reject(error);
    this.#held = undefined;
  }

  #put(items: Uint8Array, more: boolean): void {
    this.#credit -= items.length;
    if (!more) this.#ended = true;
    this.#write(items, more);
  }
}
