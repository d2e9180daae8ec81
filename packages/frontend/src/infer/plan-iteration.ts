/** Iteration: how `for`, unpacking and the like take items from a value. */
import { pythonName } from '../types/python-name.ts';
import { isInst, members, NEVER, type Type } from '../types/type.ts';
import { argType, type Ctx, raisePlan } from './context.ts';
import type { IterPlan, Plan } from './plan.ts';
import { planGetAttr } from './plan-attributes.ts';
import { planFunction } from './plan-calls.ts';
import { methodExists, planMethod, vtupleOf } from './plan-methods.ts';
import { planTruth } from './plan-operators.ts';
import { split } from './split.ts';

/** Plans `for` over a value of the type; `site` numbers the loop. */
export function planIteration(c: Ctx, type: Type, site: number): IterPlan {
  const slots = [type];
  if (type.k === 'never') return { mode: 'never', item: NEVER, iterator: { k: 'never', type: NEVER } };
  if (isInst(type, 'list')) return { mode: 'list', item: argType(c, type), list: type };
  if (type.k === 'tuple') {
    const wide = vtupleOf(c, type, c.inst.site(site, 'tuple'));
    const value: Plan = { k: 'prim', op: 'tuple.widen', args: [0], type: wide };
    const inner = planIteration(c, wide, site);
    if (inner.mode !== 'advance') return inner;
    const body = planMethod(c, [type, wide], 1, '__iter__', [], {}) as Plan;
    return { ...inner, iterator: { k: 'let', value, body, type: body.type } };
  }
  const iterator = iteratorOf(c, slots);
  if (iterator.type.k === 'never') return { mode: 'never', item: NEVER, iterator };
  const it = [iterator.type];
  if (everyMember(iterator.type, (m) => methodExists(c, m, '_advance'))) {
    const advance = planMethod(c, it, 0, '_advance', [], {}) as Plan;
    const value = planGetAttr(c, it, 0, '_value');
    return { mode: 'advance', item: value.type, iterator, advance: planTruth(c, it, advance), value };
  }
  const next = planMethod(c, it, 0, '__next__', [], {}) as Plan;
  return { mode: 'next', item: next.type, iterator, next };
}

function everyMember(type: Type, test: (m: Type) => boolean): boolean {
  return members(type).every(test);
}

/** `iter(x)` for slot 0. */
export function iteratorOf(c: Ctx, slots: readonly Type[]): Plan {
  return split(c, slots, 0, (s): Plan => {
    const type = s[0] as Type;
    if (type.k === 'tuple') {
      const wide = vtupleOf(c, type, c.inst.site(9_000_000 + type.items.length, `iter ${type.items.map((x) => x.k).join()}`));
      const value: Plan = { k: 'prim', op: 'tuple.widen', args: [0], type: wide };
      const body = planMethod(c, [...s, wide], s.length, '__iter__', [], {}) as Plan;
      return { k: 'let', value, body, type: body.type };
    }
    if (methodExists(c, type, '__iter__')) return planMethod(c, s, 0, '__iter__', [], {}) as Plan;
    // an object with `__getitem__` alone is read from index 0 until IndexError
    if (methodExists(c, type, '__getitem__')) return planFunction(c, c.engine.program.runtimeFunction('iter'), null, s, [0]);
    return raisePlan('TypeError', `'${pythonName(type)}' object is not iterable`);
  });
}
