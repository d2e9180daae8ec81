/** From sources to a language-level MIR module: declare, infer, lower. */
import type { Diagnostic } from '@molt/diagnostics';
import { hasErrors } from '@molt/diagnostics';
import type { Module } from '@molt/mir';
import type { SchemaSet } from '@molt/schema-ir';
import { Engine } from '../infer/engine.ts';
import { Program, type ProgramSources } from '../program/program.ts';
import { Refusal } from '../program/refusal.ts';
import { boundaryRefusals, buildService } from '../service/export-module.ts';
import { FuncLowering } from './func-lowering.ts';
import { Lowering } from './lowering.ts';
import { emitGlobalMarks, emitInit, emitService } from './module-init.ts';

export interface BuildOptions {
  /** A script runs its body and ends; a service is initialised once, then called. */
  readonly mode: 'script' | 'service';
  readonly exports?: readonly string[];
}

export interface BuildResult {
  readonly module: Module | null;
  readonly diagnostics: readonly Diagnostic[];
  /** Boundary schemas of a service's exports. */
  readonly schemas: SchemaSet | null;
}

/** Runtime functions that the slow paths of language ops call; the module always has them, dead ones are dropped later. */
const RUNTIME_ROOTS = [
  'alloc',
  'int_add',
  'int_sub',
  'int_mul',
  'int_floordiv',
  'int_mod',
  'int_and',
  'int_or',
  'int_xor',
  'int_shl',
  'int_shr',
  'int_neg',
  'int_cmp',
  'box_float',
  'raise_index_error',
  'raise_frozen',
  'raise_recursion',
  'trace_append',
  'caught',
  'raising',
];

export function buildModule(sources: ProgramSources, options: BuildOptions): BuildResult {
  const program = new Program(sources, options.mode === 'service');
  const entry = program.addEntry(options.mode === 'script' ? '__main__' : moduleName(sources.entry));
  if (hasErrors(program.diagnostics) && options.mode === 'service') {
    // Imports of types that compiled code lacks fail first; what they are for says more.
    const refused = boundaryRefusals(program, sources.entry, options.exports);
    program.diagnostics.unshift(...refused);
  }
  if (hasErrors(program.diagnostics) || !entry.body) return { module: null, diagnostics: program.diagnostics, schemas: null };
  const engine = new Engine(program);
  try {
    engine.instance(entry.body, null, [], new Map(), null);
    const service = options.mode === 'service' ? buildService(program, entry, options.exports) : null;
    const low = new Lowering(engine, '__main__', options.mode === 'service');
    // first, so that inference knows the exceptions that slow paths raise
    for (const name of RUNTIME_ROOTS) if (program.runtime.has(name)) low.runtime(name);
    engine.run();
    emitInit(low, entry);
    if (service) emitService(low, service.call);
    for (let i = 0; i < low.queue.length; i++) {
      const instance = low.queue[i] as (typeof low.queue)[number];
      engine.run();
      new FuncLowering(low, instance).finish();
    }
    emitGlobalMarks(low);
    if (hasErrors(program.diagnostics)) return { module: null, diagnostics: program.diagnostics, schemas: null };
    return { module: low.module, diagnostics: program.diagnostics, schemas: service?.schemas ?? null };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    program.diagnostics.push(error.diagnostic);
    return { module: null, diagnostics: program.diagnostics, schemas: null };
  }
}

/** `flights` for `app/flights.py`. */
function moduleName(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(/\.py$/, '');
}
