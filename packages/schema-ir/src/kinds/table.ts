/**
 * Rows of scalars, stored by column.
 *
 * On the wire an array of columns by ordinal, each an array, all of one length. JavaScript sees `{ name: Array }`, Python a dict of lists.
 * Columns hold scalars only, so that they can become Arrow or numpy columns without looking into values.
 */
import { DEFAULT_BOUNDS, MAX_BOUND } from '../bounds.ts';
import type { CodecContext, Decode, Encode, KindSpec } from '../kind-spec.ts';
import type { SchemaKind, TableSchema } from '../schema.ts';
import { describe, refuse, within } from '../schema-error.ts';
import { enter } from './container-depth.ts';
import { checkDistinct, checkFieldName } from './names.ts';

/** The most columns of a table. */
const MAX_COLUMNS = 1024;

/** What a column may hold, or hold optionally. */
const SCALARS: ReadonlySet<SchemaKind> = new Set<SchemaKind>([
  'bool',
  'int',
  'float',
  'float32',
  'str',
  'bytes',
  'decimal',
  'date',
  'time',
  'timestamp',
  'duration',
  'uuid',
  'enum',
]);

function encoder({ fields, maxRows }: TableSchema, context: CodecContext): Encode {
  const plan = fields.map((field) => ({ name: field.name, encode: context.encoder(field.schema) }));
  const known = new Set(fields.map((field) => field.name));
  return (value, out) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Map) {
      return refuse('MOLT4001', { expected: 'table as an object of columns', actual: describe(value) });
    }
    const columns = value as Readonly<Record<string, unknown>>;
    const stranger = Object.keys(columns).find((key) => !known.has(key));
    if (stranger !== undefined) refuse('MOLT4006', { field: JSON.stringify(stranger.slice(0, 60)) });
    enter(out);
    out.array(plan.length);
    let rows = -1;
    for (const { name, encode } of plan) {
      if (!Object.hasOwn(columns, name)) refuse('MOLT4005', { field: name });
      try {
        const column = columns[name];
        if (!Array.isArray(column)) return refuse('MOLT4001', { expected: 'a column as an array', actual: describe(column) });
        if (rows < 0) rows = column.length;
        if (rows > maxRows) refuse('MOLT4003', { limit: maxRows, unit: 'rows', actual: rows });
        if (column.length !== rows) refuse('MOLT4001', { expected: `${rows} rows as in ${plan[0]?.name}`, actual: describe(column) });
        enter(out);
        out.array(rows);
        let i = 0;
        try {
          for (; i < rows; i++) encode(column[i], out);
        } catch (error) {
          throw within(error, i);
        }
        out.depth--;
      } catch (error) {
        throw within(error, `.${name}`);
      }
    }
    out.depth--;
  };
}

function decoder({ fields, maxRows }: TableSchema, context: CodecContext): Decode {
  const plan = fields.map((field) => ({ name: field.name, decode: context.decoder(field.schema) }));
  return (input) => {
    enter(input);
    const offset = input.offset;
    const count = input.array(MAX_COLUMNS);
    if (count !== plan.length) refuse('MOLT4001', { expected: `table of ${plan.length} columns`, actual: `array of ${count}` }, offset);
    const columns: Record<string, unknown[]> = {};
    let rows = -1;
    for (const { name, decode } of plan) {
      try {
        enter(input);
        const at = input.offset;
        const length = input.array(maxRows);
        if (rows < 0) rows = length;
        if (length !== rows) refuse('MOLT4001', { expected: `${rows} rows as in ${plan[0]?.name}`, actual: `array of ${length}` }, at);
        const column: unknown[] = new Array(length);
        let i = 0;
        try {
          for (; i < length; i++) column[i] = decode(input);
        } catch (error) {
          throw within(error, i);
        }
        columns[name] = column;
        input.depth--;
      } catch (error) {
        throw within(error, `.${name}`);
      }
    }
    input.depth--;
    return columns;
  };
}

/** The row of `table`. */
export const tableKind: KindSpec<TableSchema> = {
  doc: 'Rows of scalars, by column.',
  tag: 25,
  children: ({ fields }) => fields.map((field) => ({ segment: `.${field.name}`, schema: field.schema })),
  check: ({ fields, maxRows }, context) => {
    if (fields.length === 0 || fields.length > MAX_COLUMNS) {
      refuse('MOLT4040', { expected: `1 to ${MAX_COLUMNS} columns`, actual: describe(fields) });
    }
    if (!Number.isInteger(maxRows) || maxRows < 0 || maxRows > MAX_BOUND) {
      refuse('MOLT4040', { expected: `maxRows from 0 to ${MAX_BOUND}`, actual: describe(maxRows) });
    }
    for (const { name, schema } of fields) {
      checkFieldName(name);
      const inner = schema.kind === 'optional' ? schema.of : schema;
      const kind = inner.kind === 'ref' ? context.named(inner.name)?.kind : inner.kind;
      if (kind !== undefined && !SCALARS.has(kind))
        refuse('MOLT4040', { expected: `a scalar, or an optional one, for column ${name}`, actual: kind });
    }
    checkDistinct(
      fields.map((field) => field.name),
      'column names',
    );
  },
  finite: () => true,
  largest: ({ fields, maxRows }, largest) =>
    fields.reduce((sum, field) => sum + 5 + (maxRows === 0 ? 0 : maxRows * largest(field.schema)), 3),
  canonical: ({ fields, maxRows }, out) => {
    out.count(maxRows);
    out.count(fields.length);
    for (const field of fields) {
      out.text(field.name);
      out.child(field.schema);
    }
  },
  encoder,
  decoder,
  print: ({ fields, maxRows }, print) =>
    `table[${fields.map((field) => `${field.name}: ${print(field.schema)}`).join(', ')}${maxRows === DEFAULT_BOUNDS.tableRows ? '' : `; <=${maxRows}`}]`,
  toJson: ({ fields, maxRows }, json) => ({ fields: fields.map(({ name, schema }) => ({ name, schema: json(schema) })), maxRows }),
  fromJson: (node) => ({
    kind: 'table',
    fields: node.array('fields', (field) => ({ name: field.text('name'), schema: field.schema('schema') })),
    maxRows: node.count('maxRows', DEFAULT_BOUNDS.tableRows),
  }),
  typescript: ({ fields }, type) => `{ ${fields.map((field) => `readonly ${field.name}: Array<${type(field.schema)}>`).join('; ')} }`,
  python: ({ fields }, annotation) => `dict[str, ${[...new Set(fields.map((field) => `list[${annotation(field.schema)}]`))].join(' | ')}]`,
  canRead: (reader, writer, context) => {
    if (writer.maxRows > reader.maxRows) {
      context.no('row-bound', `the reader takes ${reader.maxRows} rows, the writer may send ${writer.maxRows}`);
    }
    reader.fields.forEach((field, i) => {
      const sent = writer.fields[i];
      if (sent === undefined) context.no('required-field', `the reader needs column ${field.name}, the writer does not send it`);
      else if (sent.name !== field.name)
        context.no('field-name', `column ${i} is ${field.name} for the reader and ${sent.name} for the writer`);
      else context.child(`.${field.name}`, field.schema, sent.schema);
    });
    for (const field of writer.fields.slice(reader.fields.length)) {
      context.no('field-dropped', `the writer sends column ${field.name}, which the reader passes over`);
    }
  },
};
