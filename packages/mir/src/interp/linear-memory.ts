/**
 * Linear memory of the interpreter: a growing ArrayBuffer with views, little endian.
 */
import { TRAP_REASON } from '@molt/abi';
import { InterpreterTrap } from './trap.ts';

const PAGE = 65536;

/** Memory in pages of 64 KiB. Views change when it grows: do not keep them. */
export class LinearMemory {
  view: DataView;
  bytes: Uint8Array;
  readonly #maxPages: number;

  constructor(pages: number, maxPages: number) {
    const buffer = new ArrayBuffer(pages * PAGE);
    this.view = new DataView(buffer);
    this.bytes = new Uint8Array(buffer);
    this.#maxPages = maxPages;
  }

  get pages(): number {
    return this.bytes.length / PAGE;
  }

  /** The old number of pages, or -1 when there is no more. */
  grow(pages: number): number {
    const before = this.pages;
    if (pages < 0 || before + pages > this.#maxPages) return -1;
    const bytes = new Uint8Array((before + pages) * PAGE);
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    return before;
  }

  u32(address: number): number {
    return this.view.getUint32(address >>> 0, true);
  }

  setU32(address: number, value: number): void {
    this.view.setUint32(address >>> 0, value, true);
  }

  /** Throws a trap unless the range lies in memory. */
  check(address: number, size: number): void {
    if ((address >>> 0) + (size >>> 0) > this.bytes.length)
      throw new InterpreterTrap(TRAP_REASON.unreachable, `access outside memory at ${address >>> 0}`);
  }
}
