/**
 * A growing stretch of memory that starts at an address: appends objects aligned to 8, patches words, interns str objects.
 */
import { STR, TYPE_ID } from '@molt/abi';

const utf8 = new TextEncoder();

/** Writes one contiguous part of the initial memory. */
export class ImageWriter {
  readonly #base: number;
  #buffer = new Uint8Array(4096);
  #view = new DataView(this.#buffer.buffer);
  #length = 0;
  readonly #strings = new Map<string, number>();

  /** `base` must be a multiple of 8. */
  constructor(base: number) {
    this.#base = base;
  }

  /** First address behind what was written. */
  get end(): number {
    return this.#base + this.#length;
  }

  bytes(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  /** Zeroed room at the next multiple of 8; its address. */
  reserve(size: number): number {
    const at = (this.#length + 7) & -8;
    const end = at + size;
    if (end > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(end, this.#buffer.length * 2));
      grown.set(this.#buffer);
      this.#buffer = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#length = end;
    return this.#base + at;
  }

  /** Appends bytes; their address. */
  append(bytes: Uint8Array): number {
    const at = this.reserve(bytes.length);
    this.#buffer.set(bytes, at - this.#base);
    return at;
  }

  setU32(address: number, value: number): void {
    this.#view.setUint32(address - this.#base, value, true);
  }

  addU32(address: number, value: number): void {
    this.setU32(address, this.#view.getUint32(address - this.#base, true) + value);
  }

  setU64(address: number, value: bigint): void {
    this.#view.setBigUint64(address - this.#base, BigInt.asUintN(64, value), true);
  }

  /** Address of a static str object with this text; equal texts share one. */
  str(text: string): number {
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    const bytes = utf8.encode(text);
    const at = this.reserve(STR.bytes + bytes.length);
    this.setU32(at, TYPE_ID.str);
    this.setU32(at + STR.byteLen, bytes.length);
    this.setU32(at + STR.cpLen, [...text].length);
    this.#buffer.set(bytes, at - this.#base + STR.bytes);
    this.#strings.set(text, at);
    return at;
  }
}
