/**
 * Walks the statements of a file with the scope they are in and reports what cannot stand there.
 *
 * Expressions are checked by the layer below, `ExpressionContextCheck`; this one knows statements and definitions.
 */
import type { Arguments, AsyncFunctionDef, ClassDef, Expr, FunctionDef, If, Module, Stmt, Try, TryStar, TypeParam } from '../ast/nodes.ts';
import { ExpressionContextCheck } from './check-expression-context.ts';
import { checkMatch } from './check-match.ts';
import { openScope, type Scope } from './scope.ts';

export class ContextCheck extends ExpressionContextCheck {
  checkModule(module: Module): void {
    this.scope = openScope('module', module, null);
    this.statements(module.body);
  }

  private statements(body: readonly Stmt[]): void {
    for (const statement of body) this.statement(statement);
  }

  private statement(statement: Stmt): void {
    const { scope } = this;
    switch (statement.kind) {
      case 'Expr':
        this.expr(statement.value);
        break;
      case 'Assign':
        for (const target of statement.targets) this.target(target);
        this.expr(statement.value);
        break;
      case 'AugAssign':
        this.target(statement.target);
        this.expr(statement.value);
        break;
      case 'AnnAssign':
        this.target(statement.target);
        this.annotation(statement.annotation, scope);
        this.optional(statement.value);
        break;
      case 'Return':
        this.returnStatement(statement);
        break;
      case 'If':
        this.ifStatement(statement);
        break;
      case 'For':
      case 'AsyncFor':
        if (statement.kind === 'AsyncFor') this.requireAsync(statement, "'async for' outside async function");
        this.target(statement.target);
        this.expr(statement.iter);
        this.loop(statement.body);
        this.statements(statement.orelse);
        break;
      case 'While':
        this.expr(statement.test);
        this.loop(statement.body);
        this.statements(statement.orelse);
        break;
      case 'With':
      case 'AsyncWith':
        if (statement.kind === 'AsyncWith') this.requireAsync(statement, "'async with' outside async function");
        for (const item of statement.items) {
          this.expr(item.context_expr);
          if (item.optional_vars !== null) this.target(item.optional_vars);
        }
        this.statements(statement.body);
        break;
      case 'Try':
      case 'TryStar':
        this.tryStatement(statement);
        break;
      case 'Match':
        this.expr(statement.subject);
        checkMatch(statement, this.report);
        for (const clause of statement.cases) {
          this.patternValues(clause.pattern);
          this.optional(clause.guard);
          this.statements(clause.body);
        }
        break;
      case 'Break':
      case 'Continue': {
        const around = scope.blocks[scope.blocks.length - 1];
        if (around === 'exceptStar') this.report('exceptStarJump', EXCEPT_STAR_JUMP, statement.start, statement.end);
        else if (around === undefined) {
          const message = statement.kind === 'Break' ? "'break' outside loop" : "'continue' not properly in loop";
          this.report('outsideLoop', message, statement.start, statement.end);
        }
        break;
      }
      case 'FunctionDef':
      case 'AsyncFunctionDef':
        this.functionDefinition(statement);
        break;
      case 'ClassDef':
        this.classDefinition(statement);
        break;
      case 'Delete':
        for (const target of statement.targets) this.target(target);
        break;
      case 'Raise':
        this.optional(statement.exc);
        this.optional(statement.cause);
        break;
      case 'Assert':
        this.expr(statement.test);
        this.optional(statement.msg);
        break;
      case 'Import':
      case 'ImportFrom':
        for (const alias of statement.names) {
          if (alias.name === '*') {
            if (scope.kind !== 'module') {
              this.report('starImport', 'import * only allowed at module level', alias.start, alias.end);
            }
          } else this.binding(alias.asname ?? alias.name, alias);
        }
        break;
      case 'Global':
      case 'Nonlocal':
        if (scope.declarations.length === 0) this.declaringScopes.push(scope);
        scope.declarations.push(statement);
        break;
      case 'TypeAlias': {
        this.binding(statement.name.name, statement.name);
        const inner = this.typeParameters(statement.type_params, statement);
        this.limited(statement.value, 'a type alias', inner);
        break;
      }
      case 'Pass':
        break;
    }
  }

  // --------------------------------------------------------------------------------------------------- statements

  private returnStatement(statement: Extract<Stmt, { kind: 'Return' }>): void {
    const { scope } = this;
    if (scope.kind !== 'function') this.report('outsideFunction', "'return' outside function", statement.start, statement.end);
    else if (scope.blocks.includes('exceptStar')) this.report('exceptStarJump', EXCEPT_STAR_JUMP, statement.start, statement.end);
    else if (statement.value !== null) scope.valueReturns.push(statement);
    this.optional(statement.value);
  }

  /** A chain of `elif`s is a loop here, however long. */
  private ifStatement(first: If): void {
    let statement = first;
    for (;;) {
      this.expr(statement.test);
      this.statements(statement.body);
      const [next] = statement.orelse;
      if (statement.orelse.length !== 1 || next?.kind !== 'If') break;
      statement = next;
    }
    this.statements(statement.orelse);
  }

  private loop(body: readonly Stmt[]): void {
    this.scope.blocks.push('loop');
    this.statements(body);
    this.scope.blocks.pop();
  }

  private requireAsync(statement: Stmt, message: string): void {
    if (this.scope.kind === 'function' && this.scope.isAsync) return;
    this.report('outsideAsync', message, statement.start, statement.end);
  }

  private tryStatement(statement: Try | TryStar): void {
    this.statements(statement.body);
    const { handlers } = statement;
    handlers.forEach((handler, index) => {
      if (handler.type === null && index < handlers.length - 1) {
        this.report('defaultExceptOrder', "default 'except:' must be last", handler.start, handler.end);
      }
      this.optional(handler.type);
      if (handler.name !== null) this.binding(handler.name, handler);
      if (statement.kind === 'TryStar') this.scope.blocks.push('exceptStar');
      this.statements(handler.body);
      if (statement.kind === 'TryStar') this.scope.blocks.pop();
    });
    this.statements(statement.orelse);
    this.statements(statement.finalbody);
  }

  // -------------------------------------------------------------------------------------------------- definitions

  private functionDefinition(node: FunctionDef | AsyncFunctionDef): void {
    for (const decorator of node.decorator_list) this.expr(decorator);
    this.binding(node.name, node);
    this.parameterDefaults(node.args);
    const outer = this.scope;
    const inner = this.typeParameters(node.type_params, node);
    this.parameterAnnotations(node.args, inner);
    if (node.returns !== null) this.annotation(node.returns, inner);
    this.scope = openScope('function', node, inner, {
      isAsync: node.kind === 'AsyncFunctionDef',
      typeParameters: node.type_params.map((param) => param.name),
    });
    this.parameterNames(node.args);
    this.statements(node.body);
    if (this.scope.isGenerator && this.scope.isAsync) {
      for (const statement of this.scope.valueReturns) {
        this.report('asyncGenerator', "'return' with value in async generator", statement.start, statement.end);
      }
    }
    this.scope = outer;
  }

  private classDefinition(node: ClassDef): void {
    for (const decorator of node.decorator_list) this.expr(decorator);
    this.binding(node.name, node);
    const outer = this.scope;
    const inner = this.typeParameters(node.type_params, node);
    this.scope = inner;
    this.callArguments(node.bases, node.keywords);
    this.scope = openScope('class', node, inner, { typeParameters: node.type_params.map((param) => param.name) });
    this.statements(node.body);
    this.scope = outer;
  }

  /** Checks type parameters; answers the scope they open for what is generic, or the current one without any. */
  private typeParameters(params: readonly TypeParam[], node: Stmt): Scope {
    if (params.length === 0) return this.scope;
    const inner = openScope('limited', node, this.scope, { label: 'the definition of a generic' });
    const seen = new Set<string>();
    let seenDefault = false;
    for (const param of params) {
      if (seen.has(param.name)) {
        this.report('repeatedTypeParameter', `duplicate type parameter '${param.name}'`, param.start, param.end);
      }
      seen.add(param.name);
      this.binding(param.name, param);
      if (param.kind === 'TypeVar' && param.bound !== null) {
        const label = param.bound.kind === 'Tuple' ? 'a TypeVar constraint' : 'a TypeVar bound';
        this.limited(param.bound, label, inner);
      }
      const { default_value } = param;
      if (default_value !== null) {
        seenDefault = true;
        this.limited(default_value.kind === 'Starred' ? default_value.value : default_value, `a ${param.kind} default`, inner);
      } else if (seenDefault) {
        const message = `non-default type parameter '${param.name}' follows default type parameter`;
        this.report('parameterOrder', message, param.start, param.end);
      }
    }
    return inner;
  }

  /** Annotations are ordinary expressions, unless the file defers them or the definition is generic. */
  private annotation(annotation: Expr, scope: Scope): void {
    const expr = annotation.kind === 'Starred' ? annotation.value : annotation;
    if (this.futureAnnotations) {
      this.limited(expr, 'an annotation', scope);
      return;
    }
    const outer = this.scope;
    this.scope = scope;
    this.expr(expr);
    this.scope = outer;
  }

  private parameterAnnotations(args: Arguments, scope: Scope): void {
    const all = [args.posonlyargs, args.args, args.kwonlyargs];
    for (const group of all) for (const arg of group) if (arg.annotation !== null) this.annotation(arg.annotation, scope);
    if (args.vararg !== null && args.vararg.annotation !== null) this.annotation(args.vararg.annotation, scope);
    if (args.kwarg !== null && args.kwarg.annotation !== null) this.annotation(args.kwarg.annotation, scope);
  }
}

const EXCEPT_STAR_JUMP = "'break', 'continue' and 'return' cannot appear in an except* block";
