/**
 * JSON Schema 2020-12 and OpenAPI 3.1 components of a schema set.
 *
 * They describe the JSON form of values (`valueToJson`): ints beyond 2^53 are digits, bytes are base64, maps are objects, unions are
 * `{ tag, value }`. What JSON Schema cannot say is left out and never guessed: bounds in bytes become bounds in characters, which is
 * necessary but not enough, and that columns of a table have one length is not said at all.
 */
import { defaultOf } from './default-value.ts';
import { valueToJson } from './json-value.ts';
import type { Json } from './kind-spec.ts';
import { namedTypesOf } from './named-types.ts';
import { type EnumLiteral, type IntSchema, isNamed, type NamedSchema, type Schema, type SchemaTypes, type TimeUnit } from './schema.ts';
import { checkSchemaSet, exportIds, inputSchema, type SchemaSet } from './schema-set.ts';

type JsonObject = { readonly [key: string]: Json };

const SAFE = 2n ** 53n - 1n;
const NOT_FINITE: Json = { enum: ['NaN', 'Infinity', '-Infinity'] };

/** The JSON Schema of all types and of the inputs and outputs of exports, under `$defs`. */
export function emitJsonSchema(set: SchemaSet): JsonObject {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', $defs: definitions(set, '#/$defs/') };
}

/** What an OpenAPI document is called. */
export interface OpenApiInfo {
  readonly title: string;
  readonly version: string;
}

/** An OpenAPI 3.1 document whose components are the types, inputs and outputs of a set; paths are for the service to add. */
export function emitOpenApi(set: SchemaSet, info: OpenApiInfo): JsonObject {
  return {
    openapi: '3.1.0',
    info: { title: info.title, version: info.version },
    paths: {},
    components: { schemas: definitions(set, '#/components/schemas/') },
  };
}

/** The JSON Schema of one schema; references lead to `prefix` and the name of the type. */
export function jsonSchemaOf(schema: Schema, types: SchemaTypes, prefix = '#/$defs/'): JsonObject {
  return new Emitter(types, prefix).of(schema);
}

function definitions(set: SchemaSet, prefix: string): JsonObject {
  checkSchemaSet(set);
  const emitter = new Emitter(set.types, prefix);
  const named = namedTypesOf(set).map((type) => [componentName(type.name), emitter.named(type)] as const);
  const exported = set.exports.flatMap((item) => {
    const ids = exportIds(item, set.types);
    return [
      [componentName(`${item.name}.input`), { ...emitter.named(inputSchema(item)), $comment: `wire id ${ids.input}` }],
      [componentName(`${item.name}.output`), { ...emitter.of(item.result), $comment: `wire id ${ids.output}` }],
    ] as const;
  });
  return Object.fromEntries([...named, ...exported]);
}

/** A type name in the characters that OpenAPI allows. */
function componentName(name: string): string {
  return name.replace(/[^A-Za-z0-9._]/gu, (char) => `-u${(char.codePointAt(0) as number).toString(16)}-`);
}

class Emitter {
  readonly #types: SchemaTypes;
  readonly #prefix: string;

  constructor(types: SchemaTypes, prefix: string) {
    this.#types = types;
    this.#prefix = prefix;
  }

  named(type: NamedSchema): JsonObject {
    switch (type.kind) {
      case 'record': {
        const properties = type.fields.map((field) => {
          const schema = this.of(field.schema);
          if (field.default === undefined) return [field.name, schema] as const;
          return [
            field.name,
            { ...schema, default: valueToJson(field.schema, defaultOf(field, this.#types), this.#types) as Json },
          ] as const;
        });
        return {
          title: type.name,
          type: 'object',
          properties: Object.fromEntries(properties),
          required: type.fields.filter((field) => field.default === undefined && field.schema.kind !== 'none').map((field) => field.name),
          additionalProperties: false,
        };
      }
      case 'enum':
        return { title: type.name, enum: type.literals.map(literalToJson) };
      case 'union':
        return {
          title: type.name,
          oneOf: type.variants.map(({ tag, schema }) => object({ tag: { const: tag }, value: this.of(schema) })),
        };
    }
  }

  of(schema: Schema): JsonObject {
    if (schema.kind === 'ref' || isNamed(schema)) return { $ref: this.#prefix + componentName(schema.name) };
    switch (schema.kind) {
      case 'none':
        return { type: 'null' };
      case 'bool':
        return { type: 'boolean' };
      case 'int':
      case 'duration':
        return whole(schema);
      case 'float':
        return { anyOf: [{ type: 'number' }, NOT_FINITE] };
      case 'float32':
        return { anyOf: [{ type: 'number', minimum: -3.4028234663852886e38, maximum: 3.4028234663852886e38 }, NOT_FINITE] };
      case 'str':
        return { type: 'string', maxLength: schema.maxBytes };
      case 'bytes':
        return {
          type: 'string',
          contentEncoding: 'base64',
          pattern: '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$',
          maxLength: Math.ceil(schema.maxBytes / 3) * 4,
        };
      case 'optional':
        return { anyOf: [this.of(schema.of), { type: 'null' }] };
      case 'list':
        return { type: 'array', items: this.of(schema.of), maxItems: schema.maxItems };
      case 'array':
        return { type: 'array', items: this.of(schema.of), minItems: schema.length, maxItems: schema.length };
      case 'map':
        return {
          type: 'object',
          propertyNames: schema.key.kind === 'str' ? { maxLength: schema.key.maxBytes } : { pattern: '^(?:0|-?[1-9][0-9]*)$' },
          additionalProperties: this.of(schema.value),
          maxProperties: schema.maxItems,
        };
      case 'tuple': {
        const { length } = schema.items;
        const counts = { type: 'array', items: false, minItems: length, maxItems: length } as const;
        return length === 0 ? counts : { ...counts, prefixItems: schema.items.map((item) => this.of(item)) };
      }
      case 'decimal':
        return { type: 'string', pattern: decimalPattern(schema.precision, schema.scale) };
      case 'date':
        return { type: 'string', format: 'date', pattern: `^${DAY}$` };
      case 'time':
        return { type: 'string', pattern: `^${CLOCK}${fraction(schema.unit)}$` };
      case 'timestamp':
        return schema.zone === 'utc'
          ? { type: 'string', format: 'date-time', pattern: `^${DAY}T${CLOCK}${fraction(schema.unit)}Z$` }
          : { type: 'string', pattern: `^${DAY}T${CLOCK}${fraction(schema.unit)}$` };
      case 'uuid':
        return { type: 'string', format: 'uuid', pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' };
      case 'result':
        return { oneOf: [object({ ok: this.of(schema.ok) }), object({ error: this.of(schema.error) })] };
      case 'stream':
        return { type: 'null', description: 'The items are sent in chunks beside the message.' };
      case 'table':
        return object(
          Object.fromEntries(
            schema.fields.map((field) => [field.name, { type: 'array', items: this.of(field.schema), maxItems: schema.maxRows }]),
          ),
        );
      case 'capability':
        return object({ capability: { type: 'integer', minimum: 0, maximum: 0xffffffff } });
    }
  }
}

const DAY = '(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])';
const CLOCK = '(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]';

function fraction(unit: TimeUnit): string {
  return unit === 's' ? '' : `(?:\\.[0-9]{1,${unit === 'us' ? 6 : 3}})?`;
}

function decimalPattern(precision: number, scale: number): string {
  const before = precision - scale;
  const wholePart = before === 0 ? '0' : `(?:0|[1-9][0-9]{0,${before - 1}})`;
  return `^-?${wholePart}${scale === 0 ? '' : `(?:\\.[0-9]{1,${scale}})?`}$`;
}

/** Ints that a JSON number holds exactly are numbers, others are digits. */
function whole({ min, max }: Pick<IntSchema, 'min' | 'max'>): JsonObject {
  const low = min < -SAFE ? -SAFE : min;
  const high = max > SAFE ? SAFE : max;
  const number: JsonObject = { type: 'integer', minimum: Number(low), maximum: Number(high) };
  if (min >= -SAFE && max <= SAFE) return number;
  const digits: JsonObject = { type: 'string', pattern: '^(?:0|-?[1-9][0-9]{0,19})$' };
  return low <= high ? { anyOf: [number, digits] } : digits;
}

/** A literal as the JSON form of values has it: decoding gives a number wherever that is exact. */
function literalToJson(literal: EnumLiteral): Json {
  if (typeof literal !== 'bigint') return literal;
  return literal >= -SAFE && literal <= SAFE ? Number(literal) : String(literal);
}

function object(properties: JsonObject): JsonObject {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}
