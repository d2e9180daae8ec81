/**
 * The parameter of an export that takes the context of the call: annotated `Context` of the module `molt`.
 *
 * It is no part of the schema, the runtime fills it in. `Context | None` means the same, for functions that plain Python also calls without.
 */
import { report, spanOf } from '@molt/diagnostics';
import type { Expr, FunctionDef } from '../ast/nodes.ts';
import { parseModule } from '../parse/parse-module.ts';
import { Refusal } from '../program/refusal.ts';
import type { AnnotationReader } from './annotation-schema.ts';
import type { SourceModule } from './source-names.ts';

/** The name that a context annotation stands for. */
const CONTEXT = 'molt.Context';

/** The name of the context parameter, or null; refused with MOLT1209 when there are two. */
export function contextParameter(reader: AnnotationReader, module: SourceModule, fn: FunctionDef): string | null {
  const { posonlyargs, args, kwonlyargs } = fn.args;
  const [first, second] = [...posonlyargs, ...args, ...kwonlyargs].filter(
    ({ annotation }) => annotation !== null && isContext(reader, module, annotation),
  );
  if (first === undefined) return null;
  if (second === undefined) return first.arg;
  const place = spanOf(module.source, second.start, second.end);
  throw new Refusal(report('MOLT1209', place, { name: fn.name, first: first.arg, second: second.arg }));
}

function isContext(reader: AnnotationReader, module: SourceModule, e: Expr): boolean {
  const recur = (x: Expr): boolean => isContext(reader, module, x);
  switch (e.kind) {
    case 'Constant': {
      if (e.value.type !== 'str') return false;
      const stmt = parseModule(`(${e.value.value})\n`, module.path).module.body[0];
      return stmt?.kind === 'Expr' && recur(stmt.value);
    }
    case 'BinOp':
      return e.op === 'BitOr' && ((recur(e.left) && isNone(e.right)) || (isNone(e.left) && recur(e.right)));
    case 'Subscript':
      return reader.libraryName(module, e.value) === 'typing.Optional' && recur(e.slice);
    default:
      return reader.libraryName(module, e) === CONTEXT;
  }
}

function isNone(e: Expr): boolean {
  return e.kind === 'Constant' && e.value.type === 'none';
}
