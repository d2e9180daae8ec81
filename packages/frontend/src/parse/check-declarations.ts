/**
 * `global` and `nonlocal` against the rest of their scope: declared names must not be parameters, nor used, assigned or
 * annotated before; `nonlocal` needs a binding in a function around.
 *
 * Few scopes declare anything, so the names of a scope are collected only here, and only the declared ones.
 */
import type { Arguments, Expr, Node, Pattern, Stmt } from '../ast/nodes.ts';
import { forEachChild } from '../ast/walk.ts';
import { type SyntaxDiagnostic, type SyntaxFault, syntaxDiagnostic } from '../lex/syntax-diagnostic.ts';
import type { Scope } from './scope.ts';

/** How a scope uses a name, where it does so first in each way. */
interface NameUse {
  parameter: boolean;
  assigned: number;
  annotated: number;
  used: number;
  /** Start of the first annotation anywhere, for annotations after the declaration. */
  lastAnnotated: number;
}

const NEVER = Number.POSITIVE_INFINITY;

/** Checks the declarations of one scope that has some. */
export function checkDeclarations(scope: Scope, diagnostics: SyntaxDiagnostic[]): void {
  const report = (fault: SyntaxFault, message: string, node: Node): void => {
    diagnostics.push(syntaxDiagnostic(fault, message, node.start, node.end));
  };
  const uses = scopeUses(scope);
  const declared = new Map<string, 'global' | 'nonlocal'>();
  for (const statement of scope.declarations) {
    const word = statement.kind === 'Global' ? 'global' : 'nonlocal';
    const fault = word === 'global' ? 'globalConflict' : 'nonlocalConflict';
    if (word === 'nonlocal' && scope.kind === 'module') {
      report(fault, 'nonlocal declaration not allowed at module level', statement);
      continue;
    }
    for (const name of statement.names) {
      const use = uses.get(name);
      const before = statement.start;
      const other = declared.get(name);
      declared.set(name, word);
      if (use?.parameter === true) report(fault, `name '${name}' is parameter and ${word}`, statement);
      else if (use !== undefined && use.used < before) report(fault, `name '${name}' is used prior to ${word} declaration`, statement);
      else if (use !== undefined && use.annotated < before) report(fault, `annotated name '${name}' can't be ${word}`, statement);
      else if (use !== undefined && use.assigned < before) {
        report(fault, `name '${name}' is assigned to before ${word} declaration`, statement);
      } else if (use !== undefined && use.lastAnnotated > before && scope.kind !== 'module') {
        report(fault, `annotated name '${name}' can't be ${word}`, statement);
      } else if (other !== undefined && other !== word) report(fault, `name '${name}' is nonlocal and global`, statement);
      else if (word === 'nonlocal') {
        const message = unboundNonlocal(name, scope);
        if (message !== null) report(fault, message, statement);
      }
    }
  }
}

/** Why `nonlocal name` finds no variable around `scope`, or `null` if it does. */
function unboundNonlocal(name: string, scope: Scope): string | null {
  if (scope.typeParameters.includes(name)) return typeParameterMessage(name);
  if (name === '__class__' && isInsideClass(scope)) return null;
  for (let around = scope.parent; around !== null; around = around.parent) {
    if (around.kind === 'class' && around.typeParameters.includes(name)) return typeParameterMessage(name);
    if (around.kind !== 'function' && around.kind !== 'lambda') continue;
    const declaration = around.declarations.findLast((statement) => statement.names.includes(name));
    if (declaration?.kind === 'Nonlocal') continue;
    const use = declaration === undefined ? scopeUses(around).get(name) : undefined;
    if (use !== undefined && (use.parameter || use.assigned < NEVER || use.annotated < NEVER)) return null;
    if (around.typeParameters.includes(name)) return typeParameterMessage(name);
  }
  return `no binding for nonlocal '${name}' found`;
}

function typeParameterMessage(name: string): string {
  return `nonlocal binding not allowed for type parameter '${name}'`;
}

function isInsideClass(scope: Scope): boolean {
  for (let around = scope.parent; around !== null; around = around.parent) if (around.kind === 'class') return true;
  return false;
}

/** All names of a scope, without those of scopes inside it. */
function scopeUses(scope: Scope): Map<string, NameUse> {
  const collector = new NameCollector();
  const { node } = scope;
  switch (node.kind) {
    case 'FunctionDef':
    case 'AsyncFunctionDef':
      collector.parameters(node.args);
      collector.nodes(node.body);
      break;
    case 'Lambda':
      collector.parameters(node.args);
      collector.nodes([node.body]);
      break;
    case 'ClassDef':
    case 'Module':
      collector.nodes(node.body);
      break;
    default:
  }
  return collector.uses;
}

class NameCollector {
  readonly uses = new Map<string, NameUse>();

  parameters(args: Arguments): void {
    const { vararg, kwarg } = args;
    for (const group of [args.posonlyargs, args.args, args.kwonlyargs]) for (const arg of group) this.use(arg.arg).parameter = true;
    if (vararg !== null) this.use(vararg.arg).parameter = true;
    if (kwarg !== null) this.use(kwarg.arg).parameter = true;
  }

  nodes(roots: readonly (Stmt | Expr)[]): void {
    const stack: Node[] = [...roots];
    for (;;) {
      const node = stack.pop();
      if (node === undefined) return;
      this.node(node, stack);
    }
  }

  private node(node: Node, stack: Node[]): void {
    switch (node.kind) {
      case 'Name': {
        const use = this.use(node.name);
        if (node.ctx === 'Load') use.used = Math.min(use.used, node.start);
        else use.assigned = Math.min(use.assigned, node.start);
        return;
      }
      case 'AnnAssign':
        if (node.simple && node.target.kind === 'Name') {
          const use = this.use(node.target.name);
          use.annotated = Math.min(use.annotated, node.start);
          use.lastAnnotated = Math.max(use.lastAnnotated, node.start);
        }
        break;
      case 'FunctionDef':
      case 'AsyncFunctionDef':
        this.assign(node.name, node.start);
        stack.push(...node.decorator_list, ...node.args.defaults, ...present(node.args.kw_defaults));
        return;
      case 'ClassDef':
        this.assign(node.name, node.start);
        stack.push(...node.decorator_list, ...node.bases, ...node.keywords);
        return;
      case 'Lambda':
        stack.push(...node.args.defaults, ...present(node.args.kw_defaults));
        return;
      case 'ListComp':
      case 'SetComp':
      case 'DictComp':
      case 'GeneratorExp':
        this.comprehension(node, stack);
        return;
      case 'Import':
      case 'ImportFrom':
        for (const alias of node.names) this.assign(alias.asname ?? (alias.name.split('.')[0] as string), node.start);
        return;
      case 'ExceptHandler':
        if (node.name !== null) this.assign(node.name, node.start);
        break;
      case 'MatchAs':
      case 'MatchStar':
      case 'MatchMapping':
        this.pattern(node);
        break;
      case 'TypeAlias':
        this.assign(node.name.name, node.start);
        return;
      default:
    }
    forEachChild(node, (child) => {
      stack.push(child);
    });
  }

  /** Of a comprehension, the first iterable and what `:=` binds belong to the scope around it. */
  private comprehension(node: Extract<Expr, { readonly generators: unknown }>, stack: Node[]): void {
    const [first] = node.generators;
    if (first !== undefined) stack.push(first.iter);
    const inner: Node[] = [node];
    for (;;) {
      const next = inner.pop();
      if (next === undefined) return;
      if (next.kind === 'NamedExpr') this.assign(next.target.name, next.start);
      if (next.kind === 'Lambda' || next === first?.iter) continue;
      forEachChild(next, (child) => {
        inner.push(child);
      });
    }
  }

  private pattern(pattern: Extract<Pattern, { kind: 'MatchAs' | 'MatchStar' | 'MatchMapping' }>): void {
    const name = pattern.kind === 'MatchMapping' ? pattern.rest : pattern.name;
    if (name !== null) this.assign(name, pattern.start);
  }

  private assign(name: string, at: number): void {
    const use = this.use(name);
    use.assigned = Math.min(use.assigned, at);
  }

  private use(name: string): NameUse {
    let use = this.uses.get(name);
    if (use === undefined) {
      use = { parameter: false, assigned: NEVER, annotated: NEVER, used: NEVER, lastAnnotated: -1 };
      this.uses.set(name, use);
    }
    return use;
  }
}

function present(values: readonly (Expr | null)[]): Expr[] {
  return values.filter((value) => value !== null);
}
