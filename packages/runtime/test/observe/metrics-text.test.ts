/** The exposition format: escapes, buckets, numbers. */
import { describe, expect, it } from 'vitest';
import { Histogram, MetricsText } from '../../src/observe/metrics-text.ts';

describe('histograms', () => {
  it('count a value at its bound into that bound, and what is beyond all bounds into the last', () => {
    const histogram = new Histogram([0.1, 1]);
    for (const value of [0.05, 0.1, 0.5, 7]) histogram.observe(value);
    const text = new MetricsText();
    text.histogram('t', { export: 'f' }, histogram);
    expect(text.toString().split('\n')).toEqual([
      't_bucket{export="f",le="0.1"} 2',
      't_bucket{export="f",le="1"} 3',
      't_bucket{export="f",le="+Inf"} 4',
      't_sum{export="f"} 7.65',
      't_count{export="f"} 4',
      '',
    ]);
  });
});

describe('samples', () => {
  it('escape what would end a label', () => {
    const text = new MetricsText();
    text.begin('m', 'gauge', 'Things.');
    text.sample('m', { a: 'x"y\\z\nw' }, 3);
    text.sample('m', {}, 0.1 + 0.2);
    expect(text.toString()).toBe('# HELP m Things.\n# TYPE m gauge\nm{a="x\\"y\\\\z\\nw"} 3\nm 0.3\n');
  });
});
