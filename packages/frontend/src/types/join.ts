/**
 * The lattice: joining types, unifying cells, and the key that tells instances apart.
 *
 * Joins grow monotonically. Containers are invariant: joining two lists unifies their element cells, since one
 * representation must serve every alias. A cell that would contain itself becomes `any`.
 */
import type { Instance } from '../infer/instance.ts';
import { ANY, type Cell, find, members, NEVER, type Type, UNION_CAP } from './type.ts';

/** Told when a cell grows, so that its readers are inferred again. */
export interface CellListener {
  grown(readers: Iterable<Instance>): void;
  /** A type went into a universal value. */
  boxed(type: Type): void;
}

export class Lattice {
  readonly #listener: CellListener;

  constructor(listener: CellListener) {
    this.#listener = listener;
  }

  /** Type of a cell, noting who read it. */
  read(cell: Cell, reader: Instance | null): Type {
    const root = find(cell);
    if (reader) (root.readers ??= new Set()).add(reader);
    return root.type;
  }

  /** Joins a type into a cell. */
  grow(cell: Cell, type: Type): void {
    const root = find(cell);
    if (root.type === type || type.k === 'never') return;
    const safe = mentions(type, root) ? ANY : type;
    const joined = this.join(root.type, safe);
    const after = find(root);
    if (sameType(joined, after.type)) return;
    after.type = mentions(joined, after) ? ANY : joined;
    if (after.readers) this.#listener.grown(after.readers);
  }

  /** Makes two cells one. */
  unify(a: Cell, b: Cell): void {
    const ra = find(a);
    const rb = find(b);
    if (ra === rb) return;
    const ta = ra.type;
    const tb = rb.type;
    const readersA = ra.readers ? [...ra.readers] : [];
    const readersB = rb.readers ? [...rb.readers] : [];
    rb.parent = ra;
    if (readersB.length > 0) {
      ra.readers ??= new Set();
      for (const reader of readersB) ra.readers.add(reader);
    }
    const recursive = mentions(ta, ra) || mentions(tb, ra);
    const joined = recursive ? ANY : this.join(ta, tb);
    const root = find(ra);
    root.type = mentions(joined, root) ? ANY : joined;
    // only those for whom the type grew
    if (readersA.length > 0 && !sameType(root.type, ta)) this.#listener.grown(readersA);
    if (readersB.length > 0 && !sameType(root.type, tb)) this.#listener.grown(readersB);
  }

  join(a: Type, b: Type): Type {
    if (a === b || b.k === 'never') return a;
    if (a.k === 'never') return b;
    if (a.k === 'any' || b.k === 'any') {
      this.#box(a);
      this.#box(b);
      return ANY;
    }
    const out: Type[] = [...members(a)];
    for (const m of members(b)) this.#add(out, m);
    if (out.length === 1) return out[0] as Type;
    if (out.length > UNION_CAP) {
      for (const m of out) this.#box(m);
      return ANY;
    }
    if (a.k === 'union' && out.length === a.members.length && out.every((m, i) => m === a.members[i])) return a;
    return { k: 'union', members: out };
  }

  joinAll(types: Iterable<Type>): Type {
    let out: Type = NEVER;
    for (const t of types) out = this.join(out, t);
    return out;
  }

  #box(type: Type): void {
    for (const m of members(type)) if (m.k !== 'any') this.#listener.boxed(m);
  }

  #add(out: Type[], type: Type): void {
    for (let i = 0; i < out.length; i++) {
      const merged = this.#merge(out[i] as Type, type);
      if (merged) {
        out[i] = merged;
        return;
      }
    }
    out.push(type);
  }

  /** One type for both where they share a representation, else null. */
  #merge(a: Type, b: Type): Type | null {
    if (a === b) return a;
    if (a.k === 'inst' && b.k === 'inst') {
      if (a.cls !== b.cls) {
        // an instance type includes its subclasses
        if (b.cls.mro.includes(a.cls) && a.args.length === 0 && a.cls.name !== 'object') return a;
        if (a.cls.mro.includes(b.cls) && b.args.length === 0 && b.cls.name !== 'object') return b;
        return null;
      }
      for (let i = 0; i < a.args.length; i++) this.unify(a.args[i] as Cell, b.args[i] as Cell);
      return a;
    }
    if (a.k === 'tuple' && b.k === 'tuple') {
      if (a.items.length !== b.items.length) return null;
      const items = a.items.map((x, i) => this.join(x, b.items[i] as Type));
      return items.every((x, i) => x === a.items[i]) ? a : { k: 'tuple', items };
    }
    if (a.k === 'bound' && b.k === 'bound') return a.fn === b.fn && sameType(a.self, b.self) ? a : null;
    return sameType(a, b) ? a : null;
  }
}

/** Does a type contain the cell? */
export function mentions(type: Type, cell: Cell, depth = 0): boolean {
  if (depth > 12) return true;
  switch (type.k) {
    case 'inst':
      return type.args.some((arg) => find(arg) === cell || mentions(find(arg).type, cell, depth + 1));
    case 'tuple':
      return type.items.some((item) => mentions(item, cell, depth + 1));
    case 'union':
      return type.members.some((m) => mentions(m, cell, depth + 1));
    case 'bound':
      return mentions(type.self, cell, depth + 1);
    default:
      return false;
  }
}

export function sameType(a: Type, b: Type): boolean {
  if (a === b) return true;
  if (a.k !== b.k) return false;
  switch (a.k) {
    case 'inst': {
      const o = b as typeof a;
      return a.cls === o.cls && a.args.every((x, i) => find(x) === find(o.args[i] as Cell));
    }
    case 'tuple': {
      const o = b as typeof a;
      return a.items.length === o.items.length && a.items.every((x, i) => sameType(x, o.items[i] as Type));
    }
    case 'func': {
      const o = b as typeof a;
      return a.fn === o.fn && a.owner === o.owner;
    }
    case 'bound': {
      const o = b as typeof a;
      return a.fn === o.fn && sameType(a.self, o.self);
    }
    case 'class':
      return a.cls === (b as typeof a).cls;
    case 'module':
      return a.mod === (b as typeof a).mod;
    case 'intrinsic':
      return a.name === (b as typeof a).name;
    case 'typearg':
      return sameType(a.type, (b as typeof a).type);
    case 'union': {
      const o = b as typeof a;
      return a.members.length === o.members.length && a.members.every((x) => o.members.some((y) => sameType(x, y)));
    }
    default:
      return true;
  }
}

/** Text that is equal for types with equal structure and representation; the key of instances and heap types. */
export function typeKey(type: Type, depth = 0): string {
  if (depth > 12) return '...';
  switch (type.k) {
    case 'inst':
      return type.args.length === 0 ? type.cls.id : `${type.cls.id}[${type.args.map((a) => typeKey(find(a).type, depth + 1)).join(',')}]`;
    case 'tuple':
      return `(${type.items.map((x) => typeKey(x, depth + 1)).join(',')})`;
    case 'func':
      return type.owner ? `${type.fn.id}@${type.owner.serial}` : type.fn.id;
    case 'bound':
      return `${typeKey(type.self, depth + 1)}.${type.fn.id}`;
    case 'class':
      return `type:${type.cls.id}`;
    case 'module':
      return `module:${type.mod.name}`;
    case 'intrinsic':
      return `intrinsic:${type.name}`;
    case 'typearg':
      return `<${typeKey(type.type, depth + 1)}>`;
    case 'union':
      return type.members
        .map((m) => typeKey(m, depth + 1))
        .sort()
        .join('|');
    default:
      return type.k;
  }
}
