/**
 * Parses definitions: functions, classes, their decorators and type parameters.
 */
import type { Expr, Keyword, Stmt, TypeParam } from '../ast/nodes.ts';
import * as T from '../lex/token-kind.ts';
import { CompoundStatementParser } from './compound-statement-parser.ts';

export abstract class DefinitionParser extends CompoundStatementParser {
  /** Decorators and the definition they are for. */
  protected parseDecorated(): Stmt {
    const decorators: Expr[] = [];
    while (this.accept(T.AT)) {
      decorators.push(this.parseNamedExpression());
      this.expect(T.NEWLINE);
    }
    const start = this.start;
    if (this.kinds[this.pos] === T.KW_DEF) return this.parseFunction(false, start, decorators);
    if (this.kinds[this.pos] === T.KW_CLASS) return this.parseClass(decorators);
    if (this.kinds[this.pos] !== T.KW_ASYNC) this.failSyntax();
    this.pos++;
    if (this.kinds[this.pos] !== T.KW_DEF) this.failSyntax();
    return this.parseFunction(true, start, decorators);
  }

  /** `def`, perhaps after `async`, where the statement starts. */
  protected parseFunction(isAsync: boolean, start: number, decorator_list: Expr[]): Stmt {
    const keyword = this.pos++;
    const name = this.expectName();
    const type_params = this.kinds[this.pos] === T.LSQB ? this.parseTypeParams() : [];
    this.expectForced(T.LPAR);
    const args = this.parseParameters(T.RPAR);
    this.expect(T.RPAR);
    if (this.kinds[this.pos] === T.ARROW && !this.startsExpression(this.pos + 1)) this.failExpected(T.COLON);
    const returns = this.accept(T.ARROW) ? this.parseExpression() : null;
    this.expectForced(T.COLON);
    const body = this.parseBlock('function definition', keyword);
    const kind = isAsync ? 'AsyncFunctionDef' : 'FunctionDef';
    return { kind, name, args, body, decorator_list, returns, type_params, id: this.nodeCount++, start, end: this.statementEnd() };
  }

  protected parseClass(decorator_list: Expr[]): Stmt {
    const keyword = this.pos++;
    const start = this.starts[keyword] as number;
    const name = this.expectName();
    const type_params = this.kinds[this.pos] === T.LSQB ? this.parseTypeParams() : [];
    let bases: Expr[] = [];
    let keywords: Keyword[] = [];
    if (this.accept(T.LPAR)) ({ args: bases, keywords } = this.parseArguments(false));
    this.expectColon();
    const body = this.parseBlock('class definition', keyword);
    return {
      kind: 'ClassDef',
      name,
      bases,
      keywords,
      body,
      decorator_list,
      type_params,
      id: this.nodeCount++,
      start,
      end: this.statementEnd(),
    };
  }

  // ---------------------------------------------------------------------------------------------- type parameters

  protected parseTypeParams(): TypeParam[] {
    this.pos++;
    if (this.kinds[this.pos] === T.RSQB) this.failAt('invalidParameter', 'Type parameter list cannot be empty', this.pos);
    const params: TypeParam[] = [];
    do {
      if (this.kinds[this.pos] === T.RSQB) break;
      params.push(this.parseTypeParam());
    } while (this.accept(T.COMMA));
    this.expect(T.RSQB);
    return params;
  }

  private parseTypeParam(): TypeParam {
    const start = this.start;
    const first = this.kinds[this.pos];
    if (first === T.STAR || first === T.DOUBLESTAR) {
      this.pos++;
      const name = this.expectName();
      if (this.kinds[this.pos] === T.COLON) this.refuseBound(first === T.STAR ? 'TypeVarTuple' : 'ParamSpec');
      let default_value: Expr | null = null;
      if (this.accept(T.EQUAL)) {
        default_value = first === T.STAR && this.kinds[this.pos] === T.STAR ? this.parseStarred() : this.parseExpression();
      }
      const kind = first === T.STAR ? 'TypeVarTuple' : 'ParamSpec';
      return { kind, name, default_value, id: this.nodeCount++, start, end: this.lastEnd };
    }
    const name = this.expectName();
    const bound = this.accept(T.COLON) ? this.parseExpression() : null;
    const default_value = this.accept(T.EQUAL) ? this.parseExpression() : null;
    return { kind: 'TypeVar', name, bound, default_value, id: this.nodeCount++, start, end: this.lastEnd };
  }

  private refuseBound(kind: string): never {
    const colon = this.pos++;
    const bound = this.parseExpression();
    const what = bound.kind === 'Tuple' ? 'constraints' : 'bound';
    this.fail('invalidParameter', `cannot use ${what} with ${kind}`, this.starts[colon] as number, this.lastEnd);
  }
}
