/**
 * A collector for tests that runs at every allocation and destroys what it cannot reach from the shadow stack, the traced globals and
 * the pending exception. A root that is missing shows as garbage in the result.
 */
import { BIGINT, CELL, SLOT_KIND, STACK_BASE, TYPE_KIND, TYPE_ROW } from '@molt/abi';
import type { LinearMemory } from '../../src/index.ts';

/** Keeps the list of objects made so far. */
export class StressCollector {
  readonly #objects = new Map<number, number>();
  collections = 0;

  /** Collects, then makes a zeroed object at a fresh place. */
  allocate(memory: LinearMemory, size: number, typeId: number): number {
    this.collect(memory);
    const at = memory.u32(CELL.heapPtr);
    const total = (size + 7) & ~7;
    while (at + total > memory.bytes.length) memory.grow(1);
    memory.setU32(CELL.heapPtr, at + total);
    memory.setU32(at, typeId);
    this.#objects.set(at, total);
    return at;
  }

  collect(memory: LinearMemory): void {
    this.collections++;
    const marked = new Set<number>();
    const work: number[] = [];
    const markRef = (ref: number): void => {
      if (!this.#objects.has(ref) || marked.has(ref)) return;
      marked.add(ref);
      work.push(ref);
    };
    const markWord = (at: number): void => {
      if (memory.u32(at + 4) >>> 30 === 1) markRef(memory.u32(at));
    };
    for (let at = STACK_BASE; at < memory.u32(CELL.stackPtr); at += 8) markWord(at);
    for (let at = memory.u32(CELL.globalsStart); at < memory.u32(CELL.globalsEnd); at += 8) markWord(at);
    markRef(memory.u32(CELL.excPending));
    for (let ref = work.pop(); ref !== undefined; ref = work.pop()) this.#scan(memory, ref, markRef, markWord);
    for (const [at, size] of this.#objects) {
      if (marked.has(at)) continue;
      memory.bytes.fill(0xee, at, at + size);
      this.#objects.delete(at);
    }
  }

  #scan(memory: LinearMemory, ref: number, markRef: (ref: number) => void, markWord: (at: number) => void): void {
    const row = memory.u32(CELL.typeTable) + memory.u32(ref) * TYPE_ROW.bytes;
    const map = memory.u32(row + TYPE_ROW.refMap);
    const slots = Array.from({ length: memory.u32(map) }, (_, k) => memory.u32(map + 4 + 4 * k));
    const visit = (base: number): void => {
      for (const slot of slots) {
        if ((slot & 3) === SLOT_KIND.ref) markRef(memory.u32(base + (slot >> 2)));
        else markWord(base + (slot >> 2));
      }
    };
    const kind = memory.u32(row + TYPE_ROW.kind);
    if (kind === TYPE_KIND.fixed) visit(ref);
    else if (kind === TYPE_KIND.buffer) {
      const stride = memory.u32(row + TYPE_ROW.size);
      const end = ref + 8 + memory.u32(ref + 4);
      if (stride > 0) for (let at = ref + 8; at + stride <= end; at += stride) visit(at);
    } else if (kind === TYPE_KIND.bigint) memory.u32(ref + BIGINT.size);
  }
}
