/**
 * Codecs of boundary schemas as Python in the stdlib dialect, compiled with the rest of the program: decoding checks the bytes against the
 * schema and makes heap objects directly, encoding writes the one accepted form.
 */
import { type EnumLiteral, I64, type IntSchema, type Schema, type SchemaTypes } from '@molt/schema-ir';

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
      case 'str':
      case 'bytes':
        return [`${this.#bounded(schema)}(w, ${value})`];
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
          `  if ${outside(schema)}:`,
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

  /** Writes a value whose bound the caller's codec will check, so that a value beyond it fails here, where its cause is. */
  #bounded(schema: Extract<Schema, { kind: 'int' | 'str' | 'bytes' }>): string {
    return this.#define(this.#encoders, 'enc', keyOf(schema), (name) => {
      if (schema.kind === 'int') {
        return [
          `def ${name}(w: PackWriter, x: int) -> None:`,
          `  if ${outside(schema)}:`,
          `    raise_beyond_bound('an int outside ${schema.min} to ${schema.max}')`,
          '  w.int(x)',
        ];
      }
      const [type, write, size] = schema.kind === 'str' ? ['str', 'str', 'byte_len(x)'] : ['bytes', 'bin', 'i32(len(x))'];
      return [
        `def ${name}(w: PackWriter, x: ${type}) -> None:`,
        `  if ${size} > ${schema.maxBytes}:`,
        `    raise_beyond_bound('more than ${schema.maxBytes} bytes of ${type}')`,
        `  w.${write}(x)`,
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
        case 'array':
          return [
            head,
            ...this.#count(schema.length, 'items'),
            `  n = ${schema.length}`,
            '  xs = []',
            '  while n:',
            `    xs.append(${this.decode(schema.of)})`,
            '    n -= 1',
            '  r.leave()',
            '  return xs',
          ];
        case 'ref':
          return this.#namedDecoder(head, schema.name);
        default:
          throw new Error(`no codec for ${schema.kind}`);
      }
    });
  }

  #namedDecoder(head: string, typeName: string): string[] {
    const type = this.#types[typeName];
    switch (type?.kind) {
      case 'enum': {
        const last = type.literals.length - 1;
        return [
          head,
          '  i = r.int()',
          `  if i < 0 or i > ${last}:`,
          `    r.fail('expected a literal of ${typeName}, 0 to ${last}')`,
          ...type.literals.slice(0, -1).flatMap((value, i) => [`  if i == ${i}:`, `    return ${literalSource(value)}`]),
          `  return ${literalSource(type.literals[last] as EnumLiteral)}`,
        ];
      }
      case 'union': {
        const last = type.variants.length - 1;
        const variant = (i: number, indent: string): string[] =>
          [`v${i} = ${this.decode(type.variants[i]?.schema as Schema)}`, 'r.leave()', `return v${i}`].map((line) => indent + line);
        return [
          head,
          ...this.#count(2, `items: the variant of ${typeName} and its value`),
          '  i = r.int()',
          `  if i < 0 or i > ${last}:`,
          `    r.fail('expected a variant of ${typeName}, 0 to ${last}')`,
          ...type.variants.slice(0, -1).flatMap((_, i) => [`  if i == ${i}:`, ...variant(i, '    ')]),
          ...variant(last, '  '),
        ];
      }
      default:
        return this.#record(head, typeName);
    }
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
          return [head, ...atMost(schema.maxItems, 'items'), '  w.array(i32(len(x)))', '  for y in x:', ...put(schema.of, 'y', '    ')];
        case 'array':
          return [
            head,
            `  if len(x) != ${schema.length}:`,
            `    raise_beyond_bound(str(len(x)) + ' items, exactly ${schema.length}')`,
            `  w.array(${schema.length})`,
            '  for y in x:',
            ...put(schema.of, 'y', '    '),
          ];
        case 'map':
          return [
            head,
            ...atMost(schema.maxItems, 'entries'),
            '  w.map(i32(len(x)))',
            '  for k, v in x.items():',
            ...put(schema.key, 'k', '    '),
            ...put(schema.value, 'v', '    '),
          ];
        case 'tuple':
          return [head, `  w.array(${schema.items.length})`, ...schema.items.flatMap((s, i) => put(s, `x[${i}]`, '  '))];
        case 'ref':
          return this.#namedEncoder(head, schema.name, put);
        default:
          throw new Error(`no codec for ${schema.kind}`);
      }
    });
  }

  #namedEncoder(head: string, typeName: string, put: (schema: Schema, value: string, indent: string) => string[]): string[] {
    const type = this.#types[typeName];
    switch (type?.kind) {
      case 'record':
        return [head, `  w.array(${type.fields.length})`, ...type.fields.flatMap((f) => put(f.schema, `x.${f.name}`, '  '))];
      case 'enum':
        return [
          head,
          ...type.literals.flatMap((value, i) => [`  ${i === 0 ? 'if' : 'elif'} x == ${literalSource(value)}:`, `    w.int(${i})`]),
          '  else:',
          `    raise_value_error('a result is none of the literals of ${typeName}')`,
        ];
      case 'union': {
        // True is an int too, so bool is asked for first.
        const order = type.variants.map((variant, index) => ({ ...variant, index }));
        order.sort((a, b) => Number(b.schema.kind === 'bool') - Number(a.schema.kind === 'bool'));
        return [
          head,
          '  w.array(2)',
          ...order.flatMap(({ schema, index }, i) => [
            `  ${i === 0 ? 'if' : 'elif'} isinstance(x, ${schema.kind === 'ref' ? className(schema.name) : schema.kind}):`,
            `    w.int(${index})`,
            ...put(schema, 'x', '    '),
          ]),
          '  else:',
          `    raise_type_error('a result is none of the types of ${typeName}')`,
        ];
      }
      default:
        throw new Error(`no codec for ${typeName}`);
    }
  }
}

/** Whether `x` is beyond the bounds; 64 bits are compared only with ints that do not fit one machine word with its tag. */
function outside({ min, max }: IntSchema): string {
  const test = `x < ${min} or x > ${max}`;
  return min <= I64.min && max >= I64.max ? `not is_small(x) and (${test})` : test;
}

/** Refuses a container that callers would refuse. */
function atMost(limit: number, what: string): string[] {
  return [`  if len(x) > ${limit}:`, `    raise_beyond_bound(str(len(x)) + ' ${what}, at most ${limit}')`];
}

/** A literal as Python source, whatever characters it has. */
function literalSource(value: EnumLiteral): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'string') return String(value);
  const escaped = JSON.stringify(value).replace(
    /[^\x20-\x7e]/gu,
    (char) => `\\U${(char.codePointAt(0) as number).toString(16).padStart(8, '0')}`,
  );
  return escaped;
}

/** Name of a boundary class inside the generated source. */
export const className = (name: string): string => `class_${name.replaceAll('.', '_')}`;

function keyOf(schema: Schema): string {
  return JSON.stringify(schema, (_, v) => (typeof v === 'bigint' ? `${v}n` : v));
}
