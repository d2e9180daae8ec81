/// <reference path="../../runtime/src/host/wasm-api.d.ts" />
/**
 * How far the heap of a program reaches that makes much garbage and keeps little: the collector must find the room again, whatever the sizes
 * and the order of the objects.
 */
import { CELL } from '@molt/abi';
import { createInstance } from '@molt/runtime';
import { describe, expect, it } from 'vitest';
import { compile } from '../src/index.ts';
import { Streams, wasmHost } from './support/captured-host.ts';

/** Each makes hundreds of megabytes of garbage and keeps less than one. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'small objects': 'total = 0\nfor i in range(3000000):\n    total += len([i, i])\nprint(total)\n',
  'large objects': 'total = 0\nfor i in range(3000):\n    total += len([0] * (10000 + i))\nprint(total)\n',
  'large objects between small ones that live':
    "kept: list[str] = []\nn = 1\nfor i in range(4000):\n    n = n * 3 + i\n    big = [0] * (2000 + i)\n    kept.append(str(i) + '.')\n    n = n % 10**3000\nprint(len(kept), len(big))\n",
  'growing lists':
    'total = 0\nfor i in range(300):\n    xs: list[int] = []\n    for k in range(20000):\n        xs.append(k)\n    total += xs[-1]\nprint(total)\n',
  'strings of all sizes': "total = 0\nfor i in range(20000):\n    total += len('ab' * (i % 5000))\nprint(total)\n",
};

describe('the heap stays small', () => {
  it.each(Object.entries(PROGRAMS))(
    'with %s',
    (_name, source) => {
      const { artifact } = compile(source, { target: 'wasm', mode: 'script' });
      if (artifact?.kind !== 'wasm') throw new Error('refused');
      const streams = new Streams('');
      const module = new WebAssembly.Module(artifact.bytes as Uint8Array<ArrayBuffer>);
      const instance = createInstance(module, wasmHost(streams, []), { script: true });
      expect(instance.init({ memoryBytes: 64 << 20 })).toEqual({ status: 'returned', exitCode: 0 });
      const view = new DataView(instance.memory.buffer);
      const cell = (at: number): number => view.getUint32(at, true);
      expect(cell(CELL.gcCount)).toBeGreaterThan(10);
      expect(cell(CELL.heapEnd) - cell(CELL.heapBase)).toBeLessThan(10 << 20);
    },
    60_000,
  );
});
