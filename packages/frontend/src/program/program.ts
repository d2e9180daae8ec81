/**
 * The closed world: every module of the program and of the stdlib, with its names. Modules are added when an import reaches them;
 * function bodies of stdlib modules are built only when something calls them.
 */
import { type Diagnostic, report, sourceFile, spanOf } from '@molt/diagnostics';
import type { Module } from '../ast/nodes.ts';
import { parseModule } from '../parse/parse-module.ts';
import { newCell } from '../types/type.ts';
import { noteAttributeUses } from './attribute-uses.ts';
import { BUILTIN_NAMES } from './builtin-names.ts';
import type { ClassInfo } from './class-info.ts';
import { COMPILER_BUILTINS } from './compiler-builtins.ts';
import { declareModule } from './declare.ts';
import type { FunctionInfo } from './function-info.ts';
import type { Binding, GlobalVar, ModuleInfo } from './module-info.ts';
import { Refusal } from './refusal.ts';

export interface ProgramSources {
  /** Path of a user module to its text; the entry is one of them. */
  readonly files: ReadonlyMap<string, string>;
  readonly entry: string;
  /** Stdlib: path such as `builtins/list.py` to text. */
  readonly stdlib: ReadonlyMap<string, string>;
}

/** Trees of stdlib files by their text: the same in every program of a process. */
const stdlibTrees = new Map<string, Module>();

/** A name after a dot before an assignment: more than the attribute stores, which is safe. */
const STORED_ATTRIBUTE = /\.\s*(\w+)\s*(?:[-+*/%&|^@]|\/\/|\*\*|<<|>>)?[=,)\]:](?!=)/g;

/** Exceptions of library modules that compiled code raises. */
const LIBRARY_ERRORS: Readonly<Record<string, string>> = { FrozenInstanceError: 'dataclasses' };

export class Program {
  readonly sources: ProgramSources;
  readonly modules = new Map<string, ModuleInfo>();
  /** In the order in which they were first imported. */
  readonly order: ModuleInfo[] = [];
  readonly diagnostics: Diagnostic[] = [];
  /** Merged namespaces of `builtins/` and `runtime/`. */
  readonly builtins = new Map<string, Binding>();
  readonly runtime = new Map<string, Binding>();
  readonly classes: ClassInfo[] = [];
  readonly globals: GlobalVar[] = [];
  /** Attributes that some statement stores through something else than `self`, and those that some statement deletes. */
  readonly storedAttrs = new Set<string>();
  readonly deletedAttrs = new Set<string>();
  /** Attribute names that the program stores to somewhere: a module variable of that name may change from outside its module. */
  readonly storedAttributes = new Set<string>();
  readonly #asts = new Map<string, Module>();
  readonly #ids = new Map<string, number>();

  /** Whether what initialisation made may not change afterwards, as in a service. */
  readonly frozenImage: boolean;

  constructor(sources: ProgramSources, frozenImage: boolean) {
    this.sources = sources;
    this.frozenImage = frozenImage;
    for (const text of sources.files.values())
      for (const [, name] of text.matchAll(STORED_ATTRIBUTE)) this.storedAttributes.add(name as string);
    for (const [path, text] of sources.stdlib) {
      const folder = path.split('/')[0];
      if (folder === 'builtins' || folder === 'runtime') this.#addMerged(path, text, folder === 'builtins' ? this.builtins : this.runtime);
    }
    for (const module of [...this.modules.values()]) declareModule(this, module);
    for (const name of COMPILER_BUILTINS) this.builtins.set(name, { kind: 'intrinsic', name: `py.${name}` });
    for (const alias of ['IOError', 'EnvironmentError']) this.builtins.set(alias, this.builtins.get('OSError') as Binding);
    this.builtins.set('NotImplemented', { kind: 'singleton', type: 'notimpl' });
    this.builtins.set('Ellipsis', { kind: 'singleton', type: 'ellipsis' });
  }

  #addMerged(path: string, text: string, bindings: Map<string, Binding>): void {
    const ast = this.parse(path, text);
    const name = path.startsWith('runtime/') ? 'rt' : 'builtins';
    const module: ModuleInfo = {
      name,
      path: `<stdlib>/${path}`,
      ast,
      source: sourceFile(path, text),
      trusted: true,
      bindings,
      locals: new Map(),
      body: null,
      index: this.modules.size,
    };
    this.modules.set(`<${path}>`, module);
  }

  parse(path: string, text: string): Module {
    const known = this.#asts.get(path) ?? stdlibTrees.get(text);
    if (known) return known;
    const { module, diagnostics } = parseModule(text, path);
    if (diagnostics.length === 0 && this.sources.stdlib.get(path) === text) stdlibTrees.set(text, module);
    for (const d of diagnostics) {
      this.diagnostics.push(report('MOLT1001', spanOf(sourceFile(path, text), d.start, d.end), { what: d.message }));
    }
    this.#asts.set(path, module);
    return module;
  }

  /** A module by dotted name, seen from `from`; null when there is none. */
  resolve(name: string): ModuleInfo | null {
    const known = this.modules.get(name);
    if (known) return known;
    const cut = name.lastIndexOf('.');
    // a submodule is an attribute of its package, which is imported before it
    const parent = cut > 0 ? this.resolve(name.slice(0, cut)) : null;
    const found = this.#find(name);
    if (found && parent && !parent.trusted && !parent.bindings.has(name.slice(cut + 1)))
      parent.bindings.set(name.slice(cut + 1), { kind: 'module', mod: found });
    return found;
  }

  #find(name: string): ModuleInfo | null {
    const known = this.modules.get(name);
    if (known) return known;
    const base = name.replaceAll('.', '/');
    for (const candidate of [`${base}.py`, `${base}/__init__.py`]) {
      const text = this.sources.files.get(candidate);
      if (text !== undefined) return this.#add(name, candidate, text, false);
    }
    for (const candidate of [`lib/${base}.py`, `lib/${base}/__init__.py`]) {
      const text = this.sources.stdlib.get(candidate);
      if (text !== undefined) return this.#add(name, candidate, text, true);
    }
    return null;
  }

  /** What a stdlib module defines under a name, if it does. */
  stdlibBinding(module: string, name: string): Binding | null {
    if (!this.sources.stdlib.has(`lib/${module}.py`)) return null;
    return this.resolve(module)?.bindings.get(name) ?? null;
  }

  /** The entry file: as module `__main__`, or under its own name when it is imported as a service. */
  addEntry(name = '__main__'): ModuleInfo {
    const text = this.sources.files.get(this.sources.entry) ?? '';
    return this.#add(name, this.sources.entry, text, false);
  }

  /** A module whose source the compiler wrote, in the stdlib dialect; `bind` adds the names it uses. */
  addGenerated(name: string, text: string, bind: (module: ModuleInfo) => void): ModuleInfo {
    const path = `<generated ${name}>`;
    const module: ModuleInfo = {
      name,
      path,
      ast: this.parse(path, text),
      source: sourceFile(path, text),
      trusted: true,
      bindings: new Map(),
      locals: new Map(),
      body: null,
      index: this.modules.size,
    };
    this.modules.set(name, module);
    bind(module);
    return module;
  }

  #add(name: string, path: string, text: string, stdlib: boolean): ModuleInfo {
    const ast = this.parse(path, text);
    const trusted = stdlib && text.startsWith('# molt: intrinsics');
    const module: ModuleInfo = {
      name,
      path,
      ast,
      source: sourceFile(path, text),
      trusted,
      bindings: new Map(),
      locals: new Map(),
      body: null,
      index: this.modules.size,
    };
    this.modules.set(name, module);
    this.order.push(module);
    if (!trusted) for (const stmt of ast.body) noteAttributeUses(this, stmt);
    try {
      declareModule(this, module);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.diagnostics.push(error.diagnostic);
    }
    return module;
  }

  /** A name that is unique in the program. */
  unique(base: string): string {
    const count = this.#ids.get(base) ?? 0;
    this.#ids.set(base, count + 1);
    return count === 0 ? base : `${base}.${count}`;
  }

  newGlobal(name: string, id: string, declared: GlobalVar['declared'] = null): GlobalVar {
    const global: GlobalVar = { name, id: this.unique(id), cell: newCell(), constant: null, maybeUnbound: false, declared };
    this.globals.push(global);
    return global;
  }

  /** What a module sees under a name that it does not bind itself. */
  builtinFor(module: ModuleInfo, name: string): Binding | undefined {
    return module.trusted || BUILTIN_NAMES.has(name) ? this.builtins.get(name) : undefined;
  }

  builtinClass(name: string): ClassInfo {
    const binding = this.builtins.get(name) ?? this.runtime.get(name);
    if (binding?.kind !== 'class') throw new Error(`the stdlib has no class ${name}`);
    return binding.cls;
  }

  /** The class of an exception that compiled code raises. */
  errorClass(name: string): ClassInfo {
    const library = LIBRARY_ERRORS[name];
    const binding = this.builtins.get(name) ?? (library === undefined ? undefined : this.resolve(library)?.bindings.get(name));
    if (binding?.kind !== 'class') throw new Error(`the stdlib has no exception ${name}`);
    return binding.cls;
  }

  runtimeFunction(name: string): FunctionInfo {
    const binding = this.runtime.get(name) ?? this.builtins.get(name);
    if (binding?.kind !== 'func') throw new Error(`the stdlib has no function ${name}`);
    return binding.fn;
  }
}
