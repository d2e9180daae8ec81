/**
 * What a name in an annotation stands for, from syntax trees alone.
 *
 * Schemas of exports must be had even of programs that the compiler refuses (one that takes a `date` cannot be compiled yet, but has a
 * schema), so nothing here declares or infers: top-level statements bind names, imports lead to other files of the program, and what no
 * file of the program defines is a name of a library, spelled in full.
 */
import { type SourceFile, sourceFile } from '@molt/diagnostics';
import type { ClassDef, Expr, Module, Stmt } from '../ast/nodes.ts';

/** A file of the program with its syntax tree. */
export interface SourceModule {
  /** Dotted name; that of the entry is the name of its file. */
  readonly name: string;
  readonly path: string;
  readonly ast: Module;
  readonly source: SourceFile;
}

/** What a name or dotted name stands for. */
export type Meaning =
  | { readonly kind: 'class'; readonly node: ClassDef; readonly module: SourceModule }
  /** `Name = <type>`; the expression is read where it stands. */
  | { readonly kind: 'alias'; readonly name: string; readonly value: Expr; readonly module: SourceModule }
  | { readonly kind: 'module'; readonly module: SourceModule }
  /** A name of a library or a builtin, such as `datetime.date` or `int`. */
  | { readonly kind: 'library'; readonly name: string };

/** Modules of a program by name and path, parsed on demand. */
export class SourceModules {
  readonly #files: ReadonlyMap<string, string>;
  readonly #parse: (path: string, text: string) => Module;
  readonly #known = new Map<string, SourceModule | null>();
  readonly #bindings = new Map<SourceModule, Map<string, Stmt>>();

  constructor(files: ReadonlyMap<string, string>, parse: (path: string, text: string) => Module) {
    this.#files = files;
    this.#parse = parse;
  }

  /** The file at a path of the program. */
  at(path: string, name: string): SourceModule {
    const text = this.#files.get(path) ?? '';
    const found: SourceModule = { name, path, ast: this.#parse(path, text), source: sourceFile(path, text) };
    this.#known.set(name, found);
    return found;
  }

  /** What a name stands for at the top level of a module. */
  meaning(module: SourceModule, name: string): Meaning {
    const stmt = this.#bound(module).get(name);
    switch (stmt?.kind) {
      case 'ClassDef':
        return { kind: 'class', node: stmt, module };
      case 'Assign':
      case 'AnnAssign':
      case 'TypeAlias':
        return stmt.value === null ? { kind: 'library', name } : { kind: 'alias', name, value: stmt.value, module };
      case 'Import': {
        const alias = stmt.names.find((item) => (item.asname ?? item.name.split('.')[0]) === name);
        return this.#dotted(alias?.asname ? alias.name : name);
      }
      case 'ImportFrom': {
        const from = absolute(module, stmt.module, stmt.level);
        const alias = stmt.names.find((item) => (item.asname ?? item.name) === name);
        return this.#member(this.#dotted(from), alias?.name ?? name);
      }
      default:
        return this.#starred(module, name) ?? { kind: 'library', name };
    }
  }

  /** What an expression of names and dots stands for; undefined for any other. */
  meaningOf(module: SourceModule, e: Expr): Meaning | undefined {
    if (e.kind === 'Name') return this.meaning(module, e.name);
    if (e.kind !== 'Attribute') return undefined;
    const owner = this.meaningOf(module, e.value);
    if (owner?.kind === 'class') {
      const inner = owner.node.body.find((stmt): stmt is ClassDef => stmt.kind === 'ClassDef' && stmt.name === e.attr);
      return inner === undefined ? undefined : { kind: 'class', node: inner, module: owner.module };
    }
    return owner === undefined || owner.kind === 'alias' ? undefined : this.#member(owner, e.attr);
  }

  #member(owner: Meaning, name: string): Meaning {
    if (owner.kind === 'module') {
      const found = this.meaning(owner.module, name);
      const sub = found.kind === 'library' && found.name === name ? this.#find(`${owner.module.name}.${name}`) : null;
      return sub === null ? found : { kind: 'module', module: sub };
    }
    return { kind: 'library', name: owner.kind === 'library' && owner.name !== '' ? `${owner.name}.${name}` : name };
  }

  #dotted(name: string): Meaning {
    const module = this.#find(name);
    return module === null ? { kind: 'library', name } : { kind: 'module', module };
  }

  #find(name: string): SourceModule | null {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const base = name.replaceAll('.', '/');
    const path = [`${base}.py`, `${base}/__init__.py`].find((candidate) => this.#files.has(candidate));
    if (path !== undefined) return this.at(path, name);
    this.#known.set(name, null);
    return null;
  }

  #starred(module: SourceModule, name: string): Meaning | undefined {
    for (const stmt of module.ast.body) {
      if (stmt.kind !== 'ImportFrom' || stmt.names[0]?.name !== '*') continue;
      const from = absolute(module, stmt.module, stmt.level);
      const found = this.#find(from);
      // A star of a library that is known by name: `from typing import *`.
      if (
        found === null &&
        /^(typing|datetime|decimal|uuid|enum|dataclasses)$/.test(from) &&
        /^[A-Z]|^(date|time|datetime|timedelta)$/.test(name)
      ) {
        return { kind: 'library', name: `${from}.${name}` };
      }
      if (found !== null && this.#bound(found).has(name)) return this.meaning(found, name);
    }
    return undefined;
  }

  /** The statement that binds each top-level name; of several the last. */
  #bound(module: SourceModule): Map<string, Stmt> {
    let names = this.#bindings.get(module);
    if (names === undefined) {
      names = new Map();
      this.#bindings.set(module, names);
      bind(module.ast.body, names);
    }
    return names;
  }
}

function bind(body: readonly Stmt[], names: Map<string, Stmt>): void {
  for (const stmt of body) {
    switch (stmt.kind) {
      case 'ClassDef':
      case 'FunctionDef':
        names.set(stmt.name, stmt);
        break;
      case 'Assign':
        for (const target of stmt.targets) if (target.kind === 'Name') names.set(target.name, stmt);
        break;
      case 'AnnAssign':
        if (stmt.target.kind === 'Name') names.set(stmt.target.name, stmt);
        break;
      case 'TypeAlias':
        names.set(stmt.name.name, stmt);
        break;
      case 'Import':
        for (const alias of stmt.names) names.set(alias.asname ?? (alias.name.split('.')[0] as string), stmt);
        break;
      case 'ImportFrom':
        for (const alias of stmt.names) names.set(alias.asname ?? alias.name, stmt);
        break;
      // `if TYPE_CHECKING:` and `try: import ...` bind names like any other line.
      case 'If':
        bind(stmt.orelse, names);
        bind(stmt.body, names);
        break;
      case 'Try':
        for (const handler of stmt.handlers) bind(handler.body, names);
        bind(stmt.body, names);
        break;
    }
  }
}

function absolute(module: SourceModule, name: string | null, level: number): string {
  if (level === 0) return name ?? '';
  const parts = module.path.replace(/(\/__init__)?\.py$/, '').split('/');
  const base = parts.slice(0, parts.length - (module.path.endsWith('__init__.py') ? level - 1 : level));
  return [...base, ...(name === null ? [] : [name])].join('.');
}
