/**
 * Codecs of boundary schemas as Python in the stdlib dialect, compiled with the rest of the program: decoding checks the bytes against the
 * schema and makes heap objects directly, encoding writes the one accepted form.
 */
import type { Schema, SchemaTypes } from '@molt/schema-ir';

export class CodecSource {
  readonly #types: SchemaTypes;
  readonly #lines: string[] = [];
  readonly #decoders = new Map<string, string>();
  readonly #encoders = new Map<string, string>();

  constructor(types: SchemaTypes) {
    this.#types = types;
  }

  get text(): string {
    return this.#lines.join('\n');
  }

  /** Expression that reads a value from `r`. */
  decode(schema: Schema): string {
    switch (schema.kind) {
      case 'none':
        return 'r.nil()';
      case 'bool':
        return 'r.bool()';
      case 'float':
        return 'r.float()';
      case 'int':
      case 'str':
      case 'bytes':
        return `${this.#checked(schema)}(r)`;
      default:
        return `${this.#decoder(schema)}(r)`;
    }
  }

  /** Statements that write the value of a variable to `w`. */
  encode(schema: Schema, value: string): string[] {
    switch (schema.kind) {
      case 'none':
        return ['w.nil()'];
      case 'bool':
        return [`w.bool(${value})`];
      case 'float':
        return [`w.float(float(${value}))`];
      case 'int':
        return [`w.int(${value})`];
      case 'str':
        return [`w.str(${value})`];
      case 'bytes':
        return [`w.bin(${value})`];
      default:
        return [`${this.#encoder(schema)}(w, ${value})`];
    }
  }

  #define(table: Map<string, string>, prefix: string, key: string, make: (name: string) => string[]): string {
    const known = table.get(key);
    if (known) return known;
    const name = `${prefix}_${table.size}`;
    table.set(key, name);
    this.#lines.push(...make(name), '');
    return name;
  }

  #checked(schema: Extract<Schema, { kind: 'int' | 'str' | 'bytes' }>): string {
    const key = keyOf(schema);
    return this.#define(this.#decoders, 'dec', key, (name) => {
      if (schema.kind === 'int') {
        return [
          `def ${name}(r: PackReader) -> int:`,
          '  x = r.int()',
          `  if x < ${schema.min} or x > ${schema.max}:`,
          `    r.fail('int outside ${schema.min} to ${schema.max}')`,
          '  return x',
        ];
      }
      const [read, type, size] = schema.kind === 'str' ? ['str', 'str', 'byte_len(x)'] : ['bin', 'bytes', 'i32(len(x))'];
      return [
        `def ${name}(r: PackReader) -> ${type}:`,
        `  x = r.${read}()`,
        `  if ${size} > ${schema.maxBytes}:`,
        `    r.fail('more than ${schema.maxBytes} bytes')`,
        '  return x',
      ];
    });
  }

  #decoder(schema: Schema): string {
    return this.#define(this.#decoders, 'dec', keyOf(schema), (name) => {
      const head = `def ${name}(r: PackReader):`;
      switch (schema.kind) {
        case 'optional':
          return [head, '  if r.try_nil():', '    return None', `  return ${this.decode(schema.of)}`];
        case 'list':
          return [
            head,
            '  n = r.array()',
            `  if n > ${schema.maxItems}:`,
            `    r.fail('more than ${schema.maxItems} items')`,
            '  xs = []',
            '  while n:',
            `    xs.append(${this.decode(schema.of)})`,
            '    n -= 1',
            '  r.leave()',
            '  return xs',
          ];
        case 'map':
          return [
            head,
            '  n = r.map()',
            `  if n > ${schema.maxItems}:`,
            `    r.fail('more than ${schema.maxItems} entries')`,
            '  d = {}',
            '  while n:',
            `    k = ${this.decode(schema.key)}`,
            '    if k in d:',
            "      r.fail('a key occurs twice')",
            `    d[k] = ${this.decode(schema.value)}`,
            '    n -= 1',
            '  r.leave()',
            '  return d',
          ];
        case 'tuple': {
          const items = schema.items.map((s, i) => `  a${i} = ${this.decode(s)}`);
          return [
            head,
            ...this.#count(schema.items.length, 'items'),
            ...items,
            '  r.leave()',
            `  return (${schema.items.map((_, i) => `a${i},`).join(' ')})`,
          ];
        }
        case 'ref':
          return this.#record(head, schema.name);
        default:
          throw new Error(`no codec for ${schema.kind}`);
      }
    });
  }

  #count(n: number, what: string): string[] {
    return [`  if r.array() != ${n}:`, `    r.fail('expected ${n} ${what}')`];
  }

  #record(head: string, typeName: string): string[] {
    const type = this.#types[typeName];
    if (type?.kind !== 'record') throw new Error(`${typeName} is no record`);
    const fields = type.fields.map((f, i) => `  a${i} = ${this.decode(f.schema)}`);
    return [
      head,
      ...this.#count(type.fields.length, `fields of ${typeName}`),
      ...fields,
      '  r.leave()',
      `  return ${className(typeName)}(${type.fields.map((f, i) => `${f.name}=a${i}`).join(', ')})`,
    ];
  }

  #encoder(schema: Schema): string {
    return this.#define(this.#encoders, 'enc', keyOf(schema), (name) => {
      const head = `def ${name}(w: PackWriter, x) -> None:`;
      const put = (s: Schema, value: string, indent: string): string[] => this.encode(s, value).map((l) => indent + l);
      switch (schema.kind) {
        case 'optional':
          return [head, '  if x is None:', '    w.nil()', '  else:', ...put(schema.of, 'x', '    ')];
        case 'list':
          return [head, '  w.array(i32(len(x)))', '  for y in x:', ...put(schema.of, 'y', '    ')];
        case 'map':
          return [
            head,
            '  w.map(i32(len(x)))',
            '  for k, v in x.items():',
            ...put(schema.key, 'k', '    '),
            ...put(schema.value, 'v', '    '),
          ];
        case 'tuple':
          return [head, `  w.array(${schema.items.length})`, ...schema.items.flatMap((s, i) => put(s, `x[${i}]`, '  '))];
        case 'ref': {
          const type = this.#types[schema.name];
          if (type?.kind !== 'record') throw new Error(`${schema.name} is no record`);
          return [head, `  w.array(${type.fields.length})`, ...type.fields.flatMap((f) => put(f.schema, `x.${f.name}`, '  '))];
        }
        default:
          throw new Error(`no codec for ${schema.kind}`);
      }
    });
  }
}

/** Name of a boundary class inside the generated source. */
export const className = (name: string): string => `class_${name}`;

function keyOf(schema: Schema): string {
  return JSON.stringify(schema, (_, v) => (typeof v === 'bigint' ? `${v}n` : v));
}
