/** Schemas from whatever has them: an artifact folder, a schemas.json, or a Python file, compiled or not. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { schemasOfSource } from '@molt/core';
import { readProgram, readText } from '@molt/core/node';
import { type Diagnostic, didYouMean, fault, MoltError } from '@molt/diagnostics';
import { type SchemaSet, schemaSetFromJson } from '@molt/schema-ir';
import type { Output } from '../console-output.ts';

/** Schemas with what would keep a compile from taking their source. */
export interface FoundSchemas {
  readonly schemas: SchemaSet;
  readonly uncompiled: readonly Diagnostic[];
}

/** The schemas at a path; null when they are Python with faults, which are shown. */
export async function readSchemas(
  path: string,
  exports: readonly string[] | undefined,
  output: Output,
  json: boolean,
): Promise<FoundSchemas | null> {
  if (path.endsWith('.py')) {
    const { program } = await readProgram(path);
    const { schemas, diagnostics, uncompiled } = schemasOfSource(program, exports);
    if (schemas !== null) return { schemas, uncompiled };
    output.diagnostics(diagnostics, json);
    return null;
  }
  const folder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const text = await readText(folder ? join(path, 'schemas.json') : path);
  const schemas = schemaSetFromJson(text);
  if (exports === undefined) return { schemas, uncompiled: [] };
  const wanted = exports.map((name) => {
    const found = schemas.exports.find((item) => item.name === name);
    if (found !== undefined) return found;
    const names = schemas.exports.map((item) => item.name);
    throw new MoltError(fault('MOLT0013', { name, suggestion: didYouMean(name, names) ?? `exports: ${names.join(', ') || 'none'}` }));
  });
  return { schemas: { ...schemas, exports: wanted }, uncompiled: [] };
}
