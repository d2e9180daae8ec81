/**
 * cse: computes once what is computed twice (global value numbering over the dominator tree, with loads).
 *
 * Walking down the dominator tree, an instruction without side effects is looked up by op, immediate and operands; one that was seen in a
 * dominating place is replaced. Loads take part with the memory state of their alias class: a number that changes at every store that may
 * overlap, and at the head of every block into which control flows together from somewhere that may have stored. A load behind a store
 * to the same address gives the stored value.
 *
 * Conditions are values too: inside the blocks that only the true side of a branch reaches, its condition is 1, so a test that was already
 * made is not made again.
 *
 * Hoisting does not happen here: a value that is computed on both sides of a branch stays there.
 */
import { isImmutable, readClass, summariseWrites, type WriteSummaries, type Writes, writesOf } from '../analysis/alias.ts';
import { buildDominance, type Dominance } from '../analysis/dominance.ts';
import { buildLoops } from '../analysis/loops.ts';
import type { Block, BlockId, Func, Inst, Module, ValueId } from '../ir.ts';
import { OP_FACTS } from '../op-facts.ts';
import { type ImmOf, OPS, type OpName } from '../ops.ts';
import { formatDouble } from '../text/token-text.ts';
import { makeInst, replaceUses } from '../traverse.ts';
import { isBoolean, negatedCompare } from './const-fold/fold-inst.ts';
import { removeUnreachable } from './dce.ts';
import { definePass } from './pass.ts';

/** Common subexpressions, loads and conditions. */
export const cse = definePass({
  name: 'cse',
  doc: 'Replaces computations, loads and tests that a dominating place has done already.',
  run: (module, { changes }) => {
    const summaries = summariseWrites(module);
    changes.eachStale('cse', module, (func) => cseFunc(module, func, summaries));
  },
});

/** Marks in place of values: the answer is the constant 0 or 1. */
const ZERO = -1 as ValueId;
const ONE = -2 as ValueId;

const COMMUTATIVE_PATTERN = /^(i32|i64)\.(add|mul|and|or|xor|eq|ne)$|^f64\.(add|mul|eq|ne)$|^int\.(add|mul|and|or|xor|eq|ne)$|^ref\.eq$/;

const COMMUTATIVE: ReadonlySet<string> = new Set(Object.keys(OPS).filter((op) => COMMUTATIVE_PATTERN.test(op)));

/** Removes redundant computations from one function; answers whether there were any. */
export function cseFunc(module: Module, func: Func, summaries: WriteSummaries): boolean {
  return new Numbering(module, func, buildDominance(func), summaries).run();
}

/** Versions of memory at a point: of each alias class, of raw memory, and of everything. */
class MemoryState {
  any = 0;
  raw = 0;
  classes = new Map<string, number>();

  version(alias: string): number {
    if (isImmutable(alias)) return 0;
    if (alias !== '') return Math.max(this.any, this.classes.get(alias) ?? 0);
    let most = Math.max(this.any, this.raw);
    for (const version of this.classes.values()) most = Math.max(most, version);
    return most;
  }

  copy(): MemoryState {
    const state = new MemoryState();
    state.any = this.any;
    state.raw = this.raw;
    state.classes = new Map(this.classes);
    return state;
  }

  /** Counts writes; `next` is a number that no version has yet. */
  write(writes: Writes, next: number): void {
    if (writes.any) {
      this.any = next;
      this.classes.clear();
    }
    if (writes.raw) this.raw = next;
    for (const alias of writes.classes) this.classes.set(alias, next);
  }

  /** What differs in the other state has been written on one way. */
  merge(other: MemoryState, next: number): void {
    if (this.any !== other.any) this.write({ any: true, raw: true, classes: [] }, next);
    if (this.raw !== other.raw) this.raw = next;
    for (const alias of new Set([...this.classes.keys(), ...other.classes.keys()]))
      if (this.version(alias) !== other.version(alias)) this.classes.set(alias, next);
  }
}

class Numbering {
  readonly #module: Module;
  readonly #func: Func;
  readonly #dom: Dominance;
  readonly #replaced: ValueId[] = [];
  readonly #table = new Map<string, ValueId>();
  readonly #definitions: (Inst | undefined)[] = [];
  /** Keys added in open blocks, with what they hid. */
  readonly #undo: { readonly key: string; readonly before: ValueId | undefined }[] = [];
  #clock = 1;
  #decided = false;
  /** State at the end of each finished block. */
  readonly #ends: (MemoryState | undefined)[] = [];
  readonly #summaries: WriteSummaries;
  #loops: ReturnType<typeof buildLoops> | null = null;

  constructor(module: Module, func: Func, dom: Dominance, summaries: WriteSummaries) {
    this.#summaries = summaries;
    this.#module = module;
    this.#func = func;
    this.#dom = dom;
  }

  #resolve = (value: ValueId): ValueId => {
    let at = value;
    while (this.#replaced[at] !== undefined) at = this.#replaced[at] as ValueId;
    return at;
  };

  run(): boolean {
    const work: { readonly id: BlockId; readonly mark: number }[] = [{ id: 0 as BlockId, mark: -1 }];
    for (let item = work.pop(); item; item = work.pop()) {
      if (item.mark >= 0) {
        this.#rollBack(item.mark);
        continue;
      }
      const mark = this.#undo.length;
      work.push({ id: item.id, mark });
      this.#block(item.id);
      const children = this.#dom.children[item.id] as BlockId[];
      for (let k = children.length - 1; k >= 0; k--) work.push({ id: children[k] as BlockId, mark: -1 });
    }
    if (this.#replaced.length > 0) replaceUses(this.#func, this.#resolve);
    return removeUnreachable(this.#func) || this.#replaced.length > 0 || this.#decided;
  }

  #rollBack(mark: number): void {
    while (this.#undo.length > mark) {
      const { key, before } = this.#undo.pop() as { key: string; before: ValueId | undefined };
      if (before === undefined) this.#table.delete(key);
      else this.#table.set(key, before);
    }
  }

  #remember(key: string, value: ValueId): void {
    this.#undo.push({ key, before: this.#table.get(key) });
    this.#table.set(key, value);
  }

  /** The state at the head of a block: what its predecessors agree on; at the head of a loop, minus what the loop writes. */
  #entryState(id: BlockId): MemoryState {
    let state: MemoryState | null = null;
    let open = false;
    for (const pred of this.#dom.cfg.preds[id] as BlockId[]) {
      const end = this.#ends[pred];
      if (!end) open = true;
      else if (state === null) state = end.copy();
      else state.merge(end, this.#clock++);
    }
    state ??= new MemoryState();
    if (open) state.write(this.#loopWrites(id), this.#clock++);
    return state;
  }

  /** Everything that the loop with this header may write; everything at all when the block heads no natural loop. */
  #loopWrites(header: BlockId): Writes {
    this.#loops ??= buildLoops(this.#func, this.#dom);
    const loop = this.#loops.loops.find((l) => l.header === header);
    if (!loop) return { any: true, raw: true, classes: [] };
    const classes = new Set<string>();
    let raw = false;
    for (const id of loop.blocks) {
      for (const inst of this.#func.blocks[id]?.insts ?? []) {
        const writes = writesOf(inst, this.#summaries);
        if (writes.any) return writes;
        raw ||= writes.raw;
        for (const alias of writes.classes) classes.add(alias);
      }
    }
    return { any: false, raw, classes: [...classes] };
  }

  #block(id: BlockId): void {
    const block = this.#func.blocks[id] as Block;
    const state = this.#entryState(id);
    this.#learnCondition(id);
    const insts: Inst[] = [];
    let dropped = false;
    for (const original of block.insts) {
      let inst = original;
      if (dropped && inst.op === 'exc.pending') inst = makeInst('i32.const', [], { value: 0 }, inst.result, inst.site);
      dropped = false;
      if (this.#replaced.length > 0 && inst.args.some((arg) => this.#replaced[arg] !== undefined))
        inst = { ...inst, args: inst.args.map(this.#resolve) };
      if (inst.result !== -1) this.#definitions[inst.result] = inst;
      const known = this.#lookUp(inst, state);
      if (known !== undefined) {
        if (known >= 0) this.#replaced[inst.result as ValueId] = known;
        else {
          insts.push(makeInst('i32.const', [], { value: known === ONE ? 1 : 0 }, inst.result, inst.site));
          this.#decided = true;
        }
        continue;
      }
      if (inst.op === 'frozen.check' && this.#isMutable(inst, block.insts)) {
        // The test behind it must not be taken for one of the instruction before.
        dropped = this.#decided = true;
        continue;
      }
      insts.push(inst);
      this.#write(inst, state);
    }
    block.insts = insts;
    if (block.term.kind === 'branch') {
      const known = this.#table.get(`known ${this.#resolve(block.term.cond)}`);
      if (known !== undefined) block.term = { kind: 'jump', to: known === ONE ? block.term.then : block.term.else };
    }
    this.#ends[id] = state;
  }

  /** Whether an object needs no test against the frozen image: it was made here, or an earlier test has let it pass. */
  #isMutable(inst: Inst, insts: readonly Inst[]): boolean {
    const [object] = inst.args as readonly [ValueId];
    const origin = this.#definitions[object]?.op;
    if (origin === 'new' || origin === 'new.buffer') return true;
    const key = `mutable ${object}`;
    if (this.#table.has(key)) return true;
    // A test whose exception is handled here also dominates the handler, where it has not passed.
    const at = insts.findIndex((other) => other.op === 'frozen.check' && this.#resolve(other.args[0] as ValueId) === object);
    if (insts[at + 1]?.op !== 'exc.pending') this.#remember(key, object);
    return false;
  }

  /** The value that an instruction would compute, when it is known; otherwise the instruction's own result is remembered. */
  #lookUp(inst: Inst, state: MemoryState): ValueId | undefined {
    const key = inst.result === -1 ? undefined : this.#key(inst, state);
    if (key === undefined) return undefined;
    const known = this.#table.get(key);
    if (known !== undefined && (known < 0 || this.#func.values[known] === this.#func.values[inst.result])) return known;
    this.#remember(key, inst.result as ValueId);
    return undefined;
  }

  #key(inst: Inst, state: MemoryState): string | undefined {
    const alias = readClass(inst);
    if (alias !== undefined) return `${inst.op} ${immKey(inst.imm)} ${inst.args.join()} @${alias}#${state.version(alias)}`;
    // An address keeps no object alive: one taken before a collection must not serve behind it, where the object may have no other use.
    if (inst.op === 'ref.addr') return `ref.addr ${inst.args[0]} @#${state.version('')}`;
    // Making an int or a boxed double may collect, but the result is a value like any other.
    const { plain } = OP_FACTS[inst.op];
    const pureCall =
      inst.op === 'call' &&
      (inst.imm as ImmOf<'call'>).unwind !== 'catch' &&
      this.#module.funcs.get((inst.imm as ImmOf<'call'>).func)?.attrs.pure === true;
    if (!plain && !pureCall) return undefined;
    return this.#keyOf(inst.op, inst);
  }

  #write(inst: Inst, state: MemoryState): void {
    const writes = writesOf(inst, this.#summaries);
    if (!writes.any && !writes.raw && writes.classes.length === 0) return;
    state.write(writes, this.#clock++);
    const [alias] = writes.classes;
    if (alias !== undefined) this.#forward(inst, alias, state);
  }

  /** A load behind this store, of the same location and width, gives the stored value. */
  #forward(inst: Inst, alias: string, state: MemoryState): void {
    const { values } = this.#func;
    const version = state.version(alias);
    if (inst.op === 'store') {
      const imm = inst.imm as ImmOf<'store'>;
      // Narrow stores cut the value off.
      if (!/^(i32|i64|f64|ref|val|int)$/.test(imm.type)) return;
      this.#remember(`load ${immKey(inst.imm)} ${inst.args[0]} @${alias}#${version}`, inst.args[1] as ValueId);
    } else if (inst.op === 'field.set') {
      const value = inst.args[1] as ValueId;
      if (values[value] === 'i32' && this.#fieldIsNarrow(inst.imm as ImmOf<'field.set'>)) return;
      this.#remember(`field.get ${immKey(inst.imm)} ${inst.args[0]} @${alias}#${version}`, value);
    } else if (inst.op === 'global.set') {
      const value = inst.args[0] as ValueId;
      const type = this.#module.globals.get((inst.imm as ImmOf<'global.set'>).name)?.type;
      if (values[value] === 'i32' && type !== 'i32') return;
      this.#remember(`global.get ${immKey(inst.imm)}  @${alias}#${version}`, value);
    }
  }

  #fieldIsNarrow({ type, field }: ImmOf<'field.set'>): boolean {
    return this.#module.heapTypes.get(type)?.fields.find((f) => f.name === field)?.type !== 'i32';
  }

  /** In a block that one side of one branch reaches, the condition is known; so is the opposite comparison. */
  #learnCondition(id: BlockId): void {
    const preds = this.#dom.cfg.preds[id] as BlockId[];
    if (preds.length !== 1) return;
    const { term } = this.#func.blocks[preds[0] as BlockId] as Block;
    if (term.kind !== 'branch' || term.then.block === term.else.block) return;
    const isTrue = term.then.block === id;
    const cond = this.#resolve(term.cond);
    // A condition that is no boolean is only known to be non-zero; for another branch that is enough.
    this.#remember(`known ${cond}`, isTrue ? ONE : ZERO);
    const test = this.#definitions[cond];
    if (!test || test.op === 'i32.const' || !OP_FACTS[test.op].pure) return;
    if (isBoolean(test.op)) this.#remember(this.#keyOf(test.op, test), isTrue ? ONE : ZERO);
    const opposite = negatedCompare(test.op);
    if (opposite !== undefined) this.#remember(this.#keyOf(opposite, test), isTrue ? ZERO : ONE);
  }

  #keyOf(op: OpName, { args, imm }: Inst): string {
    const swap = args.length === 2 && COMMUTATIVE.has(op) && (args[0] as number) > (args[1] as number);
    return `${op} ${immKey(imm)} ${swap ? `${args[1]},${args[0]}` : args.join()}`;
  }
}

/** Immediates as text, kept beside the immediate because instructions share them; bigints have no JSON form. */
const immTexts = new WeakMap<object, string>();

function immKey(imm: unknown): string {
  if (imm === null) return '';
  const known = immTexts.get(imm as object);
  if (known !== undefined) return known;
  const { value } = imm as { value?: unknown };
  const text =
    typeof value === 'number'
      ? Object.is(value, -0)
        ? '-0'
        : Number.isNaN(value)
          ? formatDouble(value)
          : String(value)
      : typeof value === 'bigint'
        ? String(value)
        : JSON.stringify(imm);
  immTexts.set(imm as object, text);
  return text;
}
