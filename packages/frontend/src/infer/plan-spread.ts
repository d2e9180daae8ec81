/**
 * Calls whose arguments are known at run time only: `f(*xs)` branches on the number of items, `f(**m)` looks parameters up by name.
 */
import type { FunctionInfo, Param } from '../program/function-info.ts';
import { BOOL, INT, type Type } from '../types/type.ts';
import { classType } from './annotations.ts';
import { constantType } from './constants.ts';
import { argType, builtin, type Ctx, raisePlan, strType } from './context.ts';
import type { Instance } from './instance.ts';
import type { Plan } from './plan.ts';
import { type CallArgs, planFunction } from './plan-calls.ts';
import { planMethod } from './plan-methods.ts';
import { planBinary } from './plan-operators.ts';

const number = (value: number): Plan => ({ k: 'const', value: { type: 'int', value: BigInt(value) }, type: INT });

/** Plans with one more slot: the value of a plan. */
function bind(slots: readonly Type[], value: Plan, body: (slots: readonly Type[], slot: number) => Plan): Plan {
  if (value.type.k === 'never') return value;
  const inner = body([...slots, value.type], slots.length);
  return { k: 'let', value, body: inner, type: inner.type };
}

function text(c: Ctx, value: string): Plan {
  return { k: 'const', value: { type: 'str', value }, type: strType(c) };
}

/** `plan` for each number of items in the list up to `most`, `more` for the others. */
export function spreadCounts(
  c: Ctx,
  slots: readonly Type[],
  list: number,
  most: number,
  plan: (slots: readonly Type[], items: readonly number[]) => Plan,
  more: (slots: readonly Type[], length: number) => Plan,
): Plan {
  return bind(slots, { k: 'prim', op: 'list.len', args: [list], type: INT }, (outer, length) => {
    const ways = (count: number): Plan => {
      if (count > most) return more(outer, length);
      const test = bind(outer, number(count), (_, wanted) => ({ k: 'prim', op: 'int.eq', args: [length, wanted], type: BOOL }));
      const then = withItems(c, outer, list, count, plan);
      const otherwise = ways(count + 1);
      return { k: 'cond', test, then, else: otherwise, type: c.engine.lattice.join(then.type, otherwise.type) };
    };
    return ways(0);
  });
}

function withItems(
  c: Ctx,
  slots: readonly Type[],
  list: number,
  count: number,
  plan: (slots: readonly Type[], items: readonly number[]) => Plan,
): Plan {
  const items: number[] = [];
  const next = (at: readonly Type[]): Plan => {
    if (items.length === count) return plan(at, items);
    return bind(at, number(items.length), (inner, index) =>
      bind(inner, { k: 'prim', op: 'list.get', args: [list, index], type: argType(c, at[list] as Type) }, (deeper, item) => {
        items.push(item);
        return next(deeper);
      }),
    );
  };
  return next(slots);
}

/** A call with a list of further positional arguments. */
export function planSpread(
  c: Ctx,
  fn: FunctionInfo,
  owner: Instance | null,
  slots: readonly Type[],
  args: readonly number[],
  call: CallArgs & { readonly rest: number },
): Plan {
  const { rest, ...others } = call;
  const positional = (f: FunctionInfo): number => f.params.filter((p) => p.kind === 'posonly' || p.kind === 'normal').length;
  const room = Math.max(0, Math.max(...fn.overloads.map(positional)) - args.length);
  const vararg = fn.overloads.some((f) => f.params.some((p) => p.kind === 'vararg'));
  const plan = (inner: readonly Type[], items: readonly number[], extra: CallArgs = {}): Plan =>
    planFunction(c, fn, owner, inner, [...args, ...items], { ...others, ...extra });
  const wide = (inner: readonly Type[], list: number): Plan =>
    planFunction(c, c.engine.program.runtimeFunction('tuple_of_list'), null, inner, [list]);
  if (vararg && room === 0) return bind(slots, wide(slots, rest), (inner, varargs) => plan(inner, [], { varargs }));
  return spreadCounts(c, slots, rest, vararg ? room - 1 : room, plan, (outer, length) => {
    if (!vararg)
      return tooMany(
        c,
        outer,
        length,
        args.length,
        plan(
          withExtra(outer, room + 1),
          Array.from({ length: room + 1 }, (_, i) => outer.length + i),
        ),
      );
    return withItems(c, outer, rest, room, (inner, items) =>
      bind(inner, number(room), (s1, from) =>
        bind(s1, { k: 'const', value: { type: 'none' }, type: { k: 'none' } }, (s2, none) =>
          bind(s2, planMethod(c, s2, rest, '__getslice__', [from, none, none], {}) as Plan, (s3, slice) =>
            bind(s3, wide(s3, slice), (s4, varargs) => plan(s4, items, { varargs })),
          ),
        ),
      ),
    );
  });
}

const withExtra = (slots: readonly Type[], count: number): Type[] => [...slots, ...Array.from({ length: count }, (): Type => INT)];

/** The error of one argument too many, with the number that there really are. */
function tooMany(c: Ctx, slots: readonly Type[], length: number, before: number, error: Plan): Plan {
  const start = error.k === 'raise' ? /^(.* but )\d+ (?:was|were) given$/.exec(error.text)?.[1] : undefined;
  if (start === undefined) return error.k === 'raise' ? error : raisePlan('TypeError', 'too many positional arguments');
  return bind(slots, text(c, start), (s1, first) =>
    bind(s1, number(before), (s2, fixed) =>
      bind(s2, { k: 'prim', op: 'int.add', args: [length, fixed], type: INT }, (s3, count) =>
        planFunction(c, c.engine.program.runtimeFunction('raise_too_many'), null, s3, [first, count]),
      ),
    ),
  );
}

/** The value of a parameter that no other argument gave: from the dict, else its default. */
export function keywordValue(c: Ctx, slots: readonly Type[], mapping: number, param: Param, label: string): Plan {
  return bind(slots, text(c, param.name), (inner, key) => {
    const then = planMethod(c, inner, mapping, '__getitem__', [key], {}) as Plan;
    const otherwise = defaultPlan(c, param, label);
    const test = planBinary(c, inner, 'contains', key, mapping);
    return { k: 'cond', test, then, else: otherwise, type: c.engine.lattice.join(then.type, otherwise.type) };
  });
}

function defaultPlan(c: Ctx, param: Param, label: string): Plan {
  const d = param.default;
  if (d?.kind === 'const') return { k: 'const', value: d.value, type: constantType(c, d.value) };
  if (d?.kind === 'global') return { k: 'global', global: d.global, type: c.engine.read(d.global.cell, c.inst) };
  const kind = param.kind === 'kwonly' ? 'keyword-only' : 'positional';
  return raisePlan('TypeError', `${label}() missing 1 required ${kind} argument: '${param.name}'`);
}

/** Before the call: does the dict hold only names that the function takes, and none twice? */
export function checkKeywords(c: Ctx, slots: readonly Type[], mapping: number, known: string, given: string, label: string): Plan {
  const check = c.engine.program.runtimeFunction('check_keywords');
  return bind(slots, text(c, known), (s1, a) =>
    bind(s1, text(c, given), (s2, b) => bind(s2, text(c, label), (s3, l) => planFunction(c, check, null, s3, [mapping, a, b, l]))),
  );
}

/** The dict of `**kwargs`: the named arguments that no parameter took, then what is left of the dict. */
export function keywordDict(
  c: Ctx,
  slots: readonly Type[],
  extra: readonly { readonly name: string; readonly slot: number; readonly late?: boolean }[],
  mapping: number | undefined,
  known: readonly string[],
): Plan {
  const cls = builtin(c, 'dict');
  c.engine.markInstantiated(cls);
  const type = classType(cls) as Extract<Type, { k: 'inst' }>;
  const [key, value] = type.args as [import('../types/type.ts').Cell, import('../types/type.ts').Cell];
  c.engine.lattice.grow(key, strType(c));
  for (const k of extra) c.engine.lattice.grow(value, slots[k.slot] as Type);
  const left = mapping === undefined ? null : restOf(c, slots, mapping, known);
  if (left?.type.k === 'inst') for (const [i, cell] of type.args.entries()) c.engine.lattice.grow(cell, argType(c, left.type, i));
  return bind(slots, { k: 'new', cls, type }, (outer, dict) => {
    let plan: Plan = { k: 'slot', slot: dict, type };
    const set = (k: (typeof extra)[number]): void => {
      const one = bind(outer, text(c, k.name), (inner, name) => planMethod(c, inner, dict, '__setitem__', [name, k.slot], {}) as Plan);
      plan = { k: 'seq', first: one, second: plan, type };
    };
    // built from the last step back
    for (const k of [...extra].reverse()) if (k.late) set(k);
    if (left) {
      const update = bind(
        outer,
        restOf(c, outer, mapping as number, known),
        (inner, more) => planMethod(c, inner, dict, 'update', [more], {}) as Plan,
      );
      plan = { k: 'seq', first: update, second: plan, type };
    }
    for (const k of [...extra].reverse()) if (!k.late) set(k);
    return plan;
  });
}

/** Entries whose names are no parameters. */
function restOf(c: Ctx, slots: readonly Type[], mapping: number, known: readonly string[]): Plan {
  return bind(slots, text(c, known.map((x) => `,${x},`).join('')), (inner, names) =>
    planFunction(c, c.engine.program.runtimeFunction('keywords_rest'), null, inner, [mapping, names]),
  );
}
