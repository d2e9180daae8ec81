/**
 * roots: keeps what the collector must find on the shadow stack.
 *
 * A value needs a slot when it is a reference, a universal word or an int not proved small, and is live across a call that may collect. (The
 * arguments of the call itself are the callee's to keep.) Objects do not move, so a slot is only written, never read back.
 *
 * Where it is written depends on the calls it lives across:
 * - a call on the common path: once, where the value is defined;
 * - only calls in cold blocks (slow paths of ints, say): before each of them, so the common path pays nothing. A function with no other
 *   need has no frame at all: the cold block opens a small one around its call.
 *
 * The frame of the function is opened where the ways that need it begin (see `framePlace`), so that a quick return pays nothing; values
 * made before are stored there. Cold calls on the other ways have frames of their own.
 *
 * Slots are coloured along the dominator tree: a slot is free again when its value is dead. `frame.enter` zeroes the slots, so the
 * collector never sees an old word; a slot of a dead value keeps its object a little longer, which is harmless.
 *
 * A function that leaves with an exception does not give its frame back. Whoever catches does: behind every `exc.take` the stack
 * pointer is set to the end of the catching function's own frame, so every function that takes has one, even with no slots.
 */
import { buildCfg } from '../analysis/cfg.ts';
import { coldBlocks } from '../analysis/cold.ts';
import { buildDominance, type Dominance, dominates } from '../analysis/dominance.ts';
import { framePlace } from '../analysis/frame-place.ts';
import { buildLiveness, eachLive, type Liveness } from '../analysis/liveness.ts';
import type { Block, BlockId, Func, Inst, Module, ValueId } from '../ir.ts';
import type { ImmOf } from '../ops.ts';
import { eachTermUse, makeInst } from '../traverse.ts';
import { definePass } from './pass.ts';

/** Inserts frames and roots. */
export const roots = definePass({
  name: 'roots',
  doc: 'Keeps references that live across a collection on the shadow stack.',
  level: 0,
  required: true,
  after: [
    { pass: 'legalise', because: 'slow paths are calls in cold blocks only then' },
    { pass: 'can-collect', because: 'only calls that may collect need roots' },
  ],
  run: (module, { traced, changes }) => {
    const indirect = module.table.some((name) => module.funcs.get(name)?.attrs.collects !== false);
    for (const func of module.funcs.values()) {
      addRoots(module, func, traced.get(func.name) ?? [], indirect);
      changes.touch(func);
    }
  },
});

/** A call that may collect and the values that must survive it. */
interface Crossing {
  readonly block: BlockId;
  readonly index: number;
  readonly live: readonly ValueId[];
}

function collects(module: Module, inst: Inst, indirect: boolean): boolean {
  if (inst.op === 'call.indirect') return indirect;
  return inst.op === 'call' && module.funcs.get((inst.imm as ImmOf<'call'>).func)?.attrs.collects !== false;
}

function addRoots(module: Module, func: Func, traced: readonly number[], indirect: boolean): void {
  let takes = false;
  let calls = false;
  for (const block of func.blocks) {
    for (const inst of block?.insts ?? []) {
      if (inst.op === 'exc.take') takes = true;
      else if (!calls) calls = collects(module, inst, indirect);
    }
  }
  if (!takes && !calls) return;
  const cfg = buildCfg(func);
  const crossings: Crossing[] = [];
  let liveness: Liveness | null = null;
  if (calls) {
    liveness = buildLiveness(func, cfg, (value) => (traced[value] ?? 0) !== 0);
    for (const id of cfg.order) findCrossings(module, func, id, liveness, traced, indirect, crossings);
  }
  const cold = coldBlocks(func, cfg);
  const atDefinition = new Uint8Array(func.values.length);
  // A function that takes exceptions must know where its frame ends before anything can raise.
  const framed: BlockId[] = takes ? [0 as BlockId] : [];
  for (const { block, live } of crossings) {
    if (cold[block]) continue;
    for (const value of live) atDefinition[value] = 1;
    if (live.length > 0) framed.push(block);
  }
  if (framed.length === 0) {
    wrapColdCalls(func, crossings);
    return;
  }
  const dom = buildDominance(func, cfg);
  const place = framePlace(func, dom, framed);
  const inside = crossings.filter(({ block }) => dominates(dom, place, block));
  const needed = new Uint8Array(func.values.length);
  for (const { live } of inside) for (const value of live) needed[value] = 1;
  const { slot, count } = liveness ? colour(func, dom, liveness, needed) : { slot: new Int32Array(0), count: 0 };
  const early: ValueId[] = [];
  if (liveness && place !== 0) eachLive(liveness, liveness.liveIn[place], (value) => atDefinition[value] && early.push(value));
  insertRoots(func, dom, place, early, inside, atDefinition, slot, count);
  wrapColdCalls(
    func,
    crossings.filter(({ block }) => !dominates(dom, place, block)),
  );
}

/** Scans a block backwards with the set of live traced values. */
function findCrossings(
  module: Module,
  func: Func,
  id: BlockId,
  liveness: Liveness,
  traced: readonly number[],
  indirect: boolean,
  found: Crossing[],
): void {
  const block = func.blocks[id] as Block;
  if (!block.insts.some((inst) => collects(module, inst, indirect))) return;
  const live = new Set<ValueId>();
  eachLive(liveness, liveness.liveOut[id], (value) => live.add(value));
  const use = (value: ValueId): void => {
    if (traced[value]) live.add(value);
  };
  eachTermUse(block.term, use);
  for (let k = block.insts.length - 1; k >= 0; k--) {
    const inst = block.insts[k] as Inst;
    live.delete(inst.result as ValueId);
    if (collects(module, inst, indirect)) found.push({ block: id, index: k, live: [...live].sort((a, b) => a - b) });
    inst.args.forEach(use);
  }
}

/** Slots along the dominator tree: definitions dominate uses, so the slots taken at the head of a block are known when it is reached. */
function colour(func: Func, dom: Dominance, liveness: Liveness, needed: Uint8Array): { slot: Int32Array; count: number } {
  const slot = new Int32Array(func.values.length).fill(-1);
  let count = 0;
  const assign = (value: ValueId, taken: Set<number>): void => {
    let s = 0;
    while (taken.has(s)) s++;
    slot[value] = s;
    taken.add(s);
    count = Math.max(count, s + 1);
  };
  const work: BlockId[] = [0 as BlockId];
  for (let id = work.pop(); id !== undefined; id = work.pop()) {
    const block = func.blocks[id] as Block;
    const taken = new Set<number>();
    eachLive(liveness, liveness.liveIn[id], (value) => {
      if (needed[value]) taken.add(slot[value] as number);
    });
    const last = lastUses(block, liveness, liveness.liveOut[id], needed);
    const release = (index: number): void => {
      for (const value of last.get(index) ?? []) taken.delete(slot[value] as number);
    };
    for (const param of id === 0 ? [...func.params, ...block.params] : block.params) if (needed[param]) assign(param, taken);
    release(-1);
    block.insts.forEach((inst, k) => {
      release(k);
      if (inst.result !== -1 && needed[inst.result]) assign(inst.result, taken);
    });
    for (const child of dom.children[id] as BlockId[]) work.push(child);
  }
  return { slot, count };
}

/** For each instruction the needed values that nothing after it uses; values live at the end of the block are not among them. */
function lastUses(block: Block, liveness: Liveness, liveOut: Uint32Array | undefined, needed: Uint8Array): Map<number, ValueId[]> {
  const seen = new Set<ValueId>();
  eachLive(liveness, liveOut, (value) => seen.add(value));
  eachTermUse(block.term, (value) => seen.add(value));
  const last = new Map<number, ValueId[]>();
  for (let k = block.insts.length - 1; k >= 0; k--) {
    for (const arg of (block.insts[k] as Inst).args) {
      if (!needed[arg] || seen.has(arg)) continue;
      seen.add(arg);
      const list = last.get(k);
      if (list) list.push(arg);
      else last.set(k, [arg]);
    }
  }
  return last;
}

function insertRoots(
  func: Func,
  dom: Dominance,
  place: BlockId,
  early: readonly ValueId[],
  crossings: readonly Crossing[],
  atDefinition: Uint8Array,
  slot: Int32Array,
  count: number,
): void {
  const frame = newValue(func);
  const before = new Map<BlockId, Map<number, readonly ValueId[]>>();
  for (const { block, index, live } of crossings) {
    const list = live.filter((value) => !atDefinition[value]);
    if (list.length === 0) continue;
    const inside = before.get(block) ?? new Map<number, readonly ValueId[]>();
    inside.set(index, list);
    before.set(block, inside);
  }
  const store = (value: ValueId): Inst => makeInst('root.set', [frame, value], { slot: slot[value] as number }, -1);
  for (const id of dom.cfg.order) {
    if (!dominates(dom, place, id)) continue;
    const block = func.blocks[id] as Block;
    const insts: Inst[] = [];
    if (id === place) insts.push(makeInst('frame.enter', [], { slot: count }, frame), ...early.map(store));
    for (const param of id === 0 ? [...func.params, ...block.params] : block.params) if (atDefinition[param]) insts.push(store(param));
    const inside = before.get(id);
    block.insts.forEach((inst, k) => {
      for (const value of inside?.get(k) ?? []) insts.push(store(value));
      insts.push(inst);
      if (inst.result !== -1 && atDefinition[inst.result]) insts.push(store(inst.result));
      if (inst.op === 'exc.take') insts.push(makeInst('frame.reset', [frame], { slot: count }, -1));
    });
    if (block.term.kind === 'return') insts.push(makeInst('frame.leave', [frame], null, -1));
    block.insts = insts;
  }
  func.attrs = { ...func.attrs, frame: count };
}

function wrapColdCalls(func: Func, crossings: readonly Crossing[]): void {
  const byBlock = new Map<BlockId, Crossing[]>();
  for (const crossing of crossings) {
    if (crossing.live.length === 0) continue;
    const list = byBlock.get(crossing.block);
    if (list) list.push(crossing);
    else byBlock.set(crossing.block, [crossing]);
  }
  for (const [id, list] of byBlock) {
    const block = func.blocks[id] as Block;
    const at = new Map(list.map(({ index, live }) => [index, live]));
    const insts: Inst[] = [];
    block.insts.forEach((inst, k) => {
      const live = at.get(k);
      if (live === undefined) {
        insts.push(inst);
        return;
      }
      const frame = newValue(func);
      insts.push(makeInst('frame.enter', [], { slot: live.length }, frame));
      live.forEach((value, s) => insts.push(makeInst('root.set', [frame, value], { slot: s }, -1)));
      insts.push(inst, makeInst('frame.leave', [frame], null, -1));
    });
    block.insts = insts;
  }
}

function newValue(func: Func): ValueId {
  func.values.push('i32');
  func.names.push(undefined);
  return (func.values.length - 1) as ValueId;
}
