/** `molt schema show`: schemas as text, as files for other programs, or as declarations for other languages. */
import { basename } from 'node:path';
import { didYouMean, fault, MoltError } from '@molt/diagnostics';
import {
  emitJsonSchema,
  emitOpenApi,
  emitPython,
  emitTypeScript,
  inputSchema,
  namedTypesOf,
  printSchema,
  printType,
  ref,
  type SchemaSet,
  schemaSetToJson,
} from '@molt/schema-ir';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { EXIT, EXIT_CODES_HELP } from '../exit-code.ts';
import { collect, oneOf } from '../option-values.ts';
import { readSchemas } from './read-schemas.ts';
import { signatureOf } from './signature.ts';

const FORMS = ['text', 'json', 'ts', 'python', 'msgspec', 'jsonschema', 'openapi'] as const;
type Form = (typeof FORMS)[number];

interface ShowFlags {
  readonly as: Form;
  readonly exports?: string[];
  readonly type?: string;
  readonly json: boolean;
}

/** Adds the command. */
export function addSchemaShow(schema: Command, context: CommandContext): void {
  schema
    .command('show')
    .description('print schemas as text, or as declarations for other languages')
    .argument('<target>', 'artifact folder, schemas.json or Python file')
    .option('--as <form>', `${FORMS.join(', ')}`, oneOf(...FORMS), 'text' as const)
    .option('--exports <names>', 'only these exports', collect)
    .option('--type <name>', 'only this type with those it needs, as text')
    .option('--json', 'the same as --as json', false)
    .addHelpText(
      'after',
      `
  text        the text form, which registries keep
  json        the content of schemas.json
  ts          TypeScript types
  python      Python dataclasses and stubs; msgspec: Structs instead of dataclasses
  jsonschema  JSON Schema 2020-12 of the JSON form of values; openapi: the same as OpenAPI 3.1 components

Examples:
  molt schema show flights.molt
  molt schema show flights.py --as ts > flights.d.ts
  molt schema show flights.molt --type Summary${EXIT_CODES_HELP}`,
    )
    .action(async (target: string, flags: ShowFlags) => {
      const { output } = context;
      const found = await readSchemas(target, flags.exports, output, flags.json);
      if (found === null) {
        context.exitCode = EXIT.refused;
        return;
      }
      const { schemas } = found;
      output.line(
        flags.type === undefined
          ? shown(schemas, flags.json ? 'json' : flags.as, target).trimEnd()
          : typeText(schemas, flags.type).trimEnd(),
      );
    });
}

function shown(schemas: SchemaSet, form: Form, target: string): string {
  switch (form) {
    case 'text':
      return text(schemas);
    case 'json':
      return schemaSetToJson(schemas);
    case 'ts':
      return emitTypeScript(schemas);
    case 'python':
      return emitPython(schemas);
    case 'msgspec':
      return emitPython(schemas, { records: 'msgspec' });
    case 'jsonschema':
      return JSON.stringify(emitJsonSchema(schemas), null, 2);
    case 'openapi':
      return JSON.stringify(emitOpenApi(schemas, { title: basename(target).replace(/\.\w+$/, ''), version: '1' }), null, 2);
  }
}

/** Types first, then a line per export. */
function text(schemas: SchemaSet): string {
  const types = namedTypesOf(schemas).map((type) => blockOf(schemas, type.name));
  return [...types, schemas.exports.map((item) => `export ${signatureOf(item)}`).join('\n')].join('\n\n');
}

/** The block of one type alone. */
function blockOf(schemas: SchemaSet, name: string): string {
  return (
    printSchema(ref(name), { ...Object.fromEntries(namedTypesOf(schemas).map((type) => [type.name, type])) })
      .split('\n\n')[0]
      ?.trimEnd() ?? ''
  );
}

function typeText(schemas: SchemaSet, name: string): string {
  const types = Object.fromEntries(namedTypesOf(schemas).map((type) => [type.name, type]));
  if (Object.hasOwn(types, name)) return printSchema(ref(name), types);
  const item = schemas.exports.find((candidate) => candidate.name === name);
  if (item !== undefined) return `${printSchema(inputSchema(item), types)}\n${printType(item.result)}\n`;
  const names = [...Object.keys(types), ...schemas.exports.map((candidate) => candidate.name)];
  throw new MoltError(
    fault('MOLT4041', { path: 'schemas', name: `${name}: ${didYouMean(name, names) ?? `there are ${names.join(', ')}`}` }),
  );
}
