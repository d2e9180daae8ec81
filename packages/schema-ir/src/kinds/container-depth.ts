/** Counting open containers, on both roads: the one guard against input that nests without end. */
import { MAX_DEPTH } from '../bounds.ts';
import { refuse } from '../schema-error.ts';

/** Steps into a container; the caller steps out by lowering `depth` again. */
export function enter(state: { depth: number }): void {
  if (++state.depth > MAX_DEPTH) refuse('MOLT4004', { limit: MAX_DEPTH });
}
