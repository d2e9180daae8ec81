/**
 * Named fields in a fixed order.
 *
 * On the wire a record is an array by ordinal; the names are known to both ends. They are part of the wire id all the same: in Python an
 * ordinal is the place of the declaration, and two fields of one type that change places must not go unnoticed.
 */
import type { CodecContext, Decode, Encode, KindSpec } from '../kind-spec.ts';
import type { RecordSchema } from '../schema.ts';
import { describe, refuse, within } from '../schema-error.ts';
import { enter } from './container-depth.ts';
import { checkDistinct, checkFieldName, checkTypeName } from './names.ts';

/** The most fields of a record. */
const MAX_FIELDS = 1024;

function encoder({ name, fields }: RecordSchema, context: CodecContext): Encode {
  const plan = fields.map((field) => ({ name: field.name, encode: context.encoder(field.schema), fallback: field.default }));
  const known = new Set(fields.map((field) => field.name));
  return (value, out) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Map) {
      refuse('MOLT4001', { expected: name, actual: describe(value) });
    }
    enter(out);
    out.array(plan.length);
    let at = '';
    let present = 0;
    try {
      for (const field of plan) {
        at = field.name;
        const part = (value as Readonly<Record<string, unknown>>)[at];
        if (part !== undefined) {
          present++;
          field.encode(part, out);
        } else if (field.fallback !== undefined) out.raw(field.fallback);
        else refuse('MOLT4005', { field: at });
      }
    } catch (error) {
      throw within(error, `.${at}`);
    }
    const keys = Object.keys(value);
    if (keys.length > present) {
      const stranger = keys.find((key) => !known.has(key));
      if (stranger !== undefined) refuse('MOLT4006', { field: JSON.stringify(stranger.slice(0, 60)) });
    }
    out.depth--;
  };
}

function decoder({ name, fields }: RecordSchema, context: CodecContext): Decode {
  const plan = fields.map((field) => ({ name: field.name, decode: context.decoder(field.schema) }));
  const expected = `${name} of ${fields.length} fields`;
  return (input) => {
    enter(input);
    const offset = input.offset;
    const count = input.array(MAX_FIELDS);
    if (count !== plan.length) refuse('MOLT4001', { expected, actual: `array of ${count}` }, offset);
    const value: Record<string, unknown> = {};
    let at = '';
    try {
      for (const field of plan) {
        at = field.name;
        value[at] = field.decode(input);
      }
    } catch (error) {
      throw within(error, `.${at}`);
    }
    input.depth--;
    return value;
  };
}

/** The row of `record`. */
export const recordKind: KindSpec<RecordSchema> = {
  doc: 'Named fields in a fixed order.',
  tag: 11,
  children: ({ fields }) => fields.map((field) => ({ segment: `.${field.name}`, schema: field.schema })),
  check: ({ name, fields }, context) => {
    checkTypeName(name);
    if (!Array.isArray(fields) || fields.length > MAX_FIELDS) {
      refuse('MOLT4040', { expected: `0 to ${MAX_FIELDS} fields`, actual: describe(fields) });
    }
    for (const field of fields) {
      checkFieldName(field.name);
      try {
        if (field.default !== undefined) context.decodable(field.schema, field.default);
      } catch (error) {
        throw within(error, `.${field.name}`);
      }
    }
    checkDistinct(
      fields.map((field) => field.name),
      'field names',
    );
  },
  finite: ({ fields }, finite) => fields.every((field) => finite(field.schema)),
  largest: ({ fields }, largest) => fields.reduce((sum, field) => sum + largest(field.schema), 3),
  canonical: ({ name, fields }, out) => {
    if (out.contract) out.text(name);
    out.count(fields.length);
    for (const field of fields) {
      out.text(field.name);
      out.child(field.schema);
      out.count(field.default === undefined ? 0 : 1);
      if (field.default !== undefined) out.bytes(field.default);
    }
  },
  encoder,
  decoder,
  print: ({ name, fields }, print) => {
    const lines = fields.map(
      (field) => `  ${field.name}: ${print(field.schema)}${field.default === undefined ? '' : ` = ${hex(field.default)}`}`,
    );
    return `record ${name} {${lines.length === 0 ? '' : `\n${lines.join('\n')}\n`}}`;
  },
  toJson: ({ name, fields }, json) => ({
    name,
    fields: fields.map((field) => ({
      name: field.name,
      schema: json(field.schema),
      ...(field.default === undefined ? {} : { default: hex(field.default) }),
    })),
  }),
  fromJson: (node) => ({ kind: 'record', name: node.text('name'), fields: node.array('fields', (field) => field.field()) }),
  typescript: ({ name }) => name,
  python: ({ name }) => name,
  canRead: (reader, writer, context) => {
    reader.fields.forEach((field, i) => {
      const sent = writer.fields[i];
      if (sent === undefined) {
        if (field.default === undefined) context.no('required-field', `the reader needs ${field.name}, the writer does not send it`);
      } else if (sent.name !== field.name) {
        context.no('field-name', `field ${i} is ${field.name} for the reader and ${sent.name} for the writer`);
      } else {
        if (sent.default !== undefined && field.default === undefined) {
          context.no('default-removed', `${field.name} has the default ${hex(sent.default)} for the writer and none for the reader`);
        } else if (sent.default !== undefined && field.default !== undefined && hex(sent.default) !== hex(field.default)) {
          context.no(
            'default-changed',
            `${field.name} has the default ${hex(field.default)} for the reader and ${hex(sent.default)} for the writer`,
          );
        }
        context.child(`.${field.name}`, field.schema, sent.schema);
      }
    });
    for (const field of writer.fields.slice(reader.fields.length)) {
      context.no('field-dropped', `the writer sends ${field.name}, which the reader passes over`);
    }
  },
};

/** Bytes in hexadecimal. */
function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
