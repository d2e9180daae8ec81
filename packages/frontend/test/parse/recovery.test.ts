/**
 * After a fault: how many more are found, what is kept of the tree, and that nothing at all makes the parser fail.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TOKEN_TEXT } from '../../src/lex/token-kind.ts';
import { parseModule } from '../../src/parse/parse-module.ts';
import { ACCEPTED } from './accepted-texts.ts';

function faults(source: string): string[] {
  const { module, diagnostics } = parseModule(source, 'broken.py');
  return diagnostics.map((fault) => `${module.lines.line(fault.start)}: ${fault.message}`);
}

describe('recovery', () => {
  it('reports one fault for each statement that has one', () => {
    expect(faults('x = = 1\ny = 2\nf(a=1, 2)\nz = (1,\n2]\nw = 3\n')).toEqual([
      '1: invalid syntax',
      '3: positional argument follows keyword argument',
      "5: closing parenthesis ']' does not match opening parenthesis '(' on line 4",
    ]);
  });

  it('reads the block of a broken header, and drops the clauses that belonged to it', () => {
    expect(faults('if a\n    x = = 1\nelif b:\n    pass\nelse:\n    y = = 2\nz = 1\n')).toEqual([
      "1: expected ':'",
      '2: invalid syntax',
      '6: invalid syntax',
    ]);
    expect(faults('match a\n    case 1: pass\n    case 2: x = = 1\ny = 1\n')).toEqual(["1: expected ':'", '3: invalid syntax']);
    expect(faults('match a:\n    case 1 + 1: pass\n    case 2: pass\ny = 1\n')).toEqual([
      '2: imaginary number required in complex literal',
    ]);
  });

  it('ends brackets that were never closed at the next definition', () => {
    expect(faults('x = f(1, [2,\ndef g():\n    return = 1\n\ny = (\nclass C: pass\n')).toEqual([
      "1: '[' was never closed",
      '3: invalid syntax',
      "5: '(' was never closed",
    ]);
  });

  it('goes on after missing and unexpected blocks', () => {
    expect(faults('def f():\nx = 1\n    y = 2\n    z = = 3\nif a:\nw = 4\n')).toEqual([
      '2: expected an indented block after function definition on line 1',
      '3: unexpected indent',
      '4: invalid syntax',
      "6: expected an indented block after 'if' statement on line 5",
    ]);
    expect(faults('if a:\n        b\n    c\nd = = 1\n')).toEqual([
      '3: unindent does not match any outer indentation level',
      '4: invalid syntax',
    ]);
    expect(faults('if a:\n        b\n\tc\nd = = 1\n')).toEqual([
      '3: inconsistent use of tabs and spaces in indentation',
      '4: invalid syntax',
    ]);
  });

  it('goes on after strings that do not end', () => {
    expect(faults("x = 'a\ny = f'{b\nz = f'{c'\nw = 1 +\n")).toContain('1: unterminated string literal (detected at line 1)');
    expect(faults('x = 1\ny = """abc\nz = 2\n')).toEqual(['2: unterminated triple-quoted string literal (detected at line 3)']);
  });

  it('keeps the statements around a fault', () => {
    const { module } = parseModule('a = 1\nb = = 2\nc = 3\n', 'broken.py');
    expect(module.body.map((statement) => statement.start)).toEqual([0, 14]);
  });

  it('stops after a hundred faults', () => {
    expect(faults('x = = 1\n'.repeat(5000))).toHaveLength(100);
  });
});

describe('limits', () => {
  const messages = (source: string) => parseModule(source, 'deep.py').diagnostics.map((fault) => fault.message);

  it.each([
    ['operators', 'x = 1', ' + 1'],
    ['mixed operators', 'x = 1', ' - 2 * 3'],
    ['boolean operators', 'x = a', ' or b'],
    ['comparisons', 'x = a', ' < b'],
    ['attributes', 'x = a', '.b'],
    ['calls', 'x = a', '()'],
    ['subscripts', 'x = a', '[0]'],
    ['strings', 'x = "a"', ' "b"'],
    ['targets', 'x = 1', ' = y'.replace('1', 'x')],
    ['arguments', 'f(a', ', b'],
    ['elif arms', 'if a: b', '\nelif c: d'],
    ['comprehension clauses', '[a for b in c', ' for d in e'],
  ])('takes five thousand %s', (what, first, more) => {
    const closing = what === 'arguments' ? ')' : what === 'comprehension clauses' ? ']' : '';
    const start = what === 'targets' ? 'x' : first;
    expect(messages(`${start}${more.repeat(5000)}${closing}\n`)).toEqual([]);
  });

  it('takes 200 brackets and 99 indents, and no more', () => {
    const nested = (open: string, close: string, depth: number) => `x = ${open.repeat(depth)}1${close.repeat(depth)}\n`;
    expect(messages(nested('(', ')', 200))).toEqual([]);
    expect(messages(nested('[', ']', 200))).toEqual([]);
    expect(messages(nested('(', ')', 201))).toEqual(['too many nested parentheses']);
    const blocks = (depth: number) =>
      `${Array.from({ length: depth }, (_, at) => `${' '.repeat(at)}if a:\n`).join('')}${' '.repeat(depth)}b\n`;
    expect(messages(blocks(99))).toEqual([]);
    expect(messages(blocks(100))).toContain('too many levels of indentation');
  });

  it.each([
    ['not ', 'a'],
    ['- ', 'a'],
    ['a ** ', 'a'],
    ['lambda: ', 'a'],
    ['a if b else ', 'c'],
  ])('refuses %j nested too deeply, with a diagnostic', (prefix, last) => {
    expect(messages(`x = ${prefix.repeat(400)}${last}\n`)).toEqual([]);
    expect(messages(`x = ${prefix.repeat(100_000)}${last}\n`)).toEqual([expect.stringContaining('nested')]);
  });

  it('refuses huge decimal integers, and takes huge hexadecimal ones', () => {
    expect(messages(`x = ${'9'.repeat(4300)}\n`)).toEqual([]);
    expect(messages(`x = ${'9'.repeat(4301)}\n`)).toEqual([expect.stringContaining('Exceeds the limit (4300 digits)')]);
    expect(messages(`x = 0x${'f'.repeat(20_000)}\n`)).toEqual([]);
  });

  it('takes time in proportion to broken text, however it nests', () => {
    for (const unit of [
      '(x = ',
      '(a b ',
      '{a {b ',
      'f"{a ',
      '[x for ',
      'f(a=(',
      'lambda (',
      "'\n",
      '(]',
      'x = (\ndef ',
      'match (',
      'with (',
    ]) {
      const started = performance.now();
      parseModule(unit.repeat(3000), 'hostile.py');
      expect(performance.now() - started).toBeLessThan(3000);
    }
  });
});

describe('any text', () => {
  const check = (source: string): void => {
    const { module, diagnostics } = parseModule(source, 'any.py');
    expect(module.nodeCount).toBeGreaterThan(0);
    for (const fault of diagnostics) {
      expect(fault.message).not.toBe('');
      expect(fault.start).toBeLessThanOrEqual(fault.end);
      expect(fault.end).toBeLessThanOrEqual(source.length);
    }
  };

  it('parses or is refused, whatever the characters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), check), { numRuns: 500 });
  });

  it('parses or is refused, whatever the tokens', () => {
    const words = [
      ...TOKEN_TEXT.filter((text) => text !== ''),
      'x',
      '1',
      '"s"',
      "f'",
      '"',
      "'",
      '{',
      '}',
      '\n',
      '\n    ',
      '\n\t',
      ' ',
      '\\\n',
      '#',
      'match',
      'case',
      'type',
      '\r',
    ];
    const soup = fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((parts) => parts.join(' '));
    fc.assert(fc.property(soup, check), { numRuns: 2000 });
  });

  it('parses or is refused when cut off anywhere', () => {
    for (const source of ACCEPTED) for (let end = 0; end < source.length; end++) check(source.slice(0, end));
  });
});
