/**
 * Which functions go into which C file.
 *
 * A module of ordinary size is one file with static functions, which lets the compiler inline as it likes. Larger ones are cut into
 * files of bounded length that compile in parallel; small functions are then `static inline` in a header that all files include.
 */
import type { Func, Module } from '@molt/mir';

export interface UnitPlan {
  /** Functions of the shared header. */
  readonly shared: readonly Func[];
  /** Functions of each file. */
  readonly units: readonly (readonly Func[])[];
}

/** Instructions up to which a function is worth a copy per file. */
const SMALL = 24;

/** Plans the files; `unitSize` is in MIR instructions, each about one line. */
export function planUnits(module: Module, unitSize: number): UnitPlan {
  const funcs = [...module.funcs.values()];
  const total = funcs.reduce((sum, func) => sum + sizeOf(func), 0);
  if (total <= unitSize) return { shared: [], units: [funcs] };
  const shared = funcs.filter((func) => sizeOf(func) <= SMALL && func.attrs.inline !== 'never');
  const rest = funcs.filter((func) => !shared.includes(func));
  // Equal shares, so that no file is the one that everybody waits for.
  const count = Math.max(2, Math.ceil(total / unitSize));
  const share = rest.reduce((sum, func) => sum + sizeOf(func), 0) / count;
  const units: Func[][] = [[]];
  let filled = 0;
  for (const func of rest) {
    if (filled >= share && units.length < count) {
      units.push([]);
      filled = 0;
    }
    units.at(-1)?.push(func);
    filled += sizeOf(func);
  }
  return { shared, units };
}

function sizeOf(func: Func): number {
  return func.blocks.reduce((sum, block) => sum + (block ? block.insts.length + 2 : 0), 3);
}
