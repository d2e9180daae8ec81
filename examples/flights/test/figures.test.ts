import { describe, expect, it } from 'vitest';
import { figures } from '../measurement.ts';
import { size, table } from '../table.ts';

describe('figures', () => {
  it('are those of requests one after the other', () => {
    const times = Array.from({ length: 200 }, (_, i) => i + 1).reverse();
    expect(figures(times)).toEqual({ requestsPerSecond: 1000 / 100.5, p50: 100, p99: 198 });
    expect(figures([4])).toEqual({ requestsPerSecond: 250, p50: 4, p99: 4 });
  });
});

describe('the table', () => {
  it('aligns names to the left and figures to the right', () => {
    expect(
      table([
        ['road', 'ms'],
        ['CPython', '13.1'],
        ['WASM', '0.98'],
      ]),
    ).toEqual(['road       ms', '-------  ----', 'CPython  13.1', 'WASM     0.98']);
  });

  it('shows sizes rounded up', () => {
    expect([size(1), size(83_200), size(2_340_000)]).toEqual(['1 kB', '84 kB', '2.3 MB']);
  });
});
