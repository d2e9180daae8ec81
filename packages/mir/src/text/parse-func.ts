/**
 * Reads one function of MIR text.
 */
import type { Block, BlockId, Edge, Func, FuncAttrs, Inst, Term, Type, ValueId } from '../ir.ts';
import { type ImmOf, OPS, type OpName, type Unwind } from '../ops.ts';
import { makeInst, mapEdges } from '../traverse.ts';
import type { Token } from './lex.ts';
import { MEM_TYPES } from './parse-items.ts';
import type { TokenReader } from './token-reader.ts';
import { readDouble } from './token-text.ts';

const TYPES = ['i32', 'i64', 'f64', 'ref', 'val', 'int'] as const satisfies readonly Type[];
const UNWINDS = ['propagate', 'catch', 'never'] as const satisfies readonly Unwind[];
const BOOLS = ['true', 'false'] as const;

/** Reads a function, from its `func` keyword to its closing brace. */
export function parseFunc(reader: TokenReader): Func {
  return new FuncReader(reader).read();
}

class FuncReader {
  readonly #reader: TokenReader;
  readonly #values: (Type | undefined)[] = [];
  readonly #names: (string | undefined)[] = [];
  readonly #ids = new Map<string, { id: ValueId; token: Token; defined: boolean }>();
  readonly #blocks = new Map<string, { id: BlockId; token: Token }>();
  readonly #bodies: (Block | null)[] = [];
  readonly #order: BlockId[] = [];

  constructor(reader: TokenReader) {
    this.#reader = reader;
  }

  read(): Func {
    const reader = this.#reader;
    reader.expect('word', 'func');
    const name = reader.expect('name');
    const params = reader.list('(', ')', () => this.#typedDefinition());
    const result = reader.accept('punct', '->') ? reader.oneOf(TYPES) : null;
    const attrs = this.#attrs();
    reader.expect('punct', '{');
    while (!reader.accept('punct', '}')) this.#block();
    for (const [, { token, defined }] of this.#ids) if (!defined) throw reader.fail('a value that is defined in the function', token);
    for (const [, { id, token }] of this.#blocks) if (!this.#bodies[id]) throw reader.fail('a block of the function', token);
    return { name, params, result, values: this.#values as Type[], names: this.#names, blocks: this.#inTextOrder(), attrs };
  }

  /** Ids were given at first mention; the blocks shall be in the order of the text. */
  #inTextOrder(): Block[] {
    const rank = new Map(this.#order.map((id, index) => [id, index as BlockId]));
    const move = (edge: Edge): Edge => ({ block: rank.get(edge.block) as BlockId, args: edge.args });
    return this.#order.map((id) => {
      const block = this.#bodies[id] as Block;
      return { ...block, term: mapEdges(block.term, move) };
    });
  }

  #attrs(): FuncAttrs {
    const reader = this.#reader;
    const attrs: { -readonly [K in keyof FuncAttrs]: FuncAttrs[K] } = {};
    if (!reader.accept('punct', '[')) return attrs;
    while (!reader.accept('punct', ']')) {
      const key = reader.oneOf(['inline', 'raises', 'collects', 'pure', 'frame', 'display'] as const);
      reader.expect('punct', '=');
      if (key === 'inline') attrs.inline = reader.oneOf(['always', 'never'] as const);
      else if (key === 'frame') attrs.frame = reader.integer();
      else if (key === 'display') attrs.display = reader.expect('string');
      else attrs[key] = reader.oneOf(BOOLS) === 'true';
    }
    return attrs;
  }

  /** A use or definition of a value: the label gets an id at first sight. */
  #label(): { id: ValueId; token: Token; defined: boolean } {
    const { token } = this.#reader;
    const label = this.#reader.expect('value');
    let entry = this.#ids.get(label);
    if (!entry) {
      entry = { id: this.#values.length as ValueId, token, defined: false };
      this.#values.push(undefined);
      this.#names.push(undefined);
      this.#ids.set(label, entry);
    }
    return entry;
  }

  #use = (): ValueId => this.#label().id;

  #definition(): ValueId {
    const { token } = this.#reader;
    const entry = this.#label();
    if (entry.defined) throw this.#reader.fail('a value that is not defined yet', token);
    entry.defined = true;
    if (this.#reader.is('word')) this.#names[entry.id] = this.#reader.next().text;
    return entry.id;
  }

  #typedDefinition(): ValueId {
    const id = this.#definition();
    this.#reader.expect('punct', ':');
    this.#values[id] = this.#reader.oneOf(TYPES);
    return id;
  }

  #blockLabel(): BlockId {
    const { token } = this.#reader;
    const label = this.#reader.expect('block');
    let entry = this.#blocks.get(label);
    if (!entry) {
      entry = { id: this.#blocks.size as BlockId, token };
      this.#blocks.set(label, entry);
    }
    return entry.id;
  }

  #edge = (): Edge => {
    const block = this.#blockLabel();
    return { block, args: this.#reader.is('punct', '(') ? this.#reader.list('(', ')', this.#use) : [] };
  };

  #block(): void {
    const reader = this.#reader;
    const { token } = reader;
    const id = this.#blockLabel();
    if (this.#bodies[id]) throw reader.fail('a block that is not defined yet', token);
    const params = reader.is('punct', '(') ? reader.list('(', ')', () => this.#typedDefinition()) : [];
    reader.expect('punct', ':');
    const insts: Inst[] = [];
    let term: Term | null = null;
    while (term === null) {
      term = this.#term();
      if (term === null) insts.push(this.#inst());
    }
    this.#bodies[id] = { params, insts, term };
    this.#order.push(id);
  }

  #site(): number {
    return this.#reader.accept('punct', '!') ? this.#reader.integer() : -1;
  }

  #term(): Term | null {
    const reader = this.#reader;
    if (!reader.is('word')) return null;
    switch (reader.token.text) {
      case 'jump':
        reader.next();
        return { kind: 'jump', to: this.#edge() };
      case 'branch': {
        reader.next();
        const cond = this.#use();
        reader.expect('punct', ',');
        const then = this.#edge();
        reader.expect('punct', ',');
        const otherwise = this.#edge();
        const likely = reader.accept('word', 'likely') ? { likely: true } : reader.accept('word', 'unlikely') ? { likely: false } : {};
        return { kind: 'branch', cond, then, else: otherwise, ...likely };
      }
      case 'switch': {
        reader.next();
        const value = this.#use();
        const cases = reader.list('[', ']', () => {
          const at = reader.integer();
          reader.expect('punct', ':');
          return { value: at, to: this.#edge() };
        });
        reader.expect('word', 'else');
        return { kind: 'switch', value, cases, default: this.#edge() };
      }
      case 'return':
        reader.next();
        return { kind: 'return', value: reader.is('value') ? this.#use() : null };
      case 'raise':
        reader.next();
        return { kind: 'raise', value: this.#use(), site: this.#site() };
      case 'propagate':
        reader.next();
        return { kind: 'propagate', site: this.#site() };
      case 'trap':
        reader.next();
        return { kind: 'trap', reason: reader.integer() };
      default:
        return null;
    }
  }

  #inst(): Inst {
    const reader = this.#reader;
    let result: ValueId | -1 = -1;
    let typed = false;
    if (reader.is('value')) {
      result = this.#definition();
      if (reader.accept('punct', ':')) {
        typed = true;
        this.#values[result] = reader.oneOf(TYPES);
      }
      reader.expect('punct', '=');
    }
    const { token } = reader;
    if (token.kind !== 'word' || !Object.hasOwn(OPS, token.text)) throw reader.fail('an operation', token);
    reader.next();
    const op = token.text as OpName;
    const row = OPS[op];
    if (result !== -1 && !typed) {
      if (row.result === null || row.result === 'T' || row.result === 'same' || row.result === 'sig')
        throw reader.fail(`a result type before ${op}`, token);
      this.#values[result] = row.result;
    }
    if (result === -1 && row.result !== null && row.result !== 'sig') throw reader.fail(`a result of ${op}`, token);
    const imm = this.#imm(op);
    const args: ValueId[] = [];
    if (reader.is('value') && !this.#beginsLine()) {
      do args.push(this.#use());
      while (reader.accept('punct', ','));
    }
    return makeInst(op, args, imm as never, result, this.#site());
  }

  /** Whether the value at hand starts the next line's instruction: it is followed by a name, a type or `=`. */
  #beginsLine(): boolean {
    const reader = this.#reader;
    const { mark } = reader;
    reader.next();
    const begins = reader.is('punct', '=') || reader.is('punct', ':') || (reader.is('word') && this.#nameThenDefinition());
    reader.reset(mark);
    return begins;
  }

  #nameThenDefinition(): boolean {
    this.#reader.next();
    return this.#reader.is('punct', '=') || this.#reader.is('punct', ':');
  }

  #imm(op: OpName): ImmOf<OpName> {
    const reader = this.#reader;
    switch (OPS[op].imm) {
      case 'none':
        return null;
      case 'int':
        return { value: reader.bigint() };
      case 'i64':
        return { value: BigInt.asIntN(64, reader.bigint()) };
      case 'i32':
        return { value: reader.integer() | 0 };
      case 'f64': {
        const value = readDouble(reader.token.text);
        if (!reader.is('number') || value === undefined) throw reader.fail('a double');
        reader.next();
        return { value };
      }
      case 'name':
      case 'host':
        return { name: reader.expect('name') };
      case 'mem': {
        const type = reader.oneOf(MEM_TYPES);
        reader.accept('punct', '+');
        const offset = reader.integer();
        return { type, offset, alias: reader.is('name') ? reader.expect('name') : '' };
      }
      case 'field':
        return { type: reader.expect('name'), field: reader.expect('name') };
      case 'call':
        return { func: reader.expect('name'), unwind: reader.oneOf(UNWINDS) };
      case 'indirect': {
        const params = reader.list('(', ')', () => reader.oneOf(TYPES));
        const result = reader.accept('punct', '->') ? reader.oneOf(TYPES) : null;
        return { params, result, unwind: reader.oneOf(UNWINDS) };
      }
      case 'slot':
        return { slot: reader.integer() };
    }
  }
}
