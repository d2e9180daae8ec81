/**
 * The call side of a service: one generated module that decodes a request, calls the export, and encodes its result or the exception.
 */
import { type Diagnostic, spanOf } from '@molt/diagnostics';
import type { ExportSchema, SchemaSet } from '@molt/schema-ir';
import type { FunctionDef } from '../ast/nodes.ts';
import { declareModule } from '../program/declare.ts';
import type { FunctionInfo } from '../program/function-info.ts';
import type { ModuleInfo } from '../program/module-info.ts';
import type { Program } from '../program/program.ts';
import { Refusal, refuse } from '../program/refusal.ts';
import { AnnotationReader } from './annotation-schema.ts';
import { CodecSource, className } from './codec-source.ts';
import { contextParameter } from './context-parameter.ts';
import { exportedFunctions, parametersOf, schemaSetOf } from './export-signature.ts';
import { type SourceModule, SourceModules } from './source-names.ts';

export interface ServiceModule {
  readonly schemas: SchemaSet;
  /** (export, address, length) -> status word. */
  readonly call: FunctionInfo;
}

/** What compiled code cannot take in the signatures of exports, found before anything is inferred. */
export function boundaryRefusals(program: Program, entryPath: string, names: readonly string[] | undefined): readonly Diagnostic[] {
  const before = program.diagnostics.length;
  try {
    return readSignatures(program, entryPath, names).uncompiled;
  } catch (error) {
    if (error instanceof Refusal) return [error.diagnostic];
    throw error;
  } finally {
    // Faults of syntax were reported when the files were first read.
    program.diagnostics.length = before;
  }
}

/** What the generated module calls the class of contexts. */
const CONTEXT_CLASS = 'context_class';

interface Signatures {
  readonly entry: SourceModule;
  readonly reader: AnnotationReader;
  readonly functions: readonly FunctionDef[];
  readonly schemas: SchemaSet;
  readonly uncompiled: readonly Diagnostic[];
}

function readSignatures(program: Program, entryPath: string, names: readonly string[] | undefined): Signatures {
  const modules = new SourceModules(program.sources.files, (path, text) => program.parse(path, text));
  const entry = modules.at(entryPath, entryPath.replace(/\.py$/, '').replaceAll('/', '.'));
  const reader = new AnnotationReader(modules);
  const functions = exportedFunctions(entry, names);
  const schemas = schemaSetOf(reader, entry, functions);
  return { entry, reader, functions, schemas, uncompiled: reader.uncompiled };
}

export function buildService(program: Program, entry: ModuleInfo, names: readonly string[] | undefined): ServiceModule {
  const signatures = readSignatures(program, entry.path, names);
  const { reader, functions, schemas } = signatures;
  for (const refused of reader.uncompiled.slice(0, -1)) program.diagnostics.push(refused);
  const last = reader.uncompiled.at(-1);
  if (last !== undefined) throw new Refusal(last);
  const declared = functions.map((node) => {
    const binding = entry.bindings.get(node.name);
    if (binding?.kind === 'func') return binding.fn;
    return refuse(
      spanOf(entry.source, node.start, node.start),
      `a decorated or redefined export ('${node.name}')`,
      'define the function once, without decorators',
    );
  });
  const { exports } = schemas;
  const codecs = new CodecSource(schemas.types);
  const bodies = exports.flatMap((e, i) => callSource(codecs, e, i, argumentList(signatures, functions[i] as FunctionDef)));
  const source = [HEADER, codecs.text, ...bodies, dispatchSource(exports.length)].join('\n');
  const module = program.addGenerated('molt.exports', source, (m) => {
    for (const [name, { node }] of reader.classes) {
      const cls = program.classes.find((candidate) => candidate.node === node);
      if (cls !== undefined) m.locals.set(className(name), { kind: 'class', cls });
    }
    declared.forEach((fn, i) => m.locals.set(`export_${i}`, { kind: 'func', fn }));
    // Only where the program itself imports the module.
    const context = program.modules.has('molt') ? program.stdlibBinding('molt', 'Context') : null;
    if (context !== null) m.locals.set(CONTEXT_CLASS, context);
  });
  declareModule(program, module);
  const call = module.bindings.get('call_export');
  if (call?.kind !== 'func') throw new Error('the generated module has no call_export');
  return { schemas, call: call.fn };
}

const HEADER = `# molt: intrinsics
from molt.intrinsics import CELL_ABI_RESULT, STATUS_FAILED, STATUS_INVALID_INPUT, STATUS_OVERSIZED_RESULT, STATUS_RETURNED, i32, is_small, load_ref, store_ref
`;

/** Arguments of the call of an export: decoded values in the order of the schema, and a context where one is taken. */
function argumentList({ reader, entry }: Signatures, fn: FunctionDef): string {
  const context = contextParameter(reader, entry, fn);
  const keywords = new Set(fn.args.kwonlyargs.map(({ arg }) => arg));
  let next = 0;
  return parametersOf(fn)
    .map(([{ arg }]) => (keywords.has(arg) ? `${arg}=` : '') + (arg === context ? `${CONTEXT_CLASS}()` : `a${next++}`))
    .join(', ');
}

function callSource(codecs: CodecSource, e: ExportSchema, i: number, passed: string): string[] {
  const args = e.params.map((p, k) => `  a${k} = ${codecs.decode(p.schema)}`);
  return [
    `def call_${i}(r: PackReader, w: PackWriter) -> None:`,
    `  if r.array() != ${e.params.length}:`,
    `    r.fail('expected ${e.params.length} arguments')`,
    ...args,
    '  r.leave()',
    '  r.end()',
    `  x = export_${i}(${passed})`,
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
  except BoundError as e:
    w = PackWriter()
    w.array(1)
    w.str(e.what)
    status = STATUS_OVERSIZED_RESULT
  except BaseException as e:
    w = PackWriter()
    put_failure(w, e)
    status = STATUS_FAILED
  flush_output()
  store_ref(0, w.take(), CELL_ABI_RESULT)
  return status
`;
}
