/**
 * scalar-replacement: turns objects that nobody else can see into values.
 *
 * An object made by `new` whose reference is only used to read and write its fields needs no memory: each field is a variable. Reads become
 * the value written last, with block parameters where control flow joins (Braun et al., "Simple and Efficient Construction of Static Single
 * Assignment Form", 2013: a parameter is made when a join is asked, and superfluous ones are left to const-fold). Iterators of `for` loops,
 * small tuples and builders that inlining has opened vanish this way.
 *
 *     v1 = new @Range                      jump bb1(v0)
 *     field.set @Range @i v1, v0
 *     jump bb1                        →
 *   bb1:                                 bb1(v9: int):
 *     v2: int = field.get @Range @i v1     ... uses v9
 */
import { buildCfg, type Cfg } from '../analysis/cfg.ts';
import { registerType } from '../builder.ts';
import type { Block, BlockId, Field, Func, Inst, MemType, Module, Type, ValueId } from '../ir.ts';
import type { ImmOf } from '../ops.ts';
import { eachTermUse, makeInst, mapEdges, replaceUses } from '../traverse.ts';
import { removeUnreachable } from './dce.ts';
import { definePass } from './pass.ts';

/** Fields that store a value without cutting it. */
const WHOLE: ReadonlySet<MemType> = new Set<MemType>(['i32', 'i64', 'f64', 'ref', 'val', 'int', 'bool']);

/** Scalar replacement of objects that do not escape. */
export const scalarReplacement = definePass({
  name: 'scalar-replacement',
  doc: 'Keeps the fields of objects that do not escape in values.',
  level: 2,
  after: [{ pass: 'inline', because: 'a call lets its arguments escape' }],
  run: (module, { changes }) => changes.eachStale('scalar-replacement', module, (func) => replaceObjects(module, func)),
});

function replaceObjects(module: Module, func: Func): boolean {
  removeUnreachable(func);
  const objects = findObjects(module, func);
  if (objects.size > 0) new Replacement(module, func, objects).run();
  return objects.size > 0;
}

const fieldOf = (module: Module, inst: Inst): Field | undefined => {
  const { type, field } = inst.imm as ImmOf<'field.get'>;
  return module.heapTypes.get(type)?.fields.find((f) => f.name === field);
};

/** Objects of which only fields are used, with the memory type of each offset. */
function findObjects(module: Module, func: Func): Map<ValueId, Map<number, MemType>> {
  const objects = new Map<ValueId, Map<number, MemType>>();
  for (const block of func.blocks) {
    for (const inst of block?.insts ?? []) {
      if (inst.op === 'new' && module.heapTypes.get((inst.imm as ImmOf<'new'>).name)?.kind === 'fixed')
        objects.set(inst.result as ValueId, new Map());
    }
  }
  if (objects.size === 0) return objects;
  for (const block of func.blocks) {
    if (!block) continue;
    block.insts.forEach((inst, k) => {
      const isAccess = inst.op === 'field.get' || inst.op === 'field.set';
      inst.args.forEach((arg, at) => {
        const offsets = objects.get(arg);
        if (!offsets) return;
        if (inst.op === 'frozen.check' && block.insts[k + 1]?.op !== 'exc.pending') return;
        const field = isAccess && at === 0 ? fieldOf(module, inst) : undefined;
        const before = field && offsets.get(field.offset);
        if (!field || !WHOLE.has(field.type) || (before !== undefined && before !== field.type)) objects.delete(arg);
        else offsets.set(field.offset, field.type);
      });
    });
    eachTermUse(block.term, (value) => objects.delete(value));
  }
  return objects;
}

class Replacement {
  readonly #module: Module;
  readonly #func: Func;
  readonly #objects: ReadonlyMap<ValueId, ReadonlyMap<number, MemType>>;
  readonly #cfg: Cfg;
  /** Values of variables at the start and at the end of blocks, by block and variable. */
  readonly #starts: Map<string, ValueId>[];
  readonly #ends: Map<string, ValueId>[];
  readonly #pending: { readonly block: BlockId; readonly variable: string }[] = [];
  readonly #extra: string[][];
  readonly #replaced: ValueId[] = [];
  readonly #undefined = new Map<Type, ValueId>();
  readonly #prologue: Inst[] = [];

  constructor(module: Module, func: Func, objects: ReadonlyMap<ValueId, ReadonlyMap<number, MemType>>) {
    this.#module = module;
    this.#func = func;
    this.#objects = objects;
    this.#cfg = buildCfg(func);
    this.#starts = func.blocks.map(() => new Map());
    this.#ends = func.blocks.map(() => new Map());
    this.#extra = func.blocks.map(() => []);
  }

  run(): void {
    const func = this.#func;
    for (const id of this.#cfg.order) this.#block(id);
    // Arguments of the parameters that were made; looking for them may make more.
    const args = new Map<string, ValueId>();
    for (let item = this.#pending.pop(); item; item = this.#pending.pop()) {
      for (const pred of new Set(this.#cfg.preds[item.block] as BlockId[]))
        args.set(`${item.variable} ${item.block} ${pred}`, this.#atEnd(item.variable, pred));
    }
    for (const id of this.#cfg.order) {
      const block = func.blocks[id] as Block;
      block.term = mapEdges(block.term, (edge) => {
        const extra = this.#extra[edge.block] as string[];
        return extra.length === 0
          ? edge
          : { block: edge.block, args: [...edge.args, ...extra.map((variable) => args.get(`${variable} ${edge.block} ${id}`) as ValueId)] };
      });
    }
    (func.blocks[0] as Block).insts.unshift(...this.#prologue);
    replaceUses(func, this.#resolve);
  }

  #resolve = (value: ValueId): ValueId => {
    let at = value;
    while (this.#replaced[at] !== undefined) at = this.#replaced[at] as ValueId;
    return at;
  };

  #block(id: BlockId): void {
    const block = this.#func.blocks[id] as Block;
    const now = this.#ends[id] as Map<string, ValueId>;
    const insts: Inst[] = [];
    for (const inst of block.insts) {
      const object = (inst.op === 'new' ? inst.result : inst.args[0]) as ValueId;
      const offsets = this.#objects.get(object);
      if (!offsets) {
        insts.push(inst);
        continue;
      }
      if (inst.op === 'new') {
        for (const [offset, type] of offsets) now.set(`${object}:${offset}`, this.#zero(registerType(type), insts));
      } else if (inst.op !== 'frozen.check') {
        const variable = `${object}:${(fieldOf(this.#module, inst) as Field).offset}`;
        if (inst.op === 'field.set') now.set(variable, inst.args[1] as ValueId);
        else this.#replaced[inst.result as ValueId] = now.get(variable) ?? this.#atStart(variable, id);
      }
    }
    block.insts = insts;
  }

  #typeOf(variable: string): Type {
    const [object, offset] = variable.split(':').map(Number) as [number, number];
    return registerType(this.#objects.get(object as ValueId)?.get(offset) as MemType);
  }

  #atEnd(variable: string, id: BlockId): ValueId {
    return this.#ends[id]?.get(variable) ?? this.#atStart(variable, id);
  }

  /** The value at the start of a block; chains of single predecessors are followed without recursion. */
  #atStart(variable: string, from: BlockId): ValueId {
    const path: BlockId[] = [];
    let id = from;
    let value: ValueId | undefined;
    for (;;) {
      value = this.#starts[id]?.get(variable);
      if (value !== undefined) break;
      path.push(id);
      const preds = this.#cfg.preds[id] as BlockId[];
      if (id === 0 || preds.length === 0) {
        // Not made on this way: nobody reads what flows from here.
        value = this.#nothing(this.#typeOf(variable));
        break;
      }
      if (new Set(preds).size > 1 || preds.length > 1) {
        value = this.#newValue(this.#typeOf(variable));
        (this.#func.blocks[id] as Block).params.push(value);
        (this.#extra[id] as string[]).push(variable);
        this.#pending.push({ block: id, variable });
        break;
      }
      id = preds[0] as BlockId;
      const end = this.#ends[id]?.get(variable);
      if (end !== undefined) {
        value = end;
        break;
      }
    }
    for (const at of path) this.#starts[at]?.set(variable, value);
    return value;
  }

  #newValue(type: Type): ValueId {
    this.#func.values.push(type);
    this.#func.names.push(undefined);
    return (this.#func.values.length - 1) as ValueId;
  }

  #nothing(type: Type): ValueId {
    const known = this.#undefined.get(type);
    if (known !== undefined) return known;
    const value = this.#zero(type, this.#prologue);
    this.#undefined.set(type, value);
    return value;
  }

  /** What a field of a new object reads as. */
  #zero(type: Type, insts: Inst[]): ValueId {
    const value = this.#newValue(type);
    switch (type) {
      case 'i32':
        insts.push(makeInst('i32.const', [], { value: 0 }, value));
        break;
      case 'i64':
        insts.push(makeInst('i64.const', [], { value: 0n }, value));
        break;
      case 'f64':
        insts.push(makeInst('f64.const', [], { value: 0 }, value));
        break;
      case 'ref':
        insts.push(makeInst('ref.null', [], null, value));
        break;
      case 'int':
        insts.push(makeInst('int.const', [], { value: 0n }, value));
        break;
      case 'val': {
        const zero = this.#newValue('int');
        insts.push(makeInst('int.const', [], { value: 0n }, zero), makeInst('val.from_int', [zero], null, value));
      }
    }
    return value;
  }
}
