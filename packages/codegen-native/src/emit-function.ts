/**
 * One MIR function as one C function.
 *
 * Each value is a constant at its definition, named as in MIR text; constants are written where they are used. Blocks are labels in
 * reverse postorder. Block parameters are variables, assigned in parallel at each jump. Ways out with an exception share a label.
 */
import { broken } from '@molt/diagnostics';
import {
  type Block,
  type BlockId,
  buildCfg,
  type Edge,
  eachEdge,
  eachUse,
  type Func,
  type Inst,
  type Layout,
  type Module,
  symbolAddress,
  type Term,
  type Type,
  type ValueId,
} from '@molt/mir';
import { type CNames, readable } from './c-name.ts';
import { cType, literal32, literal64, literalDouble, pureExpression } from './expressions.ts';

/** What functions of a module share. */
export interface EmitContext {
  readonly module: Module;
  readonly layout: Layout;
  readonly names: CNames;
}

/** Runtime function that appends a site to the traceback. */
const TRACE_APPEND = 'rt.trace_append';

const LOADS: Readonly<Record<string, string>> = { bool: 'u8', ref: 'i32', val: 'i64', int: 'i64' };
const STORES: Readonly<Record<string, string>> = { u8: '8', i8: '8', bool: '8', u16: '16', i16: '16', ref: 'i32', val: 'i64', int: 'i64' };

/** What the C compiler should know about a function: functions that only raise are cold, slow paths stay out of their callers. */
function adviceOf(func: Func): string {
  if (!func.blocks.some((block) => block?.term.kind === 'return')) return 'MOLT_COLD ';
  return func.attrs.inline === 'never' ? 'MOLT_NOINLINE ' : '';
}

/** `static uint32_t name(MoltMem mem, uint32_t v0)` without the qualifier. */
export function signatureText(context: EmitContext, func: Func): string {
  const params = func.params.map((p) => `${cType(func.values[p] as Type)} ${valueName(func, p)}`);
  return `${adviceOf(func)}${cType(func.result)} ${context.names.of(func.name)}(${['MoltMem mem', ...params].join(', ')})`;
}

/** The definition of a function; `qualifier` is `static` or empty. */
export function emitFunction(context: EmitContext, func: Func, qualifier: string): string {
  return new FunctionWriter(context, func).run(qualifier);
}

function valueName(func: Func, value: number): string {
  const hint = func.names[value];
  return hint === undefined ? `v${value}` : `v${value}_${readable(hint)}`;
}

class FunctionWriter {
  readonly #context: EmitContext;
  readonly #func: Func;
  readonly #lines: string[] = [];
  readonly #literals = new Map<number, string>();
  readonly #uses: Int32Array;
  readonly #traces: boolean;
  #leaves = false;
  #tracedLeaves = false;

  constructor(context: EmitContext, func: Func) {
    this.#context = context;
    this.#func = func;
    this.#uses = new Int32Array(func.values.length);
    this.#traces = context.module.funcs.has(TRACE_APPEND);
  }

  run(qualifier: string): string {
    const func = this.#func;
    const { order } = buildCfg(func);
    const blocks = order.map((id) => func.blocks[id] as Block);
    for (const block of blocks) {
      eachUse(block, (value) => {
        this.#uses[value] = (this.#uses[value] as number) + 1;
      });
      for (const inst of block.insts) this.#noteLiteral(inst);
    }
    const targets = new Set<BlockId>();
    order.forEach((id, at) => {
      const { term } = func.blocks[id] as Block;
      // A label is needed unless the only way to the block is to fall into it.
      eachEdge(term, (edge) => {
        if (term.kind !== 'jump' || order[at + 1] !== edge.block) targets.add(edge.block);
      });
    });
    order.forEach((id, at) => {
      const block = func.blocks[id] as Block;
      if (targets.has(id)) this.#lines.push(`bb${id}:;`);
      for (const inst of block.insts) this.#inst(inst);
      this.#term(block.term, order[at + 1]);
    });
    const head = [
      `/* ${(func.attrs.display ?? func.name).replaceAll('*/', '* /')} */`,
      `${qualifier}${qualifier && ' '}${signatureText(this.#context, func)} {`,
    ];
    for (const block of blocks) {
      for (const param of block.params)
        if (this.#uses[param] !== 0) head.push(`  ${cType(func.values[param] as Type)} ${valueName(func, param)};`);
    }
    if (this.#tracedLeaves) head.push('  uint32_t site;');
    return [...head, ...this.#lines, ...this.#exits(), '}', ''].join('\n');
  }

  #exits(): string[] {
    const dummy = this.#func.result === null ? 'return;' : 'return 0;';
    const lines: string[] = [];
    if (this.#tracedLeaves) lines.push('leave_traced:', `  ${this.#context.names.of(TRACE_APPEND)}(mem, site);`);
    if (this.#leaves && this.#tracedLeaves) lines.push('leave:');
    else if (this.#leaves) lines.push('leave:;');
    return lines.length === 0 ? [] : [...lines, `  ${dummy}`];
  }

  #say(text: string): void {
    this.#lines.push(`  ${text}`);
  }

  #value(value: number): string {
    return this.#literals.get(value) ?? valueName(this.#func, value);
  }

  /** Constants have no variable. */
  #noteLiteral(inst: Inst): void {
    const text = this.#literalText(inst);
    if (text !== null) this.#literals.set(inst.result, text);
  }

  #literalText(inst: Inst): string | null {
    const { layout } = this.#context;
    const known = (map: ReadonlyMap<string, number>, name: string) =>
      map.get(name) ?? broken(`the layout does not know ${name}`, { pass: 'codegen-native', func: this.#func.name });
    switch (inst.op) {
      case 'i32.const':
        return literal32((inst as Inst<'i32.const'>).imm.value);
      case 'i64.const':
        return literal64((inst as Inst<'i64.const'>).imm.value);
      case 'f64.const':
        return literalDouble((inst as Inst<'f64.const'>).imm.value);
      case 'ref.null':
        return '0u';
      case 'data.addr':
        return `${symbolAddress(layout, (inst as Inst<'data.addr'>).imm.name)}u`;
      case 'type.id':
        return `${known(layout.typeIds, (inst as Inst<'type.id'>).imm.name)}u`;
      case 'func.index':
        return `${known(layout.funcIndices, (inst as Inst<'func.index'>).imm.name)}u`;
      default:
        return null;
    }
  }

  // --- instructions ---

  #define(inst: Inst, expression: string): void {
    if (inst.result < 0 || this.#uses[inst.result] === 0) this.#say(`${inst.result < 0 ? '' : '(void)'}${expression};`);
    else this.#say(`const ${cType(this.#func.values[inst.result] as Type)} ${valueName(this.#func, inst.result)} = ${expression};`);
  }

  #inst(any: Inst): void {
    if (this.#literals.has(any.result)) return;
    const args = any.args.map((a) => this.#value(a));
    const [a, b] = args as [string, string];
    const pure = pureExpression(any.op, args);
    if (pure !== null) {
      if (this.#uses[any.result] !== 0) this.#define(any, pure);
      return;
    }
    const plain = PLAIN_CALLS[any.op];
    if (plain !== undefined) {
      this.#define(any, `${plain}(${['mem', ...args].join(', ')})`);
      return;
    }
    switch (any.op) {
      case 'select':
        if (this.#uses[any.result] !== 0) this.#define(any, `${a} ? ${b} : ${args[2]}`);
        return;
      case 'load': {
        const { type, offset } = (any as Inst<'load'>).imm;
        if (this.#uses[any.result] !== 0) this.#define(any, `molt_load_${LOADS[type] ?? type}(mem, ${place(a, offset)})`);
        return;
      }
      case 'store': {
        const { type, offset } = (any as Inst<'store'>).imm;
        this.#say(`molt_store_${STORES[type] ?? type}(mem, ${place(a, offset)}, ${b});`);
        return;
      }
      case 'root.set': {
        const word = this.#func.values[any.args[1] as ValueId] === 'i32' ? `UINT64_C(0x4000000000000000) | ${b}` : b;
        this.#say(`molt_store_i64(mem, ${place(a, 8 * (any as Inst<'root.set'>).imm.slot)}, ${word});`);
        return;
      }
      case 'call': {
        const { func, unwind } = (any as Inst<'call'>).imm;
        const callee =
          this.#context.module.funcs.get(func) ??
          broken(`call of ${func}, which the module does not have`, { pass: 'codegen-native', func: this.#func.name });
        this.#define(any, `${this.#context.names.of(func)}(${['mem', ...args].join(', ')})`);
        if (unwind === 'propagate' && callee.attrs.raises !== false) this.#leaveWhenPending(any.site);
        return;
      }
      case 'call.indirect': {
        const { params, result, unwind } = (any as Inst<'call.indirect'>).imm;
        const type = `${cType(result)} (*)(${['MoltMem', ...params.map(cType)].join(', ')})`;
        this.#define(any, `((${type})molt_function(mem, ${a}))(${['mem', ...args.slice(1)].join(', ')})`);
        if (unwind === 'propagate') this.#leaveWhenPending(any.site);
        return;
      }
      case 'call.host': {
        const { name } = (any as Inst<'call.host'>).imm;
        this.#define(any, name === 'trap' ? `molt_trap(mem, ${a})` : `molt_host_${name}(${['mem', ...args].join(', ')})`);
        return;
      }
      case 'exc.set':
        this.#say(`molt_exc_set(mem, ${a});`);
        if (any.site >= 0 && this.#traces) this.#say(`${this.#context.names.of(TRACE_APPEND)}(mem, ${any.site});`);
        return;
      case 'frame.enter':
        this.#frameEnter(any as Inst<'frame.enter'>);
        return;
      case 'frame.reset':
        this.#say(`molt_stack_set(mem, ${a} + ${8 * (any as Inst<'frame.reset'>).imm.slot});`);
        return;
      default:
        broken(`${any.op} is not a machine level op`, { pass: 'codegen-native', func: this.#func.name });
    }
  }

  /** The collector reads all slots of a frame, so they start empty; the C compiler drops the stores that a root overwrites at once. */
  #frameEnter(inst: Inst<'frame.enter'>): void {
    const { slot } = inst.imm;
    const frame = valueName(this.#func, inst.result);
    this.#say(`const uint32_t ${frame} = molt_frame_enter(mem, ${slot});`);
    if (slot > 16) this.#say(`memset(mem + ${frame}, 0, ${8 * slot});`);
    else for (let s = 0; s < slot; s++) this.#say(`molt_store_i64(mem, ${place(frame, 8 * s)}, 0);`);
  }

  #leaveWhenPending(site: number): void {
    if (site >= 0 && this.#traces) {
      this.#tracedLeaves = true;
      this.#say(`if (MOLT_UNLIKELY(molt_exc_pending(mem))) { site = ${site}; goto leave_traced; }`);
    } else {
      this.#leaves = true;
      this.#say('if (MOLT_UNLIKELY(molt_exc_pending(mem))) goto leave;');
    }
  }

  // --- terminators ---

  #term(term: Term, next: BlockId | undefined): void {
    switch (term.kind) {
      case 'jump':
        this.#edge(term.to, '  ', next);
        return;
      case 'branch': {
        const cond = this.#value(term.cond);
        const likely = term.likely ?? this.#guess(term.then, term.else);
        const test = likely === undefined ? cond : `${likely ? 'MOLT_LIKELY' : 'MOLT_UNLIKELY'}(${cond})`;
        this.#say(`if (${test}) {`);
        this.#edge(term.then, '    ', undefined);
        this.#say('}');
        this.#edge(term.else, '  ', next);
        return;
      }
      case 'switch': {
        this.#say(`switch (${this.#value(term.value)}) {`);
        for (const { value, to } of term.cases) {
          this.#say(`case ${literal32(value)}: {`);
          this.#edge(to, '    ', undefined);
          this.#say('}');
        }
        this.#say('}');
        this.#edge(term.default, '  ', next);
        return;
      }
      case 'return':
        this.#say(term.value === null ? 'return;' : `return ${this.#value(term.value)};`);
        return;
      case 'raise':
        this.#say(`molt_exc_set(mem, ${this.#value(term.value)});`);
        this.#leave(term.site);
        return;
      case 'propagate':
        this.#leave(term.site);
        return;
      case 'trap':
        this.#say(`molt_trap(mem, ${term.reason});`);
        return;
    }
  }

  #leave(site: number): void {
    if (site >= 0 && this.#traces) {
      this.#tracedLeaves = true;
      this.#say(`site = ${site};`);
      this.#say('goto leave_traced;');
    } else {
      this.#leaves = true;
      this.#say('goto leave;');
    }
  }

  /** A way that ends with an exception or a trap at once is the rare one. */
  #guess(thenEdge: Edge, elseEdge: Edge): boolean | undefined {
    const rare = (edge: Edge) => ['raise', 'propagate', 'trap'].includes(this.#func.blocks[edge.block]?.term.kind ?? '');
    const thenRare = rare(thenEdge);
    return thenRare === rare(elseEdge) ? undefined : !thenRare;
  }

  #edge(edge: Edge, indent: string, next: BlockId | undefined): void {
    const func = this.#func;
    const params = (func.blocks[edge.block] as Block).params;
    const moves = params
      .map((param, i) => ({ param, arg: edge.args[i] as ValueId }))
      .filter(({ param, arg }) => this.#uses[param] !== 0 && param !== arg);
    const assigned = new Set(moves.map((m) => m.param));
    // A parameter that another move still reads goes through a temporary.
    const clash = moves.some(({ arg }) => assigned.has(arg));
    const push = (text: string) => this.#lines.push(indent + text);
    if (clash) {
      push('{');
      moves.forEach(({ arg }, i) => {
        push(`  const ${cType(func.values[arg] as Type)} t${i} = ${this.#value(arg)};`);
      });
      moves.forEach(({ param }, i) => {
        push(`  ${valueName(func, param)} = t${i};`);
      });
      push('}');
    } else {
      for (const { param, arg } of moves) push(`${valueName(func, param)} = ${this.#value(arg)};`);
    }
    if (edge.block !== next) push(`goto bb${edge.block};`);
  }
}

/** Ops that are one call of a support function with the operands in order. */
const PLAIN_CALLS: Readonly<Record<string, string>> = {
  'memory.copy': 'molt_memory_copy',
  'memory.fill': 'molt_memory_fill',
  'memory.size': 'molt_memory_size',
  'memory.grow': 'molt_memory_grow',
  'exc.pending': 'molt_exc_pending',
  'exc.take': 'molt_exc_take',
  'interrupt.check': 'molt_interrupt_check',
  'frame.leave': 'molt_stack_set',
};

/** Address plus displacement: the sum does not wrap, unless the displacement is negative. */
function place(base: string, offset: number): string {
  if (offset === 0) return base;
  return offset > 0 ? `(uint64_t)${base} + ${offset}` : `(uint32_t)(${base} - ${-offset})`;
}
