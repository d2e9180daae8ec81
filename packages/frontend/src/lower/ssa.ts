/**
 * SSA construction while blocks are emitted, after Braun et al., "Simple and Efficient Construction of Static Single Assignment Form" (2013).
 * Values carry their semantic type; where types differ at a merge, the block parameter has the joined type and each jump converts.
 */
import type { BlockId, FuncBuilder, ValueId } from '@molt/mir';
import type { Env } from '../infer/instance.ts';
import type { Var } from '../program/function-info.ts';
import type { Lattice } from '../types/join.ts';
import { typeKey } from '../types/join.ts';
import { type Type, UNBOUND } from '../types/type.ts';
import { mirTypeOf } from './represent.ts';

export interface Val {
  readonly v: ValueId;
  readonly type: Type;
}

interface Pred {
  readonly from: BlockId;
  /** Arguments of the edge; grows as parameters are added. */
  readonly args: ValueId[];
}

interface BlockState {
  readonly preds: Pred[];
  readonly defs: Map<number, Val>;
  readonly pending: Map<number, Val>;
  sealed: boolean;
  /** Variable types at a loop header, as inferred. */
  readonly env: Env | null;
}

export class Ssa {
  readonly #b: FuncBuilder;
  readonly #lattice: Lattice;
  readonly #blocks = new Map<BlockId, BlockState>();
  readonly #coerce: (value: Val, to: Type) => ValueId;
  readonly #unbound: () => Val;

  constructor(b: FuncBuilder, lattice: Lattice, coerce: (value: Val, to: Type) => ValueId, unbound: () => Val) {
    this.#b = b;
    this.#lattice = lattice;
    this.#coerce = coerce;
    this.#unbound = unbound;
    this.open(0 as BlockId, null, true);
  }

  /** Registers a block; a loop header passes the types inferred at it. */
  open(block: BlockId, env: Env | null, sealed: boolean): void {
    this.#blocks.set(block, { preds: [], defs: new Map(), pending: new Map(), sealed, env });
  }

  block(env: Env | null = null): BlockId {
    const id = this.#b.block();
    this.open(id, env, false);
    return id;
  }

  /** Can control get to the end of the current block? Jumps from dead code are no jumps. */
  get alive(): boolean {
    return this.#b.isOpen() && (this.#b.current === 0 || this.#state(this.#b.current).preds.length > 0);
  }

  #state(block: BlockId): BlockState {
    const found = this.#blocks.get(block);
    if (!found) throw new Error(`bb${block} is not registered`);
    return found;
  }

  /** Ends the current block with a jump. */
  jump(to: BlockId): void {
    if (!this.alive) return;
    const args: ValueId[] = [];
    this.#state(to).preds.push({ from: this.#b.current, args });
    this.#b.end({ kind: 'jump', to: { block: to, args } });
  }

  branch(cond: ValueId, then: BlockId, otherwise: BlockId, likely?: boolean): void {
    if (!this.alive) return;
    const a: ValueId[] = [];
    const b: ValueId[] = [];
    this.#state(then).preds.push({ from: this.#b.current, args: a });
    this.#state(otherwise).preds.push({ from: this.#b.current, args: b });
    this.#b.end({
      kind: 'branch',
      cond,
      then: { block: then, args: a },
      else: { block: otherwise, args: b },
      ...(likely === undefined ? {} : { likely }),
    });
  }

  /** A jump that carries values for parameters the block already has. */
  jumpWith(to: BlockId, values: readonly ValueId[]): void {
    if (!this.alive) return;
    const args = [...values];
    this.#state(to).preds.push({ from: this.#b.current, args });
    this.#b.end({ kind: 'jump', to: { block: to, args } });
  }

  hasPreds(block: BlockId): boolean {
    return this.#state(block).preds.length > 0;
  }

  /** No more jumps will come. */
  seal(block: BlockId): void {
    const state = this.#state(block);
    if (state.sealed) return;
    state.sealed = true;
    for (const [index, value] of state.pending) this.#fill(block, index, value);
    state.pending.clear();
  }

  write(v: Var, value: Val): void {
    this.#state(this.#b.current).defs.set(v.index, value);
  }

  read(v: Var): Val {
    return this.#readAt(this.#b.current, v.index);
  }

  /** Type of a variable here; undefined when it was never written. */
  peek(v: Var): Type | undefined {
    const { type } = this.#readAt(this.#b.current, v.index);
    return type.k === 'unbound' ? undefined : type;
  }

  #readAt(start: BlockId, index: number): Val {
    // walk single predecessors without recursion
    const path: BlockState[] = [];
    let block = start;
    let found: Val | undefined;
    for (;;) {
      const state = this.#state(block);
      found = state.defs.get(index);
      if (found) break;
      path.push(state);
      if (state.sealed && !state.env && state.preds.length === 1) {
        block = (state.preds[0] as Pred).from;
        continue;
      }
      found = this.#readMerge(block, state, index);
      break;
    }
    for (const state of path) state.defs.set(index, found);
    return found;
  }

  #readMerge(block: BlockId, state: BlockState, index: number): Val {
    if (state.sealed && state.preds.length === 0) return this.#unboundAt(block);
    if (!state.sealed || state.env) {
      const type = state.env?.[index] ?? UNBOUND;
      if (!state.env) throw new Error(`variable ${index} is read in bb${block} before all its predecessors are known`);
      const value = this.#param(block, type);
      state.defs.set(index, value);
      if (state.sealed) this.#fill(block, index, value);
      else state.pending.set(index, value);
      return value;
    }
    const values = state.preds.map((p) => this.#readAt(p.from, index));
    const [first] = values as [Val];
    if (values.every((x) => x.v === first.v && typeKey(x.type) === typeKey(first.type))) return first;
    let type = first.type;
    for (const x of values) type = this.#lattice.join(type, x.type);
    const value = this.#param(block, type);
    state.defs.set(index, value);
    this.#fill(block, index, value);
    return value;
  }

  #param(block: BlockId, type: Type): Val {
    return { v: this.#b.addParam(block, mirTypeOf(type)), type };
  }

  /** Adds the argument for a parameter to every incoming edge, converting at the end of the predecessor. */
  #fill(block: BlockId, index: number, value: Val): void {
    const here = this.#b.current;
    const site = this.#b.site;
    for (const pred of this.#state(block).preds) {
      const incoming = this.#readAt(pred.from, index);
      this.#b.enter(pred.from);
      this.#b.setSite(-1);
      pred.args.push(this.#coerce(incoming, value.type));
    }
    this.#b.enter(here);
    this.#b.setSite(site);
  }

  #unboundAt(block: BlockId): Val {
    const here = this.#b.current;
    this.#b.enter(block);
    const value = this.#unbound();
    this.#b.enter(here);
    return value;
  }
}
