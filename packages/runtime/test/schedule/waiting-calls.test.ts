/** The queue: its bound, who displaces whom, when it stands, and who is next. */
import { describe, expect, it } from 'vitest';
import { type Waiting, WaitingCalls } from '../../src/schedule/waiting-calls.ts';

interface Call extends Waiting {
  readonly name: string;
}
const call = (name: string, queuedAt: number, criticality = 1): Call => ({ name, queuedAt, criticality });
const names = (calls: readonly Call[]): string[] => calls.map(({ name }) => name);
const filled = (...calls: readonly Call[]): WaitingCalls<Call> => {
  const queue = new WaitingCalls<Call>(100, 1);
  for (const item of calls) queue.offer(item, 100);
  return queue;
};
/** The same after four calls have left. */
const lasting = (...calls: readonly Call[]): WaitingCalls<Call> => {
  const gone = Array.from({ length: 4 }, (_, i) => call(`gone ${i}`, 0));
  const queue = filled(...gone, ...calls);
  for (const item of gone) queue.remove(item, 0);
  return queue;
};

describe('the bound', () => {
  it('is what the scheduler says there is room for', () => {
    const queue = new WaitingCalls<Call>(1, 1);
    expect(queue.offer(call('a', 0), 2).kind).toBe('admitted');
    expect(queue.offer(call('b', 0), 2).kind).toBe('admitted');
    expect(queue.offer(call('c', 0), 2).kind).toBe('full');
  });

  it('yields to higher criticality: the least critical leaves, of equals the latest', () => {
    const queue = new WaitingCalls<Call>(3, 1);
    for (const item of [call('a', 0, 1), call('b', 1, 0), call('c', 2, 0)]) queue.offer(item, 3);
    expect(queue.offer(call('d', 3, 1), 3)).toMatchObject({ kind: 'displaced', victim: { name: 'c' } });
    expect(queue.offer(call('e', 3, 0), 3).kind).toBe('full');
    expect(names([...queue])).toEqual(['a', 'b', 'd']);
  });
});

describe('a queue that does not stand', () => {
  it('is first come, first served', () => {
    expect(filled(call('a', 0), call('b', 90)).turn(99, 1)).toMatchObject({ next: { name: 'a' }, shed: [] });
  });

  it('drops nothing behind one long call, however long that took', () => {
    const queue = filled(call('a', 0), call('b', 1), call('c', 60));
    expect(queue.turn(5000, 1)).toMatchObject({ next: { name: 'a' }, shed: [] });
    expect(queue.standing).toBe(false);
  });

  it('measures waits by what calls take when they take long', () => {
    const queue = lasting(call('a', 0), call('b', 300));
    expect(queue.turn(350, 50)).toMatchObject({ next: { name: 'a' }, shed: [] });
    expect(queue.standing).toBe(false);
    expect(queue.turn(450, 50)).toMatchObject({ next: { name: 'b' } });
    expect(queue.standing).toBe(true);
  });
});

describe('a queue that stands', () => {
  it('begins after 100 ms without an empty moment, serves the newest and sheds the old', () => {
    const queue = lasting(call('a', 0), call('b', 50), call('c', 118), call('d', 119));
    const turn = queue.turn(120, 1)!;
    expect([turn.next.name, names(turn.shed)]).toEqual(['d', ['a', 'b']]);
    expect(queue.standing).toBe(true);
  });

  it('stands until it is empty', () => {
    const queue = lasting(call('a', 0), call('b', 200));
    queue.turn(201, 1);
    for (const item of [...queue]) queue.remove(item, 210);
    expect(queue.standing).toBe(false);
    queue.offer(call('c', 220), 9);
    queue.offer(call('d', 230), 9);
    expect(queue.turn(240, 1)).toMatchObject({ next: { name: 'c' }, shed: [] });
  });

  it('serves the highest criticality first and sheds critical calls last', () => {
    const queue = lasting(call('critical', 0, 3), call('also critical', 1, 3), call('normal', 2, 1), call('fresh', 199, 1));
    const first = queue.turn(200, 1)!;
    expect([first.next.name, names(first.shed)]).toEqual(['also critical', ['normal']]);
    for (const item of [first.next, ...first.shed]) queue.remove(item, 200);
    queue.remove([...queue].find(({ name }) => name === 'fresh')!, 200);
    queue.offer(call('third critical', 201, 3), 9);
    const last = queue.turn(202, 1)!;
    expect([last.next.name, names(last.shed)]).toEqual(['third critical', ['critical']]);
  });

  it('runs the newest however old it is: a slot is never left free', () => {
    expect(lasting(call('a', 0), call('b', 1)).turn(5000, 1)).toMatchObject({ next: { name: 'b' }, shed: [{ name: 'a' }] });
  });
});

it('an empty queue has no next', () => {
  expect(new WaitingCalls<Call>(1, 1).turn(0, 0)).toBeUndefined();
});
