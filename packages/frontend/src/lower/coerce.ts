/** Conversions between representations of the same Python value. They are straight-line code, so they may stand before any jump. */
import type { FuncBuilder, ValueId } from '@molt/mir';
import { typeKey } from '../types/join.ts';
import { members, type Type } from '../types/type.ts';
import type { Lowering } from './lowering.ts';
import { isUnit, memTypeOf } from './represent.ts';
import type { Val } from './ssa.ts';

/** Address of the object that marks an unbound variable in a universal word. */
const UNBOUND_WORD = 0x4000_0000_0000_0028n;

export class Coercions {
  readonly #low: Lowering;
  readonly #b: FuncBuilder;

  constructor(low: Lowering, b: FuncBuilder) {
    this.#low = low;
    this.#b = b;
  }

  unbound(): Val {
    const bits = this.#b.emit('i64.const', [], { value: UNBOUND_WORD });
    return { v: this.#b.emit('val.from_bits', [bits], null), type: { k: 'unbound' } };
  }

  none(): ValueId {
    return this.#b.emit('ref.null', [], null);
  }

  /** A value of a type that never occurs, or of a unit type. */
  dummy(type: Type): ValueId {
    const b = this.#b;
    switch (memTypeOf(type)) {
      case 'bool':
      case 'i32':
        return b.emit('i32.const', [], { value: 0 });
      case 'i64':
        return b.emit('i64.const', [], { value: 0n });
      case 'f64':
        return b.emit('f64.const', [], { value: 0 });
      case 'int':
        return b.emit('int.const', [], { value: 0n });
      case 'val':
        return b.emit('val.from_ref', [this.none()], null);
      default:
        return isUnit(type) ? b.emit('data.addr', [], { name: this.#low.unit(type) }) : this.none();
    }
  }

  to(value: Val, want: Type): ValueId {
    const { v, type } = value;
    const b = this.#b;
    if (type === want || want.k === 'never') return v;
    if (type.k === 'never') return this.dummy(want);
    const from = memTypeOf(type);
    const to = memTypeOf(want);
    if (type.k === 'unbound' && to !== 'val') return this.dummy(want);
    if (type.k === 'tuple') {
      const target = members(want).find((m) => m.k === 'tuple' && m.items.length === type.items.length);
      if (target?.k === 'tuple' && typeKey(target) !== typeKey(type))
        return this.to({ v: this.#rebuild(v, type, target), type: target }, want);
      const wide = members(want).find((m) => m.k === 'inst' && m.cls.name === 'vtuple');
      if (!target && wide) return this.to({ v: this.widen(value, wide), type: wide }, want);
    }
    if (from === to) return v;
    switch (to) {
      case 'val':
        return this.#box(value);
      case 'int':
        switch (from) {
          case 'bool':
          case 'i32':
            return b.emit('int.from_i64', [b.emit(from === 'bool' ? 'i64.extend_u' : 'i64.extend_s', [v], null)], null);
          case 'i64':
            return b.emit('int.from_i64', [v], null);
          case 'val':
            return this.#intOf(value);
        }
        break;
      case 'f64':
        switch (from) {
          case 'bool':
          case 'i32':
            return b.emit('f64.from_i64', [b.emit('i64.extend_s', [v], null)], null);
          case 'int':
            return b.emit('call', [v], { func: this.#low.runtime('int_to_float'), unwind: 'propagate' });
          case 'val':
            if (members(type).some((m) => m.k === 'int' || m.k === 'bool'))
              return b.emit('call', [v], { func: this.#low.runtime('number_as_float'), unwind: 'propagate' });
            return b.emit('val.to_f64', [v], null);
        }
        break;
      case 'bool':
        if (from === 'val') return b.emit('val.to_bool', [v], null);
        if (from === 'i32') return v;
        break;
      case 'i32':
        if (from === 'bool') return v;
        if (from === 'val') return this.to({ v: b.emit('val.to_int', [v], null), type: { k: 'int' } }, want);
        if (from === 'i64') return b.emit('i32.wrap', [v], null);
        if (from === 'int') return b.emit('i32.wrap', [b.emit('int.to_i64', [v], null)], null);
        break;
      case 'i64':
        if (from === 'bool') return b.emit('i64.extend_u', [v], null);
        if (from === 'i32') return b.emit('i64.extend_s', [v], null);
        if (from === 'val') return this.to({ v: b.emit('val.to_int', [v], null), type: { k: 'int' } }, want);
        if (from === 'int') return b.emit('int.to_i64', [v], null);
        break;
      case 'ref':
        if (from === 'val') return b.emit('val.to_ref', [v], null);
        break;
    }
    // no value of the wanted type can be here: an impossible branch
    return this.dummy(want);
  }

  /** A bool among the members counts as 0 or 1. */
  #intOf({ v, type }: Val): ValueId {
    const b = this.#b;
    const int = b.emit('val.to_int', [v], null);
    if (!members(type).some((m) => m.k === 'bool')) return int;
    const isBool = b.emit('i32.eq', [b.emit('val.type', [v], null), b.emit('type.id', [], { name: 'bool' })], null);
    const bit = b.emit('int.from_i64', [b.emit('i64.extend_u', [b.emit('val.to_bool', [v], null)], null)], null);
    return b.emit('select', [isBool, bit, int], null);
  }

  #box({ v, type }: Val): ValueId {
    const b = this.#b;
    switch (memTypeOf(type)) {
      case 'int':
        return b.emit('val.from_int', [v], null);
      case 'f64':
        return b.emit('val.from_f64', [v], null);
      case 'bool':
        return b.emit('val.from_bool', [v], null);
      case 'i32':
        return b.emit('val.from_int', [this.to({ v, type }, { k: 'int' })], null);
      case 'i64':
        return b.emit('val.from_int', [b.emit('int.from_i64', [v], null)], null);
      case 'val':
        return v;
      default:
        return b.emit('val.from_ref', [v], null);
    }
  }

  tuple(values: readonly Val[], type: Extract<Type, { k: 'tuple' }>): ValueId {
    const name = this.#low.typeName(type);
    const items = values.map((x, i) => this.to(x, type.items[i] as Type));
    const object = this.#b.emit('new', [], { name });
    items.forEach((item, i) => this.#b.emit('field.set', [object, item], { type: name, field: `${i}` }));
    return object;
  }

  item(tuple: ValueId, type: Extract<Type, { k: 'tuple' }>, index: number): Val {
    const item = type.items[index] as Type;
    return { v: this.#b.emit('field.get', [tuple], { type: this.#low.typeName(type), field: `${index}` }), type: item };
  }

  #rebuild(v: ValueId, from: Extract<Type, { k: 'tuple' }>, to: Extract<Type, { k: 'tuple' }>): ValueId {
    const items = from.items.map((_, i) => this.item(v, from, i));
    return this.tuple(items, to);
  }

  /** A tuple of known length as one of unknown length. */
  widen({ v, type }: Val, wide: Type): ValueId {
    if (type.k !== 'tuple' || wide.k !== 'inst') return v;
    const b = this.#b;
    const element = this.#low.elementType(wide);
    const size = this.#low.elementSize(element);
    const items = type.items.map((_, i) => this.to(this.item(v, type, i), element));
    const bytes = b.emit('i32.const', [], { value: size * items.length });
    const data = b.emit('new.buffer', [bytes], { name: this.#low.bufferType(element) });
    items.forEach((item, i) => b.emit('store', [data, item], { type: memTypeOf(element), offset: 8 + size * i, alias: '' }));
    const name = this.#low.typeName(wide);
    const object = b.emit('new', [], { name });
    b.emit('field.set', [object, b.emit('i32.const', [], { value: items.length })], { type: name, field: '_len' });
    b.emit('field.set', [object, data], { type: name, field: '_data' });
    return object;
  }
}
