/**
 * Random programs at language level: a few functions over ints, doubles, objects, lists and universal values, with branches, bounded loops,
 * calls, exceptions that are raised and caught, and globals. They always end. Equal seeds give equal programs.
 */
import { type BlockId, FuncBuilder, type Module, parseModule, type Signatures, type Type, type ValueId } from '../../src/index.ts';
import { RUNTIME_TEXT } from './runtime.ts';

/** A small generator of numbers (mulberry32). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

type Pools = Record<Type, ValueId[]>;

const HEAD = `type @P fixed 48 { @x: int +8, @next: ref +16, @flag: bool +20, @w: f64 +24, @any: val +32, @n: i32 +40 }
type @E fixed 16 { @code: int +8 }
type @list fixed 24 { @_len: i32 +8, @_cap: i32 +12, @_data: ref +16, @_flags: i32 +20 }
global @total: int
global @kept: ref
global @scale: f64
global @some: val
global @count: i32
${Array.from({ length: 12 }, (_, k) => `site "p.py" "f" ${k} 0 ${k} 1 "line"`).join('\n')}
`;

/** Makes a module with functions f0 .. f(count-1); f(count-1) takes (int, int, f64) and gives an int, as do all. */
export function randomProgram(seed: number, count = 3): Module {
  const module = parseModule(`${HEAD}${RUNTIME_TEXT}`);
  const random = randomNumbers(seed);
  const signatures: Signatures = {
    signature: (name) => {
      const func = module.funcs.get(name);
      if (!func) return { params: ['int', 'int', 'f64'], result: 'int' };
      return { params: func.params.map((id) => func.values[id] as Type), result: func.result };
    },
    host: () => ({ params: [], result: null }),
  };
  for (let k = 0; k < count; k++) {
    const name = `f${k}`;
    const inline = (['always', 'never', undefined, undefined] as const)[random(4)];
    const builder = new FuncBuilder(
      module,
      signatures,
      name,
      [
        { type: 'int', name: 'a' },
        { type: 'int', name: 'b' },
        { type: 'f64', name: 'c' },
      ],
      'int',
      inline === undefined ? {} : { inline },
    );
    new Writer(builder, random, k).body();
    module.funcs.set(name, builder.func);
  }
  module.exports.set('main', `f${count - 1}`);
  return module;
}

class Writer {
  readonly #b: FuncBuilder;
  readonly #random: (below: number) => number;
  readonly #index: number;
  #budget = 45;

  constructor(builder: FuncBuilder, random: (below: number) => number, index: number) {
    this.#b = builder;
    this.#random = random;
    this.#index = index;
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#random(list.length)] as T;
  }

  #int(value: bigint): ValueId {
    return this.#b.emit('int.const', [], { value });
  }

  body(): void {
    const [a, b, c] = this.#b.func.params as [ValueId, ValueId, ValueId];
    const pools: Pools = { int: [a, b, this.#int(3n)], f64: [c], i32: [], i64: [], ref: [], val: [] };
    pools.i32.push(this.#b.emit('int.lt', [a, b], null));
    pools.ref.push(this.#b.emit('new', [], { name: 'P' }));
    pools.val.push(this.#b.emit('val.from_int', [a], null));
    this.#statements(pools, 0);
    let result = this.#pick(pools.int);
    for (const value of pools.int.slice(-4)) result = this.#b.emit('int.xor', [result, value], null);
    this.#b.end({ kind: 'return', value: result });
  }

  #statements(pools: Pools, depth: number): void {
    const count = 2 + this.#random(5);
    for (let k = 0; k < count && this.#budget-- > 0; k++) {
      this.#b.setSite(this.#random(3) === 0 ? -1 : this.#random(12));
      this.#statement(pools, depth);
    }
  }

  #statement(pools: Pools, depth: number): void {
    const b = this.#b;
    const nested = depth < 3;
    switch (this.#random(nested ? 17 : 13)) {
      case 0:
      case 1:
      case 2:
        pools.int.push(this.#arithmetic(pools));
        return;
      case 3:
        pools.i32.push(
          b.emit(
            this.#pick(['int.lt', 'int.le', 'int.eq', 'int.ne', 'int.gt', 'int.ge'] as const),
            [this.#pick(pools.int), this.#pick(pools.int)],
            null,
          ),
        );
        return;
      case 4: {
        const object = b.emit('new', [], { name: 'P' });
        b.emit('field.set', [object, this.#pick(pools.int)], { type: 'P', field: 'x' });
        b.emit('field.set', [object, this.#pick(pools.ref)], { type: 'P', field: 'next' });
        pools.ref.push(object);
        return;
      }
      case 5: {
        const object = this.#pick(pools.ref);
        if (this.#random(3) === 0) b.emit('frozen.check', [object], null);
        b.emit('field.set', [object, this.#pick(pools.int)], { type: 'P', field: 'x' });
        b.emit('field.set', [object, this.#pick(pools.val)], { type: 'P', field: 'any' });
        b.emit('field.set', [object, this.#pick(pools.f64)], { type: 'P', field: 'w' });
        b.emit('field.set', [object, this.#pick(pools.i32)], { type: 'P', field: 'n' });
        return;
      }
      case 6: {
        const object = this.#pick(pools.ref);
        pools.int.push(b.emit('field.get', [object], { type: 'P', field: 'x' }));
        pools.val.push(b.emit('field.get', [object], { type: 'P', field: 'any' }));
        pools.f64.push(b.emit('field.get', [object], { type: 'P', field: 'w' }));
        return;
      }
      case 7:
        pools.f64.push(
          b.emit(this.#pick(['f64.add', 'f64.mul', 'f64.sub'] as const), [this.#pick(pools.f64), this.#pick(pools.f64)], null),
        );
        pools.val.push(b.emit('val.from_f64', [this.#pick(pools.f64)], null));
        return;
      case 8:
        pools.val.push(
          b.emit('val.from_ref', [this.#pick(pools.ref)], null),
          b.emit('val.from_bool', [b.emit('i32.ne', [this.#pick(pools.i32), b.emit('i32.const', [], { value: 0 })], null)], null),
        );
        return;
      case 9:
        this.#typeTest(pools);
        return;
      case 10:
        b.emit('global.set', [this.#pick(pools.int)], { name: 'total' });
        b.emit('global.set', [this.#pick(pools.ref)], { name: 'kept' });
        b.emit('global.set', [this.#pick(pools.val)], { name: 'some' });
        return;
      case 11:
        pools.int.push(b.emit('global.get', [], { name: 'total' }));
        pools.val.push(b.emit('global.get', [], { name: 'some' }));
        return;
      case 12:
        this.#list(pools);
        return;
      case 13:
        this.#branch(pools, depth);
        return;
      case 14:
        this.#loop(pools, depth);
        return;
      case 15:
        this.#call(pools);
        return;
      case 16:
        this.#raise(pools);
    }
  }

  #arithmetic(pools: Pools): ValueId {
    const b = this.#b;
    const [x, y] = [this.#pick(pools.int), this.#pick(pools.int)];
    const constant = (): ValueId => this.#int(this.#pick([0n, 1n, -1n, 2n, 8n, 100n, 2n ** 31n, 2n ** 61n, -(2n ** 62n), 2n ** 70n]));
    const op = this.#pick([
      'int.add',
      'int.sub',
      'int.mul',
      'int.floordiv',
      'int.mod',
      'int.and',
      'int.or',
      'int.xor',
      'int.shl',
      'int.shr',
      'int.neg',
    ] as const);
    switch (op) {
      case 'int.neg':
        return b.emit(op, [x], null);
      case 'int.shl':
      case 'int.shr': {
        const shifted = b.emit(op, [x, this.#int(BigInt(this.#random(70)))], null);
        return b.emit('int.mod', [shifted, this.#int(2n ** 90n)], null);
      }
      case 'int.floordiv':
      case 'int.mod':
        return b.emit(op, [x, this.#int(this.#pick([1n, 2n, -1n, 7n, -8n, 64n, 2n ** 65n]))], null);
      case 'int.mul':
        return b.emit('int.mod', [b.emit(op, [x, this.#random(2) === 0 ? y : constant()], null), this.#int(2n ** 100n)], null);
      default:
        return b.emit(op, [x, this.#random(2) === 0 ? y : constant()], null);
    }
  }

  /** if the value is an int: use it, else something else. */
  #typeTest(pools: Pools): void {
    const b = this.#b;
    const value = this.#pick(pools.val);
    const isInt = b.emit('i32.eq', [b.emit('val.type', [value], null), b.emit('type.id', [], { name: 'int' })], null);
    const [yes, no] = [b.block(), b.block()];
    const join = b.block([{ type: 'int' }]);
    b.branch(isInt, yes, no);
    b.enter(yes);
    b.jump(join, [b.emit('val.to_int', [value], null)]);
    b.enter(no);
    const isFloat = b.emit('i32.eq', [b.emit('val.type', [value], null), b.emit('i32.const', [], { value: 4 })], null);
    const [float, other] = [b.block(), b.block()];
    b.branch(isFloat, float, other);
    b.enter(float);
    b.jump(join, [
      b.emit(
        'int.from_i64',
        [b.emit('i64.extend_s', [b.emit('i32.wrap', [b.emit('i64.trunc_f64', [b.emit('val.to_f64', [value], null)], null)], null)], null)],
        null,
      ),
    ]);
    b.enter(other);
    b.jump(join, [this.#pick(pools.int)]);
    b.enter(join);
    pools.int.push(b.at(join).params[0] as ValueId);
  }

  #list(pools: Pools): void {
    const b = this.#b;
    const list = b.emit('new', [], { name: 'list' });
    const size = b.emit('i32.const', [], { value: 1 + this.#random(3) });
    const data = b.emit('new.buffer', [b.emit('i32.shl', [size, b.emit('i32.const', [], { value: 3 })], null)], { name: 'bufWord' });
    b.emit('field.set', [list, size], { type: 'list', field: '_len' });
    b.emit('field.set', [list, data], { type: 'list', field: '_data' });
    const element = { type: 'int', offset: 0, alias: 'elem.int' } as const;
    b.emit('list.set', [list, this.#int(BigInt(this.#random(2) - 1)), this.#pick(pools.int)], element);
    const index = this.#random(3) === 0 ? this.#pick(pools.int) : this.#int(BigInt(this.#random(4) - 2));
    if (this.#random(2) === 0) {
      const got = b.emit('list.get', [list, index], element);
      this.#handler(got, pools);
    } else pools.int.push(b.emit('list.get', [list, index], element));
    pools.int.push(b.emit('int.from_i64', [b.emit('i64.extend_u', [b.emit('list.len', [list], null)], null)], null));
  }

  /** Behind an op that catches: take the exception and go on with a number, or with the result. */
  #handler(result: ValueId, pools: Pools): void {
    const b = this.#b;
    const pending = b.emit('exc.pending', [], null);
    const [handler, fine] = [b.block(), b.block()];
    const join = b.block([{ type: 'int' }]);
    b.branch(pending, handler, fine, false);
    b.enter(handler);
    b.emit('exc.take', [], null);
    b.jump(join, [this.#int(-77n)]);
    b.enter(fine);
    b.jump(join, [result]);
    b.enter(join);
    pools.int.push(b.at(join).params[0] as ValueId);
  }

  #branch(pools: Pools, depth: number): void {
    const b = this.#b;
    const [yes, no] = [b.block(), b.block()];
    const join = b.block([{ type: 'int' }, { type: 'ref' }, { type: 'val' }]);
    b.branch(this.#pick(pools.i32), yes, no, ([true, false, undefined] as const)[this.#random(3)]);
    for (const side of [yes, no]) {
      b.enter(side);
      const inner = copyPools(pools);
      this.#statements(inner, depth + 1);
      b.jump(join, [this.#pick(inner.int), this.#pick(inner.ref), this.#pick(inner.val)]);
    }
    this.#continue(join, pools);
  }

  #continue(join: BlockId, pools: Pools): void {
    this.#b.enter(join);
    const [x, object, value] = this.#b.at(join).params as [ValueId, ValueId, ValueId];
    pools.int.push(x);
    pools.ref.push(object);
    pools.val.push(value);
  }

  #loop(pools: Pools, depth: number): void {
    const b = this.#b;
    const limit = this.#int(BigInt(1 + this.#random(5)));
    const header = b.block([{ type: 'int', name: 'i' }, { type: 'int' }, { type: 'ref' }, { type: 'val' }]);
    const [body, after] = [b.block(), b.block()];
    b.jump(header, [this.#int(0n), this.#pick(pools.int), this.#pick(pools.ref), this.#pick(pools.val)]);
    b.enter(header);
    const [i, x, object, value] = b.at(header).params as [ValueId, ValueId, ValueId, ValueId];
    b.branch(b.emit('int.lt', [i, limit], null), body, after);
    b.enter(body);
    const inner = copyPools(pools);
    inner.int.push(i, x, x);
    inner.ref.push(object);
    inner.val.push(value);
    this.#statements(inner, depth + 1);
    b.jump(header, [b.emit('int.add', [i, this.#int(1n)], null), this.#pick(inner.int), this.#pick(inner.ref), this.#pick(inner.val)]);
    b.enter(after);
    pools.int.push(i, x);
    pools.ref.push(object);
    pools.val.push(value);
  }

  #call(pools: Pools): void {
    if (this.#index === 0) {
      pools.int.push(this.#arithmetic(pools));
      return;
    }
    const func = `f${this.#random(this.#index)}`;
    const unwind = this.#pick(['propagate', 'propagate', 'catch'] as const);
    const result = this.#b.emit('call', [this.#pick(pools.int), this.#pick(pools.int), this.#pick(pools.f64)], { func, unwind });
    if (unwind === 'catch') this.#handler(result, pools);
    else pools.int.push(result);
  }

  #raise(pools: Pools): void {
    const b = this.#b;
    const [bad, fine] = [b.block(), b.block()];
    b.branch(this.#pick(pools.i32), fine, bad);
    b.enter(bad);
    const error = b.emit('new', [], { name: 'E' });
    b.emit('field.set', [error, this.#pick(pools.int)], { type: 'E', field: 'code' });
    b.end({ kind: 'raise', value: error, site: this.#random(2) === 0 ? -1 : this.#random(12) });
    b.enter(fine);
  }
}

function copyPools(pools: Pools): Pools {
  return { int: [...pools.int], f64: [...pools.f64], i32: [...pools.i32], i64: [...pools.i64], ref: [...pools.ref], val: [...pools.val] };
}
