/**
 * Liveness of the values that a caller is interested in, as bit sets per block.
 *
 * Backward data flow over the reverse postorder. A parameter of a block is defined at its head; an argument of an edge is used at the
 * end of the block that the edge leaves. Values that never leave their block need no bit: scanning the block finds them.
 */
import type { BlockId, Func, ValueId } from '../ir.ts';
import { eachTermUse } from '../traverse.ts';
import type { Cfg } from './cfg.ts';

/** Live values at the borders of blocks. */
export interface Liveness {
  /** The values that are live across some border, by bit. */
  readonly values: readonly ValueId[];
  /** Bit of a value, or -1. */
  readonly bit: Int32Array;
  /** Bit sets by block id; undefined for unreachable blocks. */
  readonly liveIn: readonly (Uint32Array | undefined)[];
  readonly liveOut: readonly (Uint32Array | undefined)[];
}

/** Calls `visit` with every value whose bit is set. */
export function eachLive(liveness: Liveness, set: Uint32Array | undefined, visit: (value: ValueId) => void): void {
  if (!set) return;
  for (let w = 0; w < set.length; w++) {
    for (let word = set[w] as number; word !== 0; word &= word - 1)
      visit(liveness.values[w * 32 + (31 - Math.clz32(word & -word))] as ValueId);
  }
}

/** Computes liveness of the values that `include` accepts. */
export function buildLiveness(func: Func, cfg: Cfg, include: (value: ValueId) => boolean): Liveness {
  const home = new Int32Array(func.values.length).fill(-1);
  for (const id of func.params) home[id] = 0;
  for (const id of cfg.order) {
    const block = func.blocks[id];
    if (!block) continue;
    for (const param of block.params) home[param] = id;
    for (const inst of block.insts) if (inst.result !== -1) home[inst.result] = id;
  }
  const bit = new Int32Array(func.values.length).fill(-1);
  const values: ValueId[] = [];
  const cross = (value: ValueId, at: BlockId): void => {
    if (home[value] === at || bit[value] !== -1 || !include(value)) return;
    bit[value] = values.length;
    values.push(value);
  };
  for (const id of cfg.order) {
    const block = func.blocks[id];
    if (!block) continue;
    for (const inst of block.insts) for (const arg of inst.args) cross(arg, id);
    eachTermUse(block.term, (value) => cross(value, id));
  }
  const words = (values.length + 31) >> 5;
  const liveIn: (Uint32Array | undefined)[] = new Array(func.blocks.length);
  const liveOut: (Uint32Array | undefined)[] = new Array(func.blocks.length);
  const uses: Uint32Array[] = new Array(func.blocks.length);
  for (const id of cfg.order) {
    const block = func.blocks[id];
    if (!block) continue;
    const used = new Uint32Array(words);
    const use = (value: ValueId): void => {
      const b = bit[value] as number;
      if (b !== -1 && home[value] !== id) used[b >> 5] = (used[b >> 5] as number) | (1 << (b & 31));
    };
    for (const inst of block.insts) inst.args.forEach(use);
    eachTermUse(block.term, use);
    uses[id] = used;
    liveIn[id] = used.slice();
    liveOut[id] = new Uint32Array(words);
  }
  if (words === 0) return { values, bit, liveIn, liveOut };
  // Definitions of a block are the values whose home it is: clear them on the way up.
  const defined: Uint32Array[] = new Array(func.blocks.length);
  for (const id of cfg.order) defined[id] = new Uint32Array(words);
  values.forEach((value, b) => {
    const set = defined[home[value] as number];
    if (set) set[b >> 5] = (set[b >> 5] as number) | (1 << (b & 31));
  });
  for (let changed = true; changed; ) {
    changed = false;
    for (let k = cfg.order.length - 1; k >= 0; k--) {
      const id = cfg.order[k] as BlockId;
      const [out, into, def] = [liveOut[id] as Uint32Array, liveIn[id] as Uint32Array, defined[id] as Uint32Array];
      for (const to of cfg.succs[id] as BlockId[]) {
        const below = liveIn[to] as Uint32Array;
        for (let w = 0; w < words; w++) {
          const merged = ((out[w] as number) | (below[w] as number)) >>> 0;
          if (merged === out[w]) continue;
          out[w] = merged;
          const up = ((into[w] as number) | (merged & ~(def[w] as number))) >>> 0;
          if (up !== into[w]) {
            into[w] = up;
            changed = true;
          }
        }
      }
    }
  }
  return { values, bit, liveIn, liveOut };
}
