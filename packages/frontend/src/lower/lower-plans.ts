/** Emits plans: slots hold operands, `switch` tests type ids, calls go to instances. */
import type { ValueId } from '@molt/mir';
import type { Plan, Source } from '../infer/plan.ts';
import { planConstruct } from '../infer/plan-calls.ts';
import { pythonName } from '../types/python-name.ts';
import { members, type Type } from '../types/type.ts';
import type { FuncLowering } from './func-lowering.ts';
import { constantValue } from './lower-expressions.ts';
import { emitPrim } from './lower-prims.ts';
import { cellField, freeName, globalType } from './lowering.ts';
import { memTypeOf } from './represent.ts';
import type { Val } from './ssa.ts';

export function emitPlan(f: FuncLowering, plan: Plan, slots: readonly Val[]): Val {
  const slot = (i: number): Val => {
    const found = slots[i];
    if (!found) throw new Error(`plan ${plan.k} uses slot ${i} of ${slots.length} in ${f.inst.key}`);
    return found;
  };
  switch (plan.k) {
    case 'never':
      f.unreachable();
      return f.never();
    case 'slot': {
      const value = slot(plan.slot);
      return { v: f.coerce.to(value, plan.type), type: plan.type };
    }
    case 'const':
      return constantValue(f, plan.value, plan.type);
    case 'unit':
      if (plan.type.k === 'unbound') return f.coerce.unbound();
      return { v: f.coerce.dummy(plan.type), type: plan.type };
    case 'prim':
      return emitPrim(f, plan, plan.args.map(slot));
    case 'call':
      return emitCall(f, plan, slots);
    case 'switch':
      return emitSwitch(f, plan, slots);
    case 'raise':
      emitRaise(f, plan.error, plan.text);
      return f.never();
    case 'let': {
      const value = emitPlan(f, plan.value, slots);
      if (!f.alive) return f.never();
      return emitPlan(f, plan.body, [...slots, value]);
    }
    case 'seq': {
      emitPlan(f, plan.first, slots);
      if (!f.alive) return f.never();
      return emitPlan(f, plan.second, slots);
    }
    case 'not': {
      const value = emitPlan(f, plan.value, slots);
      if (!f.alive) return f.never();
      return { v: f.b.emit('i32.eqz', [f.coerce.to(value, { k: 'bool' })], null), type: { k: 'bool' } };
    }
    case 'cond': {
      const test = emitPlan(f, plan.test, slots);
      if (!f.alive) return f.never();
      return merge(f, plan.type, (to) => {
        const then = f.ssa.block();
        const otherwise = f.ssa.block();
        f.ssa.branch(f.coerce.to(test, { k: 'bool' }), then, otherwise);
        f.enter(then);
        to(emitPlan(f, plan.then, slots));
        f.enter(otherwise);
        to(emitPlan(f, plan.else, slots));
      });
    }
    case 'fallback':
      return emitFallback(f, plan, slots);
    case 'new':
      return { v: newObject(f, plan.type), type: plan.type };
    case 'field':
      return emitField(f, plan, slot(plan.slot));
    case 'hasfield': {
      const object = slot(plan.slot);
      const type = fieldType(f, object, plan);
      if (!members(type).some((m) => m.k === 'unbound')) return f.bool(true);
      const value: Val = { v: f.b.emit('field.get', [object.v], { type: f.low.typeName(object.type), field: plan.name }), type };
      return { v: f.b.emit('i32.eqz', [typeTest(f, value, { k: 'unbound' })], null), type: { k: 'bool' } };
    }
    case 'setfield': {
      const object = slot(plan.slot);
      const type = fieldType(f, object, plan);
      f.checkWritable(object.v);
      f.b.emit('field.set', [object.v, f.coerce.to(slot(plan.value), type)], { type: f.low.typeName(object.type), field: plan.name });
      return { v: f.coerce.none(), type: { k: 'none' } };
    }
    case 'global': {
      const type = globalType(plan.global);
      const value: Val = { v: f.b.emit('global.get', [], { name: f.low.global(plan.global) }), type };
      return { v: f.coerce.to(value, plan.type), type: plan.type };
    }
    case 'setglobal':
      f.b.emit('global.set', [f.coerce.to(slot(plan.value), globalType(plan.global))], { name: f.low.global(plan.global) });
      return { v: f.coerce.none(), type: { k: 'none' } };
    case 'item': {
      const tuple = slot(plan.slot);
      if (tuple.type.k !== 'tuple') return f.never();
      return f.coerce.item(tuple.v, tuple.type, plan.index);
    }
    case 'tuple': {
      const items = plan.items.map((s) => source(f, s, slots, null));
      return { v: f.coerce.tuple(items, plan.type as Extract<Type, { k: 'tuple' }>), type: plan.type };
    }
    case 'method-closure': {
      const self = slot(plan.slot);
      const { fn } = plan.type as Extract<Type, { k: 'func' }>;
      const name = f.low.typeName(plan.type);
      const object = f.b.emit('new', [], { name });
      for (const v of fn.free) {
        const cell = f.b.emit('field.get', [self.v], { type: f.low.typeName(self.type), field: cellField(v) });
        f.b.emit('field.set', [object, cell], { type: name, field: freeName(v) });
      }
      return { v: object, type: plan.type };
    }
    case 'bind': {
      const name = f.low.typeName(plan.type);
      const self = slot(plan.slot);
      const object = f.b.emit('new', [], { name });
      f.b.emit('field.set', [object, f.coerce.to(self, (plan.type as Extract<Type, { k: 'bound' }>).self)], { type: name, field: 'self' });
      return { v: object, type: plan.type };
    }
  }
}

/** Emits ways that end in one value. */
export function merge(f: FuncLowering, type: Type, ways: (to: (value: Val) => void) => void): Val {
  const end = f.ssa.block();
  const result = f.b.addParam(end, mirOf(type));
  ways((value) => {
    if (!f.alive) return;
    f.ssa.jumpWith(end, [f.coerce.to(value, type)]);
    f.dead();
  });
  f.enter(end);
  if (!f.ssa.hasPreds(end)) return f.never();
  return { v: result, type };
}

const mirOf = (type: Type) => {
  const mem = memTypeOf(type);
  return mem === 'bool' ? ('i32' as const) : (mem as 'i32' | 'i64' | 'f64' | 'ref' | 'val' | 'int');
};

function source(f: FuncLowering, s: Source, slots: readonly Val[], want: Type | null): Val {
  switch (s.k) {
    case 'slot':
      return slots[s.slot] as Val;
    case 'const': {
      const machine = want && (want.k === 'i32' || want.k === 'i64' || want.k === 'float') ? want : null;
      return constantValue(f, s.value, machine ?? literalType(f, s.value));
    }
    case 'global':
      return { v: f.b.emit('global.get', [], { name: f.low.global(s.global) }), type: globalType(s.global) };
    case 'closure':
      throw new Error("a closure's default outside a call");
    case 'item': {
      const tuple = slots[s.slot] as Val;
      return tuple.type.k === 'tuple' ? f.coerce.item(tuple.v, tuple.type, s.index) : f.never();
    }
    case 'tuple': {
      const type: Type = { k: 'tuple', items: s.types };
      return {
        v: f.coerce.tuple(
          s.items.map((x) => source(f, x, slots, null)),
          type,
        ),
        type,
      };
    }
    case 'plan':
      return emitPlan(f, s.plan, slots);
  }
}

import type { PyConstant } from '../ast/nodes.ts';
import { constantType } from '../infer/constants.ts';

const literalType = (f: FuncLowering, value: PyConstant): Type => constantType(f.ctx, value);

function emitCall(f: FuncLowering, plan: Extract<Plan, { k: 'call' }>, slots: readonly Val[]): Val {
  const { callee } = plan;
  const args: ValueId[] = [];
  if (callee.owner) {
    const closure = plan.closure === undefined ? undefined : slots[plan.closure];
    args.push(closure ? closure.v : f.closureFor(callee));
  }
  const [closure] = args;
  plan.args.forEach((s, i) => {
    const want = callee.params[i] as Type;
    args.push(f.coerce.to(s.k === 'closure' ? f.loadFrom(closure as ValueId, callee, s.variable) : source(f, s, slots, want), want));
  });
  const name = f.low.name(callee);
  const type = f.low.resultOf(callee);
  const value = f.call(name, args);
  const result: Val = { v: type.k === 'none' || type.k === 'never' ? f.coerce.none() : value, type };
  if (plan.type.k === 'never') {
    f.unreachable();
    return f.never();
  }
  return { v: f.coerce.to(result, plan.type), type: plan.type };
}

function emitFallback(f: FuncLowering, plan: Extract<Plan, { k: 'fallback' }>, slots: readonly Val[]): Val {
  const first = emitPlan(f, plan.first, slots);
  if (!f.alive) return f.never();
  const rest = members(first.type).filter((m) => m.k !== 'notimpl');
  if (rest.length === 0) return emitPlan(f, plan.second, slots);
  return merge(f, plan.type, (to) => {
    const no = f.ssa.block();
    const yes = f.ssa.block();
    f.ssa.branch(typeTest(f, first, { k: 'notimpl' }), no, yes);
    f.enter(yes);
    const kept = f.low.engine.lattice.joinAll(rest);
    to({ v: f.coerce.to(first, kept), type: kept });
    f.enter(no);
    to(emitPlan(f, plan.second, slots));
  });
}

function emitSwitch(f: FuncLowering, plan: Extract<Plan, { k: 'switch' }>, slots: readonly Val[]): Val {
  const value = slots[plan.slot] as Val;
  if (plan.type.k === 'never' && plan.cases.length === 0) {
    f.unreachable();
    return f.never();
  }
  return merge(f, plan.type, (to) => {
    plan.cases.forEach((c, i) => {
      const last = i === plan.cases.length - 1;
      const next = last ? null : f.ssa.block();
      if (next !== null) {
        const here = f.ssa.block();
        f.ssa.branch(typeTest(f, value, c.type), here, next);
        f.enter(here);
      }
      const narrow = [...slots];
      narrow[plan.slot] = { v: f.coerce.to(value, c.type), type: c.type };
      to(emitPlan(f, c.plan, narrow));
      if (next !== null) f.enter(next);
    });
  });
}

/** Is a value of a wider type one of a member type? */
export function typeTest(f: FuncLowering, value: Val, member: Type): ValueId {
  const { b } = f;
  const id =
    memTypeOf(value.type) === 'val'
      ? b.emit('val.type', [value.v], null)
      : memTypeOf(value.type) === 'ref'
        ? b.emit('ref.type', [value.v], null)
        : f.i32(-1);
  if (member.k === 'unbound') return b.emit('i32.eqz', [id], null);
  const names = member.k === 'inst' ? f.low.classTypeNames(member) : [f.low.typeName(member)];
  return anyOf(f, id, names);
}

/** Does a reference's type id belong to one of the heap types? */
export function testClasses(f: FuncLowering, object: ValueId, names: readonly string[]): ValueId {
  return anyOf(f, f.b.emit('ref.type', [object], null), names);
}

function anyOf(f: FuncLowering, id: ValueId, names: readonly string[]): ValueId {
  let test: ValueId | null = null;
  for (const name of names) {
    const one = f.b.emit('i32.eq', [id, f.b.emit('type.id', [], { name })], null);
    test = test === null ? one : f.b.emit('i32.or', [test, one], null);
  }
  return test ?? f.i32(0);
}

/** Raises a builtin exception with a text. */
export function emitRaise(f: FuncLowering, error: string, text: string): void {
  const cls = f.low.engine.program.errorClass(error);
  const str: Type = { k: 'inst', cls: f.low.engine.program.builtinClass('str'), args: [] };
  const message: Val = { v: f.text(text), type: str };
  const exc = emitPlan(f, planConstruct(f.ctx, cls, [str], [0], {}, 0), [message]);
  if (!f.alive) return;
  f.b.emit('call', [exc.v], { func: f.low.runtime('raising'), unwind: 'never' });
  f.raise(exc.v);
}

function fieldType(f: FuncLowering, object: Val, plan: { name: string; fieldType: Type }): Type {
  return f.low.fieldType(object.type, plan.name) ?? plan.fieldType;
}

function emitField(f: FuncLowering, plan: Extract<Plan, { k: 'field' }>, object: Val): Val {
  const type = fieldType(f, object, plan);
  const value: Val = { v: f.b.emit('field.get', [object.v], { type: f.low.typeName(object.type), field: plan.name }), type };
  if (!members(type).some((m) => m.k === 'unbound')) return { v: f.coerce.to(value, plan.type), type: plan.type };
  const missing = f.ssa.block();
  const ok = f.ssa.block();
  f.ssa.branch(typeTest(f, value, { k: 'unbound' }), missing, ok, false);
  f.enter(missing);
  emitRaise(f, 'AttributeError', `'${pythonName(object.type)}' object has no attribute '${plan.name}'`);
  f.enter(ok);
  return { v: f.coerce.to(value, plan.type), type: plan.type };
}

/** A zeroed object; attributes that may stay unset are marked. */
function newObject(f: FuncLowering, type: Type): ValueId {
  const name = f.low.typeName(type);
  const object = f.b.emit('new', [], { name });
  for (const field of f.low.unsetFields(type)) f.b.emit('field.set', [object, f.coerce.unbound().v], { type: name, field });
  // a class lists the variables that its bases use too
  if (type.k === 'inst')
    for (const v of type.cls.captures) f.b.emit('field.set', [object, f.cellOf(v)], { type: name, field: cellField(v) });
  return object;
}
