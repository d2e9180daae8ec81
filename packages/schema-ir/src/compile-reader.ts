/**
 * Reading what was written with another schema.
 *
 * The bytes are decoded with the writer's schema, and the value is made one of the reader's: fields that the reader does not know are
 * dropped, fields that the writer does not have get their defaults, and the bounds of the reader are checked. A reader never returns
 * what its own schema does not allow. `canRead` says beforehand whether any value of the writer could be refused.
 */
import { compileCodec } from './codec.ts';
import { defaultOf } from './default-value.ts';
import { NO_TYPES, type RecordSchema, type Schema, type SchemaTypes, type TableSchema } from './schema.ts';
import { at, refuse, within } from './schema-error.ts';
import { resolve, scopeOf } from './type-scope.ts';

type Convert = (value: never) => unknown;

/** A function from bytes of the writer to values of the reader; it throws SchemaError for values that the reader does not take. */
export function compileReader(
  reader: Schema,
  writer: Schema,
  readerTypes: SchemaTypes = NO_TYPES,
  writerTypes: SchemaTypes = NO_TYPES,
): (bytes: Uint8Array) => unknown {
  const source = compileCodec(writer, writerTypes);
  const target = compileCodec(reader, readerTypes);
  const convert = new Conversion(reader, writer, readerTypes, writerTypes).of(reader, writer);
  return (bytes) => {
    const value = at('$', () => convert(source.decode(bytes) as never));
    // Encoding is what checks a value against a schema.
    return target.decode(target.encode(value));
  };
}

class Conversion {
  readonly #reader: ReturnType<typeof scopeOf>;
  readonly #writer: ReturnType<typeof scopeOf>;
  readonly #readerTypes: SchemaTypes;
  readonly #named = new Map<string, Convert>();

  constructor(reader: Schema, writer: Schema, readerTypes: SchemaTypes, writerTypes: SchemaTypes) {
    this.#reader = scopeOf(reader, readerTypes);
    this.#writer = scopeOf(writer, writerTypes);
    this.#readerTypes = readerTypes;
  }

  of(left: Schema, right: Schema): Convert {
    const wanted = resolve(left, this.#reader);
    const sent = resolve(right, this.#writer);
    if (!('name' in wanted) || !('name' in sent)) return this.#make(wanted, sent);
    const key = `${wanted.name} ${sent.name}`;
    if (!this.#named.has(key)) {
      this.#named.set(key, (value) => (this.#named.get(key) as Convert)(value));
      this.#named.set(key, this.#make(wanted, sent));
    }
    return this.#named.get(key) as Convert;
  }

  #make(wanted: Exclude<Schema, { kind: 'ref' }>, sent: Exclude<Schema, { kind: 'ref' }>): Convert {
    if (wanted.kind === 'optional') {
      if (sent.kind === 'none') return () => null;
      const inner = this.of(wanted.of, sent.kind === 'optional' ? sent.of : sent);
      return (value) => (value === null ? null : inner(value));
    }
    if (wanted.kind === 'float' && sent.kind === 'float32') return (value) => value;
    if (wanted.kind === 'list' && sent.kind === 'array') return this.#items(wanted.of, sent.of);
    if (wanted.kind !== sent.kind) return differ(wanted.kind, sent.kind);
    switch (wanted.kind) {
      case 'list':
      case 'array':
        return this.#items(wanted.of, (sent as typeof wanted).of);
      case 'map': {
        const [key, value] = [this.of(wanted.key, (sent as typeof wanted).key), this.of(wanted.value, (sent as typeof wanted).value)];
        return (entries: ReadonlyMap<never, never>) =>
          new Map(Array.from(entries, ([k, v]) => [key(k), inside(`[${String(k)}]`, () => value(v))]));
      }
      case 'tuple': {
        const { items } = sent as typeof wanted;
        if (items.length !== wanted.items.length) return differ(`tuple of ${wanted.items.length}`, `tuple of ${items.length}`);
        const parts = wanted.items.map((item, i) => this.of(item, items[i] as Schema));
        return (values: readonly never[]) => parts.map((part, i) => inside(i, () => part(values[i] as never)));
      }
      case 'record':
        return this.#record(wanted, sent as RecordSchema);
      case 'table':
        return this.#table(wanted, sent as TableSchema);
      case 'union': {
        const variants = new Map(
          (sent as typeof wanted).variants.map(({ tag, schema }) => {
            const known = wanted.variants.find((variant) => variant.tag === tag);
            return [
              tag,
              known === undefined ? differ(wanted.variants.map((variant) => variant.tag).join(' or '), tag) : this.of(known.schema, schema),
            ];
          }),
        );
        return ({ tag, value }: { readonly tag: string; readonly value: never }) => ({
          tag,
          value: inside(`<${tag}>`, () => (variants.get(tag) as Convert)(value)),
        });
      }
      case 'result': {
        const [ok, error] = [this.of(wanted.ok, (sent as typeof wanted).ok), this.of(wanted.error, (sent as typeof wanted).error)];
        return (value: { readonly ok: never } | { readonly error: never }) =>
          'ok' in value ? { ok: inside('<ok>', () => ok(value.ok)) } : { error: inside('<error>', () => error(value.error)) };
      }
      default:
        return meaning(wanted) === meaning(sent) ? (value) => value : differ(meaning(wanted), meaning(sent));
    }
  }

  #items(wanted: Schema, sent: Schema): Convert {
    const item = this.of(wanted, sent);
    return (values: readonly never[]) => values.map((value, i) => inside(i, () => item(value)));
  }

  #record(wanted: RecordSchema, sent: RecordSchema): Convert {
    const parts = wanted.fields.map((field, i) => {
      const from = sent.fields[i];
      if (from === undefined) return { name: field.name, part: undefined, field };
      return {
        name: field.name,
        part: from.name === field.name ? this.of(field.schema, from.schema) : differ(field.name, from.name),
        field,
      };
    });
    return (value: Readonly<Record<string, never>>) =>
      Object.fromEntries(
        parts.flatMap(({ name, part, field }) => {
          if (part !== undefined) return [[name, inside(`.${name}`, () => part(value[name] as never))]];
          // A field without default stays away, which the reader's codec refuses.
          return field.default === undefined ? [] : [[name, defaultOf(field, this.#readerTypes)]];
        }),
      );
  }

  #table(wanted: TableSchema, sent: TableSchema): Convert {
    const parts = wanted.fields.map((field, i) => {
      const from = sent.fields[i];
      const part =
        from === undefined || from.name !== field.name
          ? differ(field.name, from?.name ?? 'nothing')
          : this.#items(field.schema, from.schema);
      return [field.name, part] as const;
    });
    return (columns: Readonly<Record<string, never>>) =>
      Object.fromEntries(parts.map(([name, part]) => [name, inside(`.${name}`, () => part(columns[name] as never))]));
  }
}

/** What a number or text on the wire stands for: scalars of different units or grants are different things of one form. */
function meaning(schema: Exclude<Schema, { kind: 'ref' }>): string {
  switch (schema.kind) {
    case 'time':
    case 'duration':
      return `${schema.kind} in ${schema.unit}`;
    case 'timestamp':
      return `${schema.zone} timestamp in ${schema.unit}`;
    case 'decimal':
      return `decimal with ${schema.scale} digits after the point`;
    case 'capability':
      return `grant of ${schema.grant}`;
    default:
      return schema.kind;
  }
}

function differ(expected: string, actual: string): Convert {
  return () => refuse('MOLT4001', { expected, actual });
}

function inside<T>(segment: string | number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw within(error, segment);
  }
}
