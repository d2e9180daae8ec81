/**
 * The call side of a service: one generated module that decodes a request, calls the export, and encodes its result or the exception.
 */
import { near, report, spanOf } from '@molt/diagnostics';
import { type ExportSchema, type RecordField, SchemaError, type SchemaSet, withDefault } from '@molt/schema-ir';
import { declareModule } from '../program/declare.ts';
import type { FunctionInfo, ParamDefault } from '../program/function-info.ts';
import type { ModuleInfo } from '../program/module-info.ts';
import type { Program } from '../program/program.ts';
import { Refusal } from '../program/refusal.ts';
import { type BoundaryTypes, schemaOf } from './annotation-schema.ts';
import { CodecSource, className } from './codec-source.ts';

export interface ServiceModule {
  readonly schemas: SchemaSet;
  /** (export, address, length) -> status word. */
  readonly call: FunctionInfo;
}

/** Exported functions: those named, else every annotated public function of the module. */
function exportedFunctions(entry: ModuleInfo, names: readonly string[] | undefined): FunctionInfo[] {
  const functions = new Map<string, FunctionInfo>();
  for (const [name, binding] of entry.bindings) if (binding.kind === 'func' && binding.fn.module === entry) functions.set(name, binding.fn);
  if (!names || names.length === 0) {
    const callable = (fn: FunctionInfo) =>
      !fn.name.startsWith('_') && fn.name !== 'main' && fn.returns && fn.params.every((p) => p.annotation);
    const found = [...functions.values()].filter(callable);
    if (found.length === 0) throw new Refusal(report('MOLT1207', spanOf(entry.source, 0, 0), {}));
    return found;
  }
  return names.map((name) => {
    const found = functions.get(name);
    if (found) return found;
    const close = near(name, [...functions.keys()]);
    const suggestion = close.length > 0 ? `did you mean ${close.join(', ')}?` : `the module defines: ${[...functions.keys()].join(', ')}`;
    throw new Refusal(report('MOLT1205', spanOf(entry.source, 0, 0), { name, suggestion }));
  });
}

export function buildService(program: Program, entry: ModuleInfo, names: readonly string[] | undefined): ServiceModule {
  const boundary: BoundaryTypes = { types: {}, classes: new Map() };
  const functions = exportedFunctions(entry, names);
  const exports = functions.map((fn): ExportSchema => {
    const params = fn.params.map((p) => {
      if (!p.annotation) throw new Refusal(report('MOLT1203', spanOf(entry.source, fn.start, fn.start), { param: p.name, name: fn.name }));
      return withLiteralDefault({ name: p.name, schema: schemaOf(boundary, entry, fn.name, p.annotation) }, p.default);
    });
    if (!fn.returns) throw new Refusal(report('MOLT1203', spanOf(entry.source, fn.start, fn.start), { param: 'return', name: fn.name }));
    return { name: fn.name, params, result: schemaOf(boundary, entry, fn.name, fn.returns) };
  });
  const types = Object.fromEntries(Object.entries(boundary.types).sort(([a], [b]) => (a < b ? -1 : 1)));
  const schemas: SchemaSet = { version: 1, types, exports };
  const codecs = new CodecSource(types);
  const bodies = exports.flatMap((e, i) => callSource(codecs, e, i));
  const source = [HEADER, codecs.text, ...bodies, dispatchSource(exports.length)].join('\n');
  const module = program.addGenerated('molt.exports', source, (m) => {
    for (const [name, cls] of boundary.classes) m.locals.set(className(name), { kind: 'class', cls });
    functions.forEach((fn, i) => m.locals.set(`export_${i}`, { kind: 'func', fn }));
  });
  declareModule(program, module);
  const call = module.bindings.get('call_export');
  if (call?.kind !== 'func') throw new Error('the generated module has no call_export');
  return { schemas, call: call.fn };
}

/** A literal default becomes part of the schema, so that callers may leave the argument out; other defaults stay the function's own affair. */
function withLiteralDefault(field: RecordField, fallback: ParamDefault | null): RecordField {
  if (fallback?.kind !== 'const') return field;
  const { value } = fallback;
  if (value.type === 'imaginary' || value.type === 'ellipsis') return field;
  try {
    return withDefault(field.name, field.schema, value.type === 'none' ? null : value.value);
  } catch (error) {
    // A literal that contradicts the annotation, which Python allows: the argument is then required.
    if (error instanceof SchemaError) return field;
    throw error;
  }
}

const HEADER = `# molt: intrinsics
from molt.intrinsics import CELL_ABI_RESULT, STATUS_FAILED, STATUS_INVALID_INPUT, STATUS_RETURNED, i32, load_ref, store_ref
`;

function callSource(codecs: CodecSource, e: ExportSchema, i: number): string[] {
  const args = e.params.map((p, k) => `  a${k} = ${codecs.decode(p.schema)}`);
  return [
    `def call_${i}(r: PackReader, w: PackWriter) -> None:`,
    `  if r.array() != ${e.params.length}:`,
    `    r.fail('expected ${e.params.length} arguments')`,
    ...args,
    '  r.leave()',
    '  r.end()',
    `  x = export_${i}(${e.params.map((_, k) => `a${k}`).join(', ')})`,
    ...codecs.encode(e.result, 'x').map((l) => `  ${l}`),
    '',
  ];
}

function dispatchSource(count: number): string {
  const cases = Array.from({ length: count }, (_, i) => `    ${i === 0 ? 'if' : 'elif'} index == ${i}:\n      call_${i}(r, w)`);
  return `
def call_export(index: i32, address: i32, length: i32) -> i32:
  w = PackWriter()
  status: i32 = STATUS_RETURNED
  r = PackReader(load_ref(0, CELL_ABI_RESULT), address, length)
  try:
${cases.join('\n')}
    else:
      r.fail('no such export')
  except DecodeError as e:
    w = PackWriter()
    w.array(2)
    w.str('byte ' + str(e.offset))
    w.str(e.what)
    status = STATUS_INVALID_INPUT
  except BaseException as e:
    w = PackWriter()
    put_failure(w, e)
    status = STATUS_FAILED
  store_ref(0, w.take(), CELL_ABI_RESULT)
  return status
`;
}
