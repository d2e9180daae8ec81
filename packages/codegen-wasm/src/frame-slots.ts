/**
 * Which slots of a new frame must be zeroed.
 *
 * The collector may look at a frame from the first call on. Slots that are filled between `frame.enter` and that call need no zero before.
 */
import type { Inst } from '@molt/mir';

/** Slots of the frame that `insts[at]` (a frame.enter) opens which nothing fills before the next call, ascending. */
export function slotsToZero(insts: readonly Inst[], at: number): number[] {
  const enter = insts[at] as Inst<'frame.enter'>;
  const empty = new Set(Array.from({ length: enter.imm.slot }, (_, slot) => slot));
  for (const inst of insts.slice(at + 1)) {
    if (empty.size === 0 || inst.op.startsWith('call') || inst.op.startsWith('frame.')) break;
    if (inst.op === 'root.set' && inst.args[0] === enter.result) empty.delete((inst as Inst<'root.set'>).imm.slot);
  }
  return [...empty];
}
