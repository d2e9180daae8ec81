/**
 * Parses the statements that fit on one line: assignments in all forms, imports, jumps and declarations.
 */
import type { Alias, Attribute, Expr, Name, Operator, Stmt, Subscript, TypeParam } from '../ast/nodes.ts';
import * as T from '../lex/token-kind.ts';
import { invalidTarget, setContext } from './assignment-target.ts';
import { expressionName } from './expression-name.ts';
import { PatternParser } from './pattern-parser.ts';

const IN_PLACE: (Operator | undefined)[] = [];
IN_PLACE[T.PLUSEQUAL] = 'Add';
IN_PLACE[T.MINEQUAL] = 'Sub';
IN_PLACE[T.STAREQUAL] = 'Mult';
IN_PLACE[T.SLASHEQUAL] = 'Div';
IN_PLACE[T.PERCENTEQUAL] = 'Mod';
IN_PLACE[T.AMPEREQUAL] = 'BitAnd';
IN_PLACE[T.VBAREQUAL] = 'BitOr';
IN_PLACE[T.CIRCUMFLEXEQUAL] = 'BitXor';
IN_PLACE[T.LEFTSHIFTEQUAL] = 'LShift';
IN_PLACE[T.RIGHTSHIFTEQUAL] = 'RShift';
IN_PLACE[T.DOUBLESTAREQUAL] = 'Pow';
IN_PLACE[T.DOUBLESLASHEQUAL] = 'FloorDiv';
IN_PLACE[T.ATEQUAL] = 'MatMult';

export abstract class SimpleStatementParser extends PatternParser {
  protected abstract parseTypeParams(): TypeParam[];

  /** Simple statements with semicolons between them, and the line end. */
  protected parseSimpleStatements(body: Stmt[]): void {
    for (;;) {
      body.push(this.parseSimpleStatement());
      if (this.kinds[this.pos] === T.NEWLINE) {
        this.pos++;
        return;
      }
      if (!this.accept(T.SEMI)) {
        // `a not b` is wrong only at `b`: `not` might have begun `not in`.
        if (this.kinds[this.pos] === T.KW_NOT) this.pos++;
        this.failSyntax();
      }
      if (this.accept(T.NEWLINE)) return;
    }
  }

  protected parseSimpleStatement(): Stmt {
    const start = this.start;
    switch (this.kinds[this.pos]) {
      case T.NAME:
        if (this.kinds[this.pos + 1] === T.NAME && this.isNameText(this.pos, 'type')) return this.parseTypeAlias();
        return this.parseExpressionStatement();
      case T.KW_RETURN: {
        this.pos++;
        const value = this.atStatementEnd() ? null : this.parseStarExpressions();
        return { kind: 'Return', value, id: this.nodeCount++, start, end: this.lastEnd };
      }
      case T.KW_IMPORT:
        return this.parseImport();
      case T.KW_FROM:
        return this.parseImportFrom();
      case T.KW_RAISE:
        return this.parseRaise();
      case T.KW_PASS:
        this.pos++;
        return { kind: 'Pass', id: this.nodeCount++, start, end: this.lastEnd };
      case T.KW_BREAK:
        this.pos++;
        return { kind: 'Break', id: this.nodeCount++, start, end: this.lastEnd };
      case T.KW_CONTINUE:
        this.pos++;
        return { kind: 'Continue', id: this.nodeCount++, start, end: this.lastEnd };
      case T.KW_DEL:
        return this.parseDelete();
      case T.KW_ASSERT: {
        this.pos++;
        const test = this.parseExpression();
        const msg = this.accept(T.COMMA) ? this.parseExpression() : null;
        return { kind: 'Assert', test, msg, id: this.nodeCount++, start, end: this.lastEnd };
      }
      case T.KW_GLOBAL:
      case T.KW_NONLOCAL: {
        const kind = this.kinds[this.pos++] === T.KW_GLOBAL ? 'Global' : 'Nonlocal';
        const names = [this.expectName()];
        while (this.accept(T.COMMA)) names.push(this.expectName());
        return { kind, names, id: this.nodeCount++, start, end: this.lastEnd };
      }
      default:
        return this.parseExpressionStatement();
    }
  }

  private atStatementEnd(): boolean {
    const kind = this.kinds[this.pos];
    return kind === T.NEWLINE || kind === T.SEMI;
  }

  // -------------------------------------------------------------------------------------------------- assignments

  private parseExpressionStatement(): Stmt {
    const first = this.pos;
    const start = this.start;
    const expr = this.parseYieldOrStarExpressions();
    const kind = this.kinds[this.pos] as number;
    if (kind === T.EQUAL) return this.parseAssign(expr, first);
    if (kind === T.COLON) return this.parseAnnAssign(expr, first);
    const op = IN_PLACE[kind];
    if (op !== undefined) return this.parseAugAssign(expr, op, start);
    if (kind !== T.NEWLINE && kind !== T.SEMI) this.checkLegacyStatement(expr, first);
    return { kind: 'Expr', value: expr, id: this.nodeCount++, start, end: this.lastEnd };
  }

  private parseAssign(target: Expr, first: number): Stmt {
    const start = this.starts[first] as number;
    const targets: Expr[] = [];
    let next = target;
    let at = first;
    for (;;) {
      this.makeAssignTarget(next, at, targets.length === 0, first);
      targets.push(next);
      this.pos++;
      at = this.pos;
      next = this.parseYieldOrStarExpressions();
      if (this.kinds[this.pos] !== T.EQUAL) break;
    }
    return { kind: 'Assign', targets, value: next, id: this.nodeCount++, start, end: this.lastEnd };
  }

  private makeAssignTarget(target: Expr, first: number, isFirst: boolean, statement: number): void {
    const bare = this.kinds[first] === T.KW_YIELD;
    if (bare) this.fail('invalidTarget', 'assignment to yield expression not possible', target.start, target.end);
    const bad = invalidTarget(target, 'assign');
    if (bad === null) {
      setContext(target, 'Store');
      return;
    }
    if (isFirst) this.checkTargetForComparison(target, first);
    else if (this.kinds[statement] === T.NAME && this.kinds[statement + 1] === T.EQUAL) {
      // `x = None, y = 1`
      this.pos = statement + 1;
      const end = this.rightSideEnd();
      if (end !== null) {
        const message = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
        this.fail('assignmentForComparison', message, this.starts[statement] as number, end);
      }
    }
    this.makeTarget(target, bad, 'assign to');
  }

  private parseAnnAssign(target: Expr, first: number): Stmt {
    const start = this.starts[first] as number;
    switch (target.kind) {
      case 'Name':
      case 'Attribute':
      case 'Subscript':
        break;
      case 'List':
      case 'Tuple':
        this.pos++;
        this.parseExpression();
        this.fail(
          'illegalAnnotationTarget',
          `only single target (not ${expressionName(target)}) can be annotated`,
          target.start,
          target.end,
        );
        break;
      default:
        if (this.wouldParse(() => this.parseAnnotation()) === null) this.failSyntax();
        this.fail('illegalAnnotationTarget', 'illegal target for annotation', target.start, target.end);
    }
    const annotation = this.parseAnnotation();
    const value = this.accept(T.EQUAL) ? this.parseYieldOrStarExpressions() : null;
    setContext(target, 'Store');
    const simple = target.kind === 'Name' && this.kinds[first] === T.NAME;
    return { kind: 'AnnAssign', target, annotation, value, simple, id: this.nodeCount++, start, end: this.lastEnd };
  }

  private parseAnnotation(): Expr {
    this.pos++;
    return this.parseExpression();
  }

  private parseAugAssign(target: Expr, op: Operator, start: number): Stmt {
    this.pos++;
    const value = this.parseYieldOrStarExpressions();
    if (target.kind !== 'Name' && target.kind !== 'Attribute' && target.kind !== 'Subscript') {
      const message = `'${expressionName(target)}' is an illegal expression for augmented assignment`;
      return this.fail('invalidTarget', message, target.start, target.end);
    }
    setContext(target, 'Store');
    const single: Name | Attribute | Subscript = target;
    return { kind: 'AugAssign', target: single, op, value, id: this.nodeCount++, start, end: this.lastEnd };
  }

  /** `print x`, as in Python 2. */
  private checkLegacyStatement(expr: Expr, first: number): void {
    if (expr.kind !== 'Name' || this.pos !== first + 1 || (expr.name !== 'print' && expr.name !== 'exec')) return;
    const end = this.wouldParse(() => {
      this.parseStarExpressions();
      return this.lastEnd;
    });
    if (end === null) return;
    const message = `Missing parentheses in call to '${expr.name}'. Did you mean ${expr.name}(...)?`;
    this.fail('legacyStatement', message, expr.start, end);
  }

  private parseDelete(): Stmt {
    const start = this.start;
    this.pos++;
    const targets: Expr[] = [];
    do {
      if (targets.length > 0 && this.atStatementEnd()) break;
      const target = this.kinds[this.pos] === T.STAR ? this.parseStarred() : this.parseExpression();
      this.makeTarget(target, invalidTarget(target, 'delete'), 'delete');
      targets.push(target);
    } while (this.accept(T.COMMA));
    return { kind: 'Delete', targets, id: this.nodeCount++, start, end: this.lastEnd };
  }

  private parseRaise(): Stmt {
    const start = this.start;
    this.pos++;
    let exc: Expr | null = null;
    let cause: Expr | null = null;
    if (!this.atStatementEnd()) {
      exc = this.parseExpression();
      if (this.accept(T.KW_FROM)) cause = this.parseExpression();
    }
    return { kind: 'Raise', exc, cause, id: this.nodeCount++, start, end: this.lastEnd };
  }

  /** `type Name[params] = value` */
  private parseTypeAlias(): Stmt {
    const start = this.start;
    this.pos++;
    const at = this.pos++;
    const span = { start: this.starts[at] as number, end: this.ends[at] as number };
    const name: Name = { kind: 'Name', name: this.nameAt(at), ctx: 'Store', id: this.nodeCount++, ...span };
    const type_params = this.kinds[this.pos] === T.LSQB ? this.parseTypeParams() : [];
    this.expect(T.EQUAL);
    const value = this.parseExpression();
    return { kind: 'TypeAlias', name, type_params, value, id: this.nodeCount++, start, end: this.lastEnd };
  }

  // ------------------------------------------------------------------------------------------------------ imports

  private parseImport(): Stmt {
    const start = this.start;
    this.pos++;
    const names: Alias[] = [];
    do names.push(this.parseAlias(true));
    while (this.accept(T.COMMA));
    if (this.kinds[this.pos] === T.KW_FROM && this.kinds[this.pos + 1] === T.NAME && names.every((alias) => alias.asname === null)) {
      this.pos++;
      this.parseDottedModule();
      this.fail('importForm', "Did you mean to use 'from ... import ...' instead?", start, this.lastEnd);
    }
    return { kind: 'Import', names, id: this.nodeCount++, start, end: this.lastEnd };
  }

  private parseImportFrom(): Stmt {
    const start = this.start;
    this.pos++;
    let level = 0;
    for (;;) {
      if (this.accept(T.DOT)) level++;
      else if (this.accept(T.ELLIPSIS)) level += 3;
      else break;
    }
    let module: string | null = null;
    if (level === 0 || this.kinds[this.pos] === T.NAME) module = this.parseDottedModule();
    this.expect(T.KW_IMPORT);
    const names = this.parseImportedNames();
    return { kind: 'ImportFrom', module, names, level, id: this.nodeCount++, start, end: this.lastEnd };
  }

  private parseImportedNames(): Alias[] {
    if (this.kinds[this.pos] === T.STAR) {
      const start = this.start;
      this.pos++;
      return [{ kind: 'alias', name: '*', asname: null, id: this.nodeCount++, start, end: this.lastEnd }];
    }
    const parenthesized = this.accept(T.LPAR);
    const names = [this.parseAlias(false)];
    while (this.accept(T.COMMA)) {
      if (parenthesized && this.kinds[this.pos] === T.RPAR) break;
      if (this.kinds[this.pos] === T.NEWLINE) {
        this.failAt('importForm', 'trailing comma not allowed without surrounding parentheses', this.pos);
      }
      names.push(this.parseAlias(false));
    }
    if (parenthesized) this.expect(T.RPAR);
    return names;
  }

  private parseAlias(dotted: boolean): Alias {
    const start = this.start;
    const name = dotted ? this.parseDottedModule() : this.expectName();
    const asname = this.accept(T.KW_AS) ? this.expectName() : null;
    return { kind: 'alias', name, asname, id: this.nodeCount++, start, end: this.lastEnd };
  }

  private parseDottedModule(): string {
    let name = this.expectName();
    while (this.accept(T.DOT)) name += `.${this.expectName()}`;
    return name;
  }
}
