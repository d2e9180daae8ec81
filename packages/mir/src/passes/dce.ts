/**
 * dce: removes what has no effect on the result.
 *
 * In functions: blocks that nothing reaches, instructions without effects whose results nobody uses (loads too: they cannot fault), and block
 * parameters that are only passed around. In the module: functions, globals, data items, heap types and table entries that nothing
 * reachable from the exports mentions. Before legalisation a language op also keeps the runtime functions of its slow path.
 */
import { buildCfg } from '../analysis/cfg.ts';
import type { Block, Func, Inst, Module, ValueId } from '../ir.ts';
import { OP_FACTS } from '../op-facts.ts';
import type { ImmOf, OpName } from '../ops.ts';
import { eachEdge, mapEdges } from '../traverse.ts';
import { definePass } from './pass.ts';
import { sweepModule } from './sweep-module.ts';

/** Dead code elimination, in functions and of module items. */
export const dce = definePass({
  name: 'dce',
  doc: 'Removes dead instructions, blocks, functions, data and types.',
  level: 0,
  run: (module, { changes }) => {
    sweepModule(module);
    let any = false;
    changes.eachStale('dce', module, (func) => {
      const changed = sweepFunc(module, func);
      any ||= changed;
      return changed;
    });
    if (any) sweepModule(module);
  },
});

/** Ops with effects that do not matter when the result is unused. */
const DROPPABLE: ReadonlySet<OpName> = new Set<OpName>(['new', 'new.buffer', 'memory.size']);

/** Whether an instruction may go when nobody uses its result. */
export function isRemovable(module: Module, inst: Inst): boolean {
  if (inst.result === -1) return false;
  if (DROPPABLE.has(inst.op)) return true;
  if (inst.op === 'call') {
    const { func, unwind } = inst.imm as ImmOf<'call'>;
    return unwind !== 'catch' && module.funcs.get(func)?.attrs.pure === true;
  }
  // An unused test still says that the op before it catches.
  if (inst.op === 'frame.enter' || inst.op === 'exc.pending') return false;
  const { writes, raises } = OP_FACTS[inst.op];
  return !writes && !raises;
}

/** Removes unreachable blocks; answers whether there were any. */
export function removeUnreachable(func: Func): boolean {
  if (func.blocks.length === 1) return false;
  const { position } = buildCfg(func);
  let any = false;
  for (let id = 0; id < func.blocks.length; id++) {
    if (position[id] !== -1 || func.blocks[id] === null) continue;
    func.blocks[id] = null;
    any = true;
  }
  return any;
}

/** Answers whether anything went. */
function sweepFunc(module: Module, func: Func): boolean {
  const removed = removeUnreachable(func);
  let dropped = false;
  const live = new Uint8Array(func.values.length);
  const definer: (Inst | undefined)[] = new Array(func.values.length);
  /** For block parameters: the block and position. */
  const paramOf: ({ block: Block; index: number } | undefined)[] = new Array(func.values.length);
  const incoming = new Map<Block, (readonly ValueId[])[]>();
  const work: ValueId[] = [];
  const mark = (value: ValueId): void => {
    if (live[value]) return;
    live[value] = 1;
    work.push(value);
  };
  for (const block of func.blocks) {
    if (!block) continue;
    block.params.forEach((param, index) => {
      paramOf[param] = { block, index };
    });
    for (const inst of block.insts) if (inst.result !== -1) definer[inst.result] = inst;
    eachEdge(block.term, (edge) => {
      if (edge.args.length === 0) return;
      const target = func.blocks[edge.block] as Block;
      const list = incoming.get(target);
      if (list) list.push(edge.args);
      else incoming.set(target, [edge.args]);
    });
  }
  for (const block of func.blocks) {
    if (!block) continue;
    for (const inst of block.insts) if (!isRemovable(module, inst)) inst.args.forEach(mark);
    const { term } = block;
    if (term.kind === 'branch') mark(term.cond);
    else if (term.kind === 'switch' || term.kind === 'raise') mark(term.value);
    else if (term.kind === 'return' && term.value !== null) mark(term.value);
  }
  for (let value = work.pop(); value !== undefined; value = work.pop()) {
    definer[value]?.args.forEach(mark);
    const param = paramOf[value];
    if (param) for (const args of incoming.get(param.block) ?? []) mark(args[param.index] as ValueId);
  }
  const deadParams = new Map<number, boolean[]>();
  for (let id = 0; id < func.blocks.length; id++) {
    const block = func.blocks[id];
    if (!block) continue;
    const before = block.insts.length;
    block.insts = block.insts.filter((inst) => inst.result === -1 || live[inst.result] === 1 || !isRemovable(module, inst));
    dropped ||= block.insts.length < before;
    if (!block.params.some((param) => !live[param])) continue;
    deadParams.set(
      id,
      block.params.map((param) => !live[param]),
    );
    func.blocks[id] = { ...block, params: block.params.filter((param) => live[param] === 1) };
  }
  if (deadParams.size === 0) return removed || dropped;
  for (const block of func.blocks) {
    if (!block) continue;
    block.term = mapEdges(block.term, (edge) => {
      const dead = deadParams.get(edge.block);
      return dead ? { block: edge.block, args: edge.args.filter((_, k) => !dead[k]) } : edge;
    });
  }
  return true;
}
