/**
 * licm: moves what does not change in a loop in front of it.
 *
 * Loops are visited from the inside out. An instruction moves to the preheader (made when missing) when its operands are defined outside and
 * it is pure, or a load of a class that the loop does not write. It then runs even when the loop's body would not, so it must be harmless:
 *
 * - divisions stay, and shifts of ints of any size (their operands are checked inside the loop);
 * - a reference taken out of a tagged word is only valid behind the test of the tag, and an element address only behind its bounds check:
 *   it stays, for the collector would follow it, and loads move only from a base that is a valid object wherever it is defined;
 * - addresses do not move out of loops that may collect: an address keeps nothing alive;
 * - nothing moves out of cold blocks.
 */
import { isImmutable, readClass, summariseWrites, type WriteSummaries, writesOf } from '../analysis/alias.ts';
import { coldBlocks } from '../analysis/cold.ts';
import { buildDominance } from '../analysis/dominance.ts';
import { buildLoops, type Loop } from '../analysis/loops.ts';
import type { Block, BlockId, Edge, Func, Inst, Module, ValueId } from '../ir.ts';
import { OP_FACTS } from '../op-facts.ts';
import type { OpName } from '../ops.ts';
import { dividesBy } from '../pure-ops.ts';
import { mapEdges } from '../traverse.ts';
import { TRACE } from './legalise/func-lowering.ts';
import { definePass } from './pass.ts';

/** Loop-invariant code motion. */
export const licm = definePass({
  name: 'licm',
  doc: 'Moves invariant computations and loads in front of loops.',
  level: 2,
  run: (module, { traced, changes }) => {
    const summaries = summariseWrites(module);
    changes.eachStale('licm', module, (func) => moveInvariants(module, func, summaries, traced.get(func.name)));
  },
});

/** Ops that must not run where they would not have. */
const STAYS: ReadonlySet<OpName> = new Set<OpName>(['int.floordiv', 'int.mod', 'int.shl', 'int.shr', 'val.to_f64', 'val.type']);
/** Results that are valid objects only behind a test. */
const UNSURE: ReadonlySet<OpName> = new Set<OpName>([
  'val.to_ref',
  'int.to_ref',
  'ref.from_addr',
  'i32.wrap',
  'i32.or',
  'i32.add',
  'i32.sub',
  'select',
]);

function moveInvariants(module: Module, func: Func, summaries: WriteSummaries, traced: readonly number[] | undefined): boolean {
  if (func.blocks.length === 1) return false;
  let any = false;
  const dom = buildDominance(func);
  const { loops } = buildLoops(func, dom);
  if (loops.length === 0) return false;
  const cold = coldBlocks(func, dom.cfg);
  const home = new Int32Array(func.values.length).fill(-1);
  const definitions: (Inst | undefined)[] = new Array(func.values.length);
  for (const id of func.params) home[id] = 0;
  for (const id of dom.cfg.order) {
    const block = func.blocks[id] as Block;
    for (const param of block.params) home[param] = id;
    for (const inst of block.insts) {
      if (inst.result === -1) continue;
      home[inst.result] = id;
      definitions[inst.result] = inst;
    }
  }
  const isRef = (value: ValueId): boolean => (module.level === 'language' ? func.values[value] === 'ref' : traced?.[value] === TRACE.ref);
  const isObject = (value: ValueId): boolean => {
    if (!isRef(value)) return false;
    const from = definitions[value];
    return !from || !UNSURE.has(from.op);
  };
  for (const loop of loops) {
    const inside = new Set<BlockId>(loop.blocks);
    const moved = hoistable(func, loop, inside, cold, home, summaries, isRef, isObject);
    if (moved.length === 0) continue;
    any = true;
    const target = preheader(func, loop, inside, dom.cfg.preds[loop.header] as BlockId[]);
    for (const inst of moved) home[inst.result as ValueId] = target;
    (func.blocks[target] as Block).insts.push(...moved);
    // Outer loops hold the new block too, so that it can be looked at when their turn comes.
    for (let at = loop.parent; at !== -1; at = (loops[at] as Loop).parent) (loops[at] as Loop).blocks.push(target);
  }
  return any;
}

/** What the blocks of a loop may write. */
function loopWrites(func: Func, loop: Loop, summaries: WriteSummaries): { any: boolean; raw: boolean; classes: Set<string> } {
  const classes = new Set<string>();
  let any = false;
  let raw = false;
  for (const id of loop.blocks) {
    for (const inst of func.blocks[id]?.insts ?? []) {
      const writes = writesOf(inst, summaries);
      any ||= writes.any;
      raw ||= writes.raw;
      for (const alias of writes.classes) classes.add(alias);
    }
  }
  return { any, raw, classes };
}

/** Takes the invariant instructions out of their blocks, in an order that respects their operands. */
function hoistable(
  func: Func,
  loop: Loop,
  inside: ReadonlySet<BlockId>,
  cold: Uint8Array,
  home: Int32Array,
  summaries: WriteSummaries,
  isRef: (value: ValueId) => boolean,
  isObject: (value: ValueId) => boolean,
): Inst[] {
  const writes = loopWrites(func, loop, summaries);
  const moved: Inst[] = [];
  const out = new Set<ValueId>();
  const invariant = (value: ValueId): boolean => out.has(value) || !inside.has(home[value] as BlockId);
  const mayMove = (inst: Inst): boolean => {
    if (inst.result === -1 || STAYS.has(inst.op) || dividesBy(inst.op)) return false;
    if (UNSURE.has(inst.op) && isRef(inst.result)) return false;
    if (inst.op === 'ref.addr') return !writes.raw && !writes.any;
    const alias = readClass(inst);
    if (alias !== undefined) {
      const changes =
        !isImmutable(alias) && (writes.any || writes.classes.has(alias) || (alias === '' && (writes.raw || writes.classes.size > 0)));
      const [base] = inst.args;
      return !changes && alias !== '' && (base === undefined || isObject(base) || alias.startsWith('global:'));
    }
    const { pure, plain, type } = OP_FACTS[inst.op];
    return pure || (plain && type === 'int');
  };
  // Blocks in the order of the function's reverse postorder would be ideal; a few rounds reach the same.
  for (let again = true; again; ) {
    again = false;
    for (const id of loop.blocks) {
      const block = func.blocks[id];
      if (!block || (cold[id] === 1 && cold[loop.header] !== 1)) continue;
      const rest: Inst[] = [];
      for (const inst of block.insts) {
        if (mayMove(inst) && inst.args.every(invariant)) {
          moved.push(inst);
          out.add(inst.result as ValueId);
        } else rest.push(inst);
      }
      if (rest.length < block.insts.length) {
        block.insts = rest;
        again = true;
      }
    }
  }
  return moved;
}

/** The block in front of a loop: the only one outside with a plain jump to the header, or a new one. */
function preheader(func: Func, loop: Loop, inside: ReadonlySet<BlockId>, preds: readonly BlockId[]): BlockId {
  const outside = [...new Set(preds.filter((pred) => !inside.has(pred)))];
  const only = outside[0];
  if (outside.length === 1 && only !== undefined && func.blocks[only]?.term.kind === 'jump') return only;
  const header = func.blocks[loop.header] as Block;
  const params = header.params.map((param) => {
    func.values.push(func.values[param] as (typeof func.values)[number]);
    func.names.push(func.names[param]);
    return (func.values.length - 1) as ValueId;
  });
  const id = func.blocks.length as BlockId;
  func.blocks.push({ params, insts: [], term: { kind: 'jump', to: { block: loop.header, args: params } } });
  const redirect = (edge: Edge): Edge => (edge.block === loop.header ? { block: id, args: edge.args } : edge);
  for (const pred of outside) {
    const block = func.blocks[pred] as Block;
    block.term = mapEdges(block.term, redirect);
  }
  return id;
}
