/** What a condition tells about variables on either way out of it. Lowering asks the same questions to convert values. */
import type { HExpr } from '../hir/nodes.ts';
import type { Var } from '../program/function-info.ts';
import { members, type Type } from '../types/type.ts';
import type { Ctx } from './context.ts';
import { classesOf, isInstanceOf } from './plan-builtins.ts';
import { identityDecided } from './plan-operators.ts';
import { expandInstance } from './subclasses.ts';

export interface Narrowing {
  readonly v: Var;
  readonly type: Type;
}

export interface Facts {
  readonly then: readonly Narrowing[];
  readonly else: readonly Narrowing[];
}

const NOTHING: Facts = { then: [], else: [] };

/** `typeOf` gives the type of a variable or expression before the test. */
export function factsOf(c: Ctx, test: HExpr, typeOf: (v: Var) => Type | undefined, exprType: (e: HExpr) => Type): Facts {
  const recur = (e: HExpr): Facts => factsOf(c, e, typeOf, exprType);
  const keep = (v: Var, pick: (m: Type) => boolean): Narrowing[] => {
    const type = typeOf(v);
    if (!type || v.captured) return [];
    const list = (type.k === 'any' ? c.engine.anyMembers(c.inst) : members(type)).flatMap((m) =>
      m.k !== 'inst' ? [m] : expandInstance(c, m),
    );
    const left = list.filter(pick);
    if (left.length === list.length || (type.k === 'any' && left.length > 4)) return [];
    return [{ v, type: left.length === 0 ? { k: 'never' } : c.engine.lattice.joinAll(left) }];
  };
  switch (test.k) {
    case 'var': {
      const falsy = (m: Type): boolean => m.k === 'none' || (m.k === 'tuple' && m.items.length === 0);
      const truthy = (m: Type): boolean => m.k === 'func' || m.k === 'class' || m.k === 'bound' || m.k === 'module';
      return { then: keep(test.v, (m) => !falsy(m)), else: keep(test.v, (m) => !truthy(m)) };
    }
    case 'seq': {
      // a walrus: the variable it binds is tested too
      const bound = test.stmts.flatMap((s) => (s.k === 'assign' && !s.v.temp ? [s.v] : []));
      const last = bound.at(-1);
      return last ? recur({ k: 'var', v: last, id: test.id, start: test.start, end: test.end }) : NOTHING;
    }
    case 'op':
      if (test.op === 'not') {
        const inner = recur(test.args[0] as HExpr);
        return { then: inner.else, else: inner.then };
      }
      if (test.op === 'is' || test.op === 'isnot') {
        const left = variableOf(test.args[0] as HExpr);
        if (!left) return NOTHING;
        const right = exprType(test.args[1] as HExpr);
        const same = keep(left, (m) => identityDecided(c, m, right) !== false);
        const other = keep(left, (m) => identityDecided(c, m, right) !== true);
        return test.op === 'is' ? { then: same, else: other } : { then: other, else: same };
      }
      return NOTHING;
    case 'and': {
      const [l, r] = [recur(test.left), recur(test.right)];
      return { then: [...l.then, ...r.then], else: [] };
    }
    case 'or': {
      const [l, r] = [recur(test.left), recur(test.right)];
      return { then: [], else: [...l.else, ...r.else] };
    }
    case 'call': {
      const { func } = test;
      if (func.k !== 'binding' || func.binding.kind !== 'intrinsic') return NOTHING;
      if (func.binding.name === 'py.isinstance' && test.args.length === 2) {
        const v = variableOf((test.args[0] as { value: HExpr }).value);
        const classes = classesOf(exprType((test.args[1] as { value: HExpr }).value));
        if (!v || classes.length === 0) return NOTHING;
        return { then: keep(v, (m) => isInstanceOf(c, m, classes)), else: keep(v, (m) => !isInstanceOf(c, m, classes)) };
      }
      return NOTHING;
    }
    default:
      return NOTHING;
  }
}

function variableOf(e: HExpr): Var | null {
  if (e.k === 'var') return e.v;
  if (e.k === 'seq') {
    const bound = e.stmts.flatMap((s) => (s.k === 'assign' && !s.v.temp ? [s.v] : []));
    return bound.at(-1) ?? null;
  }
  return null;
}
