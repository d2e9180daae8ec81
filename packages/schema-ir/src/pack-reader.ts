/**
 * Reads the Molt MessagePack profile and refuses every other way of writing the same value.
 *
 * Lengths are compared with the bound of the schema and with the bytes that are left before anything is allocated. Because each value
 * has exactly one accepted form, encoding what was decoded gives the same bytes again.
 */
import { refuse } from './schema-error.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What a first byte announces, for messages. */
function wireType(head: number): string {
  if (head < 0x80 || head >= 0xe0 || (head >= 0xcc && head <= 0xd3)) return 'int';
  if (head < 0x90 || head === 0xde || head === 0xdf) return 'map';
  if (head < 0xa0 || head === 0xdc || head === 0xdd) return 'array';
  if (head < 0xc0 || (head >= 0xd9 && head <= 0xdb)) return 'str';
  if (head === 0xc0) return 'nil';
  if (head === 0xc2 || head === 0xc3) return 'bool';
  if (head >= 0xc4 && head <= 0xc6) return 'bin';
  if (head === 0xca || head === 0xcb) return 'float';
  return head === 0xc1 ? 'the reserved byte c1' : 'ext';
}

/** A position in bytes, with a method per element of the profile. */
export class PackReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  /** Containers open at this point; containers count it up and down. */
  depth = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next byte to read. */
  get offset(): number {
    return this.#at;
  }

  /** Refuses bytes after the value. */
  end(): void {
    const extra = this.#bytes.length - this.#at;
    if (extra > 0) refuse('MOLT4021', { offset: this.#at, extra }, this.#at);
  }

  /** What comes next: nil, bool, int, float, str, bin, array, map; undefined at the end. */
  peek(): string | undefined {
    const head = this.#bytes[this.#at];
    return head === undefined ? undefined : wireType(head);
  }

  /** Whether nil comes next; takes it if so. */
  tryNil(): boolean {
    if (this.#bytes[this.#at] !== 0xc0) return false;
    this.#at++;
    return true;
  }

  nil(): null {
    const head = this.#head();
    if (head !== 0xc0) this.#wrong('nil', head);
    return null;
  }

  bool(): boolean {
    const head = this.#head();
    if (head === 0xc3) return true;
    if (head !== 0xc2) this.#wrong('bool', head);
    return false;
  }

  /** A whole number: a number when |v| <= 2^53-1, else a bigint. */
  int(): number | bigint {
    const at = this.#at;
    const head = this.#head();
    if (head < 0x80) return head;
    if (head >= 0xe0) return head - 0x100;
    switch (head) {
      case 0xcc:
        return this.#least(this.#u8(), 0x80, at);
      case 0xcd:
        return this.#least(this.#u16(), 0x100, at);
      case 0xce:
        return this.#least(this.#u32(), 0x10000, at);
      case 0xcf: {
        const start = this.#take(8);
        const high = this.#view.getUint32(start);
        const low = this.#view.getUint32(start + 4);
        if (high === 0) this.#notShortest(at);
        return high < 0x200000 ? high * 0x100000000 + low : this.#view.getBigUint64(start);
      }
      case 0xd0:
        return this.#most(this.#view.getInt8(this.#take(1)), -0x20, at);
      case 0xd1:
        return this.#most(this.#view.getInt16(this.#take(2)), -0x80, at);
      case 0xd2:
        return this.#most(this.#view.getInt32(this.#take(4)), -0x8000, at);
      case 0xd3: {
        const value = this.#view.getBigInt64(this.#take(8));
        if (value >= -0x80000000n) this.#notShortest(at);
        return value >= -0x1fffffffffffffn ? Number(value) : value;
      }
      default:
        return this.#wrong('int', head);
    }
  }

  float(): number {
    const at = this.#at;
    const head = this.#head();
    if (head === 0xca) refuse('MOLT4022', { offset: at, why: 'floats are doubles, this is a float32' }, at);
    if (head !== 0xcb) this.#wrong('float', head);
    const start = this.#take(8);
    const value = this.#view.getFloat64(start);
    if (Number.isNaN(value) && (this.#view.getUint32(start) !== 0x7ff80000 || this.#view.getUint32(start + 4) !== 0))
      refuse('MOLT4022', { offset: at, why: 'NaN is written 7ff8000000000000' }, at);
    return value;
  }

  str(maxBytes: number): string {
    const at = this.#at;
    const head = this.#head();
    let length: number;
    if (head >= 0xa0 && head < 0xc0) length = head & 0x1f;
    else if (head === 0xd9) length = this.#least(this.#u8(), 32, at);
    else if (head === 0xda) length = this.#least(this.#u16(), 0x100, at);
    else if (head === 0xdb) length = this.#least(this.#u32(), 0x10000, at);
    else return this.#wrong('str', head);
    if (length > maxBytes) refuse('MOLT4003', { limit: maxBytes, unit: 'bytes of UTF-8', actual: length }, at);
    const start = this.#take(length);
    if (length < 16) {
      let text = '';
      let i = start;
      for (; i < start + length; i++) {
        const byte = this.#bytes[i] as number;
        if (byte >= 0x80) break;
        text += String.fromCharCode(byte);
      }
      if (i === start + length) return text;
    }
    try {
      return decoder.decode(this.#bytes.subarray(start, start + length));
    } catch {
      return refuse('MOLT4008', { why: 'the bytes are not UTF-8' }, start);
    }
  }

  /** A copy of the bytes, so that the message may be dropped. */
  bin(maxBytes: number): Uint8Array {
    const at = this.#at;
    const head = this.#head();
    let length: number;
    if (head === 0xc4) length = this.#u8();
    else if (head === 0xc5) length = this.#least(this.#u16(), 0x100, at);
    else if (head === 0xc6) length = this.#least(this.#u32(), 0x10000, at);
    else return this.#wrong('bin', head);
    if (length > maxBytes) refuse('MOLT4003', { limit: maxBytes, unit: 'bytes', actual: length }, at);
    const start = this.#take(length);
    return this.#bytes.slice(start, start + length);
  }

  /** The count of an array; never more than the bytes left, since each item takes one at least. */
  array(maxItems: number): number {
    const at = this.#at;
    const head = this.#head();
    let count: number;
    if (head >= 0x90 && head < 0xa0) count = head & 0x0f;
    else if (head === 0xdc) count = this.#least(this.#u16(), 16, at);
    else if (head === 0xdd) count = this.#least(this.#u32(), 0x10000, at);
    else return this.#wrong('array', head);
    if (count > maxItems) refuse('MOLT4003', { limit: maxItems, unit: 'items', actual: count }, at);
    return this.#fits(count);
  }

  /** The count of a map; never more than half the bytes left. */
  map(maxItems: number): number {
    const at = this.#at;
    const head = this.#head();
    let count: number;
    if (head >= 0x80 && head < 0x90) count = head & 0x0f;
    else if (head === 0xde) count = this.#least(this.#u16(), 16, at);
    else if (head === 0xdf) count = this.#least(this.#u32(), 0x10000, at);
    else return this.#wrong('map', head);
    if (count > maxItems) refuse('MOLT4003', { limit: maxItems, unit: 'entries', actual: count }, at);
    this.#fits(count * 2);
    return count;
  }

  #fits(needed: number): number {
    const left = this.#bytes.length - this.#at;
    if (needed > left) refuse('MOLT4020', { offset: this.#bytes.length, needed: needed - left }, this.#at);
    return needed;
  }

  #take(count: number): number {
    const at = this.#at;
    this.#fits(count);
    this.#at = at + count;
    return at;
  }

  #head(): number {
    return this.#bytes[this.#take(1)] as number;
  }

  #u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  #u16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  #u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  #least(value: number, least: number, at: number): number {
    if (value < least) this.#notShortest(at);
    return value;
  }

  #most(value: number, bound: number, at: number): number {
    if (value >= bound) this.#notShortest(at);
    return value;
  }

  #notShortest(at: number): never {
    refuse('MOLT4022', { offset: at, why: 'a shorter form exists' }, at);
  }

  #wrong(expected: string, head: number): never {
    const offset = this.#at - 1;
    refuse('MOLT4023', { expected, actual: wireType(head), offset }, offset);
  }
}
