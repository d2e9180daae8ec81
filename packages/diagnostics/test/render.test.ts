import { describe, expect, it } from 'vitest';
import {
  fault,
  MoltError,
  renderDiagnostic,
  renderError,
  renderJson,
  renderPretty,
  report,
  sourceFile,
  spanOf,
  wantsColor,
} from '../src/index.ts';

const text = `# module\n\n\ndef total(n: int) -> int:\n    label = "x"\n\n    return label\n`;
const file = sourceFile('app/jobs.py', text);
const at = (needle: string, length = needle.length) => spanOf(file, text.indexOf(needle), text.indexOf(needle) + length);
const mismatch = (span = spanOf(file, text.lastIndexOf('label'), text.lastIndexOf('label') + 5)) =>
  report(
    'MOLT2001',
    span,
    { expected: 'int', actual: 'str' },
    {
      label: 'this is str',
      notes: [{ span: at('int:', 3), message: 'because of this annotation' }],
      hint: 'return int(label)',
    },
  );

describe('pretty', () => {
  it('shows place, line, carets, notes and hint', () => {
    expect(renderDiagnostic(mismatch())).toBe(`error MOLT2001: expected int, got str
  app/jobs.py:7:12
  7 |     return label
    |            ^^^^^ this is str
  4 | def total(n: int) -> int:
    |                      --- because of this annotation
  hint: return int(label)
  more: molt explain MOLT2001`);
  });

  it('names the file of a note that lies elsewhere, and aligns line numbers', () => {
    const other = sourceFile('b.py', `${'\n'.repeat(99)}x = 1\n`);
    const shown = renderDiagnostic(
      report(
        'MOLT1001',
        at('label'),
        { what: 'bad' },
        { notes: [{ span: spanOf(other, 99, 100), message: 'here' }, { message: 'no place' }] },
      ),
      { explain: false },
    );
    expect(shown).toBe(`error MOLT1001: bad
  app/jobs.py:5:5
    5 |     label = "x"
      |     ^^^^^
  b.py:100:1
  100 | x = 1
      | - here
  note: no place`);
  });

  it('marks a span over several lines to the end of its first line, and an empty one with a single caret', () => {
    expect(renderDiagnostic(mismatch(spanOf(file, text.indexOf('label'), text.length))).split('\n')[3]).toBe(
      `    |     ${'^'.repeat(11)} this is str`,
    );
    const end = report('MOLT1001', spanOf(file, text.length), { what: 'unexpected end of file' }, {});
    expect(renderDiagnostic(end, { explain: false })).toBe('error MOLT1001: unexpected end of file\n  app/jobs.py:8:1\n  8 |\n    | ^');
  });

  it('puts carets under wide characters and tabs', () => {
    const wide = sourceFile('w.py', '\tx = "日本" + yy');
    const shown = renderDiagnostic(report('MOLT1001', spanOf(wide, wide.text.indexOf('yy'), wide.text.length), { what: 'w' }));
    expect(shown.split('\n')[3]).toBe(`    | ${' '.repeat(4 + 'x = "'.length + 4 + '" + '.length)}^^`);
  });

  it('lets no source steer the terminal', () => {
    const hostile = sourceFile('h\u001b[2J.py', 'x = "\u001b]0;pwned\u0007\u202e"');
    const shown = renderPretty([report('MOLT1001', spanOf(hostile, 0, 1), { what: 'a\u001b[31m' })]);
    expect([...shown].filter((char) => char < ' ' && char !== '\n')).toEqual([]);
    expect(shown).not.toContain('\u202e');
  });

  it('colours only when asked', () => {
    expect(renderDiagnostic(mismatch())).not.toContain('\u001b');
    expect(renderDiagnostic(mismatch(), { color: true })).toContain('\u001b[1;31merror MOLT2001\u001b[0m: expected');
    expect(wantsColor({ NO_COLOR: '1', FORCE_COLOR: '1' }, true)).toBe(false);
    expect(wantsColor({ FORCE_COLOR: '1' }, false)).toBe(true);
    expect(wantsColor({ NO_COLOR: '' }, true)).toBe(true);
    expect(wantsColor({ TERM: 'dumb' }, true)).toBe(false);
    expect(wantsColor({}, false)).toBe(false);
  });

  it('renders thrown errors with their causes, also circular ones', () => {
    const inner = new Error('ECONNREFUSED');
    const error = new MoltError(fault('MOLT6001', { queued: 64, cap: 64 }, { cause: inner }));
    inner.cause = error;
    expect(renderError(error)).toBe(`error MOLT6001: the queue is full: 64 calls wait, the cap is 64
  cause: ECONNREFUSED
  hint: retry later; the call was not executed
  more: molt explain MOLT6001`);
  });
});

describe('json', () => {
  it('gives lines and columns from 1, and null where there is nothing', () => {
    const [shown] = JSON.parse(renderJson([mismatch()]));
    expect(shown).toMatchObject({ code: 'MOLT2001', slug: 'mir-text-syntax', params: { expected: 'int', actual: 'str' } });
    expect(shown.place).toEqual({ path: 'app/jobs.py', line: 7, column: 12, endLine: 7, endColumn: 17, start: 65, end: 70 });
    const [bare] = JSON.parse(renderJson([report('MOLT6001', undefined, { queued: 10n, cap: 1 })]));
    expect(bare).toMatchObject({ place: null, label: null, notes: [], params: { queued: '10', cap: 1 } });
  });
});
