/** MIR: typed SSA with block parameters, its text form, verifier, memory layout, interpreter, analyses and passes. */
export { FuncBuilder, registerType, resultType } from './builder.ts';
export type { Signature, Signatures } from './builder.ts';
export type { Block, BlockId, DataItem, Edge, Field, Func, FuncAttrs, Global, HeapType, Inst, MemType, Module, Site, SiteId, Term, Type, ValueId } from './ir.ts';
export { loadedType, machineMemType, machineType, memSize, typeAt } from './level-type.ts';
export { OPS } from './ops.ts';
export type { Effect, ImmOf, Imms, OpName, OpRow, Unwind } from './ops.ts';
export { builtinTypeId, hasSymbol, readSymbol, type SymbolParts } from './symbol.ts';
export { MirTextError } from './text/lex.ts';
export { parseModule } from './text/parse.ts';
export { printFunc, printModule, type Remark } from './text/print.ts';
export { eachBlock, eachEdge, eachTermUse, eachUse, isOp, makeInst, mapEdges, mapTermValues, replaceUses } from './traverse.ts';
export { renderFaults, throwFaults, type VerifyFault } from './verify/fault.ts';
export { verifyFunction, verifyModule } from './verify/verify.ts';
export { type Cfg, buildCfg } from './analysis/cfg.ts';
export { buildDominance, type Dominance, dominates } from './analysis/dominance.ts';
export { bigintData, bigintName } from './layout/bigint-data.ts';
export { type Layout, type LayoutOptions, layoutModule, type Segment, symbolAddress } from './layout/layout.ts';
export { displayName } from './layout/type-table.ts';
