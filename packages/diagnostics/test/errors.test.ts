import { describe, expect, it } from 'vitest';
import {
  broken,
  fault,
  hasErrors,
  InternalError,
  invariant,
  isMoltError,
  MoltError,
  report,
  sortDiagnostics,
  sourceFile,
  spanOf,
  unreachable,
} from '../src/index.ts';

class IpcError extends MoltError {}

describe('MoltError', () => {
  it('carries code, hint, details and cause under the name of its subclass', () => {
    const cause = new Error('socket');
    const error = new IpcError(fault('MOLT5001', { offset: 12, expected: 'MIP1', actual: 'HTTP' }, { cause, details: { peer: 'a' } }));
    expect(error.message).toBe('MOLT5001: bad frame at byte 12: expected MIP1, got HTTP');
    expect(error).toMatchObject({ name: 'IpcError', code: 'MOLT5001', hint: undefined, cause });
    expect(error.details).toEqual({ offset: 12, expected: 'MIP1', actual: 'HTTP', peer: 'a' });
    expect('cause' in new IpcError(fault('MOLT5001', { offset: 0, expected: 'a', actual: 'b' }))).toBe(false);
  });

  it('is recognised across copies of the package and only then', () => {
    const foreign = Object.assign(new Error('x'), { [Symbol.for('@molt/diagnostics/MoltError')]: true });
    expect([new IpcError(fault('MOLT9001', { where: '', what: 'x' })), foreign].map(isMoltError)).toEqual([true, true]);
    expect([new Error('x'), null, 'MOLT1001', { code: 'MOLT1001' }].map(isMoltError)).toEqual([false, false, false, false]);
  });
});

describe('invariant', () => {
  const file = sourceFile('a.py', 'x\ny\n');
  it('throws with pass, function and place', () => {
    expect(() => invariant(false, () => 'no block', { pass: 'lower', func: 'f', span: spanOf(file, 2) })).toThrow(
      'MOLT9001: internal fault in pass lower in function f at a.py:2:1: no block',
    );
    expect(() => broken('lost')).toThrow(InternalError);
  });

  it('builds no message while it holds', () => {
    invariant(1, () => {
      throw new Error('built');
    });
  });

  it('names the kind that an exhaustive switch did not expect', () => {
    expect(() => unreachable({ kind: 'ghost' } as never)).toThrow('unexpected ghost');
    expect(() => unreachable(null as never)).toThrow('unexpected null');
  });
});

describe('lists of diagnostics', () => {
  const a = sourceFile('a', 'xxxx');
  const b = sourceFile('b', 'xxxx');
  const make = (what: string, span?: ReturnType<typeof spanOf>) => report('MOLT1001', span, { what });
  it('sort by file of first appearance, then place, stably', () => {
    const list = [
      make('b3', spanOf(b, 3)),
      make('a1', spanOf(a, 1)),
      make('b0', spanOf(b, 0)),
      make('none'),
      make('b3 again', spanOf(b, 3)),
    ];
    expect(sortDiagnostics(list).map(({ message }) => message)).toEqual(['none', 'b0', 'b3', 'b3 again', 'a1']);
  });

  it('know whether one of them stops a compilation', () => {
    expect(hasErrors([])).toBe(false);
    expect(hasErrors([{ ...make('w'), severity: 'warning' }])).toBe(false);
    expect(hasErrors([{ ...make('w'), severity: 'warning' }, make('e')])).toBe(true);
  });
});
