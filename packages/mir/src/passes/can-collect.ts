/**
 * can-collect: which functions may run the collector, at machine level, where every allocation is a call.
 *
 * `rt.collect` collects, and everything that reaches it through calls. The runtime's own code below the collector does not, so it needs no
 * roots. A module without the runtime (in tests) counts `rt.alloc` and the slow paths of ints as collecting.
 */
import { buildCallGraph } from '../analysis/call-graph.ts';
import type { Func } from '../ir.ts';
import { definePass } from './pass.ts';
import { RUNTIME_CALLS, runtimeName } from './runtime-calls.ts';

const COLLECT = runtimeName('collect');

/** Sets `FuncAttrs.collects`. */
export const canCollect = definePass({
  name: 'can-collect',
  doc: 'Finds functions that may run the collector.',
  level: 0,
  required: true,
  after: [{ pass: 'legalise', because: 'only calls allocate at machine level' }],
  run: (module) => {
    const graph = buildCallGraph(module);
    const roots = module.funcs.has(COLLECT)
      ? new Set([COLLECT])
      : new Set(
          Object.values(RUNTIME_CALLS)
            .filter((name) => name !== 'int_cmp')
            .map(runtimeName),
        );
    const collects = new Uint8Array(graph.funcs.length);
    for (const component of graph.components) {
      const does = component.some(
        (k) => roots.has((graph.funcs[k] as Func).name) || (graph.callees[k] as readonly number[]).some((to) => collects[to] === 1),
      );
      for (const k of component) {
        const func = graph.funcs[k] as Func;
        collects[k] = does ? 1 : 0;
        func.attrs = { ...func.attrs, collects: does };
      }
    }
  },
});
