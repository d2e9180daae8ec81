/** MIR: typed SSA with block parameters, its text form, verifier, memory layout, interpreter, analyses and passes. */

export { buildCallGraph, type CallGraph } from './analysis/call-graph.ts';
export { buildCfg, type Cfg } from './analysis/cfg.ts';
export { buildDominance, type Dominance, dominates } from './analysis/dominance.ts';
export { buildLiveness, eachLive, type Liveness } from './analysis/liveness.ts';
export { buildLoops, type Loop, type Loops } from './analysis/loops.ts';
export type { Signature, Signatures } from './builder.ts';
export { FuncBuilder, registerType, resultType } from './builder.ts';
export { copyFunc, copyModule } from './copy-module.ts';
export { createInterpreter, type Interpreter } from './interp/interpreter.ts';
export type { LinearMemory } from './interp/linear-memory.ts';
export type { HostFunction, InterpreterHost } from './interp/machine.ts';
export { InterpreterLimit, InterpreterTrap } from './interp/trap.ts';
export type {
  Block,
  BlockId,
  DataItem,
  Edge,
  Field,
  Func,
  FuncAttrs,
  Global,
  HeapType,
  Inst,
  MemType,
  Module,
  Site,
  SiteId,
  Term,
  Type,
  ValueId,
} from './ir.ts';
export { bigintData, bigintName } from './layout/bigint-data.ts';
export { type Layout, type LayoutOptions, layoutModule, type Segment, symbolAddress } from './layout/layout.ts';
export { displayName } from './layout/type-table.ts';
export { loadedType, machineMemType, machineType, memSize, typeAt } from './level-type.ts';
export type { Effect, ImmOf, Imms, OpName, OpRow, Unwind } from './ops.ts';
export { OPS } from './ops.ts';
export { canCollect } from './passes/can-collect.ts';
export { canRaise } from './passes/can-raise.ts';
export { constFold } from './passes/const-fold/const-fold.ts';
export { cse } from './passes/cse.ts';
export { dce } from './passes/dce.ts';
export { inline } from './passes/inline/inline.ts';
export { interrupts } from './passes/interrupts.ts';
export { type IntFacts, TRACE } from './passes/legalise/func-lowering.ts';
export { type Legalised, legaliseModule } from './passes/legalise/legalise.ts';
export { legalise } from './passes/legalise-pass.ts';
export { licm } from './passes/licm.ts';
export { Changes, definePass, type Pass, type PassContext, type PassOptions } from './passes/pass.ts';
export { orderFaults, PIPELINE, type PipelineOptions, runPipeline } from './passes/pipeline.ts';
export { ranges } from './passes/ranges/ranges.ts';
export { recursion } from './passes/recursion.ts';
export { roots } from './passes/roots.ts';
export { scalarReplacement } from './passes/scalar-replacement.ts';
export { simplifyCfg } from './passes/simplify-cfg.ts';
export { PURE_OPS, type Scalar } from './pure-ops.ts';
export { builtinTypeId, hasSymbol, readSymbol, type SymbolParts } from './symbol.ts';
export { MirTextError } from './text/lex.ts';
export { parseModule } from './text/parse.ts';
export { printFunc, printModule, type Remark } from './text/print.ts';
export { eachBlock, eachEdge, eachTermUse, eachUse, isOp, makeInst, mapEdges, mapTermValues, replaceUses } from './traverse.ts';
export { renderFaults, throwFaults, type VerifyFault } from './verify/fault.ts';
export { verifyFunction, verifyModule } from './verify/verify.ts';
