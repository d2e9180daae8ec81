/**
 * Boundary schemas from annotations: what `int | None`, `list[Item]` or `Annotated[str, {"maxBytes": 64}]` say about the values that cross.
 *
 * The reader works on syntax (see source-names.ts), so that programs that are compiled and programs that are not yet have the same
 * schemas. Kinds that compiled code lacks are noted with their place; the compile decides what to make of them.
 */
import { type Diagnostic, report, type Span, spanOf } from '@molt/diagnostics';
import {
  checkSchema,
  list,
  literals,
  map,
  type NamedSchema,
  none,
  optional,
  type RecordField,
  ref,
  result,
  type Schema,
  SchemaError,
  stream,
  tuple,
} from '@molt/schema-ir';
import type { ClassDef, Expr } from '../ast/nodes.ts';
import { parseModule } from '../parse/parse-module.ts';
import { literal } from '../program/declare.ts';
import { Refusal } from '../program/refusal.ts';
import { withOverride } from './annotation-override.ts';
import { type ClassForm, classForm, classSchema, type FieldSource, plainValue } from './class-schema.ts';
import { SCALARS, typeName, UNCOMPILED } from './library-types.ts';
import type { SourceModule, SourceModules } from './source-names.ts';

/** Where an annotation stands. */
export interface Place {
  readonly module: SourceModule;
  /** How messages name what it annotates: the export, or `Class.field`. */
  readonly owner: string;
  /** A name for a type that has none of its own, such as `f.params.mode`. */
  readonly path: string;
  /** The text around the expression when it was written as a string, so that faults point at that. */
  readonly quoted?: Expr;
  /** Whether it is a whole parameter or result, where alone a stream may stand. */
  readonly whole?: boolean;
}

/** A class that a named type was made from. */
export interface SourceClass {
  readonly node: ClassDef;
  readonly module: SourceModule;
  readonly form: ClassForm;
}

/** Reads annotations of one program; named types gather in `types`. */
export class AnnotationReader {
  readonly types: Record<string, NamedSchema> = {};
  /** Classes of named types, by the name of the type. */
  readonly classes = new Map<string, SourceClass>();
  /** Defaults of fields in their plain form, see field-defaults.ts. */
  readonly defaults = new Map<RecordField, unknown>();
  /** What was read that compiled code cannot take yet, as refusals. */
  readonly uncompiled: Diagnostic[] = [];
  readonly #modules: SourceModules;
  readonly #aliases = new Map<Expr, Schema>();
  readonly #open = new Set<Expr>();

  constructor(modules: SourceModules) {
    this.#modules = modules;
  }

  /** The schema of an annotation; throws a Refusal (MOLT1204) when nothing of its type can cross. */
  schema(place: Place, e: Expr): Schema {
    const inner = (x: Expr): Schema => this.schema({ ...place, whole: false }, x);
    switch (e.kind) {
      case 'Constant': {
        if (e.value.type === 'none') return none();
        if (e.value.type !== 'str') return this.#fail(place, e, 'it is no type', 'name a type');
        const { module, diagnostics } = parseModule(`(${e.value.value})\n`, place.module.path);
        const stmt = module.body[0];
        if (stmt?.kind !== 'Expr' || diagnostics.length > 0)
          return this.#fail(place, e, 'the text is no annotation', 'write the type without quotes');
        return this.schema({ ...place, quoted: place.quoted ?? e }, stmt.value);
      }
      case 'BinOp':
        return e.op === 'BitOr' ? this.#union(place, e, this.#members(place, e)) : this.#fail(place, e, 'it is no type', 'name a type');
      case 'Name':
      case 'Attribute':
        return this.#named(place, e);
      case 'Subscript': {
        const args = e.slice.kind === 'Tuple' ? e.slice.elts : [e.slice];
        return this.#generic(place, e, args, inner);
      }
      default:
        return this.#fail(place, e, 'it is no type', 'name a type');
    }
  }

  /** The name of a library type that an expression stands for. */
  libraryName(module: SourceModule, e: Expr): string | null {
    const meaning = this.#modules.meaningOf(module, e);
    return meaning?.kind === 'library' ? meaning.name : null;
  }

  /** The plain value of a default, undefined when it is computed. */
  plainValue(module: SourceModule, e: Expr): unknown {
    return plainValue(this.#modules, module, e);
  }

  /** Notes that compiled code cannot take a type. */
  note(place: Place, e: Expr, what: string): void {
    const lack = UNCOMPILED[what];
    if (lack !== undefined)
      this.uncompiled.push(report('MOLT1208', this.#span(place, e), { type: text(place, e), name: place.owner, ...lack }));
  }

  #fail(place: Place, e: Expr | ClassDef, why: string, rewrite: string): never {
    throw new Refusal(report('MOLT1204', this.#span(place, e), { type: text(place, e), name: place.owner, why, rewrite }));
  }

  #span(place: Place, e: Expr | ClassDef): Span {
    const at = place.quoted ?? e;
    return spanOf(place.module.source, at.start, at.end);
  }

  #named(place: Place, e: Expr): Schema {
    const meaning = this.#modules.meaningOf(place.module, e);
    switch (meaning?.kind) {
      case 'class':
        return this.#class(place, e, meaning.node, meaning.module);
      case 'alias':
        return this.#alias(place, e, meaning);
      case 'library': {
        const name = typeName(meaning.name);
        const scalar = SCALARS[name];
        if (scalar === undefined) return this.#unknown(place, e, name);
        const schema = scalar();
        this.note(place, e, schema.kind);
        return schema;
      }
      default:
        return this.#fail(place, e, 'it is no type', 'name a type');
    }
  }

  #unknown(place: Place, e: Expr, name: string): never {
    if (['list', 'dict', 'tuple', 'stream'].includes(name)) {
      return this.#fail(
        place,
        e,
        'it does not say what it holds',
        `write what it holds: ${name === 'dict' ? 'dict[str, int]' : `${name === 'stream' ? 'Iterator' : name}[int]`}`,
      );
    }
    if (/^(set|frozenset|Set|FrozenSet)$/.test(name))
      return this.#fail(place, e, 'sets have no order on the wire', 'take or return a list');
    if (/^(Any|object)$/.test(name))
      return this.#fail(place, e, 'it says nothing about the value', 'name the types that may come: int | str');
    return this.#fail(
      place,
      e,
      `there is no schema for ${name}`,
      'use bool, int, float, str, bytes, None, datetime types, Decimal, UUID, Literal, Optional, list, dict with str or int keys, tuple, unions, or a dataclass of these',
    );
  }

  #class(place: Place, e: Expr, node: ClassDef, module: SourceModule): Schema {
    const form = classForm(this.#modules, module, node);
    if (form === null) {
      return this.#fail(
        place,
        e,
        `${node.name} is no dataclass`,
        `put @dataclass above class ${node.name}: its annotated fields become the schema`,
      );
    }
    if (form !== 'dataclass') this.note(place, e, form);
    const known = this.classes.get(node.name);
    if (known !== undefined && known.node !== node) {
      return this.#fail(place, e, `two classes are named ${node.name}`, 'give one of them another name');
    }
    if (known === undefined) {
      this.classes.set(node.name, { node, module, form });
      this.types[node.name] = classSchema(
        this.#modules,
        { node, module, form },
        {
          field: (field: FieldSource) =>
            this.schema(
              { module: field.module, owner: `${node.name}.${field.name}`, path: `${node.name}.${field.name}` },
              field.annotation,
            ),
          defaulted: (field, value) => this.defaults.set(field, value),
          fail: (at, where, why, rewrite) => this.#fail({ module: where, owner: node.name, path: node.name }, at, why, rewrite),
        },
      );
    }
    return ref(node.name);
  }

  /** `Name = <type>`: a union or a Literal takes the name, anything else is as if it stood in place. */
  #alias(
    place: Place,
    e: Expr,
    { name, value, module }: { readonly name: string; readonly value: Expr; readonly module: SourceModule },
  ): Schema {
    const known = this.#aliases.get(value);
    if (known !== undefined) return known;
    // An alias within itself: only a union can be, and it has its name already.
    if (this.#open.has(value)) return ref(name);
    const taken = this.types[name] !== undefined || this.classes.has(name);
    this.#open.add(value);
    const newType = value.kind === 'Call' && this.libraryName(module, value.func) === 'typing.NewType' ? value.args[1] : undefined;
    const schema = this.schema({ ...place, module, path: taken ? place.path : name }, newType ?? value);
    this.#open.delete(value);
    if (schema.kind === 'ref' && schema.name === name && this.types[name] === undefined) {
      return this.#fail(place, e, `${name} stands for itself`, 'an alias within itself needs a union: int | list["Json"]');
    }
    this.#aliases.set(value, schema);
    return schema;
  }

  #generic(place: Place, e: Extract<Expr, { kind: 'Subscript' }>, args: readonly Expr[], inner: (x: Expr) => Schema): Schema {
    const [first, second] = args as [Expr, Expr | undefined];
    const library = this.libraryName(place.module, e.value);
    const name = library === null ? '' : typeName(library);
    if (args.length === 0 && name !== 'tuple') return this.#unknown(place, e, name);
    switch (name) {
      case 'Optional':
        return this.#union(place, e, [...this.#members(place, first), null]);
      case 'Union':
        return this.#union(
          place,
          e,
          args.flatMap((arg) => this.#members(place, arg)),
        );
      case 'Annotated':
        return args.slice(1).reduce((schema, metadata) => this.#override(place, e, schema, metadata), this.schema(place, first));
      case 'list':
        return list(inner(first));
      case 'dict': {
        const key = inner(first);
        if (second === undefined || (key.kind !== 'str' && key.kind !== 'int')) {
          return this.#fail(place, e, 'keys of a map are str or int', 'write dict[str, T], or take a list of pairs: list[tuple[K, V]]');
        }
        return map(key, inner(second));
      }
      case 'tuple':
        if (args.some((arg) => arg.kind === 'Constant' && arg.value.type === 'ellipsis')) {
          return this.#fail(place, e, 'a tuple of any length is a list on the wire', 'write list[T]');
        }
        return tuple(...args.map(inner));
      case 'Literal':
        return this.#literal(place, e, args);
      case 'stream': {
        if (place.whole !== true) return this.#fail(place, e, 'a stream is a whole parameter or the whole result', 'write list[T]');
        this.note(place, e, 'stream');
        return stream(inner(first));
      }
      case 'Result': {
        if (second === undefined) return this.#fail(place, e, 'a result has a value and an error', 'write Result[int, str]');
        this.note(place, e, 'result');
        return result(inner(first), inner(second));
      }
      case 'Table':
        return this.#table(place, e, first);
      case 'Capability': {
        const grant = literal(first);
        if (grant?.type !== 'str') return this.#fail(place, e, 'a capability names what is granted', 'write Capability["db.read"]');
        this.note(place, e, 'capability');
        return this.#checked(place, e, { kind: 'capability', grant: grant.value });
      }
      default:
        return this.#unknown(place, e, name === '' ? text(place, e.value) : name);
    }
  }

  #table(place: Place, e: Expr, row: Expr): Schema {
    const schema = this.schema({ ...place, whole: false }, row);
    const type = schema.kind === 'ref' ? this.types[schema.name] : undefined;
    if (type?.kind !== 'record')
      return this.#fail(place, e, 'rows of a table are of a dataclass', 'write Table[Row] with a dataclass Row of scalars');
    this.note(place, e, 'table');
    return { kind: 'table', fields: type.fields.map((field) => ({ name: field.name, schema: field.schema })), maxRows: 1 << 20 };
  }

  #override(place: Place, e: Expr, schema: Schema, metadata: Expr): Schema {
    const changed = withOverride(schema, metadata, (why, rewrite) => this.#fail(place, e, why, rewrite));
    if (changed.kind !== schema.kind) this.note(place, e, changed.kind);
    return changed === schema ? schema : this.#checked(place, e, changed);
  }

  /** Refuses bounds that make no sense, where they were written. */
  #checked(place: Place, e: Expr, schema: Schema): Schema {
    const parts = { of: none(), value: none(), fields: [{ name: 'column', schema: { kind: 'bool' } }] };
    const shallow = Object.fromEntries(
      Object.entries(schema).map(([key, value]) => [key, Object.hasOwn(parts, key) ? parts[key as 'of'] : value]),
    );
    try {
      checkSchema(shallow as unknown as Schema);
    } catch (error) {
      if (error instanceof SchemaError)
        return this.#fail(place, e, error.message.replace(/^MOLT\d+:? *(schema:? *)?/, ''), 'give a bound in that range');
      throw error;
    }
    return schema;
  }

  #literal(place: Place, e: Expr, args: readonly Expr[]): Schema {
    const values: (string | bigint | boolean)[] = [];
    let nullable = false;
    for (const arg of args) {
      const value = literal(arg);
      if (value?.type === 'none') nullable = true;
      else if (value?.type === 'str' || value?.type === 'int' || value?.type === 'bool') values.push(value.value);
      else this.#fail(place, e, 'a Literal lists strings, ints and booleans', "write Literal['a', 'b']");
    }
    if (values.length === 0) return none();
    if (values.some((value) => typeof value === 'boolean') && values.some((value) => typeof value === 'bigint'))
      this.note(place, e, 'literals');
    const schema = this.#put(place, (name) => literals(name, ...new Set(values)));
    return nullable ? optional(schema) : schema;
  }

  /** The members of a union, with those of unions within; null stands for None. */
  #members(place: Place, e: Expr): (Expr | null)[] {
    if (e.kind === 'BinOp' && e.op === 'BitOr') return [...this.#members(place, e.left), ...this.#members(place, e.right)];
    if (e.kind === 'Constant' && e.value.type === 'none') return [null];
    if (e.kind === 'Subscript') {
      const library = this.libraryName(place.module, e.value);
      const args = e.slice.kind === 'Tuple' ? e.slice.elts : [e.slice];
      const name = library === null ? '' : typeName(library);
      if (name === 'Optional') return [...this.#members(place, args[0] as Expr), null];
      if (name === 'Union') return args.flatMap((arg) => this.#members(place, arg));
    }
    return [e];
  }

  #union(place: Place, e: Expr, members: readonly (Expr | null)[]): Schema {
    const types = members.filter((member) => member !== null);
    const nullable = types.length < members.length;
    const [only] = types;
    if (only === undefined) return none();
    const within: Place = { ...place, whole: false };
    if (types.length === 1) return this.#orNone(this.schema(within, only), nullable);
    const [ok, error] = [this.#argumentOf(place, types, 'Ok'), this.#argumentOf(place, types, 'Err')];
    if (types.length === 2 && ok !== undefined && error !== undefined) {
      this.note(place, e, 'result');
      return this.#orNone(result(this.schema(within, ok), this.schema(within, error)), nullable);
    }
    const schema = this.#put(place, (name) => {
      const variants = types.map((type) => {
        const schema = this.schema({ ...within, path: place.path }, type);
        return { tag: this.#tag(place, type, schema), schema };
      });
      const twice = variants.find((variant, i) => variants.findIndex((other) => other.tag === variant.tag) !== i);
      if (twice !== undefined) {
        return this.#fail(
          place,
          e,
          `two members are of Python type ${twice.tag}, which values do not tell apart`,
          'make each a dataclass of its own',
        );
      }
      if (variants.some(({ schema }) => !this.#tellsApart(schema))) this.note(place, e, 'union');
      return { kind: 'union', name, variants };
    });
    return this.#orNone(schema, nullable);
  }

  /** Whether compiled code knows a value of the variant by its type. */
  #tellsApart(schema: Schema): boolean {
    return schema.kind === 'ref'
      ? this.types[schema.name]?.kind !== 'union' && this.types[schema.name]?.kind !== 'enum'
      : /^(bool|int|float|str|bytes)$/.test(schema.kind);
  }

  #orNone(schema: Schema, nullable: boolean): Schema {
    return nullable && schema.kind !== 'none' && schema.kind !== 'optional' ? optional(schema) : schema;
  }

  #argumentOf(place: Place, types: readonly Expr[], generic: 'Ok' | 'Err'): Expr | undefined {
    const found = types.find((type) => {
      const library = type.kind === 'Subscript' ? this.libraryName(place.module, type.value) : null;
      return library !== null && /^molt(_accel)?\./.test(library) && typeName(library) === generic;
    });
    return found?.kind === 'Subscript' ? found.slice : undefined;
  }

  /** The tag of a variant: the name of the Python type that its values have. */
  #tag(place: Place, type: Expr, schema: Schema): string {
    const library = this.libraryName(place.module, type.kind === 'Subscript' ? type.value : type);
    const name = library === null ? '' : (typeName(library).split('.').at(-1) as string);
    if (name !== '' && name !== 'Annotated') return name;
    return schema.kind === 'ref' ? (schema.name.split('.').at(-1) as string) : schema.kind;
  }

  /** Puts a type without a class into the table, under the name of its alias or of its place. */
  #put(place: Place, make: (name: string) => NamedSchema): Schema {
    let name = place.path;
    for (let n = 2; this.types[name] !== undefined || this.classes.has(name); n++) name = `${place.path}_${n}`;
    // The name is taken before the members are read, so that they may name the type.
    this.types[name] = literals(name, name);
    try {
      this.types[name] = make(name);
    } catch (error) {
      delete this.types[name];
      throw error;
    }
    return ref(name);
  }
}

function text(place: Place, e: Expr | ClassDef): string {
  if (e.kind === 'ClassDef') return e.name;
  const at = place.quoted ?? e;
  return place.module.source.text.slice(at.start, at.end);
}
