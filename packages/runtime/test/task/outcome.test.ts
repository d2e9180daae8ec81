import { TRAP_REASON } from '@molt/abi';
import { MIP_ERRORS, MipError, packControl } from '@molt/ipc';
import { describe, expect, it } from 'vitest';
import type { TrapReason } from '../../src/index.ts';
import { type Outcome, outcomeError } from '../../src/task/outcome.ts';

const cost = { execUs: 1, cpuUs: 1, memoryKib: 64 };
const label = { exportName: 'price', deadlineMs: 250, cpuMs: 40 };
const error = (outcome: Outcome): MipError => new MipError(outcomeError(outcome, label)!);
const raised = (value: Parameters<typeof packControl>[0]): MipError => error({ kind: 'raised', payload: packControl(value), cost });

describe('outcomes as errors', () => {
  it('a result is none', () => {
    expect(outcomeError({ kind: 'returned', body: new Uint8Array(0), cost }, label)).toBeUndefined();
  });

  it('an exception keeps its type, text, arguments and the end of its traceback', () => {
    const long = `${'x'.repeat(20_000)}\nKeyError: 'a'\n`;
    const found = raised(['KeyError', "'a'", long, ['a', 1, null]]);
    expect(found).toMatchObject({ mip: 'APP_ERROR', text: "KeyError: 'a'", executed: 'yes' });
    expect(found.facts).toMatchObject({ type: 'KeyError', args: ['a', 1, null] });
    expect(found.facts['traceback']).toHaveLength(16_384);
    expect(String(found.facts['traceback']).endsWith("KeyError: 'a'\n")).toBe(true);
    expect(raised(['StopIteration', '', '', []]).text).toBe('StopIteration');
  });

  it.each([[['ValueError']], [[1, 'x']], ['text'], [['a', 'b', 3]], [['a', 'b', 'c', 'd']], [{}]])(
    'an unreadable exception %j is a fault of the artifact',
    (value) => {
      expect(raised(value as never)).toMatchObject({ mip: 'INTERNAL', executed: 'yes' });
    },
  );

  it('an input fault says where', () => {
    const found = error({ kind: 'invalidInput', payload: packControl(['$.items[2].price', 'expected float, got str']), cost });
    expect(found).toMatchObject({ mip: 'INVALID_INPUT', executed: 'no' });
    expect(found.facts).toMatchObject({ path: '$.items[2].price' });
    const atByte = error({ kind: 'invalidInput', payload: packControl(['expected array, got int', 17]), cost });
    expect(atByte.text).toBe('the input of price is wrong at byte 17: expected array, got int');
    for (const unreadable of [[1, 2], ['x'], [], 'x', ['x', null]])
      expect(error({ kind: 'invalidInput', payload: packControl(unreadable), cost }).mip).toBe('INTERNAL');
  });

  it('a result beyond a bound says which', () => {
    const found = error({ kind: 'oversizedResult', payload: packControl(['5 items, at most 4']), cost });
    expect(found).toMatchObject({ mip: 'RESULT_TOO_LARGE', executed: 'yes' });
    expect(found.text).toBe('the result of price is beyond a bound of its schema: 5 items, at most 4');
    for (const unreadable of [[1], [], 'x', ['x', 'y']])
      expect(error({ kind: 'oversizedResult', payload: packControl(unreadable), cost }).mip).toBe('INTERNAL');
  });

  it('every trap has an error that was executed and says what to do or who asked for it', () => {
    const names = Object.keys(TRAP_REASON).map((reason) => error({ kind: 'trapped', reason: reason as TrapReason, cost }).mip);
    expect(new Set(names)).toEqual(
      new Set(['TRAP', 'MEMORY_EXCEEDED', 'DEADLINE_EXCEEDED', 'CPU_EXCEEDED', 'CANCELLED', 'RESULT_TOO_LARGE']),
    );
    for (const reason of Object.keys(TRAP_REASON)) {
      const found = error({ kind: 'trapped', reason: reason as TrapReason, cost });
      expect(found.executed).toBe('yes');
      expect(found.message).toContain('price');
      if (found.mip !== 'CANCELLED') expect(found.hint).toBeTruthy();
    }
  });

  it('what was refused was not executed', () => {
    const outcomes: Outcome[] = [
      { kind: 'refused', refusal: { kind: 'busy', queued: 4, cap: 4, afterMs: 12 } },
      { kind: 'refused', refusal: { kind: 'shed', afterMs: 12 } },
      { kind: 'refused', refusal: { kind: 'unmeetable', expectedMs: 800.2, leftMs: 250 } },
      { kind: 'refused', refusal: { kind: 'draining' } },
      { kind: 'stopped', reason: 'deadline', ran: false },
      { kind: 'stopped', reason: 'user', ran: false },
    ];
    expect(outcomes.map((outcome) => error(outcome).mip)).toEqual([
      'BUSY',
      'SHED',
      'DEADLINE_UNMEETABLE',
      'DRAINING',
      'DEADLINE_EXCEEDED',
      'CANCELLED',
    ]);
    for (const outcome of outcomes) expect(error(outcome).executed).toBe('no');
    expect(error(outcomes[0]!)).toMatchObject({ retry: MIP_ERRORS.BUSY.retry, afterMs: 12 });
    expect(error(outcomes[2]!).message).toContain('801 ms');
  });

  it('a lost thread leaves open whether it was executed', () => {
    expect(error({ kind: 'lost', why: 'the thread exited with 1' })).toMatchObject({
      mip: 'WORKER_LOST',
      executed: 'maybe',
      retry: 'elsewhere',
    });
  });
});
