/**
 * Python declarations of a schema set: dataclasses for records, Literal types for enums, unions as they are, and a typed stub per export.
 *
 * For programs that call a worker without having its Python source: the stubs are meant to be decorated with molt_offload.
 */
import { defaultOf } from './default-value.ts';
import { kindOf } from './kind-table.ts';
import { namedTypesOf } from './named-types.ts';
import { type EnumLiteral, isNamed, type NamedSchema, type RecordField, type Schema, type SchemaTypes } from './schema.ts';
import { checkSchemaSet, type SchemaSet } from './schema-set.ts';

/** The text of a Python module with the types and stubs of a set. */
export function emitPython(set: SchemaSet): string {
  checkSchemaSet(set);
  const blocks = [
    '"""Made by molt from schemas.json. Do not edit: change the source and build again."""',
    'from __future__ import annotations\n\nfrom dataclasses import dataclass, field\nfrom typing import Literal, Union',
  ];
  for (const type of namedTypesOf(set)) blocks.push(declaration(type, set.types));
  for (const item of set.exports) {
    const params = item.params.map((param) => `${param.name}: ${pythonOf(param.schema)}${fallback(param, set.types, false)}`);
    blocks.push(`def ${className(item.name)}(${params.join(', ')}) -> ${pythonOf(item.result)}: ...`);
  }
  return `${blocks.join('\n\n\n')}\n`;
}

/** The Python annotation of a schema. */
export function pythonOf(schema: Schema): string {
  return isNamed(schema)
    ? className(schema.name)
    : kindOf(schema)
        .python(schema, pythonOf)
        .replace(/^[\w.]+$/, className);
}

function className(name: string): string {
  return name.replaceAll('.', '_');
}

function declaration(type: NamedSchema, types: SchemaTypes): string {
  const name = className(type.name);
  switch (type.kind) {
    case 'record': {
      // A field without default may follow one with: fields that must be named keep the order of the schema.
      const firstDefault = type.fields.findIndex((field) => field.default !== undefined);
      const mixed = firstDefault >= 0 && type.fields.slice(firstDefault).some((field) => field.default === undefined);
      const fields = type.fields.map((field) => `    ${field.name}: ${pythonOf(field.schema)}${fallback(field, types, true)}`);
      return `@dataclass${mixed ? '(kw_only=True)' : ''}\nclass ${name}:\n${fields.length === 0 ? '    pass' : fields.join('\n')}`;
    }
    case 'enum':
      return `${name} = Literal[${type.literals.map(literal).join(', ')}]`;
    case 'union':
      return `${name} = Union[${type.variants.map((variant) => quoted(pythonOf(variant.schema))).join(', ')}]`;
  }
}

/** Members of a union are evaluated when the module loads, so they are quoted to allow later classes. */
function quoted(annotation: string): string {
  return annotation === 'None' ? annotation : `'${annotation}'`;
}

function literal(value: EnumLiteral): string {
  if (typeof value === 'string') return text(value);
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);
}

/** A str literal: JSON escapes are Python escapes, once everything outside ASCII is escaped by its code point. */
function text(value: string): string {
  return JSON.stringify(value).replace(/[^\x20-\x7e]/gu, (char) => `\\U${(char.codePointAt(0) as number).toString(16).padStart(8, '0')}`);
}

/** ` = default`; containers of a dataclass need a factory, as they must not be shared. */
function fallback(field: RecordField, types: SchemaTypes, inClass: boolean): string {
  if (field.default === undefined) return '';
  const expression = python(defaultOf(field, types));
  return inClass && /^[[{\w]/.test(expression) && /[[{(]/.test(expression)
    ? ` = field(default_factory=lambda: ${expression})`
    : ` = ${expression}`;
}

/** A decoded value as a Python expression. */
function python(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number')
    return Number.isFinite(value) ? numeral(value) : `float("${String(value).replace('Infinity', 'inf').toLowerCase()}")`;
  if (value instanceof Uint8Array) return `bytes.fromhex("${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')}")`;
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (value instanceof Map) return `{${Array.from(value, ([k, v]) => `${python(k)}: ${python(v)}`).join(', ')}}`;
  return `{${Object.entries(value)
    .map(([k, v]) => `${text(k)}: ${python(v)}`)
    .join(', ')}}`;
}

function numeral(value: number): string {
  return Object.is(value, -0) ? '-0.0' : String(value);
}
