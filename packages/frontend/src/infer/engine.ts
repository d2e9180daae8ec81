/**
 * The fixpoint: instances, the worklist, and what is global to the closed world (attribute cells, types that became universal values).
 *
 * A new instance is inferred at once, so callers mostly see its result; recursion and growing cells put instances back on the list until
 * nothing changes. Order is deterministic: by the serial number of instances.
 */
import type { ClassInfo } from '../program/class-info.ts';
import type { FunctionInfo } from '../program/function-info.ts';
import type { Program } from '../program/program.ts';
import { Lattice, sameType, typeKey } from '../types/join.ts';
import { type Cell, find, members, newCell, type Type } from '../types/type.ts';
import { inferInstance } from './infer-function.ts';
import { Instance } from './instance.ts';

/** More instances of one function than this mean polymorphic recursion. */
const INSTANCE_CAP = 400;

export class Engine {
  readonly program: Program;
  readonly lattice: Lattice;
  readonly instances = new Map<string, Instance>();
  readonly #queue = new Set<Instance>();
  readonly #perFunction = new Map<FunctionInfo, number>();
  /** Types that were converted to a universal value of unknown type. */
  readonly anyTypes = new Map<string, Type>();
  readonly #anyReaders = new Set<Instance>();
  readonly #classReaders = new Map<ClassInfo, Set<Instance>>();
  #serial = 0;

  constructor(program: Program) {
    this.program = program;
    this.lattice = new Lattice({
      grown: (readers) => {
        for (const reader of readers) this.#mark(reader);
      },
      boxed: (type) => this.boxed(type),
    });
  }

  #mark(instance: Instance): void {
    if (instance.state === 'running') instance.dirty = true;
    else this.#queue.add(instance);
  }

  /** Notes that values of a type become universal values. */
  boxed(type: Type): void {
    for (const m of members(type)) {
      if (m.k === 'any' || m.k === 'unbound' || m.k === 'i32' || m.k === 'i64' || m.k === 'ref') continue;
      const key = typeKey(m);
      if (this.anyTypes.has(key)) continue;
      this.anyTypes.set(key, m);
      for (const reader of this.#anyReaders) this.#mark(reader);
    }
  }

  /** Members of the unknown type so far. */
  anyMembers(reader: Instance): Type[] {
    this.#anyReaders.add(reader);
    const out = new Map<string, Type>();
    for (const type of this.anyTypes.values()) out.set(typeKey(type), type);
    return [...out.values()];
  }

  /** The instance of a function for parameter types; inferred unless it is being inferred now. */
  instance(
    fn: FunctionInfo,
    owner: Instance | null,
    params: readonly Type[],
    typevars: ReadonlyMap<string, Type>,
    caller: Instance | null,
  ): Instance {
    const key = `${fn.id}${owner ? `@${owner.serial}` : ''}(${params.map((p) => typeKey(p)).join(';')})${typevars.size > 0 ? `<${[...typevars].map(([n, t]) => `${n}=${typeKey(t)}`).join(',')}>` : ''}`;
    let found = this.instances.get(key);
    if (!found) {
      const count = (this.#perFunction.get(fn) ?? 0) + 1;
      this.#perFunction.set(fn, count);
      if (count > INSTANCE_CAP)
        throw new Error(`${fn.id} is instantiated for more than ${INSTANCE_CAP} argument types: its recursion grows its own types`);
      const copies = new Map<Cell, Cell>();
      const vars = new Map<string, Cell>();
      for (const [name, type] of typevars) vars.set(name, newCell(copyType(type, copies)));
      found = new Instance(
        fn,
        owner,
        this.#serial++,
        key,
        params.map((p) => copyType(p, copies)),
        vars,
      );
      this.instances.set(key, found);
      if (caller) found.callers.add(caller);
      inferInstance(this, found);
      this.#settle(found);
    }
    if (caller) {
      found.callers.add(caller);
      // the key says what the cells hold now: when they hold more, the caller needs another instance
      for (const param of params) this.#watchCells(param, caller);
    }
    return found;
  }

  #watchCells(type: Type, reader: Instance, depth = 0): void {
    if (depth > 12) return;
    switch (type.k) {
      case 'inst':
        for (const arg of type.args) this.#watchCells(this.lattice.read(arg, reader), reader, depth + 1);
        return;
      case 'tuple':
        for (const item of type.items) this.#watchCells(item, reader, depth + 1);
        return;
      case 'union':
        for (const member of type.members) this.#watchCells(member, reader, depth + 1);
        return;
      case 'bound':
        this.#watchCells(type.self, reader, depth + 1);
    }
  }

  /** Infers an instance again while it made itself dirty. */
  #settle(instance: Instance): void {
    let guard = 0;
    while (instance.dirty && guard++ < 50) {
      instance.dirty = false;
      inferInstance(this, instance);
    }
    if (instance.dirty) this.#queue.add(instance);
    instance.dirty = false;
  }

  returned(instance: Instance, type: Type): void {
    const joined = this.lattice.join(instance.ret, type);
    if (sameType(joined, instance.ret)) return;
    instance.ret = joined;
    for (const caller of instance.callers) this.#mark(caller);
  }

  /** Parameters grew past what the key says: callers must pass the larger type. */
  widened(instance: Instance): void {
    for (const caller of instance.callers) this.#mark(caller);
  }

  run(): void {
    let rounds = 0;
    while (this.#queue.size > 0) {
      const batch = [...this.#queue].sort((a, b) => a.serial - b.serial);
      this.#queue.clear();
      for (const instance of batch) {
        inferInstance(this, instance);
        this.#settle(instance);
      }
      if (++rounds > 2000) throw new Error('inference does not settle');
    }
  }

  /** The first instance: what the whole program hangs on. */
  anyInstance(): Instance {
    const first = this.instances.values().next();
    if (first.done) throw new Error('nothing is instantiated yet');
    return first.value;
  }

  read(cell: Cell, reader: Instance): Type {
    return this.lattice.read(cell, reader);
  }

  markInstantiated(cls: ClassInfo): void {
    if (cls.instantiated) return;
    cls.instantiated = true;
    for (const base of cls.mro) for (const reader of this.#classReaders.get(base) ?? []) this.#mark(reader);
  }

  /** Infers `reader` again when another class at or below `cls` is instantiated. */
  watchClass(cls: ClassInfo, reader: Instance): void {
    let readers = this.#classReaders.get(cls);
    if (!readers) {
      readers = new Set();
      this.#classReaders.set(cls, readers);
    }
    readers.add(reader);
  }
}

/** A copy with cells of its own; equal cells stay equal. */
export function copyType(type: Type, copies: Map<Cell, Cell>): Type {
  switch (type.k) {
    case 'inst':
      if (type.args.length === 0) return type;
      return {
        k: 'inst',
        cls: type.cls,
        args: type.args.map((arg) => {
          const root = find(arg);
          let copy = copies.get(root);
          if (!copy) {
            copy = newCell();
            copies.set(root, copy);
            copy.type = copyType(root.type, copies);
          }
          return copy;
        }),
      };
    case 'tuple':
      return { k: 'tuple', items: type.items.map((x) => copyType(x, copies)) };
    case 'bound':
      return { k: 'bound', fn: type.fn, self: copyType(type.self, copies) };
    case 'union':
      return { k: 'union', members: type.members.map((m) => copyType(m, copies)) };
    default:
      return type;
  }
}

/** Walks two types of equal shape and pairs their cells. */
export function pairCells(a: Type, b: Type, visit: (a: Cell, b: Cell) => void, seen = new Set<Cell>()): void {
  if (a.k === 'inst' && b.k === 'inst' && a.cls === b.cls) {
    a.args.forEach((x, i) => {
      const y = b.args[i];
      if (!y || seen.has(find(x))) return;
      seen.add(find(x));
      visit(x, y);
      pairCells(find(x).type, find(y).type, visit, seen);
    });
  } else if (a.k === 'tuple' && b.k === 'tuple') {
    a.items.forEach((x, i) => {
      const y = b.items[i];
      if (y) pairCells(x, y, visit, seen);
    });
  } else if (a.k === 'bound' && b.k === 'bound') pairCells(a.self, b.self, visit, seen);
  else if (a.k === 'union' || b.k === 'union') {
    for (const m of members(a)) {
      const other = members(b).find(
        (o) =>
          o.k === m.k &&
          (m.k !== 'inst' || (o.k === 'inst' && o.cls === m.cls)) &&
          (m.k !== 'tuple' || (o.k === 'tuple' && o.items.length === m.items.length)),
      );
      if (other) pairCells(m, other, visit, seen);
    }
  }
}

/** Replaces cells by others. */
export function substitute(type: Type, map: ReadonlyMap<Cell, Cell>, depth = 0): Type {
  if (depth > 12) return type;
  switch (type.k) {
    case 'inst': {
      if (type.args.length === 0) return type;
      let changed = false;
      const args = type.args.map((arg) => {
        const root = find(arg);
        const other = map.get(root);
        if (other) {
          changed = true;
          return other;
        }
        const inner = substitute(root.type, map, depth + 1);
        if (inner === root.type) return arg;
        // the element type mentions a parameter's cell: only readable through it
        return arg;
      });
      return changed ? { k: 'inst', cls: type.cls, args } : type;
    }
    case 'tuple': {
      const items = type.items.map((x) => substitute(x, map, depth + 1));
      return items.every((x, i) => x === type.items[i]) ? type : { k: 'tuple', items };
    }
    case 'union': {
      const list = type.members.map((x) => substitute(x, map, depth + 1));
      return list.every((x, i) => x === type.members[i]) ? type : { k: 'union', members: list };
    }
    case 'bound': {
      const self = substitute(type.self, map, depth + 1);
      return self === type.self ? type : { k: 'bound', fn: type.fn, self };
    }
    default:
      return type;
  }
}
