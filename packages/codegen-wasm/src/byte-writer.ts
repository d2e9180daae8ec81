/**
 * A growing byte buffer with the encodings of the WebAssembly binary format: LEB128 integers, names, vectors, sections.
 *
 * Sizes precede contents in that format. Contents are written to a writer of their own and appended with their size, so
 * nothing is patched afterwards except single opcode bytes.
 */
const text = new TextEncoder();

/** Appends bytes and LEB128 numbers. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  /** Replaces one byte that was written before. */
  patch(at: number, value: number): void {
    this.#bytes[at] = value;
  }

  byteAt(at: number): number {
    return this.#bytes[at] as number;
  }

  /** Drops everything from `length` on. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** Unsigned LEB128 of a u32. */
  u32(value: number): void {
    this.#room(5);
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  /** Signed LEB128 of an i32. */
  s32(value: number): void {
    this.#room(5);
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
        this.#bytes[this.#length++] = low;
        return;
      }
      this.#bytes[this.#length++] = low | 0x80;
    }
  }

  /** Signed LEB128 of an i64; small numbers take the way without bigint arithmetic. */
  s64(value: bigint): void {
    const signed = BigInt.asIntN(64, value);
    if (signed >= -0x8000_0000n && signed <= 0x7fff_ffffn) {
      this.s32(Number(signed));
      return;
    }
    this.#room(10);
    let rest = signed;
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) {
        this.#bytes[this.#length++] = low;
        return;
      }
      this.#bytes[this.#length++] = low | 0x80;
    }
  }

  f64(value: number): void {
    this.#room(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  bytes(source: Uint8Array): void {
    this.#room(source.length);
    this.#bytes.set(source, this.#length);
    this.#length += source.length;
  }

  /** Length-prefixed bytes. */
  vector(source: Uint8Array): void {
    this.u32(source.length);
    this.bytes(source);
  }

  /** Length-prefixed UTF-8. */
  name(value: string): void {
    this.vector(text.encode(value));
  }

  /** A section: id, size, contents. */
  section(id: number, contents: ByteWriter): void {
    this.u8(id);
    this.vector(contents.view());
  }

  /** The bytes written so far, shared with the writer. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** A copy of the bytes written so far. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #room(more: number): void {
    const need = this.#length + more;
    if (need <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(need, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
