/**
 * Bytes to frames, fed in chunks of any size.
 *
 * The decoder never throws: a peer that breaks the rules gives one fault, after which it reads nothing more. It keeps at most one
 * unfinished frame, and its length is compared with the limit before any space is taken for it.
 *
 * States: preface -> header <-> payload -> failed (no way out).
 */

import type { MipErrorName } from './error-taxonomy.ts';
import { FLAGS, FRAME_KINDS, type Frame, frameKindOf, HEADER_BYTES, PREFACE, PREFACE_BYTES, VERSION } from './frame.ts';

/** What a peer did wrong. */
export interface FrameFault {
  readonly name: Extract<MipErrorName, 'PROTOCOL_ERROR' | 'VERSION_UNSUPPORTED' | 'FRAME_TOO_LARGE'>;
  readonly message: string;
  /** Where in the stream. */
  readonly offset: number;
}

/** What one chunk gave. */
export interface Decoded {
  readonly frames: readonly Frame[];
  readonly fault?: FrameFault;
}

/** Reads the stream of one peer. */
export class FrameDecoder {
  #maxFrame: number;
  /** Bytes of a preface, header or payload that is not complete. */
  #partial: Uint8Array = new Uint8Array(HEADER_BYTES);
  #filled = 0;
  #needed = PREFACE_BYTES;
  #state: 'preface' | 'header' | 'payload' | 'failed' = 'preface';
  #offset = 0;
  #header: Omit<Frame, 'payload'> | undefined;
  #skip = false;
  readonly #from: 'client' | 'server';

  /** `from` is the side that sends what is read here. */
  constructor(from: 'client' | 'server', maxFrame: number) {
    this.#from = from;
    this.#maxFrame = maxFrame;
  }

  /** The limit agreed in the handshake; counts from the next header on. */
  setMaxFrame(maxFrame: number): void {
    this.#maxFrame = maxFrame;
  }

  /** Whether a frame has begun and not ended. */
  get unfinished(): boolean {
    return this.#state !== 'failed' && (this.#filled > 0 || this.#state !== 'header');
  }

  /** Takes the next bytes of the stream. */
  push(chunk: Uint8Array): Decoded {
    const frames: Frame[] = [];
    let at = 0;
    while (this.#state !== 'failed') {
      const take = Math.min(this.#needed - this.#filled, chunk.length - at);
      let unit: Uint8Array;
      if (this.#filled === 0 && take === this.#needed) {
        // The whole unit lies in this chunk: no copy. Payloads may keep the chunk alive, which is as large as what was received.
        unit = chunk.subarray(at, at + take);
      } else {
        if (this.#filled === 0 && this.#partial.length < this.#needed) this.#partial = new Uint8Array(this.#needed);
        this.#partial.set(chunk.subarray(at, at + take), this.#filled);
        this.#filled += take;
        if (this.#filled < this.#needed) break;
        unit = this.#partial.subarray(0, this.#needed);
        this.#partial = this.#state === 'payload' ? new Uint8Array(HEADER_BYTES) : this.#partial;
      }
      at += take;
      this.#filled = 0;
      const fault = this.#unit(unit, frames);
      this.#offset += unit.length;
      if (fault !== undefined) {
        this.#state = 'failed';
        return { frames, fault };
      }
    }
    return { frames };
  }

  /** Handles one complete preface, header or payload. */
  #unit(unit: Uint8Array, frames: Frame[]): FrameFault | undefined {
    if (this.#state === 'payload') {
      if (!this.#skip) frames.push({ ...(this.#header as Omit<Frame, 'payload'>), payload: unit });
      this.#expect('header', HEADER_BYTES);
      return undefined;
    }
    if (this.#state === 'preface') {
      this.#expect('header', HEADER_BYTES);
      return this.#preface(unit);
    }
    const fault = this.#head(unit);
    if (fault === undefined && this.#needed === 0) {
      this.#state = 'payload';
      return this.#unit(new Uint8Array(0), frames);
    }
    return fault;
  }

  #expect(state: 'header' | 'payload', needed: number): void {
    this.#state = state;
    this.#needed = needed;
  }

  #preface(unit: Uint8Array): FrameFault | undefined {
    for (let i = 0; i < 4; i++) {
      if (unit[i] !== PREFACE[i]) return this.#fault('PROTOCOL_ERROR', 'the peer does not speak MIP: the stream does not begin with MIP1');
    }
    if (unit[4] !== VERSION.major) {
      return this.#fault(
        'VERSION_UNSUPPORTED',
        `the peer speaks MIP version ${unit[4]}.${unit[5]}, this side speaks ${VERSION.major}.${VERSION.minor}`,
      );
    }
    if (unit[6] !== 0 || unit[7] !== 0) return this.#fault('PROTOCOL_ERROR', 'reserved bytes of the preface are not zero');
    return undefined;
  }

  #head(unit: Uint8Array): FrameFault | undefined {
    const view = new DataView(unit.buffer, unit.byteOffset, HEADER_BYTES);
    const length = view.getUint32(0, true);
    const id = view.getUint8(4);
    const flags = view.getUint8(5);
    const callId = view.getBigUint64(8, true);
    if (view.getUint16(6, true) !== 0) return this.#fault('PROTOCOL_ERROR', 'reserved bytes of a frame header are not zero');
    if (length > this.#maxFrame) return this.#fault('FRAME_TOO_LARGE', `a frame of ${length} bytes exceeds the limit of ${this.#maxFrame}`);
    const kind = frameKindOf(id);
    this.#skip = kind === undefined;
    if (kind === undefined) {
      if ((flags & FLAGS.IGNORABLE) === 0) return this.#fault('PROTOCOL_ERROR', `unknown frame kind ${id}`);
    } else {
      const { from, spans } = FRAME_KINDS[kind];
      if (from !== 'both' && from !== this.#from) return this.#fault('PROTOCOL_ERROR', `a ${this.#from} may not send ${kind}`);
      if ((flags & FLAGS.SHM) !== 0) return this.#fault('PROTOCOL_ERROR', 'shared memory is not part of this version');
      const end = flags & (FLAGS.MORE | FLAGS.END);
      if (end !== FLAGS.END && !(spans !== false && end === FLAGS.MORE)) {
        return this.#fault(
          'PROTOCOL_ERROR',
          `${kind} with flags 0x${flags.toString(16)}: exactly one of MORE and END is needed, MORE only where a kind spans`,
        );
      }
      this.#header = { kind, flags, callId };
    }
    this.#expect('payload', length);
    return undefined;
  }

  #fault(name: FrameFault['name'], message: string): FrameFault {
    return { name, message, offset: this.#offset };
  }
}
