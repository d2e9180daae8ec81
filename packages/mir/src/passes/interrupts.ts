/**
 * interrupts: gives every computation that can go on for long a place where it can be stopped.
 *
 * An `interrupt.check` goes to the end of each block with an edge back (every cycle of control flow has one) and to the entry of each
 * recursive function. It reads one cell at a constant address and branches; when the cell is set the task ends by a trap.
 */
import { buildCallGraph } from '../analysis/call-graph.ts';
import { buildDominance } from '../analysis/dominance.ts';
import { retreatingBlocks } from '../analysis/loops.ts';
import type { Block, Func } from '../ir.ts';
import { makeInst } from '../traverse.ts';
import { definePass } from './pass.ts';

/** Inserts interrupt checks. */
export const interrupts = definePass({
  name: 'interrupts',
  doc: 'Tests for interrupts at loop back edges and at entries of recursive functions.',
  level: 0,
  required: true,
  run: (module, { options }) => {
    if (!options.interrupts) return;
    const graph = buildCallGraph(module);
    graph.funcs.forEach((func, k) => {
      for (const id of retreatingBlocks(buildDominance(func)))
        (func.blocks[id] as Block).insts.push(makeInst('interrupt.check', [], null, -1));
      if (graph.recursive[k] === 1) checkEntry(func);
    });
  },
});

function checkEntry(func: Func): void {
  const entry = func.blocks[0];
  if (entry && !entry.insts.some((inst) => inst.op === 'interrupt.check')) entry.insts.unshift(makeInst('interrupt.check', [], null, -1));
}
