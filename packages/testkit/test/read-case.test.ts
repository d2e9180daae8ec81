import { describe, expect, it } from 'vitest';
import { readCase } from '../src/index.ts';

const full = `---
name: "a: case"   
flags: [--opt=1, "--x=a,b"]
skip: { c: "why, really", wasm: later }
---
Prose stays.

\`\`\`python
def f(x):
    return x  # !MOLT1203 !MOLT1204
\`\`\`
\`\`\`python file=lib/helper.py
y = 1  # !MOLT1001
\`\`\`
\`\`\`text
not an expectation
\`\`\`
\`\`\`mir after=const-fold func=f
...
\`\`\`
\`\`\`\`stdout no-newline
\`\`\`
\`\`\`\`
`;

describe('readCase', () => {
  it('reads front matter, files, marks and expectations', () => {
    const found = readCase(full, 'a/b.case.md');
    expect(found).toMatchObject({
      name: 'a: case',
      flags: ['--opt=1', '--x=a,b'],
      args: [],
      skip: { c: 'why, really', wasm: 'later' },
      language: 'python',
      mustFail: false,
    });
    expect(found.files.map(({ path }) => path)).toEqual(['main.py', 'lib/helper.py']);
    expect(found.faults).toEqual([
      { code: 'MOLT1203', file: 'main.py', line: 2 },
      { code: 'MOLT1204', file: 'main.py', line: 2 },
      { code: 'MOLT1001', file: 'lib/helper.py', line: 1 },
    ]);
    expect(found.expectations.map(({ kind, attributes, text, line }) => ({ kind, attributes, text, line }))).toEqual([
      { kind: 'mir', attributes: { after: 'const-fold', func: 'f' }, text: '...\n', line: 18 },
      { kind: 'stdout', attributes: { 'no-newline': '' }, text: '```\n', line: 21 },
    ]);
    for (const { start, end } of found.expectations) expect(full.slice(start, end)).toMatch(/^(`+)[\s\S]*\1$/);
  });

  it('takes its name and standing from the file when the front matter is silent', () => {
    expect(readCase('```mir\n```\n', 'x/todo-later.case.md')).toMatchObject({ name: 'todo-later', mustFail: true, language: 'mir' });
  });

  it.each([
    ['', 'p:1: expected a python or mir block, got none'],
    ['```stdout\n```', 'p:1: the first block must be python or mir, got stdout'],
    ['\n```python\n', 'p:2: the block python has no closing ```'],
    ['```\n```', 'p:1: a block needs a kind after its fence'],
    ['```python\n```\n```python\n```', 'p:3: a second python block needs file=NAME'],
    ['```python\n```\n```python file=main.py\n```', 'p:3: file main.py is given twice'],
    ['```python file=../x.py\n```', 'p:1: file=../x.py must stay inside the case'],
    ['---\nname: x\n', 'p:1: the front matter has no closing ---'],
    ['---\nskips: { c: "x" }\n---\n', 'p:2: expected name, flags, args or skip, got skips'],
    ['---\nskip: { c }\n---\n', 'p:2: expected engine: "why", got c'],
    ['---\nflags: --a\n---\n', 'p:2: expected [...], got --a'],
    ['---\nname: a\nname: b\n---\n', 'p:3: name is given twice'],
    ['---\nnonsense\n---\n', 'p:2: expected key: value, got "nonsense"'],
  ])('refuses %j', (text, message) => {
    expect(() => readCase(text, 'p')).toThrow(message);
  });
});
