/**
 * Random machine level modules for differential tests: any control flow (loops, irreducible regions, switches), all arithmetic,
 * loads and stores, calls that raise and calls that catch. Every block asks the host clock, which ends runs that loop forever.
 */

import { IMPORTS } from '@molt/abi';
import { buildDominance, dominates } from '../analysis/dominance.ts';
import { FuncBuilder, type Signature, type Signatures } from '../builder.ts';
import type { Block, BlockId, Edge, Func, Module, Term, Type, ValueId } from '../ir.ts';
import { OPS, type OpName } from '../ops.ts';

/** Bytes that random code reads and writes, from SCRATCH on. */
export const SCRATCH_BYTES = 512;

/** A generator of pseudo random numbers below a bound. */
export type Random = (bound: number) => number;

/** Mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * bound);
  };
}

export function emptyModule(name: string): Module {
  return {
    name,
    level: 'machine',
    funcs: new Map(),
    globals: new Map(),
    heapTypes: new Map(),
    data: new Map(),
    table: [],
    exports: new Map(),
    sites: [],
  };
}

export function signaturesOf(module: Module): Signatures {
  return {
    signature: (name) => {
      const func = module.funcs.get(name) as Func;
      return { params: func.params.map((p) => func.values[p] as Type), result: func.result };
    },
    host: (name) => IMPORTS[name as keyof typeof IMPORTS] as Signature,
  };
}

const TYPES = ['i32', 'i64', 'f64'] as const;
const PURE = (Object.keys(OPS) as OpName[]).filter((op) => {
  const row = OPS[op];
  return (
    row.effects.length === 0 &&
    row.imm === 'none' &&
    row.args.length > 0 &&
    [...row.args, row.result].every((t) => TYPES.includes(t as 'i32'))
  );
});
const NOT_NAN_LAST: ReadonlySet<OpName> = new Set(['f64.bits', 'f64.copysign']);

/** A module with an export `main(i32, i64, f64) -> i32|i64|f64`, a callee that raises for odd arguments, and a traceback function. */
export function randomModule(seed: number): Module {
  const random = randomFrom(seed);
  const module = emptyModule(`random${seed}`);
  for (let i = 0; i < 4; i++) module.sites.push({ file: 'a.py', func: 'f', line: i, col: 0, endLine: i, endCol: 1, text: '' });
  const signatures = signaturesOf(module);
  const add = (b: FuncBuilder) => module.funcs.set(b.func.name, b.func);
  const i32 = { type: 'i32' } as const;

  const trace = new FuncBuilder(module, signatures, 'rt.trace_append', [i32], null);
  const zero = trace.emit('i32.const', [], { value: 0 });
  trace.emit('call.host', [trace.func.params[0] as ValueId, zero, zero], { name: 'write' });
  trace.end({ kind: 'return', value: null });
  add(trace);

  const raiser = new FuncBuilder(module, signatures, 'raiser', [i32], 'i32');
  const arg = raiser.func.params[0] as ValueId;
  const odd = raiser.emit('i32.and', [arg, raiser.emit('i32.const', [], { value: 1 })], null);
  const bad = raiser.block();
  const good = raiser.block();
  raiser.branch(odd, bad, good);
  raiser.enter(bad);
  raiser.end({ kind: 'raise', value: arg, site: 0 });
  raiser.enter(good);
  raiser.end({ kind: 'return', value: raiser.emit('i32.shr_u', [arg, odd], null) });
  add(raiser);
  module.table.push('raiser');

  add(randomFunc(module, signatures, random, 'main'));
  module.exports.set('main', 'main');
  return module;
}

/** A module with many random functions `main0`, `main1`, ..., for back ends that take long to start. */
export function randomModules(seed: number, count: number): Module {
  const module = randomModule(seed);
  for (let i = 0; i < count; i++) {
    const { func } = randomFunc(module, signaturesOf(module), randomFrom(seed + i), `main${i}`);
    module.funcs.set(func.name, func);
  }
  return module;
}

function randomFunc(module: Module, signatures: Signatures, random: Random, name: string): FuncBuilder {
  const pick = <T>(items: readonly T[]): T => items[random(items.length)] as T;
  const b = new FuncBuilder(
    module,
    signatures,
    name,
    TYPES.map((type) => ({ type })),
    pick(TYPES),
  );
  const count = 1 + random(random(4) === 0 ? 20 : 8);
  const blocks: BlockId[] = [0 as BlockId];
  for (let i = 1; i < count; i++) blocks.push(b.block(Array.from({ length: random(4) }, () => ({ type: pick(TYPES) }))));
  // Shape first, with edges that have no arguments yet, so that dominance is known when values are chosen.
  const others = blocks.slice(1);
  const edge = (): Edge => ({ block: pick(others), args: [] });
  for (const id of blocks) {
    const kind = others.length === 0 ? 9 : random(10);
    const term: Term =
      kind < 3
        ? { kind: 'jump', to: edge() }
        : kind < 7
          ? { kind: 'branch', cond: 0 as ValueId, then: edge(), else: edge() }
          : kind < 8
            ? {
                kind: 'switch',
                value: 0 as ValueId,
                cases: [0, 1, 2, random(2) === 0 ? 3 : 100000].slice(0, random(5)).map((value) => ({ value, to: edge() })),
                default: edge(),
              }
            : { kind: 'return', value: 0 as ValueId };
    (b.at(id) as Block).term = term;
  }
  const dom = buildDominance(b.func);
  for (const id of blocks) if (dom.idom[id] === -1) b.func.blocks[id] = null;

  const owner = new Map<ValueId, BlockId>();
  for (const p of b.func.params) owner.set(p, 0 as BlockId);
  for (const id of dom.cfg.order) for (const p of b.at(id).params) owner.set(p, id);
  const filled = new Set<BlockId>();
  for (const id of dom.cfg.order) {
    filled.add(id);
    fillBlock(id);
  }
  for (const id of dom.cfg.order) {
    const block = b.at(id);
    const { term } = block;
    const complete = (e: Edge): Edge => ({ block: e.block, args: b.at(e.block).params.map((p) => value(id, b.func.values[p] as Type)) });
    if (term.kind === 'jump') block.term = { kind: 'jump', to: complete(term.to) };
    else if (term.kind === 'branch') block.term = { ...term, cond: value(id, 'i32'), then: complete(term.then), else: complete(term.else) };
    else if (term.kind === 'switch')
      block.term = {
        ...term,
        value: value(id, 'i32'),
        cases: term.cases.map((c) => ({ value: c.value, to: complete(c.to) })),
        default: complete(term.default),
      };
    else if (random(8) === 0) block.term = { kind: 'raise', value: value(id, 'i32'), site: random(2) - 1 };
    else block.term = { kind: 'return', value: value(id, b.func.result as Type) };
  }
  return b;

  /** A value of the type that dominates the end of the block, or a new constant there. */
  function value(id: BlockId, type: Type): ValueId {
    const usable = [...owner.keys()].filter((v) => b.func.values[v] === type && dominates(dom, owner.get(v) as BlockId, id));
    // Mostly recent values, so that trees form.
    if (usable.length > 0 && random(6) > 0) return random(2) === 0 ? (usable.at(-1) as ValueId) : pick(usable);
    if (type === 'i32') return emit(id, 'i32.const', [], { value: pick([0, 1, -1, 7, 0x7fffffff, -0x80000000, random(1000) - 500]) });
    if (type === 'i64')
      return emit(id, 'i64.const', [], {
        value: pick([0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), BigInt(random(100000)) * 0x1_0001_0001n]),
      });
    return emit(id, 'f64.const', [], { value: pick([0, -0, 1.5, -2.5, 1e300, -1e19, Infinity, Number.NaN, random(1000) / 8]) });
  }

  function emit(id: BlockId, op: OpName, args: readonly ValueId[], imm: unknown, site = -1): ValueId {
    const before = b.current;
    b.enter(id);
    b.setSite(site);
    const result = b.emit(op, args, imm as never);
    if ((result as number) >= 0) {
      owner.set(result, id);
      // The builder types a few results for the language level.
      if (b.func.values[result] === 'ref') b.func.values[result] = 'i32';
    }
    b.enter(before);
    return result;
  }

  function address(id: BlockId): ValueId {
    const masked = emit(id, 'i32.and', [value(id, 'i32'), emit(id, 'i32.const', [], { value: SCRATCH_BYTES - 16 })], null);
    return emit(id, 'i32.add', [masked, emit(id, 'data.addr', [], { name: 'scratch' })], null);
  }

  /** A double that is not NaN: the sign and payload of NaN are not defined. */
  function number(id: BlockId, x: ValueId): ValueId {
    const same = emit(id, 'f64.eq', [x, x], null);
    return emit(id, 'select', [same, x, emit(id, 'f64.const', [], { value: 1 })], null);
  }

  function fillBlock(id: BlockId): void {
    emit(id, 'call.host', [emit(id, 'i32.const', [], { value: 1 })], { name: 'clock' });
    for (let left = random(8); left > 0; left--) {
      switch (random(12)) {
        case 0:
          emit(id, 'store', [address(id), value(id, 'i32')], {
            type: pick(['i32', 'u8', 'u16', 'i16', 'i8'] as const),
            offset: random(3) - 1,
            alias: '',
          });
          break;
        case 1:
          emit(id, 'store', [address(id), value(id, 'i64')], { type: 'i64', offset: 8, alias: '' });
          break;
        case 2:
          emit(id, 'store', [address(id), number(id, value(id, 'f64'))], { type: 'f64', offset: 0, alias: '' });
          break;
        case 3:
          emit(id, 'load', [address(id)], {
            type: pick(['i32', 'u8', 'u16', 'i16', 'i8', 'i64'] as const),
            offset: random(3) * 4,
            alias: '',
          });
          break;
        case 4: {
          const unwind = random(4) === 0 ? 'catch' : 'propagate';
          const args = [value(id, 'i32')];
          if (random(2) === 0) emit(id, 'call', args, { func: 'raiser', unwind }, random(3) - 1);
          else
            emit(
              id,
              'call.indirect',
              [emit(id, 'func.index', [], { name: 'raiser' }), ...args],
              { params: ['i32'], result: 'i32', unwind },
              random(3) - 1,
            );
          if (unwind === 'catch') {
            emit(id, 'exc.pending', [], null);
            emit(id, 'exc.take', [], null);
          }
          break;
        }
        case 5: {
          const frame = emit(id, 'frame.enter', [], { slot: random(3) });
          if (random(2) === 0) emit(id, 'frame.reset', [frame], { slot: 1 });
          emit(id, 'frame.leave', [frame], null);
          break;
        }
        case 6:
          emit(id, 'interrupt.check', [], null);
          emit(id, 'select', [value(id, 'i32'), value(id, 'i64'), value(id, 'i64')], null);
          break;
        case 7:
          if (random(2) === 0)
            emit(id, 'memory.fill', [address(id), value(id, 'i32'), emit(id, 'i32.const', [], { value: random(9) })], null);
          else emit(id, 'memory.copy', [address(id), address(id), emit(id, 'i32.const', [], { value: random(9) })], null);
          break;
        default:
          pureOp(id);
      }
    }
  }

  function pureOp(id: BlockId): void {
    const op = pick(PURE);
    const args = OPS[op].args.map((type) => value(id, type as Type));
    if (/\.(div|rem)_/.test(op)) {
      const type = op.startsWith('i32') ? 'i32' : 'i64';
      const constant = (n: number) =>
        type === 'i32' ? emit(id, 'i32.const', [], { value: n }) : emit(id, 'i64.const', [], { value: BigInt(n) });
      const masked = emit(id, `${type}.and`, [args[1] as ValueId, constant(0x7ff)], null);
      args[1] = emit(id, `${type}.or`, [masked, constant(1)], null);
    }
    if (NOT_NAN_LAST.has(op)) args.push(number(id, args.pop() as ValueId));
    emit(id, op, args, null);
  }
}

/** Module with its scratch area as static data. */
export function withScratch(module: Module): Module {
  module.data.set('scratch', { name: 'scratch', bytes: new Uint8Array(SCRATCH_BYTES), relocs: [] });
  return module;
}
