/**
 * Writes the Molt MessagePack profile: always the shortest form, always doubles, one NaN.
 *
 * The buffer doubles up to the limit of the codec and never beyond it, so a value that is too large ends in an error, not in memory.
 */
import { refuse } from './schema-error.ts';

const encoder = new TextEncoder();

/** The high and low words of the one NaN of the profile. */
const NAN_HIGH = 0x7ff80000;

/** A growing buffer with a method per element of the profile. */
export class PackWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #at = 0;
  readonly #limit: number;
  /** Containers open at this point; containers count it up and down. */
  depth = 0;

  constructor(limit: number, start = 512) {
    this.#limit = limit;
    this.#bytes = new Uint8Array(Math.min(start, limit));
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** A copy of what was written; the writer is empty afterwards and may be used again. */
  take(): Uint8Array {
    const out = this.#bytes.slice(0, this.#at);
    this.reset();
    return out;
  }

  /** Forgets what was written. */
  reset(): void {
    this.#at = 0;
    this.depth = 0;
  }

  /** Makes room for `more` bytes and returns where they start. */
  #room(more: number): number {
    const at = this.#at;
    const end = at + more;
    if (end > this.#bytes.length) {
      if (end > this.#limit) refuse('MOLT4003', { limit: this.#limit, unit: 'bytes in one message', actual: `${end} or more` });
      const bytes = new Uint8Array(Math.min(this.#limit, Math.max(end, this.#bytes.length * 2)));
      bytes.set(this.#bytes.subarray(0, at));
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer);
    }
    this.#at = end;
    return at;
  }

  nil(): void {
    const at = this.#room(1);
    this.#bytes[at] = 0xc0;
  }

  bool(value: boolean): void {
    const at = this.#room(1);
    this.#bytes[at] = value ? 0xc3 : 0xc2;
  }

  /** A whole number that a double holds exactly. */
  int(value: number): void {
    if (value >= 0) {
      if (value < 0x80) {
        const at = this.#room(1);
        this.#bytes[at] = value;
      } else if (value < 0x100) this.#byteThen(0xcc, value);
      else if (value < 0x10000) this.#head16(0xcd, value);
      else if (value < 0x100000000) this.#head32(0xce, value);
      else this.#head64(0xcf, Math.floor(value / 0x100000000), value % 0x100000000);
    } else if (value >= -0x20) {
      const at = this.#room(1);
      this.#bytes[at] = value & 0xff;
    } else if (value >= -0x80) this.#byteThen(0xd0, value & 0xff);
    else if (value >= -0x8000) this.#head16(0xd1, value & 0xffff);
    else if (value >= -0x80000000) this.#head32(0xd2, value >>> 0);
    else {
      const high = Math.floor(value / 0x100000000);
      this.#head64(0xd3, high >>> 0, value - high * 0x100000000);
    }
  }

  /** A whole number of up to 64 bits. */
  bigint(value: bigint): void {
    if (value >= -0x1fffffffffffffn && value <= 0x1fffffffffffffn) this.int(Number(value));
    else this.#head64(value < 0n ? 0xd3 : 0xcf, Number((value >> 32n) & 0xffffffffn), Number(value & 0xffffffffn));
  }

  float(value: number): void {
    const at = this.#room(9);
    this.#bytes[at] = 0xcb;
    if (Number.isNaN(value)) {
      this.#view.setUint32(at + 1, NAN_HIGH);
      this.#view.setUint32(at + 5, 0);
    } else this.#view.setFloat64(at + 1, value);
  }

  /** Text; refuses lone surrogates and more than `maxBytes` of UTF-8. */
  str(text: string, maxBytes: number): void {
    const units = text.length;
    // Each UTF-16 unit takes at least one byte, so a text that is far too long costs nothing.
    if (units > maxBytes) refuse('MOLT4003', { limit: maxBytes, unit: 'bytes of UTF-8', actual: `${units} or more` });
    if (units < 32) {
      const at = this.#room(1 + units);
      let i = 0;
      for (; i < units; i++) {
        const unit = text.charCodeAt(i);
        if (unit >= 0x80) break;
        this.#bytes[at + 1 + i] = unit;
      }
      if (i === units) {
        this.#bytes[at] = 0xa0 | units;
        return;
      }
      this.#at = at;
    }
    if (/\p{Surrogate}/u.test(text)) refuse('MOLT4008', { why: 'a lone surrogate' });
    const utf8 = encoder.encode(text);
    if (utf8.length > maxBytes) refuse('MOLT4003', { limit: maxBytes, unit: 'bytes of UTF-8', actual: utf8.length });
    const length = utf8.length;
    if (length < 32) {
      const at = this.#room(1);
      this.#bytes[at] = 0xa0 | length;
    } else if (length < 0x100) this.#byteThen(0xd9, length);
    else if (length < 0x10000) this.#head16(0xda, length);
    else this.#head32(0xdb, length);
    const at = this.#room(length);
    this.#bytes.set(utf8, at);
  }

  bin(value: Uint8Array): void {
    const length = value.length;
    if (length < 0x100) this.#byteThen(0xc4, length);
    else if (length < 0x10000) this.#head16(0xc5, length);
    else this.#head32(0xc6, length);
    const at = this.#room(length);
    this.#bytes.set(value, at);
  }

  /** The head of an array of `count` items. */
  array(count: number): void {
    if (count < 16) {
      const at = this.#room(1);
      this.#bytes[at] = 0x90 | count;
    } else if (count < 0x10000) this.#head16(0xdc, count);
    else this.#head32(0xdd, count);
  }

  /** The head of a map of `count` entries. */
  map(count: number): void {
    if (count < 16) {
      const at = this.#room(1);
      this.#bytes[at] = 0x80 | count;
    } else if (count < 0x10000) this.#head16(0xde, count);
    else this.#head32(0xdf, count);
  }

  /** Bytes that are encoded already. */
  raw(encoded: Uint8Array): void {
    const at = this.#room(encoded.length);
    this.#bytes.set(encoded, at);
  }

  #byteThen(head: number, value: number): void {
    const at = this.#room(2);
    this.#bytes[at] = head;
    this.#bytes[at + 1] = value;
  }

  #head16(head: number, value: number): void {
    const at = this.#room(3);
    this.#bytes[at] = head;
    this.#view.setUint16(at + 1, value);
  }

  #head32(head: number, value: number): void {
    const at = this.#room(5);
    this.#bytes[at] = head;
    this.#view.setUint32(at + 1, value);
  }

  #head64(head: number, high: number, low: number): void {
    const at = this.#room(9);
    this.#bytes[at] = head;
    this.#view.setUint32(at + 1, high);
    this.#view.setUint32(at + 5, low);
  }
}
