import { describe, expect, it } from 'vitest';
import { type Engine, type Outcome, readCase, rewriteCase, runCase } from '../src/index.ts';

const engine = (name: string, outcome: Partial<Outcome> | (() => Outcome)): Engine => ({
  name,
  run: async () => (typeof outcome === 'function' ? outcome() : { stdout: '', stderr: '', exit: 0, ...outcome }),
});
const program = (...blocks: string[]) => readCase(['```python\npass\n```', ...blocks, ''].join('\n'), 'p.case.md');
const failuresOf = async (text: ReturnType<typeof program>, ...engines: Engine[]) =>
  (await runCase(text, engines)).failures.map(({ by, what }) => `${by} ${what}`);

describe('engines', () => {
  const one = program('```stdout\n1\n```');
  it('must each give the expected output', async () => {
    expect(await failuresOf(one, engine('a', { stdout: '1\n' }), engine('b', { stdout: '2\n' }))).toEqual(['b stdout']);
  });

  it('must exit with 0 unless the case says otherwise', async () => {
    expect(await failuresOf(one, engine('a', { stdout: '1\n', exit: 1 }))).toEqual(['a stdout']);
    expect(await failuresOf(program('```exit\n1\n```'), engine('a', { exit: 1 }), engine('b', { exit: 0 }))).toEqual(['b exit']);
  });

  it('see a newline that is missing at the end', async () => {
    expect(await failuresOf(one, engine('a', { stdout: '1' }))).toEqual(['a stdout']);
    expect(await failuresOf(program('```stdout no-newline\n1\n```'), engine('a', { stdout: '1' }), engine('b', { stdout: '1\n' }))).toEqual(
      ['b stdout'],
    );
  });

  it('may be checked on the last line of stderr alone', async () => {
    const last = program('```error\nE: x\n```', '```exit\n1\n```');
    expect(
      await failuresOf(last, engine('a', { stderr: 'Traceback\nE: x\n', exit: 1 }), engine('b', { stderr: 'E: x\nmore\n', exit: 1 })),
    ).toEqual(['b error']);
  });

  it('that throw, or cannot run programs, or are none, are failures', async () => {
    const throws = engine('a', () => {
      throw new Error('engine died');
    });
    const report = await runCase(one, [throws, { name: 'b' }]);
    expect(report.failures.map(({ by, message }) => [by, message.includes('died') || message])).toEqual([
      ['a', true],
      ['b', 'b cannot run programs'],
    ]);
    expect(await failuresOf(one)).toEqual(['no engine stdout']);
  });

  it('are skipped with a reason only when the case names them', async () => {
    const skipping = readCase('---\nskip: { b: "no floats" }\n---\n```python\n```\n```stdout\n1\n```\n', 'p');
    const report = await runCase(skipping, [engine('a', { stdout: '1\n' }), engine('b', { stdout: '2\n' })]);
    expect(report).toMatchObject({ failures: [], skipped: [{ engine: 'b', reason: 'no floats' }] });
  });
});

describe('run lines', () => {
  const lines = program('```run\nf(1) == 1\n# a comment\nf(2) == 2\n```');
  it('are printed at the end of the main file and must be True', async () => {
    let seen = '';
    const spy: Engine = {
      name: 'a',
      run: async ({ files }) => {
        seen = files[0].text;
        return { stdout: 'mine\nTrue\nFalse\n', stderr: '', exit: 0 };
      },
    };
    const { failures } = await runCase(lines, [spy]);
    expect(seen).toBe('pass\nprint(f(1) == 1)\nprint(f(2) == 2)\n');
    expect(failures.map(({ message }) => message)).toEqual(['expected True of f(2) == 2, got False']);
  });

  it('without an answer fail', async () => {
    expect(await failuresOf(lines, engine('a', { stdout: 'True\n' }))).toEqual(['a run']);
  });

  it('of MIR are evaluated one by one', async () => {
    const mir = readCase('```mir\n```\n```run\n@f(1, 2) == 3\n@f(1) == x == 4\nbad\n```\n', 'p');
    const { failures } = await runCase(mir, [{ name: 'interp', evaluate: async (_, text) => (text === '@f(1, 2)' ? '3\n' : text) }]);
    expect(failures.map(({ message }) => message)).toEqual(['@f(1) == x == 4: got @f(1) == x', 'expected EXPRESSION == VALUE, got bad']);
  });
});

describe('stages and faults', () => {
  it('compare blocks of their kind with their attributes', async () => {
    const text = program('```mir after=ssa\nssa\n```', '```mir\nnone\n```', '```wat\n```');
    const report = await runCase(text, { stages: { mir: (_, { after }) => after ?? 'other' } });
    expect(report.failures.map(({ line, message }) => [line, message.split('\n')[0]])).toEqual([
      [7, 'mir differs'],
      [10, 'nothing here can check a wat block (there are: mir)'],
    ]);
  });

  it('compare reported faults with the marks, both ways', async () => {
    const text = readCase('```python\nx  # !MOLT1001\ny\n```\n', 'p');
    const at = (line: number) => ({ code: 'MOLT1001', file: 'main.py', line });
    const failures = async (...faults: ReturnType<typeof at>[]) => (await runCase(text, { faults: () => faults })).failures.length;
    expect([await failures(at(1)), await failures(), await failures(at(2)), await failures(at(1), at(2))]).toEqual([0, 1, 1, 1]);
  });
});

describe('rewriteCase', () => {
  it('writes what the reference engine and the stages gave, and nothing else', async () => {
    const text = program('Some prose.', '```stdout\nold\n```', '```run\nf() == 1\n```', '```mir after=ssa\nold\n```', '```error\nold\n```');
    const reference = engine('a', { stdout: '```\nnew\nTrue\n', stderr: 'x\nE\n', exit: 2 });
    const report = await runCase(text, { engines: [reference, engine('b', { stdout: 'b\n' })], stages: { mir: () => 'fresh' } });
    const blessed = rewriteCase(text, report);
    expect(blessed).toBe(
      [
        '```python\npass\n```',
        'Some prose.',
        '````stdout\n```\nnew\n````',
        '```run\nf() == 1\n```',
        '```mir after=ssa\nfresh\n```',
        '```error\nE\n```',
        '```exit\n2\n```',
        '',
      ].join('\n'),
    );
    const again = readCase(blessed, 'p');
    const second = await runCase(again, { engines: [reference], stages: { mir: () => 'fresh' } });
    expect(second.failures).toEqual([]);
    expect(rewriteCase(again, second)).toBe(blessed);
  });
});
