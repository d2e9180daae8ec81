/**
 * Methods of dataclasses, generated as Python source as CPython's `dataclasses` module does, and compiled like any other method.
 */
import { spanOf } from '@molt/diagnostics';
import type { ClassDef, Expr, FunctionDef } from '../ast/nodes.ts';
import { parseModule } from '../parse/parse-module.ts';
import type { ClassInfo } from '../program/class-info.ts';
import { makeFunction } from '../program/make-function.ts';
import type { Program } from '../program/program.ts';
import { refuse } from '../program/refusal.ts';

export interface DataclassField {
  readonly name: string;
  readonly annotation: string;
  /** Source of the default, or of the call of the factory. */
  readonly default: string | null;
  readonly factory: string | null;
  readonly init: boolean;
  readonly repr: boolean;
  readonly compare: boolean;
  readonly kwOnly: boolean;
  readonly owner: ClassInfo;
}

/** Fields of a dataclass, those of its dataclass bases first. */
export function dataclassFields(cls: ClassInfo): DataclassField[] {
  const fields = new Map<string, DataclassField>();
  for (const base of [...cls.mro].reverse()) {
    if (!base.dataclass || !base.node) continue;
    for (const stmt of base.node.body) {
      if (stmt.kind !== 'AnnAssign' || stmt.target.kind !== 'Name' || !base.fields.has(stmt.target.name)) continue;
      fields.set(stmt.target.name, readField(base, stmt.target.name, stmt.annotation, stmt.value));
    }
  }
  return [...fields.values()];
}

const literal = (e: Expr | null): boolean =>
  e !== null && (e.kind === 'Constant' || (e.kind === 'UnaryOp' && e.operand.kind === 'Constant'));

const isFieldFunction = (e: Expr): boolean => (e.kind === 'Name' && e.name === 'field') || (e.kind === 'Attribute' && e.attr === 'field');

function readField(owner: ClassInfo, name: string, annotation: Expr, value: Expr | null): DataclassField {
  const text = (e: Expr): string => owner.module.source.text.slice(e.start, e.end);
  const base = { name, annotation: text(annotation), owner };
  const call = value?.kind === 'Call' && isFieldFunction(value.func) ? value : null;
  const kwOnly = owner.dataclass?.kwOnly ?? false;
  const plain = { init: true, repr: true, compare: true, kwOnly };
  // a computed default was evaluated once, by the class body
  if (!call)
    return literal(value)
      ? { ...base, default: text(value as Expr), factory: null, ...plain }
      : { ...base, default: null, factory: value ? `${owner.name}.${name}` : null, ...plain };
  const get = (key: string): Expr | undefined => call.keywords.find((k) => k.arg === key)?.value;
  const flag = (key: string, fallback: boolean): boolean => {
    const found = get(key);
    return found?.kind === 'Constant' && found.value.type === 'bool' ? found.value.value : fallback;
  };
  const fallback = get('default');
  const factory = get('default_factory');
  return {
    ...base,
    default: fallback ? text(fallback) : null,
    factory: factory ? text(factory) : null,
    init: flag('init', true),
    repr: flag('repr', true),
    compare: flag('compare', true),
    kwOnly: flag('kw_only', kwOnly),
  };
}

export function synthesizeDataclass(program: Program, cls: ClassInfo): void {
  const fields = dataclassFields(cls);
  const options = cls.dataclass as NonNullable<ClassInfo['dataclass']>;
  const place = cls.node as ClassDef;
  const own = (name: string): boolean => cls.methods.has(name);
  const lines: string[] = [];
  const add = (name: string, params: string, body: string[]): void => {
    if (own(name)) return;
    lines.push(`def ${name}(${params}):`, ...body.map((l) => `  ${l}`));
  };
  for (const f of fields) for (const c of cls.mro) if (c === cls && !cls.fields.has(f.name)) cls.certainAttrs.add(f.name);
  const shown = (list: string[]): string => (list.length === 0 ? '()' : `(${list.join(', ')},)`);
  if (options.init) {
    const params = ['self'];
    const body: string[] = [];
    let hadDefault = false;
    const ordered = [...fields.filter((f) => !f.kwOnly), ...fields.filter((f) => f.kwOnly)];
    let keyword = false;
    for (const f of ordered) {
      if (f.kwOnly && !keyword) {
        keyword = true;
        if (f.init) params.push('*');
      }
      // an argument that was left out is `...`, which no annotation of a field allows
      const defaultText = f.factory !== null ? '...' : f.default;
      if (f.init) {
        if (defaultText === null && hadDefault && !f.kwOnly) {
          refuse(
            spanOf(cls.module.source, place.start, place.end),
            `non-default argument '${f.name}' after a default argument in a dataclass`,
            'reorder the fields',
          );
        }
        hadDefault ||= defaultText !== null;
        params.push(defaultText === null ? f.name : `${f.name}=${defaultText}`);
      }
      if (f.factory !== null) {
        const made = f.factory.endsWith(`.${f.name}`)
          ? f.factory
          : f.factory.trim().startsWith('lambda')
            ? `(${f.factory})()`
            : `${f.factory}()`;
        if (f.init) body.push(`if ${f.name} is ...:`, `  self.${f.name} = ${made}`, 'else:', `  self.${f.name} = ${f.name}`);
        else body.push(`self.${f.name} = ${made}`);
      } else if (f.init) body.push(`self.${f.name} = ${f.name}`);
      else if (defaultText !== null) body.push(`self.${f.name} = ${defaultText}`);
    }
    if (cls.mro.some((c) => c.methods.has('__post_init__'))) body.push('self.__post_init__()');
    add('__init__', params.join(', '), body.length === 0 ? ['pass'] : body);
  }
  const attrs = (of: string, filter: (f: DataclassField) => boolean): string[] => fields.filter(filter).map((f) => `${of}.${f.name}`);
  if (options.repr) {
    const parts = fields.filter((f) => f.repr).map((f) => `${f.name}={self.${f.name}!r}`);
    add('__repr__', 'self', [`return f"{type(self).__name__}(${parts.join(', ')})"`]);
  }
  const compared = (f: DataclassField): boolean => f.compare;
  const mine = shown(attrs('self', compared));
  const other = shown(attrs('other', compared));
  if (options.eq) add('__eq__', 'self, other', [`if type(self) is type(other):`, `  return ${mine} == ${other}`, 'return NotImplemented']);
  if (options.order) {
    for (const [name, op] of [
      ['__lt__', '<'],
      ['__le__', '<='],
      ['__gt__', '>'],
      ['__ge__', '>='],
    ] as const) {
      add(name, 'self, other', [`if type(self) is type(other):`, `  return ${mine} ${op} ${other}`, 'return NotImplemented']);
    }
  }
  add('__dataclass_items__', 'self', [`return ${shown(fields.map((f) => `('${f.name}', self.${f.name})`))}`]);
  add('__dataclass_values__', 'self', [`return ${shown(attrs('self', () => true))}`]);
  if ((options.eq && options.frozen) || options.unsafeHash) add('__hash__', 'self', [`return hash(${mine})`]);
  else if (options.eq && !own('__hash__')) cls.declaredAttrs.add('__unhashable__');
  addMethods(program, cls, lines.join('\n'));
}

/** Parses generated methods and adds them to the class. */
export function addMethods(program: Program, cls: ClassInfo, source: string): void {
  if (source === '') return;
  const { module } = parseModule(`${source}\n`, cls.module.path);
  for (const stmt of module.body) {
    const fn = makeFunction(program, cls.module, stmt as FunctionDef, { cls, parent: null, kind: 'method' });
    // generated code has no place of its own: it shows the class statement
    Object.assign(fn, { start: -1, end: -1, synthesized: true });
    cls.methods.set(fn.name, fn);
  }
}
