/**
 * Walks expressions with the scope they are in: stars, `yield`, `await`, `:=`, comprehensions, repeated arguments and
 * the one name that nothing may bind.
 *
 * What can be thousands of terms long (operators, attributes, calls, subscripts on the left) is walked in a loop.
 */
import type {
  Arguments,
  Comprehension,
  DictComp,
  Expr,
  GeneratorExp,
  Keyword,
  ListComp,
  NamedExpr,
  Node,
  Pattern,
  SetComp,
} from '../ast/nodes.ts';
import { type SyntaxDiagnostic, type SyntaxFault, syntaxDiagnostic } from '../lex/syntax-diagnostic.ts';
import { openScope, type Scope, targetNames } from './scope.ts';

/** Adds one diagnostic. */
export type Report = (fault: SyntaxFault, message: string, start: number, end: number) => void;

type AnyComprehension = ListComp | SetComp | DictComp | GeneratorExp;

const COMPREHENSION_LABEL = {
  ListComp: 'list comprehension',
  SetComp: 'set comprehension',
  DictComp: 'dict comprehension',
  GeneratorExp: 'generator expression',
} as const;

export abstract class ExpressionContextCheck {
  /** Scopes with `global` or `nonlocal` statements, in the order in which the first of them was met. */
  readonly declaringScopes: Scope[] = [];
  protected readonly futureAnnotations: boolean;
  protected readonly report: Report;
  protected scope!: Scope;

  constructor(futureAnnotations: boolean, diagnostics: SyntaxDiagnostic[]) {
    this.futureAnnotations = futureAnnotations;
    this.report = (fault, message, start, end) => {
      diagnostics.push(syntaxDiagnostic(fault, message, start, end));
    };
  }

  protected optional(expr: Expr | null): void {
    if (expr !== null) this.expr(expr);
  }

  /** An expression that is read. */
  protected expr(first: Expr): void {
    let expr = first;
    for (;;) {
      switch (expr.kind) {
        case 'Name':
        case 'Constant':
          return;
        case 'Attribute':
          expr = expr.value;
          continue;
        case 'BinOp':
          this.expr(expr.right);
          expr = expr.left;
          continue;
        case 'Call':
          this.callArguments(expr.args, expr.keywords);
          expr = expr.func;
          continue;
        case 'Subscript':
          this.expr(expr.slice);
          expr = expr.value;
          continue;
        case 'UnaryOp':
          expr = expr.operand;
          continue;
        case 'IfExp':
          this.expr(expr.test);
          this.expr(expr.body);
          expr = expr.orelse;
          continue;
        default:
          this.otherExpr(expr);
          return;
      }
    }
  }

  private otherExpr(expr: Expr): void {
    switch (expr.kind) {
      case 'BoolOp':
        for (const value of expr.values) this.expr(value);
        break;
      case 'Compare':
        this.expr(expr.left);
        for (const comparator of expr.comparators) this.expr(comparator);
        break;
      case 'Tuple':
      case 'List':
      case 'Set':
        this.elements(expr.elts);
        break;
      case 'Dict':
        for (const key of expr.keys) this.optional(key);
        for (const value of expr.values) this.expr(value);
        break;
      case 'Slice':
        this.optional(expr.lower);
        this.optional(expr.upper);
        this.optional(expr.step);
        break;
      case 'JoinedStr':
        for (const value of expr.values) this.otherExpr(value);
        break;
      case 'FormattedValue':
        this.expr(expr.value);
        if (expr.format_spec !== null) this.otherExpr(expr.format_spec);
        break;
      case 'Starred':
        this.report('misplacedStar', "can't use starred expression here", expr.start, expr.end);
        this.expr(expr.value);
        break;
      case 'Lambda': {
        this.parameterDefaults(expr.args);
        const outer = this.scope;
        this.scope = openScope('lambda', expr, outer);
        this.parameterNames(expr.args);
        this.expr(expr.body);
        this.scope = outer;
        break;
      }
      case 'ListComp':
      case 'SetComp':
      case 'DictComp':
      case 'GeneratorExp':
        this.comprehension(expr);
        break;
      case 'NamedExpr':
        this.namedExpr(expr);
        break;
      case 'Yield':
      case 'YieldFrom':
        this.yieldExpr(expr);
        break;
      case 'Await':
        this.awaitExpr(expr);
        break;
      default:
        this.expr(expr);
    }
  }

  private elements(elts: readonly Expr[]): void {
    for (const element of elts) this.expr(element.kind === 'Starred' ? element.value : element);
  }

  /** Arguments of a call or a class header: stars are welcome, a keyword only once. */
  protected callArguments(args: readonly Expr[], keywords: readonly Keyword[]): void {
    this.elements(args);
    const seen = keywords.length > 1 ? new Set<string>() : null;
    for (const keyword of keywords) {
      this.expr(keyword.value);
      if (keyword.arg === null) continue;
      this.binding(keyword.arg, keyword);
      if (seen === null) continue;
      if (seen.has(keyword.arg)) this.report('repeatedKeyword', `keyword argument repeated: ${keyword.arg}`, keyword.start, keyword.end);
      seen.add(keyword.arg);
    }
  }

  // ------------------------------------------------------------------------------------------------------ targets

  /** A target of an assignment, a loop, `with` or `del`. */
  protected target(target: Expr): void {
    if (target.kind === 'Starred') {
      this.report('misplacedStar', 'starred assignment target must be in a list or tuple', target.start, target.end);
      this.target(target.value);
      return;
    }
    this.targetPart(target);
  }

  private targetPart(target: Expr): void {
    switch (target.kind) {
      case 'Name':
        this.binding(target.name, target, target.ctx === 'Del');
        break;
      case 'Attribute':
        this.binding(target.attr, target, target.ctx === 'Del');
        this.expr(target.value);
        break;
      case 'Subscript':
        this.expr(target.value);
        this.expr(target.slice);
        break;
      case 'Tuple':
      case 'List': {
        let starred = false;
        for (const element of target.elts) {
          if (element.kind !== 'Starred') {
            this.targetPart(element);
            continue;
          }
          if (starred) this.report('misplacedStar', 'multiple starred expressions in assignment', target.start, target.end);
          starred = true;
          this.target(element.value);
        }
        break;
      }
      default:
        this.expr(target);
    }
  }

  /** Nothing may bind `__debug__`. */
  protected binding(name: string, node: Node, deletes = false): void {
    if (name !== '__debug__') return;
    this.report('reservedName', `cannot ${deletes ? 'delete' : 'assign to'} __debug__`, node.start, node.end);
  }

  protected parameterDefaults(args: Arguments): void {
    for (const value of args.defaults) this.expr(value);
    for (const value of args.kw_defaults) this.optional(value);
  }

  protected parameterNames(args: Arguments): void {
    const { posonlyargs, vararg, kwonlyargs, kwarg } = args;
    const all = [...posonlyargs, ...args.args];
    if (vararg !== null) all.push(vararg);
    all.push(...kwonlyargs);
    if (kwarg !== null) all.push(kwarg);
    const seen = new Set<string>();
    for (const arg of all) {
      this.binding(arg.arg, arg);
      if (seen.has(arg.arg)) {
        this.report('repeatedArgument', `duplicate argument '${arg.arg}' in function definition`, arg.start, arg.end);
      }
      seen.add(arg.arg);
    }
  }

  /** The expressions inside a pattern: values, keys, class names. */
  protected patternValues(pattern: Pattern): void {
    switch (pattern.kind) {
      case 'MatchSequence':
      case 'MatchOr':
        for (const part of pattern.patterns) this.patternValues(part);
        break;
      case 'MatchMapping':
        for (const part of pattern.patterns) this.patternValues(part);
        if (pattern.rest !== null) this.binding(pattern.rest, pattern);
        break;
      case 'MatchClass':
        for (const part of pattern.patterns) this.patternValues(part);
        for (const part of pattern.kwd_patterns) this.patternValues(part);
        for (const attr of pattern.kwd_attrs) this.binding(attr, pattern);
        break;
      case 'MatchAs':
        if (pattern.pattern !== null) this.patternValues(pattern.pattern);
        if (pattern.name !== null) this.binding(pattern.name, pattern);
        break;
      case 'MatchStar':
        if (pattern.name !== null) this.binding(pattern.name, pattern);
        break;
      case 'MatchValue':
      case 'MatchSingleton':
        break;
    }
  }

  // ----------------------------------------------------------------------------- yield, await, :=, comprehensions

  private yieldExpr(expr: Extract<Expr, { kind: 'Yield' | 'YieldFrom' }>): void {
    const { scope } = this;
    if (scope.kind === 'limited') this.refuseIn(scope, 'yield expression', expr);
    else if (scope.kind === 'comprehension') {
      this.report('yieldInComprehension', `'yield' inside ${scope.label}`, expr.start, expr.end);
    } else if (scope.kind === 'module' || scope.kind === 'class') {
      this.report('outsideFunction', "'yield' outside function", expr.start, expr.end);
    } else {
      scope.isGenerator = true;
      if (expr.kind === 'YieldFrom' && scope.isAsync) {
        this.report('asyncGenerator', "'yield from' inside async function", expr.start, expr.end);
      }
    }
    this.optional(expr.value);
  }

  private awaitExpr(expr: Extract<Expr, { kind: 'Await' }>): void {
    const { scope } = this;
    if (scope.kind === 'limited') this.refuseIn(scope, 'await expression', expr);
    else if (scope.kind === 'comprehension') scope.awaits = true;
    else if (scope.kind === 'module' || scope.kind === 'class') {
      this.report('outsideAsync', "'await' outside function", expr.start, expr.end);
    } else if (!scope.isAsync) this.report('outsideAsync', "'await' outside async function", expr.start, expr.end);
    this.expr(expr.value);
  }

  private namedExpr(expr: NamedExpr): void {
    const { scope } = this;
    const { name } = expr.target;
    this.binding(name, expr.target);
    if (scope.kind === 'limited') this.refuseIn(scope, 'named expression', expr);
    else if (scope.iterableDepth > 0) {
      const message = 'assignment expression cannot be used in a comprehension iterable expression';
      this.report('namedExpressionScope', message, expr.start, expr.end);
    } else if (scope.kind === 'comprehension') this.namedInComprehension(expr, name);
    this.expr(expr.value);
  }

  /** In a comprehension, `:=` binds in the function or module around all comprehensions. */
  private namedInComprehension(expr: NamedExpr, name: string): void {
    let around: Scope | null = this.scope;
    for (; around !== null && around.kind === 'comprehension'; around = around.parent) {
      if (around.loopNames.has(name)) {
        const message = `assignment expression cannot rebind comprehension iteration variable '${name}'`;
        this.report('namedExpressionScope', message, expr.target.start, expr.target.end);
        return;
      }
      around.walrusNames.add(name);
    }
    if (around?.kind !== 'class' && around?.kind !== 'limited') return;
    const where = around.kind === 'class' ? 'in a class body' : `${around.label.startsWith('the') ? 'within' : 'in'} ${around.label}`;
    const message = `assignment expression within a comprehension cannot be used ${where}`;
    this.report('namedExpressionScope', message, expr.target.start, expr.target.end);
  }

  private comprehension(expr: AnyComprehension): void {
    const outer = this.scope;
    const [first] = expr.generators;
    outer.iterableDepth++;
    this.expr((first as Comprehension).iter);
    outer.iterableDepth--;
    const scope = openScope('comprehension', expr, outer, { label: COMPREHENSION_LABEL[expr.kind] });
    this.scope = scope;
    expr.generators.forEach((clause, index) => {
      const names = new Set<string>();
      targetNames(clause.target, names);
      for (const name of names) {
        if (scope.walrusNames.has(name)) {
          const message = `comprehension inner loop cannot rebind assignment expression target '${name}'`;
          this.report('namedExpressionScope', message, clause.target.start, clause.target.end);
        }
        scope.loopNames.add(name);
      }
      if (clause.is_async) scope.awaits = true;
      this.target(clause.target);
      if (index > 0) {
        scope.iterableDepth++;
        this.expr(clause.iter);
        scope.iterableDepth--;
      }
      for (const test of clause.ifs) this.expr(test);
    });
    if (expr.kind === 'DictComp') {
      this.expr(expr.key);
      this.expr(expr.value);
    } else this.expr(expr.elt);
    this.scope = outer;
    // A generator expression may await anywhere: whoever iterates over it has to be asynchronous.
    if (!scope.awaits || expr.kind === 'GeneratorExp') return;
    if (outer.kind === 'comprehension') outer.awaits = true;
    else if (!outer.isAsync) {
      this.report('outsideAsync', 'asynchronous comprehension outside of an asynchronous function', expr.start, expr.end);
    }
  }

  /** Checks an expression that has a scope of its own in which nothing may be bound or suspended. */
  protected limited(expr: Expr, label: string, parent: Scope): void {
    const outer = this.scope;
    this.scope = openScope('limited', expr, parent, { label });
    this.expr(expr);
    this.scope = outer;
  }

  private refuseIn(scope: Scope, what: string, expr: Expr): void {
    this.report('forbiddenInAnnotation', `${what} cannot be used within ${scope.label}`, expr.start, expr.end);
  }
}
