/**
 * Python declarations of a schema set: classes for records, Literal types for enums, unions as they are, and a typed stub per export.
 *
 * For programs that call a worker without having its Python source: the stubs are meant to be decorated with molt_offload. Records are
 * dataclasses, or msgspec Structs that decode from arrays as the wire has them. Bounds stand in `Annotated`, so `molt schema` reads the
 * same schemas from the text.
 */
import { defaultOf } from './default-value.ts';
import { kindOf } from './kind-table.ts';
import { namedTypesOf } from './named-types.ts';
import { valueToPython } from './python-value.ts';
import { type EnumLiteral, isNamed, type NamedSchema, type RecordField, type Schema, type SchemaTypes } from './schema.ts';
import { checkSchemaSet, type SchemaSet } from './schema-set.ts';

/** What may be chosen. */
export interface EmitPythonOptions {
  /** What records become; dataclasses by default. */
  readonly records?: 'dataclass' | 'msgspec';
}

/** The text of a Python module with the types and stubs of a set. */
export function emitPython(set: SchemaSet, { records = 'dataclass' }: EmitPythonOptions = {}): string {
  checkSchemaSet(set);
  const body: string[] = [];
  for (const type of namedTypesOf(set)) body.push(declaration(type, set.types, records));
  for (const item of set.exports) {
    const params = item.params.map((param) => `${param.name}: ${pythonOf(param.schema)}${fallback(param, set.types, null)}`);
    // A parameter without default may follow one with: then all are named.
    const star = isMixed(item.params) ? ['*', ...params] : params;
    body.push(`def ${className(item.name)}(${star.join(', ')}) -> ${pythonOf(item.result)}: ...`);
  }
  const text = body.join('\n\n\n');
  return `${[[HEADER, imports(text, records)].filter((block) => block !== '').join('\n\n'), text].filter((block) => block !== '').join('\n\n\n')}\n`;
}

/** The Python annotation of a schema. */
export function pythonOf(schema: Schema): string {
  return isNamed(schema) || schema.kind === 'ref' ? className(schema.name) : kindOf(schema).python(schema, pythonOf);
}

const HEADER =
  '"""Made by molt from schemas.json. Do not edit: change the source and build again."""\n\nfrom __future__ import annotations';

/** Imports of what a text uses, in the order of the usual formatters. */
function imports(text: string, records: 'dataclass' | 'msgspec'): string {
  const used = (names: readonly string[]): string =>
    names.filter((name) => new RegExp(`(?<![\\w.])${name}(?![\\w])`).test(text)).join(', ');
  const from = (module: string, names: readonly string[]): string[] => (used(names) === '' ? [] : [`from ${module} import ${used(names)}`]);
  const standard = [
    ...['datetime', 'decimal', 'uuid']
      .filter((module) => new RegExp(`(?<![\\w.])${module}\\.`).test(text))
      .map((module) => `import ${module}`),
    ...from('collections.abc', ['Iterator']),
    ...(records === 'dataclass' ? from('dataclasses', ['dataclass', 'field']) : []),
    ...from('typing', ['Annotated', 'Literal', 'Union']),
  ];
  const others = [
    ...(/(?<!\w)msgspec\./.test(text) ? ['import msgspec'] : []),
    ...from('molt_accel', ['Capability', 'Err', 'Ok', 'Tagged']),
  ];
  return [standard, others]
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n');
}

function className(name: string): string {
  return name.replaceAll('.', '_');
}

function isMixed(fields: readonly RecordField[]): boolean {
  const first = fields.findIndex((field) => field.default !== undefined);
  return first >= 0 && fields.slice(first).some((field) => field.default === undefined);
}

function declaration(type: NamedSchema, types: SchemaTypes, records: 'dataclass' | 'msgspec'): string {
  const name = className(type.name);
  switch (type.kind) {
    case 'record': {
      // A field without default may follow one with: fields that must be named keep the order of the schema.
      const mixed = isMixed(type.fields);
      const factory = records === 'dataclass' ? 'field' : 'msgspec.field';
      const fields = type.fields.map((field) => `    ${field.name}: ${pythonOf(field.schema)}${fallback(field, types, factory)}`);
      const head =
        records === 'dataclass'
          ? `@dataclass${mixed ? '(kw_only=True)' : ''}\nclass ${name}:`
          : `class ${name}(msgspec.Struct, array_like=True${mixed ? ', kw_only=True' : ''}):`;
      return `${head}\n${fields.length === 0 ? '    pass' : fields.join('\n')}`;
    }
    case 'enum':
      return `${name} = Literal[${type.literals.map(literal).join(', ')}]`;
    case 'union':
      return `${name} = Union[${type.variants.map((variant) => quoted(pythonOf(variant.schema))).join(', ')}]`;
  }
}

/** Members of a union are evaluated when the module loads, so they are quoted to allow later classes. */
function quoted(annotation: string): string {
  return annotation === 'None' ? annotation : `'${annotation.replaceAll("'", "\\'")}'`;
}

function literal(value: EnumLiteral): string {
  return valueToPython({ kind: 'enum', name: 'literal', literals: [value] }, value, {});
}

/** ` = default`; a container of a class needs a factory, as it must not be shared. */
function fallback(field: RecordField, types: SchemaTypes, factory: string | null): string {
  if (field.default === undefined) return '';
  const expression = valueToPython(field.schema, defaultOf(field, types), types, className);
  if (factory === null || !/[[{(]/.test(expression.replace(/"(?:[^"\\]|\\.)*"/g, ''))) return ` = ${expression}`;
  if (expression === '[]' || expression === '{}') return ` = ${factory}(default_factory=${expression === '[]' ? 'list' : 'dict'})`;
  return ` = ${factory}(default_factory=lambda: ${expression})`;
}
