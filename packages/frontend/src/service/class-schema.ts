/**
 * Classes as named schemas: dataclasses, NamedTuples, TypedDicts and msgspec Structs are records, Enum classes are enums of their values.
 *
 * Fields come in the order in which their constructors take them, those of bases first. A default that is a literal (or an empty list or
 * dict) becomes part of the schema, so that a field with one may be added later.
 */
import type { EnumLiteral, NamedSchema, RecordField, Schema } from '@molt/schema-ir';
import type { ClassDef, Expr } from '../ast/nodes.ts';
import { literal } from '../program/declare.ts';
import type { SourceModule, SourceModules } from './source-names.ts';

/** How a class came to have a schema. */
export type ClassForm = 'dataclass' | 'NamedTuple' | 'TypedDict' | 'Struct' | 'Enum';

/** One annotated field of a class. */
export interface FieldSource {
  readonly name: string;
  readonly annotation: Expr;
  readonly value: Expr | null;
  readonly module: SourceModule;
}

/** What reading a class needs of the reader of annotations. */
export interface ClassContext {
  field(source: FieldSource): Schema;
  /** Notes the default of a field; it is encoded once all types are known. */
  defaulted(field: RecordField, value: unknown): void;
  fail(at: Expr | ClassDef, module: SourceModule, why: string, rewrite: string): never;
}

const BASES: Readonly<Record<string, ClassForm>> = {
  'typing.NamedTuple': 'NamedTuple',
  'typing.TypedDict': 'TypedDict',
  'typing_extensions.TypedDict': 'TypedDict',
  'msgspec.Struct': 'Struct',
  'enum.Enum': 'Enum',
  'enum.IntEnum': 'Enum',
  'enum.StrEnum': 'Enum',
};

/** The form of a class; null when it has no schema. */
export function classForm(modules: SourceModules, module: SourceModule, node: ClassDef): ClassForm | null {
  for (const decorator of node.decorator_list) {
    const meaning = modules.meaningOf(module, decorator.kind === 'Call' ? decorator.func : decorator);
    if (meaning?.kind === 'library' && meaning.name === 'dataclasses.dataclass') return 'dataclass';
  }
  for (const base of node.bases) {
    const meaning = modules.meaningOf(module, base);
    const form =
      meaning?.kind === 'library'
        ? BASES[meaning.name]
        : meaning?.kind === 'class'
          ? classForm(modules, meaning.module, meaning.node)
          : undefined;
    // A subclass of a dataclass is one only if it says so; its constructor is that of its base.
    if (form !== undefined && form !== null && form !== 'dataclass') return form;
  }
  return null;
}

/** The named schema of a class. */
export function classSchema(
  modules: SourceModules,
  { node, module, form }: { readonly node: ClassDef; readonly module: SourceModule; readonly form: ClassForm },
  context: ClassContext,
): NamedSchema {
  if (form === 'Enum') return enumSchema(modules, module, node, context);
  if (form === 'TypedDict') {
    const total = node.keywords.find((keyword) => keyword.arg === 'total');
    const value = total === undefined ? null : literal(total.value);
    if (value?.type === 'bool' && !value.value)
      context.fail(node, module, 'a record always has all its fields', 'leave total=False out, and write T | None for what may be missing');
  }
  const fields = fieldsOf(modules, module, node).map((source): RecordField => {
    const field: RecordField = { name: source.name, schema: context.field(source) };
    const value = defaultValue(modules, source);
    if (value !== undefined) context.defaulted(field, value);
    return field;
  });
  return { kind: 'record', name: node.name, fields };
}

/** Annotated fields, those of bases first, in the order of the constructor. */
function fieldsOf(modules: SourceModules, module: SourceModule, node: ClassDef): readonly FieldSource[] {
  const fields = new Map<string, FieldSource>();
  for (const base of [...node.bases].reverse()) {
    const meaning = modules.meaningOf(module, base.kind === 'Subscript' ? base.value : base);
    if (meaning?.kind !== 'class') continue;
    for (const field of fieldsOf(modules, meaning.module, meaning.node)) fields.set(field.name, field);
  }
  for (const stmt of node.body) {
    if (stmt.kind !== 'AnnAssign' || stmt.target.kind !== 'Name') continue;
    const head = stmt.annotation.kind === 'Subscript' ? stmt.annotation.value : stmt.annotation;
    const meaning = modules.meaningOf(module, head);
    if (meaning?.kind === 'library' && /\.ClassVar$/.test(meaning.name)) continue;
    fields.set(stmt.target.name, { name: stmt.target.name, annotation: stmt.annotation, value: stmt.value, module });
  }
  return [...fields.values()];
}

/** The default that a field's expression gives: a literal, or an empty list or dict; undefined when it is anything else. */
function defaultValue(modules: SourceModules, { value, module }: FieldSource): unknown {
  if (value === null) return undefined;
  const keyword = (key: string): Expr | undefined =>
    value.kind === 'Call' ? value.keywords.find((item) => item.arg === key)?.value : undefined;
  const called =
    value.kind === 'Call' ? (value.func.kind === 'Name' ? value.func.name : value.func.kind === 'Attribute' ? value.func.attr : '') : '';
  const factory = called === 'field' ? keyword('default_factory') : undefined;
  if (factory !== undefined) {
    const made = modules.meaningOf(module, factory);
    return made?.kind === 'library' ? { list: [], dict: new Map() }[made.name] : undefined;
  }
  return plainValue(modules, module, called === 'field' ? (keyword('default') ?? value) : value);
}

/** The value of a literal or of an Enum member: null for None, undefined for anything else. */
export function plainValue(modules: SourceModules, module: SourceModule, e: Expr): unknown {
  const constant = literal(e);
  if (e.kind === 'Attribute') {
    const owner = modules.meaningOf(module, e.value);
    if (owner?.kind !== 'class' || classForm(modules, owner.module, owner.node) !== 'Enum') return undefined;
    const found = owner.node.body.find(
      (stmt) => stmt.kind === 'Assign' && stmt.targets.some((target) => target.kind === 'Name' && target.name === e.attr),
    );
    return found?.kind === 'Assign' ? plainValue(modules, owner.module, found.value) : undefined;
  }
  if (constant === null || constant.type === 'ellipsis' || constant.type === 'imaginary') return undefined;
  return constant.type === 'none' ? null : constant.value;
}

function enumSchema(modules: SourceModules, module: SourceModule, node: ClassDef, context: ClassContext): NamedSchema {
  const text = node.bases.some((base) => {
    const meaning = modules.meaningOf(module, base);
    return meaning?.kind === 'library' && meaning.name === 'enum.StrEnum';
  });
  const values: EnumLiteral[] = [];
  for (const stmt of node.body) {
    if (stmt.kind !== 'Assign') continue;
    const [target] = stmt.targets;
    if (target?.kind !== 'Name' || target.name.startsWith('_')) continue;
    values.push(member(modules, module, stmt.value, target.name, text, values, context));
  }
  if (values.length === 0) context.fail(node, module, `${node.name} has no members`, "give it members: RED = 'red'");
  // A second name of a value is an alias of the first member.
  return { kind: 'enum', name: node.name, literals: [...new Set(values)] };
}

function member(
  modules: SourceModules,
  module: SourceModule,
  value: Expr,
  name: string,
  text: boolean,
  before: readonly EnumLiteral[],
  context: ClassContext,
): EnumLiteral {
  const constant = literal(value);
  if (constant?.type === 'str' || constant?.type === 'bool' || constant?.type === 'int') return constant.value;
  const called = value.kind === 'Call' ? modules.meaningOf(module, value.func) : undefined;
  if (called?.kind === 'library' && called.name === 'enum.auto') {
    if (text) return name.toLowerCase();
    const ints = before.filter((item) => typeof item === 'bigint');
    return ints.length === 0 ? 1n : (ints.sort((a, b) => (a < b ? -1 : 1)).at(-1) as bigint) + 1n;
  }
  return context.fail(value, module, `the value of ${name} is no str, int or bool literal`, 'give each member a str, int or bool literal');
}
