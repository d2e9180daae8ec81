/**
 * Properties of every tree: dense node numbers, spans inside their parents, contexts, and shapes worth pinning.
 */
import { describe, expect, it } from 'vitest';
import type { Expr, Node, Stmt } from '../../src/ast/nodes.ts';
import { forEachChild, walk } from '../../src/ast/walk.ts';
import { parseGrammar } from '../../src/parse/parse-module.ts';
import { ACCEPTED } from './accepted-texts.ts';

function body(source: string): readonly Stmt[] {
  const { module, diagnostics } = parseGrammar(source, 'tree.py');
  expect(diagnostics).toEqual([]);
  return module.body;
}

function expression(source: string): Expr {
  const [statement] = body(source);
  if (statement?.kind !== 'Expr') throw new Error(`${source} is no expression`);
  return statement.value;
}

describe('every tree', () => {
  it('numbers its nodes densely and without repetition', () => {
    for (const source of ACCEPTED) {
      const { module } = parseGrammar(source, 'tree.py');
      const seen = new Uint8Array(module.nodeCount);
      let count = 0;
      walk(module, (node) => {
        expect(seen[node.id]).toBe(0);
        seen[node.id] = 1;
        count++;
      });
      expect(count).toBe(module.nodeCount);
    }
  });

  it('keeps the span of a node inside that of its parent', () => {
    const check = (node: Node): void => {
      forEachChild(node, (child) => {
        expect(child.start).toBeLessThanOrEqual(child.end);
        // Decorators stand before the definition they belong to.
        const isDecorator = 'decorator_list' in node && (node.decorator_list as readonly Node[]).includes(child);
        if (!isDecorator) expect(child.start).toBeGreaterThanOrEqual(node.start);
        expect(child.end).toBeLessThanOrEqual(node.end);
        check(child);
      });
    };
    for (const source of ACCEPTED) check(parseGrammar(source, 'tree.py').module);
  });

  it('marks what is bound and deleted', () => {
    const [assign, remove, loop] = body('a, [b.c, *d[e]] = f\ndel g, h.i\nfor j in k: pass\n');
    const contexts: string[] = [];
    for (const statement of [assign, remove, loop] as Stmt[]) {
      walk(statement, (node) => {
        if ('ctx' in node) contexts.push(`${node.kind} ${node.kind === 'Name' ? node.name : ''} ${node.ctx}`);
      });
    }
    expect(contexts.filter((line) => !line.endsWith('Load'))).toEqual([
      'Tuple  Store',
      'Name a Store',
      'List  Store',
      'Attribute  Store',
      'Starred  Store',
      'Subscript  Store',
      'Name g Del',
      'Attribute  Del',
      'Name j Store',
    ]);
  });
});

describe('shapes', () => {
  it('joins and/or chains of one operator only', () => {
    expect(expression('a or b or (c or d) and e')).toMatchObject({
      kind: 'BoolOp',
      op: 'Or',
      values: [{ name: 'a' }, { name: 'b' }, { kind: 'BoolOp', op: 'And', values: [{ kind: 'BoolOp', op: 'Or' }, { name: 'e' }] }],
    });
  });

  it('binds ** tighter than a sign on its left and looser than one on its right', () => {
    expect(expression('-a ** -b')).toMatchObject({
      kind: 'UnaryOp',
      operand: { kind: 'BinOp', op: 'Pow', right: { kind: 'UnaryOp', op: 'USub' } },
    });
  });

  it('keeps comparisons flat', () => {
    expect(expression('a < b not in c is not d')).toMatchObject({ kind: 'Compare', ops: ['Lt', 'NotIn', 'IsNot'] });
  });

  it('reads constants', () => {
    const values = (source: string) =>
      (expression(source) as Extract<Expr, { kind: 'Tuple' }>).elts.map((e) => (e.kind === 'Constant' ? e.value : e.kind));
    expect(values('0x_ff, 1_000, 0b11, 0o17, 00, 123456789012345678901234567890')).toEqual(
      [255n, 1000n, 3n, 15n, 0n, 123456789012345678901234567890n].map((value) => ({ type: 'int', value })),
    );
    expect(values('1., .5, 1e3, 1_0.5e-1_0, 1e400')).toEqual(
      [1, 0.5, 1000, 10.5e-10, Number.POSITIVE_INFINITY].map((value) => ({ type: 'float', value })),
    );
    expect(values('1j, 1.5J, None, True, ...')).toEqual([
      { type: 'imaginary', value: 1 },
      { type: 'imaginary', value: 1.5 },
      { type: 'none' },
      { type: 'bool', value: true },
      { type: 'ellipsis' },
    ]);
  });

  it.each<[string, string]>([
    ['"\\x41\\u0042\\U00000043\\103"', 'ABCC'],
    ['"\\N{BULLET}\\N{em dash}\\N{LINE FEED}\\N{HANGUL SYLLABLE GAG}\\N{CJK UNIFIED IDEOGRAPH-4E00}"', '•—\n각一'],
    ['"\\q\\8\\\'"', "\\q\\8'"],
    ['"a\\\nb"', 'ab'],
    ['"a\\\r\nb"', 'ab'],
    ['"""a\r\nb\rc"""', 'a\nb\nc'],
    ['r"\\n\\""', '\\n\\"'],
    ['"\\ud800\\U0001F600"', '\ud800😀'],
    ['"a" "b" u"c"', 'abc'],
    ['"\\377\\0"', 'ÿ\0'],
  ])('decodes %j', (source, value) => {
    expect(expression(source)).toMatchObject({ kind: 'Constant', value: { type: 'str', value } });
  });

  it('decodes bytes', () => {
    expect(expression('b"\\x00\\377\\401\\n\\q" br"\\n"')).toMatchObject({
      value: { type: 'bytes', value: Uint8Array.from([0, 255, 1, 10, 92, 113, 92, 110]) },
    });
  });

  it('joins text around the fields of f-strings, across literals', () => {
    const text = (value: string) => ({ kind: 'Constant', value: { type: 'str', value } });
    expect(expression('"a{" f"b{{{c}}}{d!r:>{e}}" "f"')).toMatchObject({
      kind: 'JoinedStr',
      values: [
        text('a{b{'),
        { kind: 'FormattedValue', value: { name: 'c' }, conversion: -1, format_spec: null },
        text('}'),
        { conversion: 114, format_spec: { kind: 'JoinedStr', values: [text('>'), { value: { name: 'e' } }] } },
        text('f'),
      ],
    });
    expect(expression('f"{ x = }{y=!s}{z=:>3}"')).toMatchObject({
      values: [text(' x = '), { conversion: 114 }, text('y='), { conversion: 115 }, text('z='), { conversion: -1 }],
    });
    expect(expression('f""')).toMatchObject({ kind: 'JoinedStr', values: [] });
  });

  it('normalises names', () => {
    expect(expression('ℌ')).toMatchObject({ kind: 'Name', name: 'H' });
    expect(expression('a.ﬁ')).toMatchObject({ kind: 'Attribute', attr: 'fi' });
  });

  it('tells with items from an expression in parentheses', () => {
    const items = (source: string) => {
      const [statement] = body(source);
      return statement?.kind === 'With' ? statement.items.map((item) => item.context_expr.kind) : null;
    };
    expect(items('with (a, b): pass')).toEqual(['Name', 'Name']);
    expect(items('with (a, b) as c: pass')).toEqual(['Tuple']);
    expect(items('with (a as b, c): pass')).toEqual(['Name', 'Name']);
    expect(items('with (a, *b): pass')).toEqual(['Tuple']);
    expect(items('with (yield_, x)[0]: pass')).toEqual(['Subscript']);
    expect(items('with (a for a in b): pass')).toEqual(['GeneratorExp']);
    expect(items('with (lambda x, *y: x, b): pass')).toEqual(['Lambda', 'Name']);
  });

  it('knows match statements from expressions', () => {
    const kinds = (source: string) => body(source).map((statement) => statement.kind);
    expect(kinds('match(x)\nmatch[x]\nmatch -x\nmatch * x\nmatch not in x\nmatch.x = 1\nmatch: int\n')).toEqual([
      'Expr',
      'Expr',
      'Expr',
      'Expr',
      'Expr',
      'Assign',
      'AnnAssign',
    ]);
    expect(kinds('match(x):\n    case 1: pass\nmatch[x]:\n    case 1: pass\nmatch -x:\n    case 1: pass\n')).toEqual([
      'Match',
      'Match',
      'Match',
    ]);
  });

  it('makes nested ifs of elif, all ending together', () => {
    const [statement] = body('if a: b\nelif c: d\nelif e: f\nelse: g\n');
    expect(statement).toMatchObject({ kind: 'If', end: 35, orelse: [{ kind: 'If', start: 8, end: 35, orelse: [{ start: 18, end: 35 }] }] });
  });
});
