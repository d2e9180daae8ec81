/** Boundary schemas from the annotations of exports: scalars, containers, Optional, and dataclasses as records. */
import { report, spanOf } from '@molt/diagnostics';
import {
  bool,
  bytes,
  float,
  int,
  list,
  map,
  type NamedSchema,
  none,
  optional,
  type RecordField,
  ref,
  type Schema,
  str,
  tuple,
} from '@molt/schema-ir';
import type { Expr } from '../ast/nodes.ts';
import { parseModule } from '../parse/parse-module.ts';
import type { ClassInfo } from '../program/class-info.ts';
import { lookupModuleName, type ModuleInfo } from '../program/module-info.ts';
import { Refusal } from '../program/refusal.ts';
import { type DataclassField, dataclassFields } from '../synth/dataclass.ts';

/** Named types found so far, with the classes they stand for. */
export interface BoundaryTypes {
  readonly types: Record<string, NamedSchema>;
  readonly classes: Map<string, ClassInfo>;
}

/** The schema of an annotation; refused with MOLT1204 when it cannot cross. */
export function schemaOf(boundary: BoundaryTypes, module: ModuleInfo, owner: string, e: Expr): Schema {
  const recur = (x: Expr): Schema => schemaOf(boundary, module, owner, x);
  const fail = (): never => {
    const type = module.source.text.slice(e.start, e.end);
    throw new Refusal(report('MOLT1204', spanOf(module.source, e.start, e.end), { type, name: owner }));
  };
  switch (e.kind) {
    case 'Constant':
      if (e.value.type === 'none') return none();
      if (e.value.type === 'str') {
        const stmt = parseModule(`(${e.value.value})\n`, module.path).module.body[0];
        return stmt?.kind === 'Expr' ? recur(stmt.value) : fail();
      }
      return fail();
    case 'BinOp': {
      const parts = [e.left, e.right];
      const other = parts.find((p) => !isNone(p));
      return e.op === 'BitOr' && parts.some(isNone) && other ? optional(recur(other)) : fail();
    }
    case 'Name':
      return scalar(e.name) ?? recordOf(boundary, module, e.name) ?? fail();
    case 'Attribute':
      return recordOf(boundary, module, e.attr) ?? fail();
    case 'Subscript': {
      const name = e.value.kind === 'Name' ? e.value.name : e.value.kind === 'Attribute' ? e.value.attr : '';
      const args = e.slice.kind === 'Tuple' ? e.slice.elts : [e.slice];
      const [first, second] = args as [Expr, Expr | undefined];
      switch (name) {
        case 'Optional':
          return optional(recur(first));
        case 'Annotated':
        case 'Final':
          return recur(first);
        case 'list':
        case 'List':
        case 'Sequence':
          return list(recur(first));
        case 'dict':
        case 'Dict': {
          const key = recur(first);
          return second && (key.kind === 'str' || key.kind === 'int') ? map(key, recur(second)) : fail();
        }
        case 'tuple':
        case 'Tuple':
          return args.some((a) => a.kind === 'Constant' && a.value.type === 'ellipsis') ? fail() : tuple(...args.map(recur));
        default:
          return fail();
      }
    }
    default:
      return fail();
  }
}

function isNone(e: Expr): boolean {
  return e.kind === 'Constant' && e.value.type === 'none';
}

function scalar(name: string): Schema | null {
  switch (name) {
    case 'bool':
      return bool();
    case 'int':
      return int();
    case 'float':
      return float();
    case 'str':
      return str();
    case 'bytes':
      return bytes();
    case 'None':
      return none();
    default:
      return null;
  }
}

/** A dataclass as a named record; recursion goes through the name. */
function recordOf(boundary: BoundaryTypes, module: ModuleInfo, name: string): Schema | null {
  const binding = lookupModuleName(module, name);
  if (binding?.kind !== 'class' || !binding.cls.dataclass) return null;
  const { cls } = binding;
  if (boundary.classes.get(cls.name) === cls) return ref(cls.name);
  if (boundary.classes.has(cls.name)) return null;
  boundary.classes.set(cls.name, cls);
  const fields = dataclassFields(cls).map((f): RecordField => ({ name: f.name, schema: fieldSchema(boundary, cls, f) }));
  boundary.types[cls.name] = { kind: 'record', name: cls.name, fields };
  return ref(cls.name);
}

function fieldSchema(boundary: BoundaryTypes, cls: ClassInfo, f: DataclassField): Schema {
  const annotation = f.owner.fields.get(f.name)?.annotation;
  if (!annotation) throw new Error(`${cls.name}.${f.name} has no annotation`);
  return schemaOf(boundary, f.owner.module, `${cls.name}.${f.name}`, annotation);
}
