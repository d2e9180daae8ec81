/**
 * simplify-cfg: straightens control flow.
 *
 * - Unreachable blocks go.
 * - A jump to an empty block that only jumps on goes straight to its target (with the arguments the empty block would pass), when the block's
 *   parameters are used nowhere else.
 * - A jump to an empty block that ends with a branch on its own parameter, with a constant known at the jump, goes straight to the right side
 *   (jump threading): what short-circuit conditions and inlined boolean functions leave behind.
 * - A block with one predecessor that jumps to it becomes part of that predecessor.
 */
import { buildCfg } from '../analysis/cfg.ts';
import type { Block, BlockId, Edge, Func, Inst, ValueId } from '../ir.ts';
import { eachUse, mapEdges, replaceUses } from '../traverse.ts';
import { removeUnreachable } from './dce.ts';
import { definePass } from './pass.ts';

/** Jump threading and merging of blocks. */
export const simplifyCfg = definePass({
  name: 'simplify-cfg',
  doc: 'Threads jumps through empty blocks and merges straight-line blocks.',
  run: (module, { changes }) => changes.eachStale('simplify-cfg', module, simplifyFunc),
});

/** Simplifies one function; answers whether anything changed. */
export function simplifyFunc(func: Func): boolean {
  if (func.blocks.length === 1) return false;
  const threaded = threadJumps(func);
  const removed = removeUnreachable(func);
  return mergeBlocks(func) || threaded || removed;
}

/** Blocks without instructions whose parameters only their own terminator uses: a jump can do their work itself. */
function transparentBlocks(func: Func): Uint8Array {
  const transparent = new Uint8Array(func.blocks.length);
  const home = new Int32Array(func.values.length).fill(-1);
  for (let id = 1; id < func.blocks.length; id++) {
    const block = func.blocks[id];
    if (!block || block.insts.length > 0 || (block.term.kind !== 'jump' && block.term.kind !== 'branch')) continue;
    transparent[id] = 1;
    for (const param of block.params) home[param] = id;
  }
  for (let id = 0; id < func.blocks.length; id++) {
    const block = func.blocks[id];
    if (!block) continue;
    eachUse(block, (value) => {
      const at = home[value] as number;
      if (at !== -1 && at !== id) transparent[at] = 0;
    });
  }
  return transparent;
}

function threadJumps(func: Func): boolean {
  const transparent = transparentBlocks(func);
  const constants = new Map<ValueId, number>();
  for (const block of func.blocks)
    for (const inst of block?.insts ?? [])
      if (inst.op === 'i32.const') constants.set(inst.result as ValueId, (inst.imm as { value: number }).value);
  let any = false;
  const thread = (edge: Edge): Edge => {
    let at = edge;
    // The bound ends rings of empty blocks.
    for (let hops = 0; hops < 16 && transparent[at.block]; hops++) {
      const block = func.blocks[at.block] as Block;
      const next = continueThrough(block, at, constants);
      if (!next || next.block === at.block) break;
      at = next;
      any = true;
    }
    return at;
  };
  for (const block of func.blocks) if (block) block.term = mapEdges(block.term, thread);
  return any;
}

function continueThrough(block: Block, edge: Edge, constants: ReadonlyMap<ValueId, number>): Edge | undefined {
  const { params, term } = block;
  const bind = (value: ValueId): ValueId => {
    const k = params.indexOf(value);
    return k === -1 ? value : (edge.args[k] as ValueId);
  };
  const rebind = (to: Edge): Edge => ({ block: to.block, args: to.args.map(bind) });
  if (term.kind === 'jump') return rebind(term.to);
  if (term.kind !== 'branch') return undefined;
  const known = constants.get(bind(term.cond));
  return known === undefined ? undefined : rebind(known !== 0 ? term.then : term.else);
}

function mergeBlocks(func: Func): boolean {
  const { preds, order } = buildCfg(func);
  const replaced: ValueId[] = [];
  const resolve = (value: ValueId): ValueId => {
    let at = value;
    while (replaced[at] !== undefined) at = replaced[at] as ValueId;
    return at;
  };
  const gone = new Uint8Array(func.blocks.length);
  let any = false;
  for (const id of order) {
    if (gone[id]) continue;
    const block = func.blocks[id] as Block;
    for (;;) {
      const { term } = block;
      if (term.kind !== 'jump') break;
      const target = term.to.block as BlockId;
      if (target === 0 || target === id || (preds[target] as BlockId[]).length !== 1) break;
      const next = func.blocks[target] as Block;
      next.params.forEach((param, k) => {
        replaced[param] = term.to.args[k] as ValueId;
      });
      for (const inst of next.insts as Inst[]) block.insts.push(inst);
      block.term = next.term;
      func.blocks[target] = null;
      gone[target] = 1;
      any = true;
    }
  }
  if (replaced.length > 0) replaceUses(func, resolve);
  return any;
}
