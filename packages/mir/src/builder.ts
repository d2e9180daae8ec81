/**
 * Builds functions block by block. A block is open until it is given its terminator; instructions go to the current block.
 * The result type of an instruction follows from the op table and the module (fields, globals, signatures).
 */
import type { Block, BlockId, Edge, Func, FuncAttrs, Inst, MemType, Module, SiteId, Term, Type, ValueId } from './ir.ts';
import { type ImmOf, OPS, type OpName } from './ops.ts';

/** Type that a memory type has in a register. */
export function registerType(type: MemType): Type {
  switch (type) {
    case 'u8':
    case 'i8':
    case 'u16':
    case 'i16':
    case 'bool':
      return 'i32';
    default:
      return type;
  }
}

export interface Signature {
  readonly params: readonly Type[];
  readonly result: Type | null;
}

/** What the builder must know to type calls. */
export interface Signatures {
  signature(func: string): Signature;
  host(name: string): Signature;
}

export class FuncBuilder {
  readonly func: Func;
  readonly #module: Module;
  readonly #signatures: Signatures;
  #current: BlockId = 0 as BlockId;
  #site: SiteId = -1;

  constructor(
    module: Module,
    signatures: Signatures,
    name: string,
    params: readonly { type: Type; name?: string }[],
    result: Type | null,
    attrs: FuncAttrs = {},
  ) {
    this.#module = module;
    this.#signatures = signatures;
    const ids: ValueId[] = [];
    this.func = { name, params: ids, result, values: [], names: [], blocks: [], attrs };
    for (const param of params) ids.push(this.value(param.type, param.name));
    this.block();
  }

  get current(): BlockId {
    return this.#current;
  }

  /** A fresh value that some block parameter or instruction defines. */
  value(type: Type, name?: string): ValueId {
    const id = this.func.values.length as ValueId;
    this.func.values.push(type);
    this.func.names.push(name);
    return id;
  }

  /** A new block without a terminator. */
  block(params: readonly { type: Type; name?: string }[] = []): BlockId {
    const id = this.func.blocks.length as BlockId;
    const block: Block = { params: params.map((p) => this.value(p.type, p.name)), insts: [], term: OPEN };
    this.func.blocks.push(block);
    return id;
  }

  /** Adds a parameter to a block whose jumps the caller completes. */
  addParam(block: BlockId, type: Type, name?: string): ValueId {
    const id = this.value(type, name);
    this.at(block).params.push(id);
    return id;
  }

  at(id: BlockId): Block {
    const block = this.func.blocks[id];
    if (!block) throw new Error(`no block bb${id} in ${this.func.name}`);
    return block;
  }

  /** Continues in another block. */
  enter(block: BlockId): void {
    this.#current = block;
  }

  /** Source position of the instructions that follow. */
  setSite(site: SiteId): void {
    this.#site = site;
  }

  get site(): SiteId {
    return this.#site;
  }

  isOpen(block: BlockId = this.#current): boolean {
    return this.at(block).term === OPEN;
  }

  /** Ends the current block. */
  end(term: Term): void {
    const block = this.at(this.#current);
    if (block.term !== OPEN) throw new Error(`bb${this.#current} of ${this.func.name} already ends with ${block.term.kind}`);
    block.term = term;
  }

  jump(block: BlockId, args: readonly ValueId[] = []): void {
    this.end({ kind: 'jump', to: { block, args } });
  }

  branch(cond: ValueId, thenBlock: BlockId, elseBlock: BlockId, likely?: boolean): void {
    const edge = (block: BlockId): Edge => ({ block, args: [] });
    this.end({ kind: 'branch', cond, then: edge(thenBlock), else: edge(elseBlock), ...(likely === undefined ? {} : { likely }) });
  }

  /** Appends an instruction; returns its result, or -1 for ops without one. */
  emit<K extends OpName>(op: K, args: readonly ValueId[], imm: ImmOf<K>): ValueId {
    const type = resultType(op, imm, args, this.func, this.#module, this.#signatures);
    const result = type === null ? (-1 as const) : this.value(type);
    const inst = { op, args, imm, result, site: this.#site } as Inst;
    this.at(this.#current).insts.push(inst);
    return result as ValueId;
  }
}

/** Marks a block that has no terminator yet; never leaves the builder. */
const OPEN: Term = { kind: 'trap', reason: -1 };

/** The type of an instruction's result, or null when it has none. */
export function resultType(
  op: OpName,
  imm: unknown,
  args: readonly ValueId[],
  func: Func,
  module: Module,
  signatures: Signatures,
): Type | null {
  const row = OPS[op];
  switch (row.result) {
    case null:
      return null;
    case 'same':
      return func.values[args[1] as ValueId] ?? null;
    case 'sig': {
      if (op === 'call') return signatures.signature((imm as ImmOf<'call'>).func).result;
      if (op === 'call.host') return signatures.host((imm as ImmOf<'call.host'>).name).result;
      return (imm as ImmOf<'call.indirect'>).result;
    }
    case 'T': {
      if (op === 'field.get') {
        const { type, field } = imm as ImmOf<'field.get'>;
        const found = module.heapTypes.get(type)?.fields.find((f) => f.name === field);
        if (!found) throw new Error(`heap type ${type} has no field ${field}`);
        return registerType(found.type);
      }
      if (op === 'global.get') {
        const global = module.globals.get((imm as ImmOf<'global.get'>).name);
        if (!global) throw new Error(`no global ${(imm as ImmOf<'global.get'>).name}`);
        return registerType(global.type);
      }
      return registerType((imm as ImmOf<'load'>).type);
    }
    default:
      return row.result;
  }
}
