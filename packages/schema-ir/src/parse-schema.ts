/**
 * Reads the text form of schemas, the one that `printSchema` writes.
 *
 *     record Item { sku: str(<=64) tags: list[str; <=10] = 90 }
 *     enum Color { "red" 7 True }
 *     union Shape { Item: Item none: none }
 *     list[Item?]
 *
 * Named types come first, then the schema itself; without it the first type is meant. White space only separates. Text is treated as
 * hostile: its size, nesting and number of nodes are bounded, and the result is checked like any schema.
 */
import { DEFAULT_BOUNDS, I64, MAX_DEPTH } from './bounds.ts';
import { sized } from './build.ts';
import { durationLimits } from './kinds/duration.ts';
import type { EnumLiteral, NamedSchema, RecordField, Schema, SchemaTypes, TableColumn, TimeUnit, UnionVariant } from './schema.ts';
import { at, refuse } from './schema-error.ts';
import { checkSchema } from './type-scope.ts';

/** Characters of a text. */
const MAX_TEXT = 8 << 20;
/** Schema nodes in one text. */
const MAX_NODES = 100_000;

/** A schema with the types that it names. */
export interface ParsedSchema {
  readonly schema: Schema;
  readonly types: SchemaTypes;
}

/** The schema that a text says; throws SchemaError (MOLT4062) with line and column, or what `checkSchema` finds. */
export function parseSchema(text: string): ParsedSchema {
  const parsed = at('text', () => {
    if (text.length > MAX_TEXT) refuse('MOLT4003', { limit: MAX_TEXT, unit: 'characters', actual: text.length });
    return new Parser(text).all();
  });
  checkSchema(parsed.schema, parsed.types);
  for (const type of Object.values(parsed.types)) checkSchema(type, parsed.types);
  return parsed;
}

const SPACE = /\s*/y;
const NAME = /[\p{ID_Start}_][\p{ID_Continue}]*(?:\.[\p{ID_Start}_][\p{ID_Continue}]*)*/uy;
const NUMBER = /-?\d{1,40}/y;
const HEX = /(?:[0-9a-f]{2})+/y;
const STRING = /"(?:[^"\\\n]|\\.){0,8192}"/y;
const UNITS: readonly TimeUnit[] = ['us', 'ms', 's'];

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #nodes = 0;

  constructor(text: string) {
    this.#text = text;
  }

  all(): ParsedSchema {
    const types: Record<string, NamedSchema> = {};
    let first: string | undefined;
    let schema: Schema | undefined;
    while (this.#space() < this.#text.length) {
      const start = this.#at;
      const word = this.#match(NAME);
      if (word === 'record' || word === 'enum' || word === 'union') {
        const type = this.#block(word);
        if (Object.hasOwn(types, type.name) || type.name === '__proto__') this.#fail('a name of its own for each type', start);
        types[type.name] = type;
        first ??= type.name;
        continue;
      }
      this.#at = start;
      schema = this.#type();
      if (this.#space() < this.#text.length) this.#fail('the end of the text');
    }
    if (schema !== undefined) return { schema, types };
    return first === undefined ? this.#fail('a schema') : { schema: { kind: 'ref', name: first }, types };
  }

  #block(kind: 'record' | 'enum' | 'union'): NamedSchema {
    this.#node();
    const name = this.#name();
    this.#expect('{');
    switch (kind) {
      case 'record': {
        const fields = this.#until('}', (): RecordField => {
          const field = this.#name();
          this.#expect(':');
          const schema = this.#type();
          return this.#take('=') ? { name: field, schema, default: this.#hex() } : { name: field, schema };
        });
        return { kind, name, fields };
      }
      case 'union':
        return {
          kind,
          name,
          variants: this.#until('}', (): UnionVariant => {
            const tag = this.#name();
            this.#expect(':');
            return { tag, schema: this.#type() };
          }),
        };
      case 'enum':
        return { kind, name, literals: this.#until('}', () => this.#literal()) };
    }
  }

  #type(): Schema {
    if (++this.#depth > MAX_DEPTH) this.#fail(`at most ${MAX_DEPTH} levels of nesting`);
    const schema = this.#primary();
    this.#depth--;
    if (!this.#take('?')) return schema;
    this.#node();
    return { kind: 'optional', of: schema };
  }

  #primary(): Schema {
    this.#node();
    if (this.#take('`')) {
      const name = this.#name();
      this.#expect('`');
      return { kind: 'ref', name };
    }
    const start = this.#space();
    const word = this.#name();
    switch (word) {
      case 'none':
      case 'bool':
      case 'float':
      case 'float32':
      case 'date':
      case 'uuid':
        return { kind: word };
      case 'i8':
      case 'i16':
      case 'i32':
      case 'u8':
      case 'u16':
      case 'u32':
      case 'u64':
        return sized(word);
      case 'int':
        return this.#take('(') ? { kind: 'int', ...this.#range() } : { kind: 'int', ...I64 };
      case 'str':
        return { kind: 'str', maxBytes: this.#bytesBound(DEFAULT_BOUNDS.strBytes) };
      case 'bytes':
        return { kind: 'bytes', maxBytes: this.#bytesBound(DEFAULT_BOUNDS.bytesBytes) };
      case 'decimal': {
        if (!this.#take('(')) return { kind: 'decimal', precision: DEFAULT_BOUNDS.decimalPrecision, scale: DEFAULT_BOUNDS.decimalScale };
        const precision = this.#count();
        this.#expect(',');
        const scale = this.#count();
        this.#expect(')');
        return { kind: 'decimal', precision, scale };
      }
      case 'time': {
        if (!this.#take('(')) return { kind: 'time', unit: 'us' };
        const unit = this.#word(UNITS);
        this.#expect(')');
        return { kind: 'time', unit };
      }
      case 'timestamp': {
        if (!this.#take('(')) return { kind: 'timestamp', unit: 'us', zone: 'utc' };
        const unit = this.#word(UNITS);
        this.#expect(',');
        const zone = this.#word(['utc', 'naive']);
        this.#expect(')');
        return { kind: 'timestamp', unit, zone };
      }
      case 'duration': {
        if (!this.#take('(')) return { kind: 'duration', unit: 'us', ...durationLimits('us') };
        const unit = this.#word(UNITS);
        if (this.#take(',')) return { kind: 'duration', unit, ...this.#range() };
        this.#expect(')');
        return { kind: 'duration', unit, ...durationLimits(unit) };
      }
      case 'list':
      case 'stream': {
        this.#expect('[');
        const of = this.#type();
        const maxItems = this.#itemsBound(word === 'list' ? DEFAULT_BOUNDS.listItems : DEFAULT_BOUNDS.streamItems);
        return { kind: word, of, maxItems };
      }
      case 'array': {
        this.#expect('[');
        const of = this.#type();
        this.#expect(';');
        const length = this.#count();
        this.#expect(']');
        return { kind: 'array', of, length };
      }
      case 'map': {
        this.#expect('[');
        const key = this.#type();
        if (key.kind !== 'str' && key.kind !== 'int') return this.#fail('a map key of kind str or int', start);
        this.#expect(',');
        const value = this.#type();
        return { kind: 'map', key, value, maxItems: this.#itemsBound(DEFAULT_BOUNDS.mapItems) };
      }
      case 'tuple':
        this.#expect('[');
        return { kind: 'tuple', items: this.#separated(']', () => this.#type()) };
      case 'result': {
        this.#expect('[');
        const ok = this.#type();
        this.#expect(',');
        const error = this.#type();
        this.#expect(']');
        return { kind: 'result', ok, error };
      }
      case 'table': {
        this.#expect('[');
        const fields: TableColumn[] = [];
        do {
          const name = this.#name();
          this.#expect(':');
          fields.push({ name, schema: this.#type() });
        } while (this.#take(','));
        return { kind: 'table', fields, maxRows: this.#itemsBound(DEFAULT_BOUNDS.tableRows) };
      }
      case 'capability': {
        this.#expect('(');
        const grant = this.#name();
        this.#expect(')');
        return { kind: 'capability', grant };
      }
      default:
        return { kind: 'ref', name: word };
    }
  }

  /** `min..max)` */
  #range(): { readonly min: bigint; readonly max: bigint } {
    const min = this.#whole();
    this.#expect('..');
    const max = this.#whole();
    this.#expect(')');
    return { min, max };
  }

  /** `(<=n)`, or nothing. */
  #bytesBound(fallback: number): number {
    if (!this.#take('(')) return fallback;
    this.#expect('<=');
    const bound = this.#count();
    this.#expect(')');
    return bound;
  }

  /** `; <=n]`, or only `]`. */
  #itemsBound(fallback: number): number {
    let bound = fallback;
    if (this.#take(';')) {
      this.#expect('<=');
      bound = this.#count();
    }
    this.#expect(']');
    return bound;
  }

  #literal(): EnumLiteral {
    this.#node();
    const start = this.#space();
    const text = this.#match(STRING);
    if (text !== undefined) {
      try {
        return JSON.parse(text) as string;
      } catch {
        return this.#fail('a string as in JSON', start);
      }
    }
    const number = this.#match(NUMBER);
    if (number !== undefined) return Number.isSafeInteger(Number(number)) ? Number(number) : BigInt(number);
    return this.#word(['True', 'False']) === 'True';
  }

  #until<T>(end: string, item: () => T): T[] {
    const items: T[] = [];
    while (!this.#take(end)) items.push(item());
    return items;
  }

  #separated<T>(end: string, item: () => T): T[] {
    if (this.#take(end)) return [];
    const items = [item()];
    while (this.#take(',')) items.push(item());
    this.#expect(end);
    return items;
  }

  #name(): string {
    this.#space();
    return this.#match(NAME) ?? this.#fail('a name');
  }

  #word<const W extends string>(words: readonly W[]): W {
    const start = this.#space();
    const found = this.#match(NAME);
    return words.find((word) => word === found) ?? this.#fail(words.join(' or '), start);
  }

  #whole(): bigint {
    this.#space();
    return BigInt(this.#match(NUMBER) ?? this.#fail('a whole number'));
  }

  #count(): number {
    const start = this.#space();
    const value = Number(this.#match(NUMBER) ?? this.#fail('a number'));
    return Number.isSafeInteger(value) && value >= 0 ? value : this.#fail('a number that is not negative', start);
  }

  #hex(): Uint8Array {
    this.#space();
    const digits = this.#match(HEX) ?? this.#fail('a default in hexadecimal digits');
    return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
  }

  #take(symbol: string): boolean {
    this.#space();
    if (!this.#text.startsWith(symbol, this.#at)) return false;
    this.#at += symbol.length;
    return true;
  }

  #expect(symbol: string): void {
    if (!this.#take(symbol)) this.#fail(`'${symbol}'`);
  }

  #space(): number {
    SPACE.lastIndex = this.#at;
    SPACE.exec(this.#text);
    this.#at = SPACE.lastIndex;
    return this.#at;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #node(): void {
    if (++this.#nodes > MAX_NODES) this.#fail(`at most ${MAX_NODES} schema nodes`);
  }

  #fail(expected: string, place: number = this.#space()): never {
    const before = this.#text.slice(0, place).split('\n');
    const rest = this.#text.slice(place);
    const actual = rest === '' ? 'the end' : JSON.stringify((/^\S{1,24}/.exec(rest) as RegExpExecArray)[0]);
    return refuse('MOLT4062', { expected, line: before.length, column: (before.at(-1) as string).length + 1, actual }, place);
  }
}
