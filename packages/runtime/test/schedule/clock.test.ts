import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/schedule/clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('waits longer than a timer of the host can', () => {
  const action = vi.fn();
  const days = 86_400_000;
  systemClock.after(60 * days, action);
  vi.advanceTimersByTime(59 * days);
  expect(action).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2 * days);
  expect(action).toHaveBeenCalledOnce();
});

it('forgets what is cancelled, also in a later part of a long wait', () => {
  const action = vi.fn();
  const cancel = systemClock.after(2 ** 32, action);
  vi.advanceTimersByTime(2 ** 31);
  cancel();
  vi.advanceTimersByTime(2 ** 33);
  expect(action).not.toHaveBeenCalled();
});
