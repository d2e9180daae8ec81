import { describe, expect, it } from 'vitest';
import { type FigureName, verdictOf } from '../../service/bars.ts';
import { quantile } from '../../service/load/load.ts';
import { readOptions } from '../../service/options.ts';
import { makeReport, toMarkdown } from '../../service/report.ts';
import { PROBES } from '../../service/rows/all-probes.ts';
import { drift } from '../../service/rows/memory.ts';

const head = { machine: { cpu: 'x', cores: 2 }, rounds: 3, quick: false };

describe('verdicts', () => {
  it('compare in the direction of the figure', () => {
    expect([60, 61, 81].map((value) => verdictOf('client.native.p50', value))).toEqual(['aim', 'floor', 'below']);
    expect([100_000, 40_000, 39_999].map((value) => verdictOf('asyncio.native', value))).toEqual(['aim', 'floor', 'below']);
    expect([0, 1].map((value) => verdictOf('chaos.faults', value))).toEqual(['aim', 'below']);
    expect(verdictOf('client.socket.p50', 1)).toBe('told');
    expect([verdictOf('memory.calls', 40_000), verdictOf('memory.calls', 40_000, true)]).toEqual(['below', 'told']);
  });
});

describe('the report', () => {
  const wanted = new Set<FigureName>(['stop.native.cancel', 'stop.node.cancel', 'chaos.faults']);
  const report = makeReport(head, wanted, [
    { values: { 'stop.native.cancel': 3 }, missing: { 'stop.node.cancel': 'there is no Node' } },
    { values: { 'stop.native.cancel': 30, 'chaos.faults': 0 }, notes: ['a remark'] },
    { values: { 'stop.native.cancel': Number.NaN } },
  ]);

  it('takes the middle of the rounds and leaves out what is no number', () => {
    expect(report.rows.map(({ name, measured, verdict }) => [name, measured?.median, verdict])).toEqual([
      ['stop.native.cancel', 16.5, 'floor'],
      ['stop.node.cancel', undefined, undefined],
      ['chaos.faults', 0, 'aim'],
    ]);
  });

  it('says what was not measured and why', () => {
    const text = toMarkdown(report);
    expect(text).toContain('| 16.5 (3–30) ms | ≤ 20 | ≤ 5 | above the floor |');
    expect(text).toContain('not measured: there is no Node');
    expect(text).toContain('- a remark');
  });
});

describe('drift', () => {
  it('is that of the trend, not of warming up or of a peak', () => {
    const flat = Array.from({ length: 50 }, (_, i) => (i < 8 ? 20 + i : i === 44 ? 500 : 100 + (i % 3)));
    expect(Math.abs(drift(flat))).toBeLessThan(2);
    expect(drift(Array.from({ length: 50 }, (_, i) => 100 + i))).toBeGreaterThan(20);
    expect(() => drift([1, 2])).toThrow('at least 5 samples');
  });
});

it('quantiles are values that occurred', () => {
  expect([0, 0.5, 0.99, 1].map((share) => quantile([5, 1, 3, 2, 4], share))).toEqual([1, 3, 5, 5]);
  expect(quantile([], 0.5)).toBeNaN();
});

it('every figure has one probe', () => {
  const measured = PROBES.flatMap(({ figures }) => figures);
  expect(new Set(measured).size).toBe(measured.length);
});

describe('options', () => {
  it('a quick run has one round unless it is told otherwise', () => {
    expect(readOptions(['--quick'])).toMatchObject({ quick: true, rounds: 1, only: [] });
    expect(readOptions(['--quick', '--rounds', '2', '--only', 'stop,twin'])).toMatchObject({ rounds: 2, only: ['stop', 'twin'] });
    expect(readOptions([]).rounds).toBe(3);
  });

  it('refuses rounds that are none', () => {
    expect(() => readOptions(['--rounds', 'many'])).toThrow('expected --rounds from 1 to 20, got many');
  });
});
