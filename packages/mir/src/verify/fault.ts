/**
 * What the verifier reports: one fault with its place, and how faults are shown inside the printed function.
 */
import { fault, InternalError } from '@molt/diagnostics';
import type { BlockId, Module } from '../ir.ts';
import { printFunc, type Remark } from '../text/print.ts';

/** A broken rule. `func` is '' for rules about the module; `index` is the instruction, -1 the terminator, -2 the block's head. */
export interface VerifyFault {
  readonly func: string;
  readonly block: BlockId | -1;
  readonly index: number;
  readonly message: string;
}

/** The faults as text: each guilty function printed with a comment below each guilty line. */
export function renderFaults(module: Module, faults: readonly VerifyFault[]): string {
  const parts: string[] = [];
  for (const { func, message } of faults) if (func === '') parts.push(`error: ${message}`);
  for (const name of new Set(faults.map((f) => f.func))) {
    const func = module.funcs.get(name);
    if (!func) continue;
    const remarks: Remark[] = faults
      .filter((f) => f.func === name)
      .map(({ block, index, message }) => ({ block, index, text: `error: ${message}` }));
    parts.push(printFunc(func, remarks));
  }
  return parts.join('\n');
}

/** Throws when there are faults: broken MIR is a fault of the pass (or front end) that made it. */
export function throwFaults(module: Module, faults: readonly VerifyFault[], pass: string): void {
  const first = faults[0];
  if (!first) return;
  const what = `${faults.length} faults in MIR; ${first.func}: ${first.message}\n${renderFaults(module, faults.slice(0, 20))}`;
  throw new InternalError(fault('MOLT9001', { where: ` after ${pass}`, what }, { details: { pass, faults: faults.slice(0, 20) } }));
}
