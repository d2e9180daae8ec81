/**
 * The module under construction: names of instances, heap types, static data, globals, source sites, and the worklist of functions.
 */
import { IMPORTS, TYPE_ID } from '@molt/abi';
import {
  type DataItem,
  type Field,
  type Global,
  type HeapType,
  type Type as MirType,
  type Module,
  memSize,
  type Signature,
} from '@molt/mir';
import type { Engine } from '../infer/engine.ts';
import type { Instance } from '../infer/instance.ts';
import { fieldOf } from '../infer/plan-attributes.ts';
import { attrHolder, type ClassInfo } from '../program/class-info.ts';
import type { Var } from '../program/function-info.ts';
import type { GlobalVar } from '../program/module-info.ts';
import { typeKey } from '../types/join.ts';
import { classPythonName } from '../types/python-name.ts';
import { find, type Type } from '../types/type.ts';
import { isUnit, memTypeOf, mirTypeOf } from './represent.ts';
import { utf8 } from './text-data.ts';

export class Lowering {
  readonly engine: Engine;
  readonly module: Module;
  readonly #names = new Map<Instance, string>();
  readonly #taken = new Map<string, number>();
  readonly #signatures = new Map<string, Signature>();
  readonly queue: Instance[] = [];
  /** Globals that hold the unbound mark before the program runs. */
  readonly unboundGlobals: string[] = [];
  readonly #sites = new Map<string, number>();
  readonly #typeNames = new Map<string, string>();

  /** A service's calls must not change what initialisation made. */
  readonly frozenImage: boolean;

  constructor(engine: Engine, name: string, frozenImage: boolean) {
    this.engine = engine;
    this.frozenImage = frozenImage;
    this.module = {
      name,
      level: 'language',
      funcs: new Map(),
      globals: new Map(),
      heapTypes: new Map(),
      data: new Map(),
      table: [''],
      exports: new Map(),
      sites: [],
    };
  }

  /** MIR name of an instance; it is lowered if it was not asked for before. */
  name(instance: Instance): string {
    const known = this.#names.get(instance);
    if (known) return known;
    const base = instance.fn.id;
    const count = this.#taken.get(base) ?? 0;
    this.#taken.set(base, count + 1);
    const name = count === 0 ? base : `${base}#${count}`;
    this.#names.set(instance, name);
    this.#signatures.set(name, {
      params: [...(instance.owner ? (['ref'] as MirType[]) : []), ...instance.params.map(mirTypeOf)],
      result: resultMir(resultOf(instance)),
    });
    this.queue.push(instance);
    return name;
  }

  /** The only instance of a runtime function with an annotated signature. */
  runtime(name: string): string {
    return this.name(this.runtimeInstance(name));
  }

  /** MIR name of a stdlib function instantiated for its annotated types. */
  fixed(fn: FunctionInfo): string {
    return this.name(fixedPlan(this.engine, fn).plan);
  }

  runtimeInstance(name: string): Instance {
    const fn = this.engine.program.runtimeFunction(name);
    const { plan } = fixedPlan(this.engine, fn);
    return plan;
  }

  signature(func: string): Signature {
    const found = this.#signatures.get(func);
    if (!found) throw new Error(`no signature of ${func}`);
    return found;
  }

  /** Signature of a function that is not an instance. */
  declare(func: string, signature: Signature): void {
    this.#signatures.set(func, signature);
  }

  host(name: string): Signature {
    const row = IMPORTS[name as keyof typeof IMPORTS];
    return { params: row.params as readonly MirType[], result: row.result as MirType | null };
  }

  // ------------------------------------------------------------------------------------------------ heap types

  /** Name for `type.id` of values of a reference type. */
  typeName(type: Type): string {
    switch (type.k) {
      case 'none':
      case 'bool':
      case 'int':
      case 'float':
        return type.k;
      case 'notimpl':
        return 'notImplemented';
      case 'ellipsis':
        return 'ellipsis';
      case 'i32':
      case 'i64':
        return 'int';
      case 'inst':
        if (type.cls.builtin && (type.cls.name === 'str' || type.cls.name === 'bytes')) return type.cls.name;
        return this.#instanceType(type);
      case 'tuple':
        return this.#named(typeKey(type), 'tuple', () => type.items.map((t, i) => ({ name: `${i}`, type: t })));
      case 'bound':
        return this.#named(typeKey(type), 'method', () => [{ name: 'self', type: type.self }]);
      case 'func':
        if (!isUnit(type))
          return this.#named(`closure ${typeKey(type)}`, 'function', () =>
            type.fn.free.map((v) => ({ name: freeName(v), type: { k: 'ref' } })),
          );
        return this.#named(`unit ${typeKey(type)}`, 'function', () => []);
      default:
        return this.#named(`unit ${typeKey(type)}`, type.k, () => []);
    }
  }

  /** Ids of all heap types that instances at or below a class have. */
  classTypeNames(type: Extract<Type, { k: 'inst' }>): string[] {
    const out: string[] = [];
    const visit = (cls: ClassInfo): void => {
      if (cls.instantiated || cls === type.cls)
        out.push(this.typeName({ k: 'inst', cls, args: cls === type.cls || cls.params.length === type.args.length ? type.args : [] }));
      for (const sub of cls.subclasses) visit(sub);
    };
    visit(type.cls);
    return [...new Set(out)];
  }

  #instanceType(type: Extract<Type, { k: 'inst' }>): string {
    return this.#named(typeKey(type), classPythonName(type.cls), () => instanceFields(this.engine, type));
  }

  #named(key: string, show: string, fields: () => { name: string; type: Type }[]): string {
    let name = this.#typeNames.get(key);
    if (name) return name;
    const count = this.#taken.get(`type ${show}`) ?? 0;
    this.#taken.set(`type ${show}`, count + 1);
    name = count === 0 && TYPE_ID[show as keyof typeof TYPE_ID] === undefined ? show : `${show}#${count}`;
    this.#typeNames.set(key, name);
    this.module.heapTypes.set(name, layoutFields(name, fields()));
    return name;
  }

  /** Type of a stored attribute, as the object holds it. */
  fieldType(type: Type, name: string): Type | null {
    if (type.k !== 'inst') return null;
    const found = fieldOf({ engine: this.engine, inst: this.engine.anyInstance() }, type, name);
    return found?.k === 'never' ? { k: 'none' } : found;
  }

  /** Attributes that construction may leave unset. */
  unsetFields(type: Type): string[] {
    if (type.k !== 'inst' || type.cls.trusted) return [];
    return instanceFields(this.engine, type).flatMap((x) =>
      x.type.k === 'unbound' || (x.type.k === 'union' && x.type.members.some((m) => m.k === 'unbound')) ? [x.name] : [],
    );
  }

  resultOf(instance: Instance): Type {
    return resultOf(instance);
  }

  /** Heap cell of a captured variable. */
  cellType(type: Type): string {
    const mem = memTypeOf(type);
    return this.#named(`cell ${mem}`, `cell.${mem}`, () => [{ name: 'value', type: mem === 'ref' ? { k: 'ref' } : type }]);
  }

  elementType(container: Type, i = 0): Type {
    const cell = container.k === 'inst' ? container.args[i] : undefined;
    const type = cell ? find(cell).type : ({ k: 'none' } as Type);
    return type.k === 'never' ? { k: 'none' } : type;
  }

  elementSize(type: Type): number {
    return memSize(memTypeOf(type));
  }

  /** Buffer of elements with this memory type. */
  bufferType(type: Type): string {
    switch (memTypeOf(type)) {
      case 'ref':
        return 'bufRef';
      case 'int':
      case 'val':
        return 'bufWord';
      default:
        return 'bufRaw';
    }
  }

  /** Buffer of hash table entries: hash, key, and for dicts the value. */
  entryType(types: readonly Type[]): string {
    const mems = types.map(memTypeOf);
    const name = `entries.${mems.join('.')}`;
    if (!this.module.heapTypes.has(name)) {
      const fields = mems.map((type, i): Field => ({ name: i === 0 ? 'key' : 'value', type, offset: 8 + 8 * i }));
      this.module.heapTypes.set(name, { name, kind: 'buffer', size: 8 + 8 * mems.length, fields });
    }
    return name;
  }

  // -------------------------------------------------------------------------------------------------- static data

  text(value: string): string {
    const bytes = utf8(value);
    let points = 0;
    for (const b of bytes) if ((b & 0xc0) !== 0x80) points++;
    return this.#object(`str ${value}`, 'str', bytes, points, TYPE_ID.str);
  }

  bytes(value: Uint8Array): string {
    return this.#object(`bytes ${[...value].join(' ')}`, 'bytes', value, value.length, TYPE_ID.bytes);
  }

  #object(key: string, prefix: string, payload: Uint8Array, points: number, typeId: number): string {
    const known = this.#typeNames.get(`data ${key}`);
    if (known) return known;
    const name = `${prefix}${this.module.data.size}`;
    this.#typeNames.set(`data ${key}`, name);
    const bytes = new Uint8Array((16 + payload.length + 7) & ~7);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, typeId, true);
    view.setUint32(8, payload.length, true);
    view.setUint32(12, points, true);
    bytes.set(payload, 16);
    this.module.data.set(name, { name, bytes, relocs: [] });
    return name;
  }

  /** The only value of a unit type. */
  unit(type: Type): string {
    const typeName = this.typeName(type);
    const name = `unit ${typeName}`;
    if (!this.module.data.has(name)) {
      const item: DataItem = { name, bytes: new Uint8Array(8), relocs: [{ offset: 0, symbol: `type:${typeName}` }] };
      this.module.data.set(name, item);
    }
    return name;
  }

  // --------------------------------------------------------------------------------------------- globals and sites

  global(g: GlobalVar): string {
    if (!this.module.globals.has(g.id)) {
      const type = globalType(g);
      const global: Global = { name: g.id, type: memTypeOf(type) };
      this.module.globals.set(g.id, global);
      if (type.k === 'union' && type.members.some((m) => m.k === 'unbound')) this.unboundGlobals.push(g.id);
    }
    return g.id;
  }

  globalTypeOf(g: GlobalVar): Type {
    return globalType(g);
  }

  flag(name: string): string {
    if (!this.module.globals.has(name)) this.module.globals.set(name, { name, type: 'i32' });
    return name;
  }

  site(instance: Instance, start: number, end: number): number {
    const { fn } = instance;
    if (fn.trusted || fn.module.trusted || fn.module.name === 'builtins' || fn.start < 0 || start < 0) return -1;
    const key = `${fn.id} ${start} ${end}`;
    let id = this.#sites.get(key);
    if (id === undefined) {
      const lines = fn.module.ast.lines;
      const line = lines.line(start);
      id = this.module.sites.length;
      this.#sites.set(key, id);
      this.module.sites.push({
        file: fn.module.path,
        func: fn.display,
        line,
        col: lines.column(start),
        endLine: lines.line(end),
        endCol: lines.column(end),
        text: lines.lineText(line),
      });
    }
    return id;
  }
}

/** Field of an object of a local class that holds the cell of a variable around the class. */
export function cellField(v: Var): string {
  return `<${freeName(v)}>`;
}

export function freeName(v: Var): string {
  return `${v.name}.${v.index}`;
}

/** Type of a module-level variable, with `unbound` where it may be read before it is set. */
export function globalType(g: GlobalVar): Type {
  const type = find(g.cell).type;
  if (!g.maybeUnbound || type.k === 'never') return type.k === 'never' ? { k: 'none' } : type;
  if (type.k === 'union' && type.members.some((m) => m.k === 'unbound')) return type;
  return { k: 'union', members: [...(type.k === 'union' ? type.members : [type]), { k: 'unbound' }] };
}

/** Functions that give None, or never return, give nothing. */
export function resultMir(type: Type): MirType | null {
  return type.k === 'none' || type.k === 'never' ? null : mirTypeOf(type);
}

/** What a function gives: the declared type of a stdlib function, else the join of its returns. */
export function resultOf(instance: Instance): Type {
  return instance.declared ?? instance.ret;
}

function instanceFields(engine: Engine, type: Extract<Type, { k: 'inst' }>): { name: string; type: Type }[] {
  const out: { name: string; type: Type }[] = [];
  const reader = engine.anyInstance();
  for (const base of [...type.cls.mro].reverse()) {
    const names = base.trusted ? [...base.fields.keys()] : [...new Set([...base.declaredAttrs, ...base.attrs.keys()])];
    for (const name of names) {
      if (name === '__unhashable__' || attrHolder(type.cls, name) !== base || out.some((f) => f.name === name)) continue;
      const field = fieldOf({ engine, inst: reader }, type, name);
      if (field) out.push({ name, type: field.k === 'never' ? { k: 'none' } : field });
    }
    for (const v of base.captures) if (!out.some((f) => f.name === cellField(v))) out.push({ name: cellField(v), type: { k: 'ref' } });
  }
  return out;
}

function layoutFields(name: string, fields: readonly { name: string; type: Type }[]): HeapType {
  const out: Field[] = [];
  let offset = 8;
  for (const field of fields) {
    const type = memTypeOf(field.type);
    const size = memSize(type);
    offset = Math.ceil(offset / size) * size;
    out.push({ name: field.name, type, offset });
    offset += size;
  }
  return { name, kind: 'fixed', size: Math.ceil(offset / 8) * 8, fields: out };
}

import { annotationType } from '../infer/annotations.ts';
import { planFunction } from '../infer/plan-calls.ts';
import type { FunctionInfo } from '../program/function-info.ts';

/** Instance of a stdlib function for exactly its annotated types. */
function fixedPlan(engine: Engine, fn: FunctionInfo): { plan: Instance } {
  const inst = engine.anyInstance();
  const scope = { program: engine.program, module: fn.module, lattice: engine.lattice, typevar: () => null };
  const types = fn.params.map((p) => annotationType(scope, p.annotation) ?? ({ k: 'none' } as Type));
  const plan = planFunction(
    { engine, inst },
    fn,
    null,
    types,
    types.map((_, i) => i),
  );
  if (plan.k !== 'call') throw new Error(`runtime function ${fn.id} cannot be called with its own types`);
  return { plan: plan.callee };
}
