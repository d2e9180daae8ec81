/**
 * Lists of records to one record batch and back, by a record schema.
 *
 * The mapping of a record is compiled once and kept as long as its schema: conversions per field, and the dictionaries of
 * its enums, so that all batches of one schema share theirs. Fields go by name; a batch may have them in any order.
 */
import { defaultOf, NO_TYPES, type RecordSchema, type SchemaTypes, scopeOf } from '@molt/schema-ir';
import { fail, type Place, within } from '../arrow-error.ts';
import { field, type Schema, typeText } from '../arrow-type.ts';
import { columnFromValues, type KnownDictionaries } from '../build/column-from-values.ts';
import type { Column, RecordBatch } from '../columns/column.ts';
import { type ArrowValue, slotReader } from '../columns/read-column.ts';
import { placed } from './unfit.ts';
import { type FormContext, formOf, type ValueForm } from './value-form.ts';

/** A record as a plain object, in the values that the schema codecs use. */
export type RecordValue = Record<string, unknown>;

type FieldMapping = { readonly name: string; readonly form: ValueForm; readonly fallback: (() => unknown) | null };

type RecordMapping = { readonly schema: Schema; readonly fields: readonly FieldMapping[]; readonly dictionaries: KnownDictionaries };

const mappings = new WeakMap<RecordSchema, WeakMap<SchemaTypes, RecordMapping>>();

/** The Arrow schema of a record; throws MOLT7022 when some field has no Arrow form. */
export function arrowSchemaOf(record: RecordSchema, types: SchemaTypes = NO_TYPES): Schema {
  return mappingOf(record, types).schema;
}

/** One batch with a row per record. Throws MOLT7020 for the first value that does not fit, with its row and field. */
export function columnsFromRecords(record: RecordSchema, rows: readonly object[], types: SchemaTypes = NO_TYPES): RecordBatch {
  const { schema, fields, dictionaries } = mappingOf(record, types);
  checkRows(rows, new Set(fields.map((part) => part.name)));
  const columns = fields.map(({ name, form, fallback }) => {
    const values = rows.map((row, i) => {
      const given = Object.hasOwn(row, name) ? (row as RecordValue)[name] : undefined;
      const value = given === undefined && fallback !== null ? fallback() : given;
      try {
        return form.toArrow(value);
      } catch (error) {
        throw placed(error, within(within(null, `[${i}]`), name));
      }
    });
    return columnFromValues(form.type, values, within(null, name), dictionaries);
  });
  return { schema, length: rows.length, columns };
}

/**
 * The rows of a batch as objects. With a record schema, in the values of its codecs, every one checked against it;
 * without, as the columns give them.
 */
export function recordsFromBatch(batch: RecordBatch, record?: RecordSchema, types: SchemaTypes = NO_TYPES): RecordValue[] {
  const rows: RecordValue[] = Array.from({ length: batch.length }, () => ({}));
  const names = batch.schema.fields.map((part) => part.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) fail('MOLT7023', { place: within(null, twice), expected: 'one column of that name', actual: 'two' });
  if (record === undefined) {
    batch.columns.forEach((source, i) => {
      fill(rows, names[i]!, slotReader(source));
    });
    return rows;
  }
  const { fields } = mappingOf(record, types);
  const known = new Set(fields.map((part) => part.name));
  const stranger = names.find((name) => !known.has(name));
  if (stranger !== undefined)
    fail('MOLT7023', { place: within(null, stranger), expected: `a field of ${record.name}`, actual: 'another name' });
  for (const mapping of fields) fill(rows, mapping.name, fieldReader(batch, mapping));
  return rows;
}

function mappingOf(record: RecordSchema, types: SchemaTypes): RecordMapping {
  let byTypes = mappings.get(record);
  if (byTypes === undefined) {
    byTypes = new WeakMap();
    mappings.set(record, byTypes);
  }
  let mapping = byTypes.get(types);
  if (mapping === undefined) {
    mapping = compile(record, types);
    byTypes.set(types, mapping);
  }
  return mapping;
}

function compile(record: RecordSchema, types: SchemaTypes): RecordMapping {
  const dictionaries = new Map<number, Column>();
  const context: FormContext = { scope: scopeOf(record, types), dictionaries, open: new Set([record.name]) };
  const fields = record.fields.map((part): FieldMapping => {
    const form = formOf(part.schema, context, within(null, part.name));
    return { name: part.name, form, fallback: part.default === undefined ? null : () => defaultOf(part, types) };
  });
  return {
    schema: { fields: fields.map(({ name, form }) => field(name, form.type, { nullable: form.nullable })), metadata: [] },
    fields,
    dictionaries,
  };
}

function checkRows(rows: readonly object[], known: ReadonlySet<string>): void {
  rows.forEach((row, i) => {
    const place = (): Place => within(null, `[${i}]`);
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      fail('MOLT7020', { place: place(), expected: 'a record', actual: row === null ? 'none' : typeof row });
    for (const key of Object.keys(row)) {
      if (!known.has(key))
        fail('MOLT7020', {
          place: place(),
          expected: `only the ${known.size} fields of the record`,
          actual: JSON.stringify(key.slice(0, 60)),
        });
    }
  });
}

function fieldReader(batch: RecordBatch, { name, form, fallback }: FieldMapping): (index: number) => unknown {
  const place = within(null, name);
  const position = batch.schema.fields.findIndex((part) => part.name === name);
  if (position < 0) {
    if (fallback !== null) return fallback;
    return fail('MOLT7023', { place, expected: `a column of ${typeText(form.type)}`, actual: 'none' });
  }
  const source = batch.columns[position]!;
  if (!form.accepts(source.type))
    fail('MOLT7023', { place, expected: `a column of ${typeText(form.type)}`, actual: typeText(source.type) });
  const read = slotReader(source);
  return (index) => {
    try {
      return form.fromArrow(read(index) as ArrowValue);
    } catch (error) {
      throw placed(error, within(within(null, `[${index}]`), name));
    }
  };
}

function fill(rows: RecordValue[], name: string, read: (index: number) => unknown): void {
  // Plain assignment to __proto__ would set the prototype instead of a field.
  if (name === '__proto__')
    rows.forEach((row, i) => Object.defineProperty(row, name, { value: read(i), enumerable: true, writable: true, configurable: true }));
  else for (let i = 0; i < rows.length; i++) rows[i]![name] = read(i);
}
