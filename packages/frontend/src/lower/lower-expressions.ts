/** Expressions to values; the type of each is the one inference recorded. */
import type { ValueId } from '@molt/mir';
import type { PyConstant } from '../ast/nodes.ts';
import type { HExpr } from '../hir/nodes.ts';
import { argSlots } from '../infer/infer-call.ts';
import { FSTRING_PLAN, ITER_SITE, TRUTH_PLAN } from '../infer/infer-expressions.ts';
import type { Plan } from '../infer/plan.ts';
import { members, type Type, UNBOUND } from '../types/type.ts';
import type { FuncLowering } from './func-lowering.ts';
import { iterate } from './lower-loops.ts';
import { emitPlan, emitRaise, merge, typeTest } from './lower-plans.ts';
import { lowerBlock, lowerCondition } from './lower-statements.ts';
import { isUnit, memTypeOf } from './represent.ts';
import type { Val } from './ssa.ts';

export function constantValue(f: FuncLowering, value: PyConstant, type: Type): Val {
  const { b } = f;
  switch (value.type) {
    case 'int':
      if (type.k === 'i32') {
        // Only the stdlib dialect has machine words; one that loses bits there would be a silent fault of every program.
        if (value.value < -(2n ** 31n) || value.value >= 2n ** 32n)
          throw new Error(`the literal ${value.value} does not fit 32 bits; write i64(...)`);
        return { v: f.i32(Number(BigInt.asIntN(32, value.value))), type };
      }
      if (type.k === 'i64') return { v: b.emit('i64.const', [], { value: BigInt.asIntN(64, value.value) }), type };
      if (type.k === 'float') return { v: b.emit('f64.const', [], { value: Number(value.value) }), type };
      return { v: b.emit('int.const', [], { value: value.value }), type: { k: 'int' } };
    case 'float':
      return { v: b.emit('f64.const', [], { value: value.value }), type: { k: 'float' } };
    case 'bool':
      return { v: f.i32(value.value ? 1 : 0), type: type.k === 'i32' ? type : { k: 'bool' } };
    case 'str':
      return { v: f.text(value.value), type };
    case 'bytes':
      return { v: b.emit('data.addr', [], { name: f.low.bytes(value.value) }), type };
    case 'none':
      return { v: f.coerce.none(), type: { k: 'none' } };
    default:
      return { v: f.coerce.dummy({ k: 'ellipsis' }), type: { k: 'ellipsis' } };
  }
}

export function lowerExpr(f: FuncLowering, e: HExpr): Val {
  if (!f.alive) return f.never();
  const type = f.typeOf(e);
  const value = lower(f, e, type);
  if (!f.alive) return f.never();
  if (type.k === 'never') {
    // evaluation of the operands above raised, or can never be reached
    f.unreachable();
    return f.never();
  }
  return value.type === type ? value : { v: f.coerce.to(value, type), type };
}

function planned(f: FuncLowering, id: number, slots: readonly Val[]): Val {
  if (!f.alive) return f.never();
  const plan = f.inst.plans[id];
  if (!plan) {
    f.unreachable();
    return f.never();
  }
  return emitPlan(f, plan, slots);
}

function lower(f: FuncLowering, e: HExpr, type: Type): Val {
  switch (e.k) {
    case 'const':
      return constantValue(f, e.value, type);
    case 'var':
      return lowerVar(f, e, type);
    case 'global':
      return lowerGlobal(f, e, type);
    case 'unknown':
    case 'binding': {
      if (type.k === 'typearg') return { v: f.coerce.none(), type };
      f.at(e);
      return planned(f, e.id, []);
    }
    case 'typeexpr':
      return { v: f.coerce.none(), type };
    case 'attr': {
      const obj = lowerExpr(f, e.obj);
      f.at(e);
      return planned(f, e.id, [obj]);
    }
    case 'op': {
      if (e.op === 'not') {
        const end = merge(f, { k: 'bool' }, (to) => {
          const yes = f.ssa.block();
          const no = f.ssa.block();
          lowerCondition(f, e.args[0] as HExpr, yes, no);
          f.enter(yes);
          to(f.bool(false));
          f.enter(no);
          to(f.bool(true));
        });
        return end;
      }
      const args = e.args.map((x) => lowerExpr(f, x));
      f.at(e);
      return planned(f, e.id, args);
    }
    case 'call':
      return lowerCall(f, e);
    case 'super':
      return lowerExpr(f, e.self);
    case 'tuple': {
      if (e.list && f.inst.plans[e.id]) {
        const list = lowerExpr(f, e.list);
        f.at(e);
        return planned(f, e.id, [list]);
      }
      const items: Val[] = [];
      for (const item of e.items) {
        const value = lowerExpr(f, item.value);
        const t = value.type;
        if (item.star && t.k === 'tuple') items.push(...t.items.map((_, i) => f.coerce.item(value.v, t, i)));
        else items.push(value);
      }
      if (!f.alive || type.k !== 'tuple') return f.never();
      return { v: f.coerce.tuple(items, type), type };
    }
    case 'list':
    case 'set':
      return lowerDisplay(f, e, type);
    case 'dict':
      return lowerDict(f, e, type);
    case 'cond':
      return merge(f, type, (to) => {
        const yes = f.ssa.block();
        const no = f.ssa.block();
        lowerCondition(f, e.test, yes, no);
        f.enter(yes);
        to(lowerExpr(f, e.then));
        f.enter(no);
        to(lowerExpr(f, e.else));
      });
    case 'and':
    case 'or':
      return lowerLogic(f, e, type);
    case 'func': {
      if (type.k === 'func' && type.owner && type.fn.free.length > 0) return { v: f.makeClosure(type), type };
      return { v: f.coerce.dummy(type), type };
    }
    case 'seq':
      lowerBlock(f, e.stmts);
      return lowerExpr(f, e.value);
    case 'fstring':
      return lowerFString(f, e, type);
    case 'unpack':
      return lowerUnpack(f, e, type);
    case 'item': {
      const tuple = lowerExpr(f, e.tuple);
      return tuple.type.k === 'tuple' ? f.coerce.item(tuple.v, tuple.type, e.index) : f.never();
    }
    case 'caught':
      return { v: f.handledException(), type };
  }
}

function lowerVar(f: FuncLowering, e: Extract<HExpr, { k: 'var' }>, type: Type): Val {
  const value = f.load(e.v);
  const plan = f.inst.plans[e.id];
  const maybe = members(value.type).some((m) => m.k === 'unbound');
  if (plan?.k === 'raise' && maybe) {
    f.at(e);
    if (value.type.k === 'unbound' || type.k === 'never') {
      emitRaise(f, plan.error, plan.text);
      return f.never();
    }
    const missing = f.ssa.block();
    const ok = f.ssa.block();
    f.ssa.branch(typeTest(f, value, UNBOUND), missing, ok, false);
    f.enter(missing);
    emitRaise(f, plan.error, plan.text);
    f.enter(ok);
    // from here on it is bound
    const bound: Val = { v: f.coerce.to(value, type), type };
    if (!e.v.captured) f.ssa.write(e.v, bound);
    return bound;
  }
  return value;
}

function lowerGlobal(f: FuncLowering, e: Extract<HExpr, { k: 'global' }>, type: Type): Val {
  if (type.k === 'never') {
    // nothing ever assigns it
    f.at(e);
    emitRaise(f, 'NameError', `name '${e.g.name}' is not defined`);
    return f.never();
  }
  const stored = f.low.globalTypeOf(e.g);
  const value: Val = { v: f.b.emit('global.get', [], { name: f.low.global(e.g) }), type: stored };
  if (!members(stored).some((m) => m.k === 'unbound')) return { v: f.coerce.to(value, type), type };
  f.at(e);
  const missing = f.ssa.block();
  const ok = f.ssa.block();
  // an untouched global holds the word 0, a deleted one the unbound mark
  const bits = f.b.emit('val.bits', [value.v], null);
  const mark = f.coerce.unbound();
  const isMark = f.b.emit('i64.eq', [bits, f.b.emit('val.bits', [mark.v], null)], null);
  f.ssa.branch(isMark, missing, ok, false);
  f.enter(missing);
  const { fallback } = e;
  if (fallback) {
    return merge(f, type, (to) => {
      to(lowerExpr(f, fallback));
      f.enter(ok);
      to({ v: f.coerce.to(value, type), type });
    });
  }
  emitRaise(f, 'NameError', `name '${e.g.name}' is not defined`);
  f.enter(ok);
  return { v: f.coerce.to(value, type), type };
}

function lowerCall(f: FuncLowering, e: Extract<HExpr, { k: 'call' }>): Val {
  const { func } = e;
  // a function or class named directly needs no value
  const named = (func.k === 'binding' || func.k === 'typeexpr') && isUnit(f.typeOf(func));
  const callee: Val = named ? { v: -1 as ValueId, type: f.typeOf(func) } : func.k === 'attr' ? lowerExpr(f, func.obj) : lowerExpr(f, func);
  const layout = argSlots.get(e)?.get(f.inst);
  if (!f.alive) return f.never();
  if (!layout) {
    f.unreachable();
    return f.never();
  }
  const slots: Val[] = [callee];
  const done = new Map<HExpr, Val>();
  const collected = e.tails !== undefined && layout.some((x) => x.expr === e.tails?.rest || x.expr === e.tails?.all);
  const plain = collected ? [] : [...e.args.map((a) => a.value), ...e.kwargs.map((k) => k.value)];
  for (const arg of [...plain, ...layout.map((x) => x.expr)]) if (!done.has(arg)) done.set(arg, lowerExpr(f, arg));
  if (!f.alive) return f.never();
  for (const arg of layout) {
    const value = done.get(arg.expr) as Val;
    if (arg.item === null) slots.push(value);
    else if (value.type.k === 'tuple') slots.push(f.coerce.item(value.v, value.type, arg.item));
  }
  f.at(e);
  return planned(f, e.id, slots);
}

function lowerDisplay(f: FuncLowering, e: Extract<HExpr, { k: 'list' | 'set'; items: unknown }>, type: Type): Val {
  const values = e.items.map((item) => ({ item, value: lowerExpr(f, item.value) }));
  if (!f.alive) return f.never();
  const object: Val = { v: f.b.emit('new', [], { name: f.low.typeName(type) }), type };
  const element = f.low.elementType(type);
  if (e.k === 'list' && !e.items.some((x) => x.star)) {
    if (values.length > 0)
      fillList(
        f,
        object.v,
        type,
        values.map((x) => f.coerce.to(x.value, element)),
      );
    return object;
  }
  f.at(e);
  for (const { item, value } of values) {
    if (!item.star) planned(f, e.id, [object, { v: f.coerce.to(value, element), type: element }]);
    else appendAll(f, e.id, item.value.id + ITER_SITE, object, value, element);
    if (!f.alive) return f.never();
  }
  return object;
}

/** Stores items straight into a fresh list. */
function fillList(f: FuncLowering, list: ValueId, type: Type, items: readonly ValueId[]): void {
  const { b } = f;
  const element = f.low.elementType(type);
  const size = f.low.elementSize(element);
  const mem = memTypeOf(element);
  const data = b.emit('new.buffer', [f.i32(size * items.length)], { name: f.low.bufferType(element) });
  items.forEach((item, i) => b.emit('store', [data, item], { type: mem, offset: 8 + size * i, alias: `elem.${mem}` }));
  const name = f.low.typeName(type);
  b.emit('field.set', [list, data], { type: name, field: '_data' });
  b.emit('field.set', [list, f.i32(items.length)], { type: name, field: '_len' });
  b.emit('field.set', [list, f.i32(items.length)], { type: name, field: '_cap' });
}

/** Appends every item of an iterable by the plan of `append` or `add`. */
function appendAll(f: FuncLowering, plan: number, site: number, object: Val, from: Val, element: Type): void {
  const iter = f.inst.iters[site];
  if (!iter) return f.unreachable();
  const end = f.ssa.block();
  iterate(f, iter, from, { env: f.envNow(), exhausted: end, breakTo: end }, (item) => {
    planned(f, plan, [object, { v: f.coerce.to(item, element), type: element }]);
  });
  f.enter(end);
}

function lowerDict(f: FuncLowering, e: Extract<HExpr, { k: 'dict' }>, type: Type): Val {
  if (type.k !== 'inst') {
    for (const [i, key] of e.keys.entries()) {
      if (key) lowerExpr(f, key);
      lowerExpr(f, e.values[i] as HExpr);
    }
    return f.never();
  }
  const dict: Val = { v: f.b.emit('new', [], { name: f.low.typeName(type) }), type };
  const [keyType, valueType] = [f.low.elementType(type, 0), f.low.elementType(type, 1)];
  for (const [i, keyExpr] of e.keys.entries()) {
    const valueExpr = e.values[i] as HExpr;
    const key = keyExpr ? lowerExpr(f, keyExpr) : null;
    const value = lowerExpr(f, valueExpr);
    if (!f.alive) return f.never();
    f.at(e);
    if (key)
      planned(f, e.id, [dict, { v: f.coerce.to(key, keyType), type: keyType }, { v: f.coerce.to(value, valueType), type: valueType }]);
    else planned(f, valueExpr.id + ITER_SITE, [dict, value]);
    if (!f.alive) return f.never();
  }
  return dict;
}

/** `and` and `or` as values: the left operand where it decides. */
function lowerLogic(f: FuncLowering, e: Extract<HExpr, { k: 'and' | 'or' }>, type: Type): Val {
  return merge(f, type, (to) => {
    const boolean = type.k === 'bool' && f.typeOf(e.left).k === 'bool';
    const yes = f.ssa.block();
    const no = f.ssa.block();
    let left: Val | null = null;
    if (boolean || !hasValueUse(e)) lowerCondition(f, e.left, yes, no);
    else {
      left = lowerExpr(f, e.left);
      if (!f.alive) return;
      const plan = f.inst.plans[e.left.id + TRUTH_PLAN];
      const truth = plan ? emitPlan(f, plan as Plan, [left]).v : f.i32(1);
      f.ssa.branch(truth, yes, no);
    }
    const [decided, other] = e.k === 'and' ? [no, yes] : [yes, no];
    f.enter(decided);
    if (left) {
      const kept = members(left.type).filter((m) => (e.k === 'or' ? m.k !== 'none' : true));
      const keptType = f.low.engine.lattice.joinAll(kept);
      if (keptType.k !== 'never') to({ v: f.coerce.to(left, keptType), type: keptType });
      else if (f.alive) f.unreachable();
    } else to(f.bool(e.k === 'or'));
    f.enter(other);
    narrowAgain(f, e);
    to(lowerExpr(f, e.right));
  });
}

const hasValueUse = (_e: HExpr): boolean => true;

import { factsOf } from '../infer/narrow.ts';

/** In the right operand, what the left one told holds. */
function narrowAgain(f: FuncLowering, e: Extract<HExpr, { k: 'and' | 'or' }>): void {
  if (!f.alive) return;
  const facts = factsOf(
    f.ctx,
    e.left,
    (v) => (v.captured ? undefined : f.ssa.read(v).type),
    (x) => f.typeOf(x),
  );
  for (const fact of e.k === 'and' ? facts.then : facts.else) {
    if (fact.type.k === 'never') continue;
    f.ssa.write(fact.v, { v: f.coerce.to(f.ssa.read(fact.v), fact.type), type: fact.type });
  }
}

function lowerFString(f: FuncLowering, e: Extract<HExpr, { k: 'fstring' }>, type: Type): Val {
  const parts: ValueId[] = [];
  for (const part of e.parts) {
    if (typeof part === 'string') {
      if (part !== '') parts.push(f.text(part));
      continue;
    }
    const value = lowerExpr(f, part.value);
    const spec = part.spec ? lowerExpr(f, part.spec) : null;
    if (!f.alive) return f.never();
    f.at(part.value);
    const text = planned(f, part.value.id + FSTRING_PLAN, spec ? [value, spec] : [value]);
    if (!f.alive) return f.never();
    parts.push(text.v);
  }
  if (parts.length === 0) return { v: f.text(''), type };
  if (parts.length === 1) return { v: parts[0] as ValueId, type };
  return { v: f.concat(parts), type };
}

function lowerUnpack(f: FuncLowering, e: Extract<HExpr, { k: 'unpack' }>, type: Type): Val {
  const value = lowerExpr(f, e.value);
  if (!f.alive) return f.never();
  f.at(e);
  if (type.k !== 'tuple') return planned(f, e.id, [value]);
  const from = value.type;
  if (from.k === 'tuple') {
    const items = from.items.map((_, i) => f.coerce.item(value.v, from, i));
    if (!e.star) return { v: f.coerce.tuple(items, type), type };
    const restType = type.items[e.before] as Type;
    const element = f.low.elementType(restType);
    const rest: Val = { v: f.b.emit('new', [], { name: f.low.typeName(restType) }), type: restType };
    const middle = items.slice(e.before, items.length - e.after).map((x) => f.coerce.to(x, element));
    if (middle.length > 0) fillList(f, rest.v, restType, middle);
    return { v: f.coerce.tuple([...items.slice(0, e.before), rest, ...items.slice(items.length - e.after)], type), type };
  }
  // collect, check the number, take apart
  const total = e.before + e.after;
  const iter = f.inst.iters[e.id + ITER_SITE];
  const append = f.inst.plans[e.id];
  const check = f.inst.plans[e.id + FSTRING_PLAN];
  if (!iter || !append || !check || (append.k !== 'call' && !e.star)) {
    f.unreachable();
    return f.never();
  }
  const listType = (append.k === 'call' ? append.callee.params[0] : type.items[e.before]) as Type;
  const element = f.low.elementType(listType);
  const list: Val = { v: f.b.emit('new', [], { name: f.low.typeName(listType) }), type: listType };
  if (append.k === 'call') appendAll(f, e.id, e.id + ITER_SITE, list, value, element);
  if (!f.alive) return f.never();
  const count = (n: number): Val => ({ v: f.b.emit('int.const', [], { value: BigInt(n) }), type: { k: 'int' } });
  emitPlan(f, check, [list, count(total), f.bool(e.star)]);
  const item = (index: ValueId): Val => ({ v: loadElement(f, list, index), type: element });
  const length = f.b.emit('list.len', [list.v], null);
  const items: Val[] = [];
  for (let i = 0; i < e.before; i++) items.push(item(f.i32(i)));
  if (e.star) {
    const slice = f.inst.plans[e.id + TRUTH_PLAN];
    const stop = f.b.emit('int.from_i64', [f.b.emit('i64.extend_s', [f.b.emit('i32.sub', [length, f.i32(e.after)], null)], null)], null);
    items.push(
      emitPlan(f, slice as Plan, [list, count(e.before), { v: stop, type: { k: 'int' } }, { v: f.coerce.none(), type: { k: 'none' } }]),
    );
  }
  for (let i = e.after; i > 0; i--) items.push(item(f.b.emit('i32.sub', [length, f.i32(i)], null)));
  return { v: f.coerce.tuple(items, type), type };
}

import { loadElement } from './lower-loops.ts';
