/**
 * Schemas of a program without compiling it: what callers need of functions whose types compiled code does not have yet.
 *
 * Nothing is inferred or declared; the files are parsed and the annotations of the entry's functions are read.
 */
import { type Diagnostic, report, sourceFile, spanOf } from '@molt/diagnostics';
import type { SchemaSet } from '@molt/schema-ir';
import type { Module } from '../ast/nodes.ts';
import { parseModule } from '../parse/parse-module.ts';
import type { ProgramSources } from '../program/program.ts';
import { Refusal } from '../program/refusal.ts';
import { AnnotationReader } from './annotation-schema.ts';
import { exportedFunctions, schemaSetOf } from './export-signature.ts';
import { SourceModules } from './source-names.ts';

/** Schemas of the exports of a source, and why it has none. */
export interface SourceSchemas {
  readonly schemas: SchemaSet | null;
  readonly diagnostics: readonly Diagnostic[];
  /** What would keep a compile from taking the exports as they are, as MOLT1208. */
  readonly uncompiled: readonly Diagnostic[];
}

/** The schemas of the functions of a program's entry; `exports` names them, else all annotated public ones count. */
export function schemasOfSource(sources: Pick<ProgramSources, 'files' | 'entry'>, exports?: readonly string[]): SourceSchemas {
  const diagnostics: Diagnostic[] = [];
  const parse = (path: string, text: string): Module => {
    const parsed = parseModule(text, path);
    for (const d of parsed.diagnostics) {
      diagnostics.push(report('MOLT1001', spanOf(sourceFile(path, text), d.start, d.end), { what: d.message }));
    }
    return parsed.module;
  };
  const modules = new SourceModules(sources.files, parse);
  const entry = modules.at(sources.entry, sources.entry.replace(/\.py$/, '').replaceAll('/', '.'));
  const reader = new AnnotationReader(modules);
  if (diagnostics.length > 0) return { schemas: null, diagnostics, uncompiled: [] };
  try {
    const schemas = schemaSetOf(reader, entry, exportedFunctions(entry, exports));
    return { schemas: diagnostics.length > 0 ? null : schemas, diagnostics, uncompiled: reader.uncompiled };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { schemas: null, diagnostics: [...diagnostics, error.diagnostic], uncompiled: reader.uncompiled };
  }
}
