/** What every planner needs: the engine, the instance at work, and shorthands over them. */
import type { Span } from '@molt/diagnostics';
import { spanOf } from '@molt/diagnostics';
import type { ClassInfo } from '../program/class-info.ts';
import { type Cell, NEVER, type Type } from '../types/type.ts';
import { classType } from './annotations.ts';
import type { Engine } from './engine.ts';
import type { Instance } from './instance.ts';
import type { Plan } from './plan.ts';

export interface Ctx {
  readonly engine: Engine;
  readonly inst: Instance;
}

export const NEVER_PLAN: Plan = { k: 'never', type: NEVER };

export function read(c: Ctx, cell: Cell): Type {
  return c.engine.read(cell, c.inst);
}

/** The type of an element of a container: its only, or its `i`-th, type argument. */
export function argType(c: Ctx, type: Type, i = 0): Type {
  return type.k === 'inst' && type.args[i] ? read(c, type.args[i] as Cell) : NEVER;
}

export function joinPlans(c: Ctx, plans: readonly Plan[]): Type {
  let out: Type = NEVER;
  for (const p of plans) out = c.engine.lattice.join(out, p.type);
  return out;
}

export function builtin(c: Ctx, name: string): ClassInfo {
  return c.engine.program.builtinClass(name);
}

export function strType(c: Ctx): Type {
  return classType(builtin(c, 'str'));
}

export function spanAt(c: Ctx, place: { start: number; end: number }): Span {
  return spanOf(c.inst.fn.module.source, place.start, place.end);
}

export function raisePlan(error: string, text: string): Plan {
  return { k: 'raise', error, text, type: NEVER };
}
