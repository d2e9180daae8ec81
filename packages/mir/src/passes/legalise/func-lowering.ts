/**
 * The workshop of legalisation: one function being rewritten to machine level.
 *
 * Values keep their ids, so that types and facts known by id stay valid; new values and blocks are appended. An instruction that needs
 * control flow splits its block: the first part keeps the block's id, so edges to it stay right, and the last part gets its terminator.
 */

import type { Block, BlockId, Edge, Func, Inst, SiteId, Term, Type, ValueId } from '../../ir.ts';
import { machineType } from '../../level-type.ts';
import type { ImmOf, OpName } from '../../ops.ts';
import { eachTermUse, makeInst, replaceUses } from '../../traverse.ts';

/** What the collector must know about a value: nothing, a reference, or a tagged word. */
export const TRACE = { none: 0, ref: 1, word: 2 } as const;

/** Bounds of int values by value id; a value without bounds has infinite ones. */
export interface IntFacts {
  readonly lo: Float64Array;
  readonly hi: Float64Array;
  /** Bounds of the operands of an instruction where they are tighter than the values' own. */
  readonly local?: ReadonlyMap<Inst, readonly { readonly lo: number; readonly hi: number }[]>;
}

const SMALL_MIN = -(2 ** 62);
/** The largest double below 2**62. */
const SMALL_MAX = 2 ** 62 - 512;

/** One function on its way to machine level. */
export class FuncLowering {
  readonly source: Func;
  readonly values: Type[];
  readonly names: (string | undefined)[];
  readonly blocks: (Block | null)[];
  /** TRACE by value id, for the roots pass. */
  readonly traced: number[];
  readonly uses: Int32Array;
  readonly #lo: Float64Array;
  readonly #hi: Float64Array;
  readonly #alias: ValueId[] = [];
  readonly #local: IntFacts['local'];
  #current: Block;
  #site: SiteId = -1;
  #operands: readonly ValueId[] = [];
  #bounds: readonly { readonly lo: number; readonly hi: number }[] | undefined;

  constructor(source: Func, facts: IntFacts | undefined) {
    this.source = source;
    this.values = source.values.map(machineType);
    this.names = [...source.names];
    this.traced = source.values.map((type) => (type === 'ref' ? TRACE.ref : type === 'val' || type === 'int' ? TRACE.word : TRACE.none));
    const count = source.values.length;
    this.#lo = facts?.lo ?? new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
    this.#hi = facts?.hi ?? new Float64Array(count).fill(Number.POSITIVE_INFINITY);
    this.#local = facts?.local;
    this.uses = new Int32Array(count);
    this.blocks = source.blocks.map((block) => block && { params: [...block.params], insts: [], term: block.term });
    this.#current = this.blocks[0] as Block;
    for (const block of source.blocks) {
      if (!block) continue;
      for (const inst of block.insts) for (const arg of inst.args) this.uses[arg] = (this.uses[arg] as number) + 1;
      eachTermUse(block.term, (value) => {
        this.uses[value] = (this.uses[value] as number) + 1;
      });
    }
    for (let id = 0; id < count; id++) if (source.values[id] === 'int' && this.isSmall(id as ValueId)) this.traced[id] = TRACE.none;
  }

  /** Continues in a block with the position of the next instructions. */
  enter(block: Block): void {
    this.#current = block;
  }

  /** The instruction that is being lowered: its site, and what is known about its operands here. */
  begin(inst: Inst): void {
    this.#site = inst.site;
    this.#operands = inst.args;
    this.#bounds = this.#local?.get(inst);
  }

  get site(): SiteId {
    return this.#site;
  }

  setSite(site: SiteId): void {
    this.#site = site;
  }

  /** Whether an int value is known to be an inline word. */
  isSmall(value: ValueId): boolean {
    return this.lowerBound(value) >= SMALL_MIN && this.upperBound(value) <= SMALL_MAX;
  }

  lowerBound(value: ValueId): number {
    return this.#bound(value)?.lo ?? this.#lo[value] ?? Number.NEGATIVE_INFINITY;
  }

  upperBound(value: ValueId): number {
    return this.#bound(value)?.hi ?? this.#hi[value] ?? Number.POSITIVE_INFINITY;
  }

  #bound(value: ValueId): { readonly lo: number; readonly hi: number } | undefined {
    const k = this.#bounds === undefined ? -1 : this.#operands.indexOf(value);
    return k === -1 ? undefined : this.#bounds?.[k];
  }

  value(type: Type, trace: number = TRACE.none): ValueId {
    const id = this.values.length as ValueId;
    this.values.push(type);
    this.names.push(undefined);
    this.traced.push(trace);
    return id;
  }

  /** Appends an instruction with a fresh result. */
  emit<K extends OpName>(op: K, args: readonly ValueId[], imm: ImmOf<K>, type: Type, trace: number = TRACE.none): ValueId {
    const result = this.value(type, trace);
    this.#current.insts.push(makeInst(op, args, imm, result, this.#site));
    return result;
  }

  /** Appends an instruction that defines a value of the source, or nothing (-1). */
  define<K extends OpName>(result: ValueId | -1, op: K, args: readonly ValueId[], imm: ImmOf<K>): void {
    this.#current.insts.push(makeInst(op, args, imm, result, this.#site));
  }

  push(inst: Inst): void {
    this.#current.insts.push(inst);
  }

  i32(value: number): ValueId {
    return this.emit('i32.const', [], { value: value | 0 }, 'i32');
  }

  i64(value: bigint): ValueId {
    return this.emit('i64.const', [], { value: BigInt.asIntN(64, value) }, 'i64');
  }

  /** Lets uses of `result` mean `value`: the op changes nothing about the word. */
  same(result: ValueId, value: ValueId): void {
    this.#alias[result] = value;
  }

  /** A new block; parameters may be ids of the source. */
  block(params: readonly ValueId[] = []): BlockId {
    this.blocks.push({ params: [...params], insts: [], term: { kind: 'trap', reason: 1 } });
    return (this.blocks.length - 1) as BlockId;
  }

  end(term: Term): void {
    this.#current.term = term;
  }

  jump(block: BlockId, args: readonly ValueId[] = []): void {
    this.end({ kind: 'jump', to: { block, args } });
  }

  branch(cond: ValueId, then: Edge, otherwise: Edge, likely?: boolean): void {
    this.end({ kind: 'branch', cond, then, else: otherwise, ...(likely === undefined ? {} : { likely }) });
  }

  continueIn(block: BlockId): void {
    this.#current = this.blocks[block] as Block;
  }

  /** A call of a runtime function that does not raise. */
  callRuntime(name: string, args: readonly ValueId[], result: Type, trace: number = TRACE.none): ValueId {
    return this.emit('call', args, { func: `rt.${name}`, unwind: 'never' }, result, trace);
  }

  /**
   * `result` is `fast()` unless the test says otherwise, which is rare; then it is `slow()`. Both may use several blocks.
   */
  diamond(result: ValueId, rare: ValueId, fast: () => ValueId, slow: () => ValueId): void {
    const fastBlock = this.block();
    const slowBlock = this.block();
    const join = this.block([result]);
    this.branch(rare, { block: slowBlock, args: [] }, { block: fastBlock, args: [] }, false);
    this.continueIn(fastBlock);
    this.jump(join, [fast()]);
    this.continueIn(slowBlock);
    this.jump(join, [slow()]);
    this.continueIn(join);
  }

  /** The finished function. */
  finish(): Func {
    const { source } = this;
    const func: Func = {
      name: source.name,
      params: source.params,
      result: source.result === null ? null : machineType(source.result),
      values: this.values,
      names: this.names,
      blocks: this.blocks,
      attrs: source.attrs,
    };
    const resolve = (value: ValueId): ValueId => {
      let at = value;
      while (this.#alias[at] !== undefined) at = this.#alias[at] as ValueId;
      return at;
    };
    if (this.#alias.length > 0) replaceUses(func, resolve);
    return func;
  }
}
