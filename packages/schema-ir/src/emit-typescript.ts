/**
 * TypeScript types of a schema set: what decoded values look like, and the signatures of the exports.
 *
 * The text is stable (types by name, exports in their order) and carries the wire ids, so a diff of the file shows every change of the
 * contract.
 */
import { kindOf } from './kind-table.ts';
import { namedTypesOf } from './named-types.ts';
import { isNamed, type NamedSchema, type Schema } from './schema.ts';
import { checkSchemaSet, type ExportSchema, exportIds, type SchemaSet } from './schema-set.ts';

/** The text of a TypeScript module with one type per named type and one entry of `Exports` per export. */
export function emitTypeScript(set: SchemaSet): string {
  checkSchemaSet(set);
  const blocks = ['// Made by molt from schemas.json. Do not edit: change the Python source and build again.'];
  for (const type of namedTypesOf(set)) blocks.push(declaration(type));
  const entries = set.exports.map((item) => exported(item, set));
  blocks.push(`/** Inputs, outputs and wire ids of the exports. */\nexport interface Exports {\n${entries.join('\n')}\n}`);
  return `${blocks.join('\n\n')}\n`;
}

/** The TypeScript type of decoded values of a schema. */
export function typeScriptOf(schema: Schema): string {
  return isNamed(schema) || schema.kind === 'ref' ? typeName(schema.name) : kindOf(schema).typescript(schema, typeScriptOf);
}

/** A dotted type name as a TypeScript identifier. */
function typeName(name: string): string {
  return name.replaceAll('.', '_');
}

function declaration(type: NamedSchema): string {
  const name = typeName(type.name);
  switch (type.kind) {
    case 'record': {
      const fields = type.fields.map((field) => `  readonly ${field.name}: ${typeScriptOf(field.schema)};`);
      return `export interface ${name} {${fields.length === 0 ? '' : `\n${fields.join('\n')}\n`}}`;
    }
    case 'enum': {
      const values = type.literals.map((value) => (typeof value === 'string' ? JSON.stringify(value) : literal(value)));
      return `export type ${name} = ${values.join(' | ')};`;
    }
    case 'union': {
      const variants = type.variants.map((item) => `  | { readonly tag: '${item.tag}'; readonly value: ${typeScriptOf(item.schema)} }`);
      return `export type ${name} =\n${variants.join('\n')};`;
    }
  }
}

/** A number or boolean as decoding gives it: a bigint where a number would not be exact. */
function literal(value: number | bigint | boolean): string {
  return typeof value === 'bigint' && !Number.isSafeInteger(Number(value)) ? `${value}n` : String(value);
}

function exported(item: ExportSchema, set: SchemaSet): string {
  const ids = exportIds(item, set.types);
  const params = item.params.map(
    (field) => `readonly ${field.name}${field.default === undefined ? '' : '?'}: ${typeScriptOf(field.schema)}`,
  );
  const input = params.length === 0 ? 'Record<string, never>' : `{ ${params.join('; ')} }`;
  return [
    `  readonly '${item.name}': {`,
    `    readonly input: ${input};`,
    `    readonly output: ${typeScriptOf(item.result)};`,
    `    readonly inputId: '${ids.input}';`,
    `    readonly outputId: '${ids.output}';`,
    '  };',
  ].join('\n');
}
