/**
 * MIR data: typed SSA with block parameters. Plain JSON-able objects, no methods.
 *
 * A module exists at two levels. At the `language` level values may be logical (`int`, `val`) and ops speak of
 * Python objects; the `legalise` pass turns it into the `machine` level, where only i32, i64 and f64 remain and
 * memory is addressed by 32-bit offsets. Code generators take machine level only.
 *
 * Passes replace instructions and blocks; an `Inst` object itself is never changed.
 */
import type { ImmOf, OpName } from './ops.ts';

/** i32 also carries bool (0 or 1) and raw addresses; `ref` is a u32 offset of a heap object (0 = None). */
export type Type = 'i32' | 'i64' | 'f64' | 'ref' | 'val' | 'int';

declare const valueBrand: unique symbol;
declare const blockBrand: unique symbol;
/** Index into `Func.values`; printed as v0, v1, ... */
export type ValueId = number & { readonly [valueBrand]: true };
/** Index into `Func.blocks`; printed as bb0, bb1, ... */
export type BlockId = number & { readonly [blockBrand]: true };

/** Source position of an instruction: index into `Module.sites`, or -1. Only positions of user code have one. */
export type SiteId = number;

/** One instruction. `result` is -1 for ops without one. */
export interface Inst<K extends OpName = OpName> {
  readonly op: K;
  readonly args: readonly ValueId[];
  readonly imm: ImmOf<K>;
  readonly result: ValueId | -1;
  readonly site: SiteId;
}

/** A jump to a block with the arguments for its parameters. */
export interface Edge {
  readonly block: BlockId;
  readonly args: readonly ValueId[];
}

export type Term =
  | { readonly kind: 'jump'; readonly to: Edge }
  /** `likely` tells which way is the common one. */
  | { readonly kind: 'branch'; readonly cond: ValueId; readonly then: Edge; readonly else: Edge; readonly likely?: boolean }
  /** `value` is an i32; cases are distinct. */
  | {
      readonly kind: 'switch';
      readonly value: ValueId;
      readonly cases: readonly { readonly value: number; readonly to: Edge }[];
      readonly default: Edge;
    }
  | { readonly kind: 'return'; readonly value: ValueId | null }
  /** Makes `value` (ref) the pending exception, appends the site to the traceback and leaves the function. */
  | { readonly kind: 'raise'; readonly value: ValueId; readonly site: SiteId }
  /** Leaves the function with the exception that is already pending. */
  | { readonly kind: 'propagate'; readonly site: SiteId }
  /** Ends the task for good; `reason` is a TRAP_REASON. */
  | { readonly kind: 'trap'; readonly reason: number };

export interface Block {
  readonly params: ValueId[];
  insts: Inst[];
  term: Term;
}

export interface Func {
  readonly name: string;
  readonly params: readonly ValueId[];
  readonly result: Type | null;
  /** Type of each value, by id. */
  readonly values: Type[];
  /** Hints for printing, by value id. */
  readonly names: (string | undefined)[];
  /** blocks[0] is the entry and has no parameters; a removed block is null. */
  blocks: (Block | null)[];
  attrs: FuncAttrs;
}

export interface FuncAttrs {
  /** Inline at every call, or never; absent = by size. */
  readonly inline?: 'always' | 'never';
  /** Filled by the can-raise and can-collect analyses; absent = may. */
  readonly raises?: boolean;
  readonly collects?: boolean;
  /** Reads and writes no memory, raises nothing: calls may be merged or dropped. */
  readonly pure?: boolean;
  /** Shadow stack slots, set by the roots pass. */
  readonly frame?: number;
  /** Name as in a traceback. */
  readonly display?: string;
}

/** How a value lies in memory. `bool` and `u8` are one byte; `i32` and `ref` four; the rest eight. */
export type MemType = 'u8' | 'i8' | 'u16' | 'i16' | 'i32' | 'i64' | 'f64' | 'ref' | 'val' | 'int' | 'bool';

export interface Field {
  readonly name: string;
  readonly type: MemType;
  readonly offset: number;
}

/** A heap type of the module: fixed layout (instances, tuples, iterators) or a buffer with repeated elements. */
export interface HeapType {
  readonly name: string;
  readonly kind: 'fixed' | 'text' | 'buffer' | 'bigint';
  /** Bytes of a fixed object including the header, or the stride of a buffer element. */
  readonly size: number;
  readonly fields: readonly Field[];
  /** Name that programs see (`type(x).__name__`); absent = the last part of `name`, without type arguments. */
  readonly display?: string;
}

/** Static data: an object in the frozen image, or a raw table. `relocs` add the address of a symbol at an offset. */
export interface DataItem {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly relocs: readonly { readonly offset: number; readonly symbol: string }[];
}

export interface Global {
  readonly name: string;
  readonly type: MemType;
}

export interface Site {
  readonly file: string;
  readonly func: string;
  readonly line: number;
  readonly col: number;
  readonly endLine: number;
  readonly endCol: number;
  readonly text: string;
}

export interface Module {
  readonly name: string;
  readonly level: 'language' | 'machine';
  readonly funcs: Map<string, Func>;
  readonly globals: Map<string, Global>;
  /** By type id minus FIRST_TYPE_ID... the index is the order; ids are assigned in `layout`. */
  readonly heapTypes: Map<string, HeapType>;
  readonly data: Map<string, DataItem>;
  /** Functions whose address is taken, in table order; index 0 stays empty. */
  readonly table: string[];
  /** Export name to function name. */
  readonly exports: Map<string, string>;
  readonly sites: Site[];
}
