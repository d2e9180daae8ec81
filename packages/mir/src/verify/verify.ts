/**
 * The verifier. All faults are reported, not the first. The rules:
 *
 * Module
 *  M1  Exports and table entries name functions of the module; a table entry stands there once.
 *  M2  Fields lie inside their fixed heap type, aligned to their size, behind the header, and do not overlap.
 *  M3  Relocations lie inside their data item, aligned to 4, and name a symbol of the module.
 *  M4  A key of a map is the name of its item.
 * Function
 *  F1  Every value is defined exactly once: as parameter, block parameter or result; its id is in `values`.
 *  F2  Block 0 exists, has no parameters and is no jump target.
 *  F3  A use is dominated by its definition (in blocks that the entry reaches).
 *  F4  At machine level all values are i32, i64 or f64, and only ops of that level appear; `frame` attributes match `frame.enter`.
 * Instruction
 *  I1  Number and types of operands and the type of the result are those of the op table, the immediate and the module.
 *  I2  Names in immediates exist: functions, heap types, fields, globals, data, imports.
 *  I3  Sites are -1 or an index into the module's sites.
 * Terminator
 *  T1  Edges go to blocks that exist; their arguments fit the block's parameters in number and type.
 *  T2  Operands have the right type; switch cases are distinct; `return` agrees with the function's result.
 * Unwinding
 *  U1  Behind a call that catches, the next instruction with an effect (roots and frames aside) is `exc.pending`, `exc.take` or a call
 *      of `rt.trace_append`, in the block or behind the jumps that follow, or the block ends with `propagate`, `raise` or `trap`.
 *  A call marked `never` is a promise of whoever made it: the callee does not raise there, whatever the analysis thinks of it elsewhere.
 */
import type { Func, Module } from '../ir.ts';
import type { VerifyFault } from './fault.ts';
import { verifyFunc } from './verify-func.ts';
import { verifyItems } from './verify-items.ts';

/** Checks a whole module; an empty answer means that every rule holds. */
export function verifyModule(module: Module): VerifyFault[] {
  const faults: VerifyFault[] = [];
  verifyItems(module, (message) => faults.push({ func: '', block: -1, index: -1, message }));
  for (const func of module.funcs.values()) faults.push(...verifyFunction(module, func));
  return faults;
}

/** Checks one function of a module. */
export function verifyFunction(module: Module, func: Func): VerifyFault[] {
  const faults: VerifyFault[] = [];
  verifyFunc(module, func, (block, index, message) => faults.push({ func: func.name, block, index, message }));
  return faults;
}
