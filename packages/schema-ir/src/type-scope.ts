/**
 * The named types that a schema can reach, and the check that the schema makes sense.
 *
 * A scope is made once per (schema, table of types) and is the only way to codecs, ids and compatibility, so nothing works on a schema
 * that was not checked: names resolve, bounds are sane, no type contains itself without end, and no name means two types.
 */
import { MAX_DEPTH } from './bounds.ts';
import { compileInScope } from './compile-codec.ts';
import type { CodecContext } from './kind-spec.ts';
import { isKind, kindOf } from './kind-table.ts';
import { PackReader } from './pack-reader.ts';
import { isNamed, type NamedSchema, NO_TYPES, type Schema, type SchemaTypes } from './schema.ts';
import { at, describe, refuse, within } from './schema-error.ts';
import { schemaToJson } from './schema-to-json.ts';

/** The most named types that one schema may reach. */
const MAX_TYPES = 4096;

/** A checked schema with the named types that it reaches. */
export interface TypeScope {
  readonly root: Schema;
  readonly types: ReadonlyMap<string, NamedSchema>;
}

const scopes = new WeakMap<Schema, WeakMap<SchemaTypes, TypeScope>>();

/** The scope of a schema; throws SchemaError if the schema makes no sense. */
export function scopeOf(root: Schema, types: SchemaTypes = NO_TYPES): TypeScope {
  return at('schema', () => scopeWithin(root, types));
}

/** Like `scopeOf`, for callers that add their own part of the path to a fault. */
export function scopeWithin(root: Schema, types: SchemaTypes): TypeScope {
  let byTypes = scopes.get(root);
  if (byTypes === undefined) {
    byTypes = new WeakMap();
    scopes.set(root, byTypes);
  }
  let scope = byTypes.get(types);
  if (scope === undefined) {
    scope = check(root, types);
    byTypes.set(types, scope);
  }
  return scope;
}

/** Checks a schema; throws SchemaError with the path of what is wrong. */
export function checkSchema(schema: Schema, types: SchemaTypes = NO_TYPES): void {
  scopeOf(schema, types);
}

/** The node that a schema stands for: itself, or the type that it names. */
export function resolve(schema: Schema, scope: TypeScope): Exclude<Schema, { kind: 'ref' }> {
  if (schema.kind !== 'ref') return schema;
  const named = scope.types.get(schema.name);
  return named === undefined ? refuse('MOLT4041', { name: schema.name }) : named;
}

function check(root: Schema, types: SchemaTypes): TypeScope {
  const found = new Map<string, NamedSchema>();
  collect(root, types, found, 0);
  const scope: TypeScope = { root, types: found };
  const codecs: CodecContext = compileInScope(scope);
  if (!isNamed(root)) checkTree(root, scope, codecs);
  for (const type of found.values()) {
    try {
      checkTree(type, scope, codecs);
    } catch (error) {
      throw within(error, type === root ? '' : `<${type.name}>`);
    }
  }
  checkFinite(scope);
  return scope;
}

/** Finds every named type that is reachable, in place or by name. */
function collect(schema: Schema, types: SchemaTypes, found: Map<string, NamedSchema>, depth: number): void {
  if (typeof schema !== 'object' || schema === null || !isKind(schema.kind)) {
    refuse('MOLT4040', { expected: 'a schema node', actual: describe((schema as { kind?: unknown } | null)?.kind ?? schema) });
  }
  if (depth > MAX_DEPTH) refuse('MOLT4040', { expected: `at most ${MAX_DEPTH} levels of nesting`, actual: 'more' });
  if (schema.kind === 'ref') {
    if (found.has(schema.name) || !Object.hasOwn(types, schema.name)) return;
    const named = types[schema.name] as NamedSchema;
    if (!isNamed(named) || named.name !== schema.name) {
      refuse('MOLT4040', {
        expected: `a record, enum or union named ${schema.name}`,
        actual: describe((named as { name?: unknown }).name),
      });
    }
    return collect(named, types, found, 0);
  }
  if (isNamed(schema)) {
    const known = found.get(schema.name);
    if (known !== undefined) {
      if (!sameType(known, schema)) refuse('MOLT4043', { name: schema.name });
      if (known === schema) return;
    } else {
      const listed = Object.hasOwn(types, schema.name) ? types[schema.name] : undefined;
      if (listed !== undefined && !sameType(listed, schema)) refuse('MOLT4043', { name: schema.name });
      if (found.size >= MAX_TYPES) refuse('MOLT4040', { expected: `at most ${MAX_TYPES} named types`, actual: 'more' });
      found.set(schema.name, schema);
    }
  }
  shape(schema);
  for (const child of kindOf(schema).children(schema)) {
    try {
      collect(child.schema, types, found, depth + 1);
    } catch (error) {
      throw within(error, child.segment);
    }
  }
}

/** Whether two types of one name are the same, whatever objects they are. */
export function sameType(a: NamedSchema, b: NamedSchema): boolean {
  return a === b || JSON.stringify(schemaToJson(a)) === JSON.stringify(schemaToJson(b));
}

/** Refuses nodes whose lists of parts are not even lists, which hand-made data may have. */
function shape(schema: Schema): void {
  const parts = { record: 'fields', tuple: 'items', union: 'variants', enum: 'literals', table: 'fields' } as const;
  if (!Object.hasOwn(parts, schema.kind)) return;
  const key = parts[schema.kind as keyof typeof parts];
  const value = (schema as unknown as Record<string, unknown>)[key];
  if (!Array.isArray(value)) refuse('MOLT4040', { expected: `a list of ${key}`, actual: describe(value) });
}

/** Checks a node and its unnamed parts; named parts have their own turn. */
function checkTree(schema: Schema, scope: TypeScope, codecs: CodecContext): void {
  const kind = kindOf(schema);
  kind.check(schema, {
    named: (name) => scope.types.get(name),
    decodable: (inner, bytes) => {
      const input = new PackReader(bytes);
      codecs.decoder(inner)(input);
      input.end();
    },
  });
  for (const child of kind.children(schema)) {
    if (isNamed(child.schema)) continue;
    try {
      // The root may be the parameters of an export; that other records hold none is for sets to check.
      if (child.schema.kind === 'stream' && !(schema === scope.root && schema.kind === 'record')) {
        refuse('MOLT4040', {
          expected: 'a stream only as a whole parameter or the whole output of an export',
          actual: `one in a ${schema.kind}`,
        });
      }
      checkTree(child.schema, scope, codecs);
    } catch (error) {
      throw within(error, child.segment);
    }
  }
}

/** Refuses types of which no value of finite size exists: a least fixed point over the named types. */
function checkFinite(scope: TypeScope): void {
  const known = new Set<string>();
  const finite = (schema: Schema): boolean => {
    if (schema.kind === 'ref' || isNamed(schema)) return known.has(schema.name);
    return kindOf(schema).finite(schema, finite);
  };
  for (let grown = true; grown; ) {
    grown = false;
    for (const [name, type] of scope.types) {
      if (!known.has(name) && kindOf(type).finite(type, finite)) {
        known.add(name);
        grown = true;
      }
    }
  }
  for (const name of scope.types.keys()) if (!known.has(name)) refuse('MOLT4042', { name });
}
