import { describe, expect, it } from 'vitest';
import {
  type BlockId,
  buildCallGraph,
  buildCfg,
  buildDominance,
  buildLiveness,
  buildLoops,
  dominates,
  eachLive,
  type Func,
  parseModule,
  type ValueId,
} from '../src/index.ts';

const func = (text: string): Func => parseModule(text).funcs.get('f') as Func;

const NESTED = func(`func @f(v0: i32) {
bb0:
  jump bb1
bb1:
  branch v0, bb2, bb5
bb2:
  branch v0, bb3, bb4
bb3:
  jump bb2
bb4:
  jump bb1
bb5:
  return
bb6:
  jump bb5
}`);

describe('analyses', () => {
  it('orders reachable blocks and knows predecessors', () => {
    const cfg = buildCfg(NESTED);
    expect(cfg.order).toEqual([0, 1, 2, 3, 4, 5]);
    expect(cfg.position[6]).toBe(-1);
    expect(cfg.preds[5]).toEqual([1]);
  });

  it('finds dominators', () => {
    const dom = buildDominance(NESTED);
    expect([...dom.idom]).toEqual([0, 0, 1, 2, 2, 1, -1]);
    expect(dominates(dom, 1 as BlockId, 4 as BlockId)).toBe(true);
    expect(dominates(dom, 3 as BlockId, 4 as BlockId)).toBe(false);
    expect(dominates(dom, 0 as BlockId, 6 as BlockId)).toBe(false);
  });

  it('nests loops', () => {
    const { loops, loopOf } = buildLoops(NESTED, buildDominance(NESTED));
    expect(loops.map((l) => [l.header, l.depth, l.parent])).toEqual([
      [2, 2, 1],
      [1, 1, -1],
    ]);
    expect([...loopOf].slice(0, 6)).toEqual([-1, 1, 0, 0, 1, -1]);
  });

  it('keeps more than 31 values alive around a loop', () => {
    const values = Array.from({ length: 40 }, (_, k) => `  v${k + 1} = i32.add v0, v0`).join('\n');
    const sums = Array.from({ length: 40 }, (_, k) => `  v${k + 100} = i32.add v${k + 1}, v0`).join('\n');
    const wide = func(`func @f(v0: i32) {\nbb0:\n${values}\n  jump bb1\nbb1:\n  branch v0, bb1, bb2\nbb2:\n${sums}\n  return\n}`);
    const live = buildLiveness(wide, buildCfg(wide), () => true);
    const seen: ValueId[] = [];
    eachLive(live, live.liveIn[1], (value) => seen.push(value));
    expect(new Set(seen).size).toBe(41);
  });

  it('puts callees before callers and finds cycles', () => {
    const module = parseModule(
      'func @a() {\nbb0:\n  call @b never\n  return\n}\nfunc @b() {\nbb0:\n  call @c never\n  return\n}\nfunc @c() {\nbb0:\n  call @b never\n  return\n}',
    );
    const graph = buildCallGraph(module);
    expect(graph.components.map((c) => c.map((k) => graph.funcs[k]?.name).sort())).toEqual([['b', 'c'], ['a']]);
    expect([...graph.recursive]).toEqual([0, 1, 1]);
  });
});
