/**
 * How the values of each schema kind look in Arrow, and back.
 *
 *   none null | bool bool | int the narrowest integer that holds its bounds | float float64 | str utf8 | bytes binary
 *   optional its inner type, nullable | list list | map map | tuple struct with members "0", "1", ...
 *   record struct | enum dictionary whose entries are the literals in order | float32 float32 | array fixed-size list
 *   union, recursive types, and the kinds of time, decimals and the rest: no form
 *
 * Reading takes more than writing makes: any integer width, float width, text or list type that can carry the values, as
 * foreign files have them. Every value is checked against the bounds of the schema both ways.
 */
import type { IntSchema, Schema, TypeScope } from '@molt/schema-ir';
import { fail, type Place, within } from '../arrow-error.ts';
import { type ArrowType, childFields, type Field, field, type IntType } from '../arrow-type.ts';
import { columnFromValues } from '../build/column-from-values.ts';
import type { Column } from '../columns/column.ts';
import type { ArrowValue } from '../columns/read-column.ts';
import { Unfit, unfit } from './unfit.ts';

/** The Arrow side of one schema node. Both conversions throw `Unfit` for a value outside of the schema. */
export type ValueForm = {
  readonly type: ArrowType;
  readonly nullable: boolean;
  /** Whether values of this type can be read; values themselves are checked by `fromArrow`. */
  readonly accepts: (type: ArrowType) => boolean;
  /** A codec value to what `columnFromValues` takes. */
  readonly toArrow: (value: unknown) => unknown;
  /** What a column gives to a codec value. */
  readonly fromArrow: (value: ArrowValue) => unknown;
};

/** What the forms of one record share: the named types, the dictionaries of its enums, the types being expanded. */
export type FormContext = { readonly scope: TypeScope; readonly dictionaries: Map<number, Column>; readonly open: Set<string> };

/** The form of a schema node; throws MOLT7022 where there is none. */
export function formOf(schema: Schema, context: FormContext, place: Place): ValueForm {
  switch (schema.kind) {
    case 'none':
      return leaf({ kind: 'null' }, (value) => value === null || value === undefined, 'none', { nullable: true });
    case 'bool':
      return leaf({ kind: 'bool' }, (value) => typeof value === 'boolean', 'bool');
    case 'int':
      return intForm(schema, place);
    case 'float':
      return leaf({ kind: 'float', bits: 64 }, (value) => typeof value === 'number', 'float');
    case 'str':
      return leaf(
        { kind: 'utf8' },
        (value) => typeof value === 'string' && withinBytes(value, schema.maxBytes),
        `str of at most ${schema.maxBytes} bytes`,
      );
    case 'bytes':
      return leaf(
        { kind: 'binary' },
        (value) => value instanceof Uint8Array && value.byteLength <= schema.maxBytes,
        `at most ${schema.maxBytes} bytes`,
      );
    case 'optional': {
      const inner = formOf(schema.of, context, place);
      if (inner.nullable) noForm(place, 'an optional of what cannot be none itself', schema.of.kind);
      return {
        ...inner,
        nullable: true,
        accepts: (type) => type.kind === 'null' || inner.accepts(type),
        toArrow: (value) => (value === null || value === undefined ? null : inner.toArrow(value)),
        fromArrow: (value) => (value === null ? null : inner.fromArrow(value)),
      };
    }
    case 'list':
      return listForm(formOf(schema.of, context, within(place, '[]')), schema.maxItems);
    case 'map':
      return mapForm(
        formOf(schema.key, context, within(place, 'key')),
        formOf(schema.value, context, within(place, 'value')),
        schema.maxItems,
      );
    case 'tuple': {
      const members = schema.items.map((item, i): [string, ValueForm] => [String(i), formOf(item, context, within(place, String(i)))]);
      const struct = structForm(members);
      return {
        ...struct,
        toArrow: (value) => {
          if (!Array.isArray(value) || value.length !== members.length) return unfit(`a list of ${members.length} values`, value);
          return struct.toArrow(value);
        },
        fromArrow: (value) => Object.values(struct.fromArrow(value) as object),
      };
    }
    case 'record': {
      if (context.open.has(schema.name)) noForm(place, 'a type that does not contain itself', schema.name);
      context.open.add(schema.name);
      const form = structForm(
        schema.fields.map((part): [string, ValueForm] => [part.name, formOf(part.schema, context, within(place, part.name))]),
      );
      context.open.delete(schema.name);
      return form;
    }
    case 'enum':
      return enumForm(schema.literals, context, place);
    case 'ref': {
      const named = context.scope.types.get(schema.name);
      return named === undefined ? noForm(place, 'a known type', schema.name) : formOf(named, context, place);
    }
    case 'float32':
      return leaf(
        { kind: 'float', bits: 32 },
        (value) => typeof value === 'number' && (Number.isNaN(value) || Math.fround(value) === value),
        'a float that 32 bits hold',
      );
    case 'array':
      return arrayForm(formOf(schema.of, context, within(place, '[]')), schema.length);
    default:
      return noForm(place, 'none, bool, int, float, float32, str, bytes, optional, list, array, map, tuple, record or enum', schema.kind);
  }
}

function leaf(type: ArrowType, fits: (value: unknown) => boolean, expected: string, more: Partial<ValueForm> = {}): ValueForm {
  const check = (value: unknown): unknown => (fits(value) ? value : unfit(expected, value));
  return { type, nullable: false, accepts: acceptsFamily(type.kind), toArrow: check, fromArrow: check, ...more };
}

/** Types that carry the same values as the one written. */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  utf8: ['utf8', 'large_utf8'],
  binary: ['binary', 'large_binary', 'fixed_size_binary'],
  list: ['list', 'large_list', 'fixed_size_list', 'map'],
};

function acceptsFamily(kind: string): (type: ArrowType) => boolean {
  const kinds = FAMILIES[kind] ?? [kind];
  const accepts = (type: ArrowType): boolean => (type.kind === 'dictionary' ? accepts(type.value) : kinds.includes(type.kind));
  return accepts;
}

function intForm({ min, max }: IntSchema, place: Place): ValueForm {
  const expected = `int from ${min} to ${max}`;
  // Doubles compare exactly with whole numbers in their safe range, so only the others need bigint.
  const low = Number(min);
  const high = Number(max);
  const check = (value: unknown): number | bigint => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= low && value <= high) return value;
    if (typeof value === 'bigint' && value >= min && value <= max) {
      return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
    }
    return unfit(expected, value);
  };
  return leaf(intTypeFor(min, max, place), () => true, expected, { toArrow: check, fromArrow: check });
}

function intTypeFor(min: bigint, max: bigint, place: Place): IntType {
  const signed = min < 0n;
  for (const bits of [8, 16, 32, 64] as const) {
    const half = 2n ** BigInt(bits - 1);
    if (signed ? min >= -half && max < half : max < 2n * half) return { kind: 'int', bits, signed };
  }
  return noForm(place, 'an int that fits into 64 bits', `${min} to ${max}`);
}

function withinBytes(text: string, maxBytes: number): boolean {
  // A UTF-16 unit takes 1 to 3 bytes, so most texts are decided by their length alone.
  if (text.length * 3 <= maxBytes) return true;
  if (text.length > maxBytes) return false;
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Two surrogates make four bytes, so each counts as two.
    if (unit > 0x7f) bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return bytes <= maxBytes;
}

function listForm(item: ValueForm, maxItems: number): ValueForm {
  const expected = `a list of at most ${maxItems} items`;
  const convert = (value: unknown, each: (part: never) => unknown): unknown => {
    if (!Array.isArray(value) || value.length > maxItems) return unfit(expected, value);
    return value.map((part, i) => inside(`[${i}]`, () => each(part as never)));
  };
  const inFamily = acceptsFamily('list');
  return {
    type: { kind: 'list', item: memberField('item', item) },
    nullable: false,
    accepts: (type) => inFamily(type) && item.accepts(childFields(type.kind === 'dictionary' ? type.value : type)[0]!.type),
    toArrow: (value) => convert(value, item.toArrow),
    fromArrow: (value) => convert(value, item.fromArrow),
  };
}

function arrayForm(item: ValueForm, length: number): ValueForm {
  const items = listForm(item, length);
  const exact = (value: unknown, convert: (value: never) => unknown): unknown =>
    Array.isArray(value) && value.length === length ? convert(value as never) : unfit(`a list of exactly ${length} items`, value);
  return {
    ...items,
    type: { kind: 'fixed_size_list', item: memberField('item', item), size: length },
    toArrow: (value) => exact(value, items.toArrow),
    fromArrow: (value) => exact(value, items.fromArrow),
  };
}

function mapForm(key: ValueForm, value: ValueForm, maxItems: number): ValueForm {
  const entry = structForm([
    ['key', key],
    ['value', value],
  ]);
  const entries = listForm(entry, maxItems);
  return {
    ...entries,
    type: { kind: 'map', item: field('entries', entry.type, { nullable: false }), keysSorted: false },
    toArrow: (map) => (map instanceof Map ? entries.toArrow([...map].map(([k, v]) => ({ key: k, value: v }))) : unfit('a Map', map)),
    fromArrow: (list) => {
      const pairs = entries.fromArrow(list) as { key: unknown; value: unknown }[];
      const map = new Map(pairs.map((pair) => [pair.key, pair.value]));
      return map.size === pairs.length ? map : unfit('distinct keys', `${pairs.length - map.size} repeated`);
    },
  };
}

function structForm(members: readonly (readonly [string, ValueForm])[]): ValueForm {
  const convert = (value: unknown, each: (form: ValueForm, part: never) => unknown): unknown => {
    if (typeof value !== 'object' || value === null) return unfit('a record', value);
    return Object.fromEntries(
      members.map(([name, form]) => [name, inside(`.${name}`, () => each(form, (value as Record<string, unknown>)[name] as never))]),
    );
  };
  return {
    type: { kind: 'struct', fields: members.map(([name, form]) => memberField(name, form)) },
    nullable: false,
    accepts: (type) =>
      type.kind === 'struct' &&
      type.fields.length === members.length &&
      members.every(([name, form]) => type.fields.some((child) => child.name === name && form.accepts(child.type))),
    toArrow: (value) => convert(value, (form, part) => form.toArrow(part)),
    fromArrow: (value) => convert(value, (form, part) => form.fromArrow(part)),
  };
}

function enumForm(literals: readonly unknown[], context: FormContext, place: Place): ValueForm {
  const kinds = new Set(literals.map((literal) => (typeof literal === 'number' ? 'bigint' : typeof literal)));
  const only = kinds.size === 1 ? [...kinds][0] : 'mixed';
  const value: ArrowType | null =
    only === 'string'
      ? { kind: 'utf8' }
      : only === 'bigint'
        ? { kind: 'int', bits: 64, signed: true }
        : only === 'boolean'
          ? { kind: 'bool' }
          : null;
  if (value === null) return noForm(place, 'an enum whose literals are all str, all int or all bool', 'a mixture');
  const stored = (literal: unknown): unknown => (only === 'bigint' ? BigInt(literal as number) : literal);
  const byStored = new Map(literals.map((literal) => [stored(literal), literal]));
  const bits = literals.length <= 128 ? 8 : literals.length <= 32_768 ? 16 : 32;
  const type: ArrowType = {
    kind: 'dictionary',
    id: context.dictionaries.size,
    index: { kind: 'int', bits, signed: true },
    value,
    ordered: false,
  };
  context.dictionaries.set(type.id, columnFromValues(value, [...byStored.keys()], place));
  const key = (part: unknown): unknown =>
    only === 'bigint' && typeof part === 'number' && Number.isSafeInteger(part) ? BigInt(part) : part;
  const accepts = acceptsFamily(value.kind);
  return {
    type,
    nullable: false,
    accepts,
    toArrow: (part) => (byStored.has(key(part)) ? key(part) : unfit(`one of ${byStored.size} literals`, part)),
    fromArrow: (part) => (byStored.has(key(part)) ? byStored.get(key(part)) : unfit(`one of ${byStored.size} literals`, part)),
  };
}

function memberField(name: string, form: ValueForm): Field {
  return field(name, form.type, { nullable: form.nullable });
}

/** Runs a conversion; a value that does not fit gets `segment` in front of its path. */
function inside<T>(segment: string, convert: () => T): T {
  try {
    return convert();
  } catch (error) {
    if (error instanceof Unfit) error.segments.push(segment);
    throw error;
  }
}

function noForm(place: Place, expected: string, actual: string): never {
  return fail('MOLT7022', { place, expected, actual });
}
