/**
 * The schemas of an artifact: its named types and the parameters and results of its exports.
 *
 * This is what the compiler writes to schemas.json and what workers and clients agree on. The input of an export is a record of its
 * parameters, so calling convention and codecs need no case of their own for arguments.
 */
import { type SchemaId, sha256Hex, wireId } from './canonical.ts';
import { type Codec, compileCodec } from './codec.ts';
import { checkTypeName } from './kinds/names.ts';
import type { NamedSchema, RecordField, RecordSchema, Schema, SchemaTypes } from './schema.ts';
import { at, refuse, within } from './schema-error.ts';
import { sameType, scopeWithin } from './type-scope.ts';

/** The version of the set's own form. */
export const SCHEMA_SET_VERSION = 1;

/** One exported function. */
export interface ExportSchema {
  readonly name: string;
  /** Parameters in order; like record fields, with the default encoded. */
  readonly params: readonly RecordField[];
  readonly result: Schema;
  /** Names of the Python exceptions that callers should expect. */
  readonly errors?: readonly string[];
  /** Whether calling twice is as good as once, so that a client may repeat a call whose fate is unknown. */
  readonly idempotent?: boolean;
}

/** All exports of an artifact with the types they use. */
export interface SchemaSet {
  readonly version: typeof SCHEMA_SET_VERSION;
  readonly types: SchemaTypes;
  readonly exports: readonly ExportSchema[];
}

/** The ids that a call names. */
export interface ExportIds {
  readonly input: SchemaId;
  readonly output: SchemaId;
}

/** An export that is ready to be called or served. */
export interface LinkedExport {
  readonly schema: ExportSchema;
  /** Its place in the set; the export id of the wire protocol. */
  readonly index: number;
  readonly ids: ExportIds;
  readonly input: Codec;
  readonly output: Codec;
}

const inputs = new WeakMap<ExportSchema, RecordSchema>();

/** The record of an export's parameters. */
export function inputSchema(schema: ExportSchema): RecordSchema {
  let input = inputs.get(schema);
  if (input === undefined) {
    input = { kind: 'record', name: `${schema.name}.input`, fields: schema.params };
    inputs.set(schema, input);
  }
  return input;
}

/** The wire ids of an export's input and output. */
export function exportIds(schema: ExportSchema, types: SchemaTypes): ExportIds {
  return { input: wireId(inputSchema(schema), types), output: wireId(schema.result, types) };
}

/** Checks a whole set; throws SchemaError with the path of what is wrong. */
export function checkSchemaSet(set: SchemaSet): void {
  at('schemas', () => {
    for (const [name, type] of Object.entries(set.types)) {
      if (type.name !== name) refuse('MOLT4040', { expected: `the type ${name} to carry its own name`, actual: String(type.name) });
      scopeWithin(type, set.types);
      refuseStreams(type);
    }
    const seen = new Set<string>();
    const named = new Map<string, NamedSchema>();
    if (set.exports.length > 0xffff) refuse('MOLT4040', { expected: 'at most 65535 exports', actual: String(set.exports.length) });
    for (const item of set.exports) {
      try {
        checkTypeName(item.name);
        if (seen.has(item.name)) refuse('MOLT4040', { expected: 'distinct export names', actual: `${item.name} twice` });
        seen.add(item.name);
        refuseStreams(item.result);
        if (item.params.filter(({ schema }) => schema.kind === 'stream').length > 1)
          refuse('MOLT4040', { expected: 'at most one stream among the parameters', actual: 'more' });
        for (const root of [inputSchema(item), item.result]) {
          for (const [name, type] of scopeWithin(root, set.types).types) {
            if (!sameType(named.get(name) ?? type, type)) refuse('MOLT4043', { name });
            named.set(name, type);
          }
        }
      } catch (error) {
        throw within(error, `.exports.${String(item.name)}`);
      }
    }
  });
}

/** Only the parameters of an export may hold streams, and they are no type of their own. */
function refuseStreams(schema: Schema): void {
  if (schema.kind !== 'record') return;
  for (const field of schema.fields) {
    if (field.schema.kind === 'stream')
      refuse('MOLT4040', { expected: 'no stream in a record', actual: `one in ${schema.name}.${field.name}` });
  }
}

/** Makes codecs and ids of every export; the key is its name. */
export function linkSchemaSet(set: SchemaSet): ReadonlyMap<string, LinkedExport> {
  checkSchemaSet(set);
  return new Map(
    set.exports.map((schema, index) => [
      schema.name,
      {
        schema,
        index,
        ids: exportIds(schema, set.types),
        input: compileCodec(inputSchema(schema), set.types),
        output: compileCodec(schema.result, set.types),
      },
    ]),
  );
}

/** Types by name, for building sets by hand. */
export function typesOf(...types: readonly NamedSchema[]): SchemaTypes {
  return Object.fromEntries(types.map((type) => [type.name, type]));
}

/** One id for a whole set: SHA-256 over the names and ids of its exports in order. */
export function schemaSetDigest(set: SchemaSet): SchemaId {
  const lines = set.exports.map((item) => {
    const { input, output } = exportIds(item, set.types);
    return `${item.name} ${input} ${output}\n`;
  });
  return sha256Hex(new TextEncoder().encode(`molt-schemas/1\n${lines.join('')}`));
}
