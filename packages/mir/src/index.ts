export { FuncBuilder, registerType, resultType } from './builder.ts';
export type { Signature, Signatures } from './builder.ts';
export type { Block, BlockId, DataItem, Edge, Field, Func, FuncAttrs, Global, HeapType, Inst, MemType, Module, Site, SiteId, Term, Type, ValueId } from './ir.ts';
export { OPS } from './ops.ts';
export type { Effect, ImmOf, Imms, OpName, OpRow, Unwind } from './ops.ts';
