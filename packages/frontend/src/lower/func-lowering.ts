/**
 * Lowers one instance: the second walk over HIR. It emits what the plans of inference say; control flow becomes blocks, variables become SSA
 * values, and an exception becomes a jump to the innermost handler or a return with the exception pending.
 */
import { CELL } from '@molt/abi';
import { type BlockId, FuncBuilder, type Type as MirType, type ValueId } from '@molt/mir';
import type { Expr } from '../ast/nodes.ts';
import { surelyBound } from '../hir/definite-assignment.ts';
import type { HExpr } from '../hir/nodes.ts';
import { annotationType } from '../infer/annotations.ts';
import type { Ctx } from '../infer/context.ts';
import { annotationScope } from '../infer/infer-function.ts';
import type { Env, Instance } from '../infer/instance.ts';
import type { Var } from '../program/function-info.ts';
import { find, NONE, type Type } from '../types/type.ts';
import { Coercions } from './coerce.ts';
import { lowerBlock } from './lower-statements.ts';
import { freeName, type Lowering, resultMir, resultOf } from './lowering.ts';
import { mirTypeOf } from './represent.ts';
import { Ssa, type Val } from './ssa.ts';

/** What leaving a construct early has to run on the way out. */
export type Exit =
  | { readonly kind: 'loop'; readonly breakTo: BlockId; readonly continueTo: BlockId }
  /** An exception raised inside goes to this block. */
  | { readonly kind: 'handler'; readonly block: BlockId }
  | { readonly kind: 'finally'; readonly run: () => void };

export class FuncLowering {
  readonly low: Lowering;
  readonly inst: Instance;
  readonly b: FuncBuilder;
  readonly ssa: Ssa;
  readonly coerce: Coercions;
  readonly ctx: Ctx;
  exits: Exit[] = [];
  /** Closure object of a nested function. */
  readonly closure: ValueId | null;
  /** Heap cells of captured variables of this function. */
  readonly cells = new Map<Var, ValueId>();
  readonly returnType: Type;

  constructor(low: Lowering, inst: Instance) {
    this.low = low;
    this.inst = inst;
    this.ctx = { engine: low.engine, inst };
    this.returnType = resultOf(inst);
    const { fn } = inst;
    const params = [
      ...(inst.owner ? [{ type: 'ref' as MirType, name: 'closure' }] : []),
      ...inst.params.map((t, i) => ({ type: mirTypeOf(t), name: fn.params[i]?.name ?? '' })),
    ];
    const attrs = { ...(fn.inline ? { inline: fn.inline } : {}), display: fn.display };
    this.b = new FuncBuilder(
      low.module,
      { signature: (f) => low.signature(f), host: (h) => low.host(h) },
      low.name(inst),
      params,
      resultMir(this.returnType),
      attrs,
    );
    this.coerce = new Coercions(low, this.b);
    this.ssa = new Ssa(
      this.b,
      low.engine.lattice,
      (value, to) => this.coerce.to(value, to),
      () => this.coerce.unbound(),
    );
    const values = this.b.func.params;
    this.closure = inst.owner ? (values[0] as ValueId) : null;
    const shift = inst.owner ? 1 : 0;
    for (const v of fn.vars) {
      if (!v.captured || v.perClosure) continue;
      this.cells.set(v, this.#newCell(v));
      if (!surelyBound(v)) this.store(v, this.coerce.unbound());
    }
    fn.params.forEach((p, i) => this.store(p.variable, { v: values[i + shift] as ValueId, type: inst.params[i] as Type }));
  }

  finish(): void {
    lowerBlock(this, this.inst.fn.body);
    if (this.b.isOpen()) this.returnValue({ v: this.coerce.none(), type: NONE });
    // blocks that nothing reaches were left open
    this.b.func.blocks.forEach((_, id) => {
      if (!this.b.isOpen(id as BlockId)) return;
      this.b.enter(id as BlockId);
      this.b.end({ kind: 'trap', reason: 1 });
    });
    this.low.module.funcs.set(this.b.func.name, this.b.func);
  }

  // ---------------------------------------------------------------------------------------------------- variables

  cellTypeOf(v: Var): Type {
    const type = find(this.inst.capturedCell(v)).type;
    return type.k === 'never' ? NONE : type;
  }

  #newCell(v: Var): ValueId {
    return this.b.emit('new', [], { name: this.low.cellType(this.cellTypeOf(v)) });
  }

  #cell(v: Var): ValueId {
    const own = this.cells.get(v);
    if (own !== undefined) return own;
    if (this.closure === null) throw new Error(`${v.name} of ${v.owner.id} is not captured by ${this.inst.key}`);
    const type = this.low.typeName({ k: 'func', fn: this.inst.fn, owner: this.inst.owner });
    return this.b.emit('field.get', [this.closure], { type, field: freeName(v) });
  }

  cellOf(v: Var): ValueId {
    return this.#cell(v);
  }

  store(v: Var, value: Val): void {
    if (!v.captured) {
      this.ssa.write(v, value);
      return;
    }
    // a closure made in a loop keeps the default of its own round
    if (v.perClosure) this.cells.set(v, this.#newCell(v));
    const type = this.cellTypeOf(v);
    this.b.emit('field.set', [this.#cell(v), this.coerce.to(value, type)], { type: this.low.cellType(type), field: 'value' });
  }

  /** What another function's closure holds for a variable. */
  loadFrom(closure: ValueId, callee: Instance, v: Var): Val {
    const stored = find((callee.owner as Instance).capturedCell(v)).type;
    const type = stored.k === 'never' ? NONE : stored;
    const cell = this.b.emit('field.get', [closure], {
      type: this.low.typeName({ k: 'func', fn: callee.fn, owner: callee.owner }),
      field: freeName(v),
    });
    return { v: this.b.emit('field.get', [cell], { type: this.low.cellType(type), field: 'value' }), type };
  }

  load(v: Var): Val {
    if (!v.captured) return this.ssa.read(v);
    const type = this.cellTypeOf(v);
    return { v: this.b.emit('field.get', [this.#cell(v)], { type: this.low.cellType(type), field: 'value' }), type };
  }

  // ------------------------------------------------------------------------------------------------- control flow

  /** Continues in a block that nothing jumps to: what follows is dead. */
  dead(): void {
    const block = this.b.block();
    this.ssa.open(block, null, true);
    this.b.enter(block);
  }

  /** Can control get here? */
  get alive(): boolean {
    return this.ssa.alive;
  }

  enter(block: BlockId): void {
    this.ssa.seal(block);
    this.b.enter(block);
  }

  at(place: { start: number; end: number }): void {
    this.b.setSite(this.low.site(this.inst, place.start, place.end));
  }

  handler(): BlockId | null {
    for (let i = this.exits.length - 1; i >= 0; i--) {
      const exit = this.exits[i] as Exit;
      if (exit.kind === 'handler') return exit.block;
    }
    return null;
  }

  /** A direct call that leaves through the handler around it when the callee raises. */
  call(func: string, args: readonly ValueId[]): ValueId {
    const handler = this.handler();
    const result = this.b.emit('call', args, { func, unwind: handler === null ? 'propagate' : 'catch' });
    if (handler !== null) {
      const ok = this.ssa.block();
      if (this.b.site < 0) this.ssa.branch(this.b.emit('exc.pending', [], null), handler, ok, false);
      else {
        // the frame that catches is part of the traceback too
        const failed = this.ssa.block();
        this.ssa.branch(this.b.emit('exc.pending', [], null), failed, ok, false);
        this.enter(failed);
        this.b.emit('call', [this.i32(this.b.site)], { func: this.low.runtime('trace_append'), unwind: 'never' });
        this.ssa.jump(handler);
      }
      this.enter(ok);
    }
    return result;
  }

  /** Raises an exception object. */
  raise(exc: ValueId): void {
    const handler = this.handler();
    if (handler === null) this.b.end({ kind: 'raise', value: exc, site: this.b.site });
    else {
      this.b.emit('exc.set', [exc], null);
      this.ssa.jump(handler);
    }
    this.dead();
  }

  /** Goes on with the exception that is pending. */
  propagate(): void {
    const handler = this.handler();
    if (handler === null) this.b.end({ kind: 'propagate', site: -1 });
    else this.ssa.jump(handler);
    this.dead();
  }

  /** Code that is never reached. */
  unreachable(): void {
    if (this.b.isOpen()) this.b.end({ kind: 'trap', reason: 1 });
    this.dead();
  }

  /** Runs the finally clauses between here and depth `to`, each with the exits around it. */
  unwindTo(to: number): void {
    const saved = this.exits;
    for (let i = saved.length - 1; i >= to; i--) {
      const exit = saved[i] as Exit;
      if (exit.kind !== 'finally') continue;
      this.exits = saved.slice(0, i);
      exit.run();
    }
    this.exits = saved;
  }

  returnValue(value: Val): void {
    const converted = resultMir(this.returnType) === null ? null : this.coerce.to(value, this.returnType);
    if (!this.exits.some((e) => e.kind === 'finally')) {
      this.b.end({ kind: 'return', value: converted });
      return;
    }
    this.unwindTo(0);
    if (this.b.isOpen()) this.b.end({ kind: 'return', value: converted });
  }

  // --------------------------------------------------------------------------------------------------- small emits

  i32(value: number): ValueId {
    return this.b.emit('i32.const', [], { value });
  }

  bool(value: boolean): Val {
    return { v: this.i32(value ? 1 : 0), type: { k: 'bool' } };
  }

  text(value: string): ValueId {
    return this.b.emit('data.addr', [], { name: this.low.text(value) });
  }

  /** One text from several. */
  concat(parts: readonly ValueId[]): ValueId {
    let text = parts[0] as ValueId;
    const add = this.low.runtime('concat_text');
    for (const part of parts.slice(1)) text = this.call(add, [text, part]);
    return text;
  }

  /** Types of all variables here, for a loop that no statement of the source stands for. */
  envNow(): Env {
    return this.inst.fn.vars.map((v) => (v.captured ? undefined : this.ssa.peek(v)));
  }

  never(): Val {
    return { v: this.coerce.none(), type: { k: 'never' } };
  }

  handledException(): ValueId {
    return this.b.emit('load', [this.i32(0)], { type: 'ref', offset: CELL.excHandled, alias: 'cell.excHandled' });
  }

  setHandled(exc: ValueId): void {
    this.b.emit('store', [this.i32(0), exc], { type: 'ref', offset: CELL.excHandled, alias: 'cell.excHandled' });
  }

  /** In a service, refuses to change an object of the frozen image. Stdlib files ask for themselves. */
  checkWritable(object: ValueId): void {
    const { fn } = this.inst;
    if (!this.low.frozenImage || fn.trusted || fn.name === '__init__') return;
    this.call(this.low.runtime('check_writable'), [object]);
  }

  /** The pending exception, still pending. */
  pendingException(): ValueId {
    return this.b.emit('load', [this.i32(0)], { type: 'ref', offset: CELL.excPending, alias: 'cell.excPending' });
  }

  /** A binding annotation of a stdlib file. */
  declaredType(annotation: Expr): Type | null {
    return annotationType(annotationScope(this.low.engine, this.inst), annotation);
  }

  /** The closure object for a nested function that is called directly: made where its variables are at hand. */
  closureFor(callee: Instance): ValueId {
    return this.makeClosure({ k: 'func', fn: callee.fn, owner: callee.owner });
  }

  makeClosure(type: Extract<Type, { k: 'func' }>): ValueId {
    const name = this.low.typeName(type);
    const object = this.b.emit('new', [], { name });
    for (const v of type.fn.free) this.b.emit('field.set', [object, this.#cell(v)], { type: name, field: freeName(v) });
    return object;
  }

  /** Inferred type of an expression; never where inference did not get. */
  typeOf(e: HExpr): Type {
    return this.inst.types[e.id] ?? { k: 'never' };
  }
}
