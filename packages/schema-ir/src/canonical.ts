/**
 * Canonical bytes of a schema, and the two ids made of them.
 *
 * Form: the domain tag, the name of the id, then the root node. A node is its kind number and its parameters; counts are LEB128, texts and
 * bytes carry their length. A named type within another is replaced by its id (mark 0xfe and 32 bytes), so shared types cost nothing and
 * sharing does not show. Types that contain each other have no ids of their own yet: inside such a group they are written in place at
 * their first visit and by the number of that visit (mark 0xff) afterwards.
 *
 * The wire id covers what a decoder needs: kinds, bounds, field names and order, defaults, tags, literals. The contract id also covers the
 * names of types.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import type { CanonicalSink } from './kind-spec.ts';
import { kindOf } from './kind-table.ts';
import { isNamed, type NamedSchema, NO_TYPES, type Schema, type SchemaTypes } from './schema.ts';
import { resolve, scopeOf, type TypeScope } from './type-scope.ts';

/** SHA-256 of a canonical form, 64 hexadecimal digits. */
export type SchemaId = string;

/** Which id: `wire` is what codecs agree on, `contract` what people agree on. */
export type IdKind = 'wire' | 'contract';

const DOMAIN = 'molt-schema/1';
const MARK_ID = 0xfe;
const MARK_BACK = 0xff;
const utf8 = new TextEncoder();

/** The id of what goes over the wire: same wire id, same bytes. */
export function wireId(schema: Schema, types: SchemaTypes = NO_TYPES): SchemaId {
  return schemaId(schema, types, 'wire');
}

/** The id of the agreement: the wire id and the names of types. */
export function contractId(schema: Schema, types: SchemaTypes = NO_TYPES): SchemaId {
  return schemaId(schema, types, 'contract');
}

/** The bytes that an id is the hash of. */
export function canonicalBytes(schema: Schema, types: SchemaTypes = NO_TYPES, id: IdKind = 'wire'): Uint8Array {
  return new CanonicalForm(scopeOf(schema, types), id, new Map()).of(schema);
}

/** SHA-256 as hexadecimal digits. */
export function sha256Hex(bytes: Uint8Array): string {
  return Array.from(sha256(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const ids = new WeakMap<Schema, WeakMap<SchemaTypes, Map<IdKind, SchemaId>>>();

function schemaId(schema: Schema, types: SchemaTypes, kind: IdKind): SchemaId {
  const scope = scopeOf(schema, types);
  let byTypes = ids.get(schema);
  if (byTypes === undefined) ids.set(schema, (byTypes = new WeakMap()));
  let byKind = byTypes.get(types);
  if (byKind === undefined) byTypes.set(types, (byKind = new Map()));
  let id = byKind.get(kind);
  if (id === undefined) byKind.set(kind, (id = sha256Hex(new CanonicalForm(scope, kind, new Map()).of(schema))));
  return id;
}

/** Writes canonical forms over one scope; ids of named types are worked out once. */
class CanonicalForm {
  readonly #scope: TypeScope;
  readonly #kind: IdKind;
  readonly #known: Map<string, Uint8Array>;

  constructor(scope: TypeScope, kind: IdKind, known: Map<string, Uint8Array>) {
    this.#scope = scope;
    this.#kind = kind;
    this.#known = known;
  }

  of(root: Schema): Uint8Array {
    const out: number[] = [...utf8.encode(`${DOMAIN}\0${this.#kind}\0`)];
    const visits = new Map<string, number>();
    const start = resolve(root, this.#scope);
    const group = isNamed(start) ? this.#reachable(start) : new Set<string>();
    const count = (value: number): void => {
      let rest = value;
      for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) out.push((rest % 0x80) | 0x80);
      out.push(rest);
    };
    const put = (bytes: Uint8Array): void => {
      count(bytes.length);
      for (const byte of bytes) out.push(byte);
    };
    const node = (schema: Exclude<Schema, { kind: 'ref' }>): void => {
      const kind = kindOf(schema);
      count(kind.tag);
      kind.canonical(schema, sink);
    };
    const sink: CanonicalSink = {
      contract: this.#kind === 'contract',
      count,
      text: (value) => put(utf8.encode(value)),
      bytes: put,
      child: (child) => {
        const schema = resolve(child, this.#scope);
        if (!isNamed(schema)) return node(schema);
        const visit = visits.get(schema.name);
        if (visit !== undefined) {
          out.push(MARK_BACK);
          count(visit);
        } else if (isNamed(start) && group.has(schema.name) && this.#reachable(schema).has(start.name)) {
          visits.set(schema.name, visits.size);
          node(schema);
        } else {
          out.push(MARK_ID);
          for (const byte of this.#id(schema)) out.push(byte);
        }
      },
    };
    if (isNamed(start)) visits.set(start.name, 0);
    node(start);
    return Uint8Array.from(out);
  }

  #id(schema: NamedSchema): Uint8Array {
    let id = this.#known.get(schema.name);
    if (id === undefined) {
      id = sha256(this.of(schema));
      this.#known.set(schema.name, id);
    }
    return id;
  }

  readonly #reach = new Map<string, ReadonlySet<string>>();

  /** Names of the types that values of a type may contain. */
  #reachable(from: NamedSchema): ReadonlySet<string> {
    const known = this.#reach.get(from.name);
    if (known !== undefined) return known;
    const names = new Set<string>();
    const work: Schema[] = kindOf(from)
      .children(from)
      .map((child) => child.schema);
    for (let next = work.pop(); next !== undefined; next = work.pop()) {
      const schema = resolve(next, this.#scope);
      if (isNamed(schema)) {
        if (names.has(schema.name)) continue;
        names.add(schema.name);
      }
      for (const child of kindOf(schema).children(schema)) work.push(child.schema);
    }
    this.#reach.set(from.name, names);
    return names;
  }
}
