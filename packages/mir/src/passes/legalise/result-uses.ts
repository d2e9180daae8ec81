/**
 * Whether the result of an op that raises is used on the way without an exception only, so that the way with one need not define it.
 */
import { buildDominance, type Dominance, dominates } from '../../analysis/dominance.ts';
import type { Block, BlockId, Func, Inst, Term } from '../../ir.ts';
import { eachBlock, eachUse } from '../../traverse.ts';

/** Uses of results in one function, looked up when first needed. */
export class ResultUses {
  readonly #func: Func;
  #dom: Dominance | null = null;
  #blocks: Map<number, BlockId[]> | null = null;

  constructor(func: Func) {
    this.#func = func;
  }

  /** `branch` ends the block of the instruction with the test of its exception. */
  isFree(inst: Inst, block: BlockId, branch: Extract<Term, { kind: 'branch' }>): boolean {
    if (inst.result === -1) return true;
    this.#dom ??= buildDominance(this.#func);
    const fine = branch.else.block;
    const { preds } = this.#dom.cfg;
    if (branch.then.block === fine || (preds[fine] as BlockId[]).length !== 1) return false;
    if (branch.then.args.includes(inst.result)) return false;
    const uses = this.#usesOf(inst.result);
    return uses.every((use) => use === block || dominates(this.#dom as Dominance, fine, use));
  }

  #usesOf(value: number): BlockId[] {
    if (this.#blocks === null) {
      const blocks = new Map<number, BlockId[]>();
      const results = new Set<number>();
      for (const [, block] of eachBlock(this.#func)) for (const inst of block.insts) if (inst.op === 'list.get') results.add(inst.result);
      for (const [id, block] of eachBlock(this.#func)) {
        eachUse(block as Block, (used) => {
          if (!results.has(used)) return;
          const list = blocks.get(used);
          if (!list) blocks.set(used, [id]);
          else if (list[list.length - 1] !== id) list.push(id);
        });
      }
      this.#blocks = blocks;
    }
    return this.#blocks.get(value) ?? [];
  }
}
