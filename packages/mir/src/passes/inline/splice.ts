/**
 * Puts the body of a function in place of one call of it.
 *
 * The block of the call is cut behind the call; the rest becomes the continuation, whose parameter is the call's result. Returns of the
 * body jump there. Exits with an exception depend on how the call unwinds:
 *
 * - propagate: the caller is left too. The traceback needs the site inside the body and then the site of the call. Where only one of them
 *   exists the exit keeps its form and takes that site; where both exist it becomes explicit: the exception is set (or, for a call inside the
 *   body, tested behind the call), the inner site appended, and the caller left at the outer site.
 * - catch: the exception is pending and the continuation goes on with a dummy result, where the caller tests `exc.pending`.
 */
import type { Block, BlockId, Edge, Func, Inst, Module, SiteId, Term, Type, ValueId } from '../../ir.ts';
import { machineType } from '../../level-type.ts';
import { OP_FACTS } from '../../op-facts.ts';
import type { ImmOf, Unwind } from '../../ops.ts';
import { isOp, makeInst, mapEdges, mapTermValues } from '../../traverse.ts';
import { runtimeName, TRACE_APPEND } from '../runtime-calls.ts';

/** Inlines the call at `index` of a block; answers the continuation block, where the rest of the caller's instructions are. */
export function spliceCall(module: Module, caller: Func, at: BlockId, index: number, callee: Func): BlockId {
  return new Splicer(module, caller, at, index, callee).run();
}

class Splicer {
  readonly #module: Module;
  readonly #caller: Func;
  readonly #callee: Func;
  readonly #block: Block;
  readonly #call: Inst<'call'>;
  readonly #unwind: Unwind;
  readonly #site: SiteId;
  readonly #values: ValueId[] = [];
  readonly #firstBlock: number;
  readonly #continuation: BlockId;
  readonly #traces: boolean;

  constructor(module: Module, caller: Func, at: BlockId, index: number, callee: Func) {
    this.#module = module;
    this.#caller = caller;
    this.#callee = callee;
    this.#block = caller.blocks[at] as Block;
    this.#call = this.#block.insts[index] as Inst<'call'>;
    this.#unwind = this.#call.imm.unwind;
    this.#site = this.#call.site;
    this.#traces = module.funcs.has(runtimeName(TRACE_APPEND));
    // Block 0 of the callee goes into the caller's block; the others follow the continuation.
    this.#continuation = caller.blocks.length as BlockId;
    this.#firstBlock = caller.blocks.length;
    const { result } = this.#call;
    const params = result === -1 ? [] : [result];
    caller.blocks.push({ params, insts: this.#block.insts.slice(index + 1), term: this.#block.term });
    this.#block.insts.length = index;
  }

  run(): BlockId {
    const { params, blocks, values, names } = this.#callee;
    params.forEach((param, k) => {
      this.#values[param] = this.#call.args[k] as ValueId;
    });
    const fresh = (id: ValueId): ValueId => this.#newValue(values[id] as Type, names[id]);
    for (let id = 1; id < blocks.length; id++) this.#caller.blocks.push(null);
    for (let id = 0; id < blocks.length; id++) {
      const body = blocks[id];
      if (!body) continue;
      for (const param of body.params) this.#values[param] = fresh(param);
      for (const inst of body.insts) if (inst.result !== -1) this.#values[inst.result] = fresh(inst.result);
    }
    for (let id = 0; id < blocks.length; id++) {
      const body = blocks[id];
      if (!body) continue;
      let target: Block = this.#block;
      if (id > 0) {
        target = { params: body.params.map(this.#value), insts: [], term: body.term };
        this.#caller.blocks[this.#blockOf(id as BlockId)] = target;
      }
      this.#fill(target, body);
    }
    return this.#continuation;
  }

  #newValue(type: Type, name?: string): ValueId {
    this.#caller.values.push(type);
    this.#caller.names.push(name);
    return (this.#caller.values.length - 1) as ValueId;
  }

  #value = (id: ValueId): ValueId => this.#values[id] as ValueId;

  #blockOf = (id: BlockId): BlockId => (this.#firstBlock + id) as BlockId;

  #fill(start: Block, body: Block): void {
    let target = start;
    body.insts.forEach((inst, k) => {
      const copy =
        inst.result === -1 && inst.args.length === 0
          ? inst
          : ({ ...inst, args: inst.args.map(this.#value), result: inst.result === -1 ? -1 : this.#value(inst.result) } as Inst);
      target = this.#place(target, copy, body.insts[k + 1]);
    });
    this.#end(target, body.term);
  }

  /** Appends a copied instruction; answers the block that goes on. */
  #place(target: Block, inst: Inst, next: Inst | undefined): Block {
    const leaves =
      isOp(inst, 'call') || isOp(inst, 'call.indirect')
        ? inst.imm.unwind === 'propagate'
        : OP_FACTS[inst.op].raises && next?.op !== 'exc.pending';
    if (!leaves || this.#unwind === 'never') {
      target.insts.push(inst.site === -1 && this.#site !== -1 && leaves ? ({ ...inst, site: this.#site } as Inst) : inst);
      return target;
    }
    if (this.#unwind === 'propagate' && (inst.site === -1 || this.#site === -1)) {
      target.insts.push(inst.site === -1 ? ({ ...inst, site: this.#site } as Inst) : inst);
      return target;
    }
    const quiet =
      isOp(inst, 'call') || isOp(inst, 'call.indirect')
        ? ({ ...inst, imm: { ...(inst.imm as ImmOf<'call'>), unwind: 'catch' } } as Inst)
        : inst;
    const pending = this.#newValue('i32');
    target.insts.push(quiet, makeInst('exc.pending', [], null, pending));
    const exit: Block = { params: [], insts: [], term: target.term };
    const rest: Block = { params: [], insts: [], term: target.term };
    const exitId = (this.#caller.blocks.push(exit) - 1) as BlockId;
    const restId = (this.#caller.blocks.push(rest) - 1) as BlockId;
    target.term = { kind: 'branch', cond: pending, then: { block: exitId, args: [] }, else: { block: restId, args: [] }, likely: false };
    this.#leave(exit, inst.site);
    return rest;
  }

  #end(target: Block, term: Term): void {
    switch (term.kind) {
      case 'return':
        target.term = {
          kind: 'jump',
          to: { block: this.#continuation, args: this.#call.result === -1 || term.value === null ? [] : [this.#value(term.value)] },
        };
        return;
      case 'raise': {
        const value = this.#value(term.value);
        if (this.#unwind !== 'catch' && (term.site === -1 || this.#site === -1)) {
          target.term = { kind: 'raise', value, site: term.site === -1 ? this.#site : term.site };
          return;
        }
        target.insts.push(makeInst('exc.set', [value], null, -1, term.site));
        this.#leave(target, -1);
        return;
      }
      case 'propagate':
        this.#leave(target, term.site);
        return;
      default:
        target.term = mapTermValues(
          mapEdges(term, (edge: Edge) => ({ block: this.#blockOf(edge.block), args: edge.args })),
          this.#value,
        );
    }
  }

  /** Ends a block with the exception that is pending, after appending the inner site. */
  #leave(target: Block, inner: SiteId): void {
    if (this.#unwind === 'catch') {
      this.#trace(target, inner);
      target.term = { kind: 'jump', to: { block: this.#continuation, args: this.#call.result === -1 ? [] : [this.#dummy(target)] } };
      return;
    }
    if (inner !== -1 && this.#site !== -1) this.#trace(target, inner);
    target.term = { kind: 'propagate', site: this.#site !== -1 ? this.#site : inner };
  }

  #trace(target: Block, site: SiteId): void {
    if (site === -1 || !this.#traces) return;
    const id = this.#newValue('i32');
    target.insts.push(
      makeInst('i32.const', [], { value: site }, id),
      makeInst('call', [id], { func: runtimeName(TRACE_APPEND), unwind: 'never' }, -1),
    );
  }

  #dummy(target: Block): ValueId {
    const type = this.#caller.values[this.#call.result] as Type;
    const value = this.#newValue(type);
    const machine = this.#module.level === 'machine';
    const zero =
      type === 'i32'
        ? makeInst('i32.const', [], { value: 0 }, value)
        : type === 'i64'
          ? makeInst('i64.const', [], { value: 0n }, value)
          : type === 'f64'
            ? makeInst('f64.const', [], { value: 0 }, value)
            : type === 'int'
              ? makeInst('int.const', [], { value: 0n }, value)
              : type === 'ref'
                ? makeInst('ref.null', [], null, value)
                : null;
    if (zero) target.insts.push(zero);
    else {
      const nothing = this.#newValue(machine ? machineType('ref') : 'ref');
      target.insts.push(makeInst('ref.null', [], null, nothing), makeInst('val.from_ref', [nothing], null, value));
    }
    return value;
  }
}
