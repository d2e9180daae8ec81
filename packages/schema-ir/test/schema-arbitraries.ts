/** Random schemas, and random values of a schema, for property tests. */
import fc from 'fast-check';
import type { IntSchema, StrSchema } from '../src/index.ts';
import {
  array,
  bool,
  bytes,
  capability,
  type DecimalSchema,
  date,
  decimal,
  duration,
  float,
  float32,
  int,
  list,
  literals,
  map,
  none,
  optional,
  record,
  result,
  type Schema,
  sized,
  str,
  type TableSchema,
  type TimeUnit,
  table,
  time,
  timestamp,
  tuple,
  union,
  uuid,
} from '../src/index.ts';

const scalar: fc.Arbitrary<Schema> = fc.oneof(
  fc.constantFrom<Schema>(none(), bool(), int(), float(), str(), bytes(), sized('i8'), sized('u8'), sized('i16'), sized('u16')),
  fc.constantFrom<Schema>(sized('i32'), sized('u32'), sized('u64'), int(-100, 100), int(0, 2n ** 60n), str(10), bytes(300)),
  fc.constantFrom<Schema>(float32(), date(), uuid(), decimal(), decimal(38, 38), decimal(1, 0), decimal(12, 2), capability('db.read')),
  fc.constantFrom<Schema>(time(), time('ms'), time('s'), timestamp(), timestamp('ms', 'naive'), timestamp('s'), timestamp('us', 'naive')),
  fc.constantFrom<Schema>(duration(), duration('ms'), duration('s', -5, 100)),
  fc
    .uniqueArray(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 5 }),
        fc.integer(),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.boolean(),
      ),
      {
        minLength: 1,
        maxLength: 5,
        selector: (value) => `${typeof value === 'string'} ${String(value)}`,
      },
    )
    .map((values) => literals('E', ...values)),
);

const column = scalar
  .filter((schema) => schema.kind !== 'none' && schema.kind !== 'capability')
  .chain((schema) => fc.constantFrom<Schema>(schema, optional(schema)));

const key = fc.constantFrom<StrSchema | IntSchema>(str(), str(20), int(), sized('u64'), int(-5, 1000));

/** Schemas of every kind but `ref`; names are made unique by a counter. */
export const schemas: fc.Arbitrary<Schema> = fc
  .letrec<{ node: Schema }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'schema' },
      scalar,
      tie('node').map((of) => (of.kind === 'none' || of.kind === 'optional' ? of : optional(of))),
      tie('node').map((of) => list(of, 1000)),
      fc.tuple(tie('node'), fc.nat(6)).map(([of, length]) => array(of, length)),
      fc.tuple(tie('node'), tie('node')).map(([ok, error]) => result(ok, error)),
      fc
        .array(column, { minLength: 1, maxLength: 4 })
        .map((parts) => table(Object.fromEntries(parts.map((part, i) => [`c${i}`, part])), 50)),
      fc.tuple(key, tie('node')).map(([k, value]) => map(k, value, 500)),
      fc.array(tie('node'), { maxLength: 4 }).map((items) => tuple(...items)),
      fc.array(tie('node'), { maxLength: 4 }).map((parts) =>
        record(
          'R',
          parts.map((schema, i) => ({ name: `f${i}`, schema })),
        ),
      ),
      fc
        .array(tie('node'), { minLength: 1, maxLength: 3 })
        .map((parts) => union('U', Object.fromEntries(parts.map((part, i) => [`t${i}`, part])))),
    ),
  }))
  .node.map((schema) => renamed(schema, { next: 0 }));

function renamed(schema: Schema, counter: { next: number }): Schema {
  const go = (child: Schema): Schema => renamed(child, counter);
  switch (schema.kind) {
    case 'optional':
    case 'list':
    case 'array':
      return { ...schema, of: go(schema.of) };
    case 'result':
      return { ...schema, ok: go(schema.ok), error: go(schema.error) };
    case 'table':
      return { ...schema, fields: schema.fields.map((field) => ({ ...field, schema: go(field.schema) })) };
    case 'map':
      return { ...schema, value: go(schema.value) };
    case 'tuple':
      return { ...schema, items: schema.items.map(go) };
    case 'record':
      return { ...schema, name: `R${counter.next++}`, fields: schema.fields.map((field) => ({ ...field, schema: go(field.schema) })) };
    case 'union':
      return { ...schema, name: `U${counter.next++}`, variants: schema.variants.map((v) => ({ ...v, schema: go(v.schema) })) };
    case 'enum':
      return { ...schema, name: `E${counter.next++}` };
    default:
      return schema;
  }
}

const number = (value: bigint): number | bigint => (value >= -(2n ** 53n - 1n) && value <= 2n ** 53n - 1n ? Number(value) : value);

function ints({ min, max }: IntSchema): fc.Arbitrary<number | bigint> {
  const edges = [
    0n,
    1n,
    -1n,
    127n,
    128n,
    255n,
    256n,
    65535n,
    65536n,
    2n ** 32n - 1n,
    2n ** 32n,
    2n ** 53n - 1n,
    2n ** 53n,
    -32n,
    -33n,
    -128n,
    -129n,
  ];
  edges.push(-32768n, -32769n, -(2n ** 31n), -(2n ** 31n) - 1n, -(2n ** 53n), min, max);
  return fc.oneof(fc.bigInt({ min, max }), fc.constantFrom(...edges.filter((edge) => edge >= min && edge <= max))).map(number);
}

function texts({ maxBytes }: StrSchema): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: 'binary', maxLength: Math.min(Math.floor(maxBytes / 4), 40) }),
    fc.string({ unit: 'grapheme-ascii', maxLength: Math.min(maxBytes, 300) }),
  );
}

function decimals({ precision, scale }: DecimalSchema): fc.Arbitrary<string> {
  const limit = 10n ** BigInt(precision) - 1n;
  return fc
    .oneof(fc.bigInt({ min: -limit, max: limit }), fc.constantFrom(0n, limit, -limit), fc.bigInt({ min: -9n, max: 9n }))
    .map((value) => {
      const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
      const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
      return value < 0n ? `-${text}` : text;
    });
}

const days = fc.oneof(fc.integer({ min: -719_162, max: 2_932_896 }), fc.constantFrom(-719_162, 2_932_896, 0, -1));
const dayText = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);

/** Times of day as decoding gives them: a fraction only where there is one, with all digits of the unit. */
function times(unit: TimeUnit): fc.Arbitrary<string> {
  const digits = { us: 6, ms: 3, s: 0 }[unit];
  const fraction = fc.oneof(fc.constant(0), fc.nat(10 ** digits - 1));
  return fc.tuple(fc.oneof(fc.nat(86_399), fc.constantFrom(0, 86_399)), fraction).map(([second, part]) => {
    const clock = new Date(second * 1000).toISOString().slice(11, 19);
    return part === 0 ? clock : `${clock}.${String(part).padStart(digits, '0')}`;
  });
}

function columnsOf({ fields }: TableSchema): fc.Arbitrary<unknown> {
  return fc
    .nat(6)
    .chain((rows) =>
      fc
        .tuple(...fields.map((field) => fc.array(valuesOf(field.schema), { minLength: rows, maxLength: rows })))
        .map((columns) => Object.fromEntries(fields.map((field, i) => [field.name, columns[i]]))),
    );
}

/** Values of a schema in their decoded form. */
export function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  switch (schema.kind) {
    case 'none':
      return fc.constant(null);
    case 'bool':
      return fc.boolean();
    case 'int':
      return ints(schema);
    case 'float':
      return fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY, 5e-324, 2 ** 53));
    case 'str':
      return texts(schema);
    case 'bytes':
      return fc.uint8Array({ maxLength: Math.min(schema.maxBytes, 300) });
    case 'optional':
      return fc.option(valuesOf(schema.of));
    case 'list':
      return fc.array(valuesOf(schema.of), { maxLength: 20 });
    case 'map':
      return fc
        .uniqueArray(fc.tuple(schema.key.kind === 'str' ? texts(schema.key) : ints(schema.key), valuesOf(schema.value)), {
          maxLength: 18,
          selector: ([k]) => String(k),
        })
        .map((entries) => new Map(entries));
    case 'tuple':
      return fc.tuple(...schema.items.map(valuesOf));
    case 'record':
      return fc.tuple(...schema.fields.map((field) => valuesOf(field.schema))).map((parts) => {
        return Object.fromEntries(schema.fields.map((field, i) => [field.name, parts[i]]));
      });
    case 'enum':
      return fc.constantFrom(...schema.literals.map((literal) => (typeof literal === 'bigint' ? number(literal) : literal)));
    case 'union':
      return fc.oneof(...schema.variants.map((variant) => valuesOf(variant.schema).map((value) => ({ tag: variant.tag, value }))));
    case 'float32':
      return fc.float();
    case 'decimal':
      return decimals(schema);
    case 'date':
      return days.map(dayText);
    case 'time':
      return times(schema.unit);
    case 'timestamp':
      return fc.tuple(days, times(schema.unit)).map(([day, clock]) => `${dayText(day)}T${clock}${schema.zone === 'utc' ? 'Z' : ''}`);
    case 'duration':
      return ints(int(schema.min, schema.max));
    case 'uuid':
      return fc.uuid();
    case 'array':
      return fc.array(valuesOf(schema.of), { minLength: schema.length, maxLength: schema.length });
    case 'result':
      return fc.oneof(
        valuesOf(schema.ok).map((ok) => ({ ok })),
        valuesOf(schema.error).map((error) => ({ error })),
      );
    case 'stream':
      return fc.constant(null);
    case 'table':
      return columnsOf(schema);
    case 'capability':
      return fc.oneof(fc.nat(300), fc.constantFrom(0, 0xffffffff)).map((index) => ({ capability: index }));
    case 'ref':
      throw new Error('random schemas have no references');
  }
}
