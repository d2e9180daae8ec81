/**
 * The receiving end of a stream: an async sequence of chunks, each an encoded list of items.
 *
 * What lies here is bounded by the credit that the sender was given, one frame; credit is returned as chunks are taken. Bytes come back at once
 * when nothing lies here any more, else by the half frame, so that neither end waits for the other and grants are few.
 */
import type { MipError } from './mip-error.ts';

interface Taker {
  readonly resolve: (result: IteratorResult<Uint8Array, undefined>) => void;
  readonly reject: (error: MipError) => void;
}

/** Receives the chunks of one direction of one call; for one consumer. */
export class ChunkReceiver implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #maxFrame: number;
  readonly #grant: (bytes: number) => void;
  readonly #chunks: Uint8Array[] = [];
  #credit: number;
  #consumed = 0;
  #ended = false;
  #stopped: MipError | undefined;
  #taker: Taker | undefined;

  /** `grant` returns credit to the sender. */
  constructor(maxFrame: number, grant: (bytes: number) => void) {
    this.#maxFrame = maxFrame;
    this.#credit = maxFrame;
    this.#grant = grant;
  }

  /** Whether the last chunk has come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Takes a chunk from the wire; text says what is wrong with it. */
  push(items: Uint8Array, more: boolean): string | undefined {
    if (this.#ended) return 'CHUNK after the last of its stream';
    if (items.length > this.#credit) return `CHUNK of ${items.length} bytes exceeds the stream's credit of ${this.#credit}`;
    this.#credit -= items.length;
    this.#ended = !more;
    if (this.#stopped !== undefined) return undefined;
    const taker = this.#taker;
    if (taker === undefined) this.#chunks.push(items);
    else {
      this.#taker = undefined;
      this.#consume(items);
      taker.resolve({ done: false, value: items });
    }
    return undefined;
  }

  /** The call ended: whoever waits here is told, unless the stream was complete. */
  stop(error: MipError): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = error;
    const taker = this.#taker;
    this.#taker = undefined;
    if (taker === undefined) return;
    if (this.#ended) taker.resolve({ done: true, value: undefined });
    else taker.reject(error);
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const items = this.#chunks.shift();
    if (items !== undefined) {
      this.#consume(items);
      return Promise.resolve({ done: false, value: items });
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    if (this.#stopped !== undefined) return Promise.reject(this.#stopped);
    return new Promise((resolve, reject) => {
      this.#taker = { resolve, reject };
    });
  }

  /** The consumer wants no more: what comes is dropped, and no credit is returned. */
  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#chunks.length = 0;
    this.#consumed = Number.NEGATIVE_INFINITY;
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #consume(items: Uint8Array): void {
    this.#consumed += items.length;
    if (this.#ended || this.#stopped !== undefined) return;
    if (this.#chunks.length > 0 && this.#consumed < this.#maxFrame / 2) return;
    const bytes = this.#consumed;
    if (!(bytes > 0)) return;
    this.#consumed = 0;
    this.#credit += bytes;
    this.#grant(bytes);
  }
}
