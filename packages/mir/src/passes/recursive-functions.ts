/**
 * The functions on a cycle of explicit calls, direct or through the table. Slow paths of language ops do not count: the runtime is
 * bounded, and nearly everything would be on a cycle with it.
 */
import { buildCallGraph } from '../analysis/call-graph.ts';
import type { Module } from '../ir.ts';

/** Names of the functions that can call themselves. */
export function recursiveByCalls(module: Module): Set<string> {
  const graph = buildCallGraph(module, { slowPaths: false });
  const names = new Set<string>();
  graph.funcs.forEach((func, k) => {
    if (graph.recursive[k] === 1) names.add(func.name);
  });
  return names;
}
