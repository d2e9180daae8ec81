/** Case distinction over the members of a union operand. */
import { ANY, members, type Type } from '../types/type.ts';
import { type Ctx, joinPlans } from './context.ts';
import type { Plan } from './plan.ts';
import { expandInstance } from './subclasses.ts';

/** Plans each member of slot `i` on its own. */
export function split(c: Ctx, slots: readonly Type[], i: number, plan: (slots: readonly Type[]) => Plan): Plan {
  const type = slots[i] as Type;
  if (type.k !== 'union' && type.k !== 'any') return plan(slots);
  const list = type === ANY || type.k === 'any' ? c.engine.anyMembers(c.inst) : members(type);
  const cases = list.map((member) => {
    const narrow = [...slots];
    narrow[i] = member;
    return { type: member, plan: plan(narrow) };
  });
  if (cases.length === 0) return { k: 'never', type: { k: 'never' } };
  return {
    k: 'switch',
    slot: i,
    cases,
    type: joinPlans(
      c,
      cases.map((x) => x.plan),
    ),
  };
}

export function splitAll(c: Ctx, slots: readonly Type[], list: readonly number[], plan: (slots: readonly Type[]) => Plan): Plan {
  const [first, ...rest] = list;
  if (first === undefined) return plan(slots);
  return split(c, slots, first, (narrow) => splitAll(c, narrow, rest, plan));
}

/** As `split`, and tells instantiated subclasses apart too. */
export function splitClasses(c: Ctx, slots: readonly Type[], i: number, plan: (slots: readonly Type[]) => Plan): Plan {
  return split(c, slots, i, (s) => {
    const list = expandInstance(c, s[i] as Type);
    if (list.length === 1) return plan(s);
    const cases = list.map((type) => {
      const narrow = [...s];
      narrow[i] = type;
      return { type, plan: plan(narrow) };
    });
    return {
      k: 'switch',
      slot: i,
      cases,
      type: joinPlans(
        c,
        cases.map((x) => x.plan),
      ),
    };
  });
}
