/**
 * The exports of a module as schemas: which functions callers may call, and what their annotations say.
 *
 * Compiles and `schemasOfSource` read signatures here, so a program has the same schemas whether or not it can be compiled.
 */
import { near, report, type Span, spanOf } from '@molt/diagnostics';
import { checkSchemaSet, type ExportSchema, type RecordField, SchemaError, type SchemaSet } from '@molt/schema-ir';
import type { Arg, Expr, FunctionDef } from '../ast/nodes.ts';
import { Refusal } from '../program/refusal.ts';
import type { AnnotationReader } from './annotation-schema.ts';
import { contextParameter } from './context-parameter.ts';
import { withPlainDefault } from './field-defaults.ts';
import type { SourceModule } from './source-names.ts';

/** Functions to export: those named, else every annotated public function of the module. */
export function exportedFunctions(entry: SourceModule, names: readonly string[] | undefined): FunctionDef[] {
  const functions = new Map<string, FunctionDef>();
  for (const stmt of entry.ast.body) if (stmt.kind === 'FunctionDef') functions.set(stmt.name, stmt);
  if (names === undefined || names.length === 0) {
    const found = [...functions.values()].filter(
      (fn) =>
        !fn.name.startsWith('_') &&
        fn.name !== 'main' &&
        fn.returns !== null &&
        parametersOf(fn).every(([param]) => param.annotation !== null),
    );
    if (found.length === 0) throw new Refusal(report('MOLT1207', spanOf(entry.source, 0, 0), {}));
    return found;
  }
  return names.map((name) => {
    const found = functions.get(name);
    if (found !== undefined) return found;
    const close = near(name, [...functions.keys()]);
    const suggestion = close.length > 0 ? `did you mean ${close.join(', ')}?` : `the module defines: ${[...functions.keys()].join(', ')}`;
    throw new Refusal(report('MOLT1205', spanOf(entry.source, 0, 0), { name, suggestion }));
  });
}

/** The schema of a function; a parameter that is the context of the call belongs to the runtime and is left out. */
export function signatureOf(reader: AnnotationReader, module: SourceModule, fn: FunctionDef): ExportSchema {
  const place = (path: string) => ({ module, owner: fn.name, path: `${fn.name}.${path}`, whole: true });
  const bare = (what: string): never => {
    throw new Refusal(report('MOLT1203', nameSpan(module, fn), { param: what, name: fn.name }));
  };
  for (const star of [fn.args.vararg, fn.args.kwarg]) {
    if (star === null) continue;
    const rewrite = star === fn.args.vararg ? 'take a list' : 'take a dict, or name the parameters';
    throw new Refusal(
      report('MOLT1204', spanOf(module.source, star.start, star.end), {
        type: star === fn.args.vararg ? `*${star.arg}` : `**${star.arg}`,
        name: fn.name,
        why: 'callers name every parameter',
        rewrite,
      }),
    );
  }
  const context = contextParameter(reader, module, fn);
  const params: RecordField[] = [];
  for (const [param, fallback] of parametersOf(fn)) {
    const { annotation } = param;
    if (annotation === null) return bare(param.arg);
    if (param.arg === context) continue;
    const field: RecordField = { name: param.arg, schema: reader.schema(place(`params.${param.arg}`), annotation) };
    // A literal default becomes part of the schema, so that callers may leave the argument out; others stay the function's own affair.
    const value = fallback === null ? undefined : reader.plainValue(module, fallback);
    if (value !== undefined) reader.defaults.set(field, value);
    params.push(field);
  }
  if (fn.returns === null) return bare('return');
  return { name: fn.name, params, result: reader.schema(place('returns'), fn.returns) };
}

/** The schemas of functions; throws a Refusal for what cannot cross. */
export function schemaSetOf(reader: AnnotationReader, module: SourceModule, functions: readonly FunctionDef[]): SchemaSet {
  const bare = functions.map((fn) => signatureOf(reader, module, fn));
  const known = Object.fromEntries(Object.entries(reader.types).sort(([a], [b]) => (a < b ? -1 : 1)));
  const fill = (fields: readonly RecordField[]): RecordField[] =>
    fields.map((field) => (reader.defaults.has(field) ? withPlainDefault(field, reader.defaults.get(field), known) : field));
  const types = Object.fromEntries(
    Object.entries(known).map(([name, type]) => [name, type.kind === 'record' ? { ...type, fields: fill(type.fields) } : type]),
  );
  const exports = bare.map((item) => ({ ...item, params: fill(item.params) }));
  const schemas: SchemaSet = { version: 1, types, exports };
  try {
    checkSchemaSet(schemas);
  } catch (error) {
    // What remains here has no place of its own in the source: a type without end, for example.
    if (!(error instanceof SchemaError)) throw error;
    const fn = functions.find(({ name }) => error.path.startsWith(`schemas.exports.${name}`)) ?? functions[0];
    throw new Refusal(
      report('MOLT1204', fn === undefined ? spanOf(module.source, 0, 0) : nameSpan(module, fn), {
        type: fn?.name ?? module.name,
        name: fn?.name ?? module.name,
        why: error.message,
        rewrite: error.hint ?? 'change the type that the path names',
      }),
    );
  }
  return schemas;
}

/** Parameters in order with their defaults. */
export function parametersOf({ args }: FunctionDef): readonly (readonly [Arg, Expr | null])[] {
  const positional = [...args.posonlyargs, ...args.args];
  const first = positional.length - args.defaults.length;
  return [
    ...positional.map((param, i) => [param, args.defaults[i - first] ?? null] as const),
    ...args.kwonlyargs.map((param, i) => [param, args.kw_defaults[i] ?? null] as const),
  ];
}

function nameSpan(module: SourceModule, fn: FunctionDef): Span {
  return spanOf(module.source, fn.start, fn.start);
}
