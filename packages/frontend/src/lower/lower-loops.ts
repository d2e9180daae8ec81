/** `for` loops: counting, over lists by index, over iterators that advance, and over iterators that raise StopIteration. */

import type { ValueId } from '@molt/mir';
import type { HExpr, HStmt } from '../hir/nodes.ts';
import type { Env } from '../infer/instance.ts';
import type { IterPlan } from '../infer/plan.ts';
import { INT } from '../types/type.ts';
import type { FuncLowering } from './func-lowering.ts';
import { lowerExpr } from './lower-expressions.ts';
import { emitPlan, testClasses } from './lower-plans.ts';
import { lowerBlock } from './lower-statements.ts';
import { memTypeOf } from './represent.ts';
import type { Val } from './ssa.ts';

export function lowerFor(f: FuncLowering, s: Extract<HStmt, { k: 'for' }>, rangeCall: boolean): void {
  const iter = f.inst.iters[s.id];
  if (!iter) return f.unreachable();
  const end = f.ssa.block();
  const orelse = f.ssa.block();
  const source = iter.mode === 'range' && rangeCall ? null : lowerExpr(f, s.iter);
  if (!f.alive) return;
  f.at(s.iter);
  const loop = { env: f.inst.loops[s.id] ?? [], exhausted: orelse, breakTo: end };
  const body = (item: Val): void => {
    f.store(s.v, item);
    lowerBlock(f, s.body);
  };
  if (source === null)
    countingLoop(
      f,
      (s.iter as Extract<HExpr, { k: 'call' }>).args.map((a) => a.value),
      loop,
      body,
    );
  else iterate(f, iter, source, loop, body);
  f.enter(orelse);
  lowerBlock(f, s.orelse);
  f.ssa.jump(end);
  f.enter(end);
}

export interface LoopShape {
  readonly env: Env;
  /** Where to go when there are no more items. */
  readonly exhausted: import('@molt/mir').BlockId;
  /** Target of `break`; the same as `exhausted` where there is none. */
  readonly breakTo: import('@molt/mir').BlockId;
}

function countingLoop(f: FuncLowering, args: readonly HExpr[], loop: LoopShape, body: (item: Val) => void): void {
  const values = args.map((a) => f.coerce.to(lowerExpr(f, a), INT));
  if (!f.alive) return;
  const zero = (): ValueId => f.b.emit('int.const', [], { value: 0n });
  const [start, stop] = values.length === 1 ? [zero(), values[0] as ValueId] : [values[0] as ValueId, values[1] as ValueId];
  const stepExpr = args[2];
  const step = stepExpr?.k === 'const' && stepExpr.value.type === 'int' ? stepExpr.value.value : 1n;
  const head = f.ssa.block(loop.env);
  const index = f.b.addParam(head, 'int', 'i');
  f.ssa.jumpWith(head, [start]);
  f.b.enter(head);
  const inside = f.ssa.block();
  const next = f.ssa.block();
  f.ssa.branch(f.b.emit(step > 0n ? 'int.lt' : 'int.gt', [index, stop], null), inside, loop.exhausted, true);
  f.exits.push({ kind: 'loop', breakTo: loop.breakTo, continueTo: next });
  f.enter(inside);
  body({ v: index, type: INT });
  f.exits.pop();
  f.ssa.jump(next);
  f.enter(next);
  f.b.setSite(-1);
  f.ssa.jumpWith(head, [f.b.emit('int.add', [index, f.b.emit('int.const', [], { value: step })], null)]);
  f.ssa.seal(head);
}

/** A loop over the items of a value, as its plan says. */
export function iterate(f: FuncLowering, iter: IterPlan, source: Val, loop: LoopShape, body: (item: Val) => void): void {
  switch (iter.mode) {
    case 'list':
      return listLoop(f, iter, source, loop, body);
    case 'advance': {
      const iterator = emitPlan(f, iter.iterator, [source]);
      if (!f.alive) return;
      return headedLoop(
        f,
        loop,
        (inside) => f.ssa.branch(emitPlan(f, iter.advance, [iterator]).v, inside, loop.exhausted),
        () => body(emitPlan(f, iter.value, [iterator])),
      );
    }
    case 'next': {
      const iterator = emitPlan(f, iter.iterator, [source]);
      if (!f.alive) return;
      let item: Val | null = null;
      return headedLoop(
        f,
        loop,
        (inside) => {
          const stop = f.ssa.block();
          f.exits.push({ kind: 'handler', block: stop });
          item = emitPlan(f, iter.next, [iterator]);
          f.exits.pop();
          f.ssa.jump(inside);
          f.enter(stop);
          if (!f.ssa.hasPreds(stop)) return;
          stopIteration(f, loop.exhausted);
        },
        () => body(item as Val),
      );
    }
    case 'never':
      emitPlan(f, iter.iterator, [source]);
      return;
    case 'range':
      throw new Error('a range object iterates by advancing');
  }
}

/** The pending exception ends the loop when it is StopIteration, else it goes on. */
function stopIteration(f: FuncLowering, exhausted: import('@molt/mir').BlockId): void {
  f.b.setSite(-1);
  const exc = f.pendingException();
  const cls = f.low.engine.program.builtinClass('StopIteration');
  const over = f.ssa.block();
  const other = f.ssa.block();
  f.ssa.branch(testClasses(f, exc, f.low.classTypeNames({ k: 'inst', cls, args: [] })), over, other);
  f.enter(over);
  f.b.emit('exc.take', [], null);
  f.b.emit('call', [exc], { func: f.low.runtime('caught'), unwind: 'never' });
  f.ssa.jump(exhausted);
  f.enter(other);
  f.propagate();
}

function headedLoop(f: FuncLowering, loop: LoopShape, test: (inside: import('@molt/mir').BlockId) => void, body: () => void): void {
  const head = f.ssa.block(loop.env);
  const inside = f.ssa.block();
  f.ssa.jump(head);
  f.b.enter(head);
  const site = f.b.site;
  test(inside);
  f.exits.push({ kind: 'loop', breakTo: loop.breakTo, continueTo: head });
  f.enter(inside);
  f.b.setSite(site);
  body();
  f.exits.pop();
  f.ssa.jump(head);
  f.ssa.seal(head);
}

function listLoop(f: FuncLowering, iter: Extract<IterPlan, { mode: 'list' }>, list: Val, loop: LoopShape, body: (item: Val) => void): void {
  const { b } = f;
  const head = f.ssa.block(loop.env);
  const index = b.addParam(head, 'i32', 'at');
  f.ssa.jumpWith(head, [f.i32(0)]);
  b.enter(head);
  const inside = f.ssa.block();
  const next = f.ssa.block();
  f.ssa.branch(b.emit('i32.lt_s', [index, b.emit('list.len', [list.v], null)], null), inside, loop.exhausted, true);
  f.exits.push({ kind: 'loop', breakTo: loop.breakTo, continueTo: next });
  f.enter(inside);
  const element = f.low.elementType(iter.list);
  body({ v: loadElement(f, list, index), type: element });
  f.exits.pop();
  f.ssa.jump(next);
  f.enter(next);
  f.ssa.jumpWith(head, [b.emit('i32.add', [index, f.i32(1)], null)]);
  f.ssa.seal(head);
}

/** Element of a list at an index that is in range. */
export function loadElement(f: FuncLowering, list: Val, index: ValueId): ValueId {
  const { b } = f;
  const element = f.low.elementType(list.type);
  const mem = memTypeOf(element);
  const size = f.low.elementSize(element);
  const data = b.emit('field.get', [list.v], { type: f.low.typeName(list.type), field: '_data' });
  const offset = size === 1 ? index : b.emit('i32.shl', [index, f.i32(Math.log2(size))], null);
  const address = b.emit('i32.add', [b.emit('ref.addr', [data], null), offset], null);
  return b.emit('load', [address], { type: mem, offset: 8, alias: `elem.${mem}` });
}
