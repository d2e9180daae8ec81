/**
 * Words for the two contract errors that people meet most: an export that the worker does not have, and schemas that differ.
 *
 * Both are found before the call is sent, because the client holds the worker's schemas; the worker checks again by id.
 */
import { near } from '@molt/diagnostics';
import { canRead, type ExportSchema, exportIds, inputSchema, type Schema, type SchemaSet, type SchemaTypes } from '@molt/schema-ir';
import { MipError } from './mip-error.ts';

/** UNKNOWN_EXPORT with the names that may have been meant. */
export function unknownExport(name: string, known: readonly string[]): MipError {
  const meant = near(name, known);
  const shown = known.slice(0, 10).join(', ') + (known.length > 10 ? ', ...' : '');
  return new MipError({
    name: 'UNKNOWN_EXPORT',
    message: `the worker has no export named ${name}${meant.length > 0 ? `; did you mean ${meant.join(' or ')}?` : ''}`,
    hint:
      known.length === 0 ? 'the worker exports nothing' : `it exports ${shown}; if the function is new, build again and restart the worker`,
    details: { export: name, near: meant, known: known.slice(0, 100) },
  });
}

/** SCHEMA_MISMATCH when only ids are known. */
export function idMismatch(name: string, side: 'input' | 'output', sent: string, own: string): MipError {
  return new MipError({
    name: 'SCHEMA_MISMATCH',
    message: `the ${side} of ${name} differs: the caller has schema ${sent.slice(0, 16)}, the worker ${own.slice(0, 16)}`,
    hint: 'build both sides from the same source: molt build, then restart the worker',
    details: { export: name, side, caller: sent, worker: own },
  });
}

/** Compares a caller's export with the worker's; undefined if they are the same, else the error with the first difference. */
export function compareExports(name: string, caller: SchemaSet, worker: SchemaSet): MipError | undefined {
  const mine = caller.exports.find((item) => item.name === name);
  const theirs = worker.exports.find((item) => item.name === name);
  if (theirs === undefined)
    return unknownExport(
      name,
      worker.exports.map((item) => item.name),
    );
  if (mine === undefined) return undefined;
  const own = exportIds(mine, caller.types);
  const other = exportIds(theirs, worker.types);
  for (const side of ['input', 'output'] as const) {
    if (own[side] === other[side]) continue;
    const found = firstDifference(part(mine, side), part(theirs, side), caller.types, worker.types);
    const error = idMismatch(name, side, own[side], other[side]);
    if (found === undefined) return error;
    return new MipError({
      name: 'SCHEMA_MISMATCH',
      message: `the ${side} of ${name} differs at ${found.path}: ${found.message}`,
      hint: error.hint,
      details: { ...error.facts, path: found.path, rule: found.rule },
    });
  }
  return undefined;
}

function part(item: ExportSchema, side: 'input' | 'output'): Schema {
  return side === 'input' ? inputSchema(item) : item.result;
}

/** The first place where one side cannot read the other, or would read something else. */
function firstDifference(
  mine: Schema,
  theirs: Schema,
  myTypes: SchemaTypes,
  theirTypes: SchemaTypes,
): { path: string; rule: string; message: string } | undefined {
  const back = canRead(theirs, mine, theirTypes, myTypes, 'CONTRACT').obstacles[0];
  if (back !== undefined)
    return { ...back, message: back.message.replaceAll('the reader', 'the worker').replaceAll('the writer', 'the caller') };
  const forth = canRead(mine, theirs, myTypes, theirTypes, 'CONTRACT').obstacles[0];
  return forth && { ...forth, message: forth.message.replaceAll('the reader', 'the caller').replaceAll('the writer', 'the worker') };
}
