/**
 * Every MIR operation, once. Instruction types, builder, text form, verifier arity and the reference page derive from this table.
 *
 * `args`: operand types; 'T' is the memory type of the immediate, '*' any type, a trailing '...' any number.
 * `result`: a type, 'T' (from the immediate), 'same' (type of the first operand), 'sig' (from the immediate's signature) or null.
 * `effects`: pure = none; reads / writes memory; raises = may set the pending exception; collects = may run the collector.
 */
import type { MemType, Type } from './ir.ts';

export type Effect = 'reads' | 'writes' | 'raises' | 'collects';
/** Kinds of immediates. `unwind`: what a call does when its callee raised: leave too, or go on so that the block can test `exc.pending`. */
export interface Imms {
  none: null;
  int: { readonly value: bigint };
  i32: { readonly value: number };
  i64: { readonly value: bigint };
  f64: { readonly value: number };
  name: { readonly name: string };
  mem: { readonly type: MemType; readonly offset: number; readonly alias: string };
  field: { readonly type: string; readonly field: string };
  call: { readonly func: string; readonly unwind: Unwind };
  indirect: { readonly params: readonly Type[]; readonly result: Type | null; readonly unwind: Unwind };
  host: { readonly name: string };
  slot: { readonly slot: number };
}
export type Unwind = 'propagate' | 'catch' | 'never';

export interface OpRow {
  readonly args: readonly string[];
  readonly result: Type | 'T' | 'same' | 'sig' | null;
  readonly imm: keyof Imms;
  readonly effects: readonly Effect[];
  readonly level: 'language' | 'machine' | 'both';
  readonly doc: string;
}

const none = [] as const;
const binary = <T extends Type, R extends Type>(type: T, result: R, doc: string) =>
  ({ args: [type, type], result, imm: 'none', effects: none, level: 'both', doc }) as const;
const unary = <T extends Type, R extends Type>(type: T, result: R, doc: string) =>
  ({ args: [type], result, imm: 'none', effects: none, level: 'both', doc }) as const;
const intBinary = (doc: string, effects: readonly Effect[] = ['collects']) =>
  ({ args: ['int', 'int'], result: 'int', imm: 'none', effects, level: 'language', doc }) as const;
const intCompare = (doc: string) => ({ args: ['int', 'int'], result: 'i32', imm: 'none', effects: none, level: 'language', doc }) as const;

export const OPS = {
  // constants
  'i32.const': { args: none, result: 'i32', imm: 'i32', effects: none, level: 'both', doc: '32-bit constant.' },
  'i64.const': { args: none, result: 'i64', imm: 'i64', effects: none, level: 'both', doc: '64-bit constant.' },
  'f64.const': { args: none, result: 'f64', imm: 'f64', effects: none, level: 'both', doc: 'Double constant; any bit pattern.' },
  'int.const': {
    args: none,
    result: 'int',
    imm: 'int',
    effects: none,
    level: 'language',
    doc: 'Python int of any size; big ones become static data.',
  },
  'ref.null': { args: none, result: 'ref', imm: 'none', effects: none, level: 'language', doc: 'None.' },
  'data.addr': {
    args: none,
    result: 'ref',
    imm: 'name',
    effects: none,
    level: 'both',
    doc: 'Address of a static data item (i32 at machine level).',
  },
  'type.id': { args: none, result: 'i32', imm: 'name', effects: none, level: 'both', doc: 'Id of a heap type of the module.' },
  'func.index': { args: none, result: 'i32', imm: 'name', effects: none, level: 'both', doc: 'Table index of a function.' },

  // machine arithmetic: wraps, shifts take the count modulo the width
  'i32.add': binary('i32', 'i32', 'Sum.'),
  'i32.sub': binary('i32', 'i32', 'Difference.'),
  'i32.mul': binary('i32', 'i32', 'Product.'),
  'i32.and': binary('i32', 'i32', 'Bitwise and.'),
  'i32.or': binary('i32', 'i32', 'Bitwise or.'),
  'i32.xor': binary('i32', 'i32', 'Bitwise xor.'),
  'i32.shl': binary('i32', 'i32', 'Shift left.'),
  'i32.shr_s': binary('i32', 'i32', 'Arithmetic shift right.'),
  'i32.shr_u': binary('i32', 'i32', 'Logical shift right.'),
  'i32.div_s': binary('i32', 'i32', 'Truncating signed quotient; divisor is not 0 and the quotient fits.'),
  'i32.div_u': binary('i32', 'i32', 'Unsigned quotient; divisor is not 0.'),
  'i32.rem_s': binary('i32', 'i32', 'Signed remainder; divisor is not 0.'),
  'i32.rem_u': binary('i32', 'i32', 'Unsigned remainder; divisor is not 0.'),
  'i32.eq': binary('i32', 'i32', 'Equal.'),
  'i32.ne': binary('i32', 'i32', 'Not equal.'),
  'i32.lt_s': binary('i32', 'i32', 'Signed less.'),
  'i32.le_s': binary('i32', 'i32', 'Signed less or equal.'),
  'i32.gt_s': binary('i32', 'i32', 'Signed greater.'),
  'i32.ge_s': binary('i32', 'i32', 'Signed greater or equal.'),
  'i32.lt_u': binary('i32', 'i32', 'Unsigned less.'),
  'i32.le_u': binary('i32', 'i32', 'Unsigned less or equal.'),
  'i32.gt_u': binary('i32', 'i32', 'Unsigned greater.'),
  'i32.ge_u': binary('i32', 'i32', 'Unsigned greater or equal.'),
  'i32.eqz': unary('i32', 'i32', '1 when zero.'),
  'i32.clz': unary('i32', 'i32', 'Leading zeros.'),
  'i32.ctz': unary('i32', 'i32', 'Trailing zeros.'),
  'i32.popcnt': unary('i32', 'i32', 'Bits set.'),
  'i64.add': binary('i64', 'i64', 'Sum.'),
  'i64.sub': binary('i64', 'i64', 'Difference.'),
  'i64.mul': binary('i64', 'i64', 'Product.'),
  'i64.and': binary('i64', 'i64', 'Bitwise and.'),
  'i64.or': binary('i64', 'i64', 'Bitwise or.'),
  'i64.xor': binary('i64', 'i64', 'Bitwise xor.'),
  'i64.shl': binary('i64', 'i64', 'Shift left.'),
  'i64.shr_s': binary('i64', 'i64', 'Arithmetic shift right.'),
  'i64.shr_u': binary('i64', 'i64', 'Logical shift right.'),
  'i64.div_s': binary('i64', 'i64', 'Truncating signed quotient; divisor is not 0 and the quotient fits.'),
  'i64.div_u': binary('i64', 'i64', 'Unsigned quotient; divisor is not 0.'),
  'i64.rem_s': binary('i64', 'i64', 'Signed remainder; divisor is not 0.'),
  'i64.rem_u': binary('i64', 'i64', 'Unsigned remainder; divisor is not 0.'),
  'i64.eq': binary('i64', 'i32', 'Equal.'),
  'i64.ne': binary('i64', 'i32', 'Not equal.'),
  'i64.lt_s': binary('i64', 'i32', 'Signed less.'),
  'i64.le_s': binary('i64', 'i32', 'Signed less or equal.'),
  'i64.gt_s': binary('i64', 'i32', 'Signed greater.'),
  'i64.ge_s': binary('i64', 'i32', 'Signed greater or equal.'),
  'i64.lt_u': binary('i64', 'i32', 'Unsigned less.'),
  'i64.le_u': binary('i64', 'i32', 'Unsigned less or equal.'),
  'i64.gt_u': binary('i64', 'i32', 'Unsigned greater.'),
  'i64.ge_u': binary('i64', 'i32', 'Unsigned greater or equal.'),
  'i64.eqz': unary('i64', 'i32', '1 when zero.'),
  'i64.clz': unary('i64', 'i64', 'Leading zeros.'),
  'i64.ctz': unary('i64', 'i64', 'Trailing zeros.'),
  'i64.popcnt': unary('i64', 'i64', 'Bits set.'),
  'f64.add': binary('f64', 'f64', 'Sum.'),
  'f64.sub': binary('f64', 'f64', 'Difference.'),
  'f64.mul': binary('f64', 'f64', 'Product.'),
  'f64.div': binary('f64', 'f64', 'IEEE quotient; Python tests the divisor before.'),
  'f64.eq': binary('f64', 'i32', 'Equal.'),
  'f64.ne': binary('f64', 'i32', 'Not equal or unordered.'),
  'f64.lt': binary('f64', 'i32', 'Less.'),
  'f64.le': binary('f64', 'i32', 'Less or equal.'),
  'f64.gt': binary('f64', 'i32', 'Greater.'),
  'f64.ge': binary('f64', 'i32', 'Greater or equal.'),
  'f64.copysign': binary('f64', 'f64', 'Magnitude of the first, sign of the second.'),
  'f64.neg': unary('f64', 'f64', 'Sign flipped.'),
  'f64.abs': unary('f64', 'f64', 'Magnitude.'),
  'f64.sqrt': unary('f64', 'f64', 'Square root.'),
  'f64.floor': unary('f64', 'f64', 'Towards minus infinity.'),
  'f64.ceil': unary('f64', 'f64', 'Towards plus infinity.'),
  'f64.trunc': unary('f64', 'f64', 'Towards zero.'),
  'f64.nearest': unary('f64', 'f64', 'To nearest, ties to even.'),
  // conversions
  'i32.wrap': unary('i64', 'i32', 'Low 32 bits.'),
  'i64.extend_s': unary('i32', 'i64', 'Sign extended.'),
  'i64.extend_u': unary('i32', 'i64', 'Zero extended.'),
  'i64.trunc_f64': unary('f64', 'i64', 'Towards zero, saturating, NaN gives 0.'),
  'f64.from_i64': unary('i64', 'f64', 'Nearest double of a signed word.'),
  'f64.from_u64': unary('i64', 'f64', 'Nearest double of an unsigned word.'),
  'f64.bits': unary('f64', 'i64', 'Bit pattern.'),
  'f64.from_bits': unary('i64', 'f64', 'Double of a bit pattern.'),
  select: {
    args: ['i32', '*', '*'],
    result: 'same',
    imm: 'none',
    effects: none,
    level: 'both',
    doc: 'Second operand when the first is non-zero, else the third; result has the type of the second.',
  },

  // Python ints
  'int.add': intBinary('Sum.'),
  'int.sub': intBinary('Difference.'),
  'int.mul': intBinary('Product.'),
  'int.floordiv': intBinary('Quotient towards minus infinity; the divisor is not 0.'),
  'int.mod': intBinary('Modulo with the sign of the divisor, which is not 0.'),
  'int.and': intBinary('Bitwise and.'),
  'int.or': intBinary('Bitwise or.'),
  'int.xor': intBinary('Bitwise xor.'),
  'int.shl': intBinary('Shift left by a count that is not negative and was checked against the memory limit.'),
  'int.shr': intBinary('Shift right by a count that is not negative.'),
  'int.neg': { args: ['int'], result: 'int', imm: 'none', effects: ['collects'], level: 'language', doc: 'Negated.' },
  'int.eq': intCompare('Equal.'),
  'int.ne': intCompare('Not equal.'),
  'int.lt': intCompare('Less.'),
  'int.le': intCompare('Less or equal.'),
  'int.gt': intCompare('Greater.'),
  'int.ge': intCompare('Greater or equal.'),
  'int.is_small': {
    args: ['int'],
    result: 'i32',
    imm: 'none',
    effects: none,
    level: 'language',
    doc: '1 when the value is an inline word.',
  },
  'int.to_i64': {
    args: ['int'],
    result: 'i64',
    imm: 'none',
    effects: none,
    level: 'language',
    doc: 'The word itself; the value number when small.',
  },
  'int.from_i64': { args: ['i64'], result: 'int', imm: 'none', effects: none, level: 'language', doc: 'Int of a word known to be small.' },
  'int.to_ref': {
    args: ['int'],
    result: 'ref',
    imm: 'none',
    effects: none,
    level: 'language',
    doc: 'The heap object of a value known to be big.',
  },
  'int.from_ref': { args: ['ref'], result: 'int', imm: 'none', effects: none, level: 'language', doc: 'Int of a bigint object.' },

  // universal values
  'val.from_int': { args: ['int'], result: 'val', imm: 'none', effects: none, level: 'language', doc: 'The same word.' },
  'val.from_f64': {
    args: ['f64'],
    result: 'val',
    imm: 'none',
    effects: ['collects'],
    level: 'language',
    doc: 'Inline double, or a boxed one.',
  },
  'val.from_bool': { args: ['i32'], result: 'val', imm: 'none', effects: none, level: 'language', doc: 'True or False.' },
  'val.from_ref': {
    args: ['ref'],
    result: 'val',
    imm: 'none',
    effects: none,
    level: 'language',
    doc: 'Tagged reference; None for the null reference.',
  },
  'val.type': {
    args: ['val'],
    result: 'i32',
    imm: 'none',
    effects: ['reads'],
    level: 'language',
    doc: 'Type id: int, float, or the header of the object (none for None).',
  },
  'val.to_int': { args: ['val'], result: 'int', imm: 'none', effects: none, level: 'language', doc: 'The int of a value known to be one.' },
  'val.to_f64': {
    args: ['val'],
    result: 'f64',
    imm: 'none',
    effects: ['reads'],
    level: 'language',
    doc: 'The double of a value known to be a float.',
  },
  'val.to_bool': {
    args: ['val'],
    result: 'i32',
    imm: 'none',
    effects: none,
    level: 'language',
    doc: '1 for True, 0 for False; the value is known to be a bool.',
  },
  'val.to_ref': {
    args: ['val'],
    result: 'ref',
    imm: 'none',
    effects: none,
    level: 'language',
    doc: 'The object of a value known to be a reference (or None).',
  },
  'val.bits': { args: ['val'], result: 'i64', imm: 'none', effects: none, level: 'language', doc: 'The word.' },
  'val.from_bits': { args: ['i64'], result: 'val', imm: 'none', effects: none, level: 'language', doc: 'Value of a word.' },

  // objects
  new: {
    args: none,
    result: 'ref',
    imm: 'name',
    effects: ['collects', 'writes'],
    level: 'language',
    doc: 'Zeroed object of a fixed heap type.',
  },
  'new.buffer': {
    args: ['i32'],
    result: 'ref',
    imm: 'name',
    effects: ['collects', 'writes'],
    level: 'language',
    doc: 'Zeroed buffer of the heap type with that many payload bytes.',
  },
  'field.get': {
    args: ['ref'],
    result: 'T',
    imm: 'field',
    effects: ['reads'],
    level: 'language',
    doc: 'Field of a fixed heap type; result by the field.',
  },
  'field.set': { args: ['ref', 'T'], result: null, imm: 'field', effects: ['writes'], level: 'language', doc: 'Stores a field.' },
  'ref.type': {
    args: ['ref'],
    result: 'i32',
    imm: 'none',
    effects: ['reads'],
    level: 'language',
    doc: 'Type id in the header; none for the null reference. Never changes while the object lives.',
  },
  'ref.addr': { args: ['ref'], result: 'i32', imm: 'none', effects: none, level: 'language', doc: 'Address of the object.' },
  'ref.from_addr': { args: ['i32'], result: 'ref', imm: 'none', effects: none, level: 'language', doc: 'Object at an address.' },
  'ref.eq': { args: ['ref', 'ref'], result: 'i32', imm: 'none', effects: none, level: 'language', doc: 'Identity.' },
  'frozen.check': {
    args: ['ref'],
    result: null,
    imm: 'none',
    effects: ['raises', 'reads'],
    level: 'language',
    doc: 'Raises FrozenStateError when the object belongs to the frozen image.',
  },
  'list.get': {
    args: ['ref', 'int'],
    result: 'T',
    imm: 'mem',
    effects: ['reads', 'raises'],
    level: 'language',
    doc: 'Element of a list by Python index; IndexError outside. The immediate is the element type. Goes on with a dummy when exc.pending is the next instruction.',
  },
  'list.set': {
    args: ['ref', 'int', 'T'],
    result: null,
    imm: 'mem',
    effects: ['reads', 'writes', 'raises'],
    level: 'language',
    doc: 'Replaces an element; IndexError outside.',
  },
  'list.len': { args: ['ref'], result: 'i32', imm: 'none', effects: ['reads'], level: 'language', doc: 'Length of a list.' },
  'global.get': {
    args: none,
    result: 'T',
    imm: 'name',
    effects: ['reads'],
    level: 'language',
    doc: 'Module global; result by the global.',
  },
  'global.set': { args: ['T'], result: null, imm: 'name', effects: ['writes'], level: 'language', doc: 'Stores a module global.' },

  // raw memory; at machine level the types ref, val, int, bool are i32, i64, i64 and u8
  load: {
    args: ['addr'],
    result: 'T',
    imm: 'mem',
    effects: ['reads'],
    level: 'both',
    doc: 'Loads from address plus offset; `alias` names a class of locations that no other class overlaps, "" = any.',
  },
  store: { args: ['addr', 'T'], result: null, imm: 'mem', effects: ['writes'], level: 'both', doc: 'Stores to address plus offset.' },
  'memory.copy': {
    args: ['i32', 'i32', 'i32'],
    result: null,
    imm: 'none',
    effects: ['reads', 'writes'],
    level: 'both',
    doc: 'Copies (to, from, bytes); may overlap.',
  },
  'memory.fill': {
    args: ['i32', 'i32', 'i32'],
    result: null,
    imm: 'none',
    effects: ['writes'],
    level: 'both',
    doc: 'Fills (to, byte, bytes).',
  },
  'memory.size': { args: none, result: 'i32', imm: 'none', effects: ['reads'], level: 'both', doc: 'Pages of 64 KiB.' },
  'memory.grow': {
    args: ['i32'],
    result: 'i32',
    imm: 'none',
    effects: ['writes'],
    level: 'both',
    doc: 'Grows by pages; the old size, or -1.',
  },

  // control
  call: {
    args: ['*...'],
    result: 'sig',
    imm: 'call',
    effects: ['reads', 'writes', 'raises', 'collects'],
    level: 'both',
    doc: 'Direct call.',
  },
  'call.indirect': {
    args: ['i32', '*...'],
    result: 'sig',
    imm: 'indirect',
    effects: ['reads', 'writes', 'raises', 'collects'],
    level: 'both',
    doc: 'Call through the function table.',
  },
  'call.host': {
    args: ['*...'],
    result: 'sig',
    imm: 'host',
    effects: ['reads', 'writes'],
    level: 'both',
    doc: 'Call of an import of the ABI.',
  },
  'exc.pending': {
    args: none,
    result: 'i32',
    imm: 'none',
    effects: ['reads'],
    level: 'both',
    doc: 'Non-zero when an exception is pending; follows a call that catches.',
  },
  'exc.set': {
    args: ['ref'],
    result: null,
    imm: 'none',
    effects: ['writes'],
    level: 'both',
    doc: 'Makes an exception pending without leaving; appends the site to the traceback (i32 at machine level).',
  },
  'exc.take': {
    args: none,
    result: 'ref',
    imm: 'none',
    effects: ['reads', 'writes'],
    level: 'both',
    doc: 'Takes the pending exception: none is pending afterwards (i32 at machine level).',
  },
  'interrupt.check': {
    args: none,
    result: null,
    imm: 'none',
    effects: ['reads'],
    level: 'both',
    doc: 'Traps when the interrupt cell is set.',
  },
  'frame.enter': {
    args: none,
    result: 'i32',
    imm: 'slot',
    effects: ['reads', 'writes'],
    level: 'both',
    doc: 'Reserves that many slots of the shadow stack and zeroes them; traps at its end. Result: address of slot 0.',
  },
  'frame.leave': {
    args: ['i32'],
    result: null,
    imm: 'none',
    effects: ['writes'],
    level: 'both',
    doc: 'Gives the slots back: the stack pointer becomes the operand.',
  },
  'frame.reset': {
    args: ['i32'],
    result: null,
    imm: 'slot',
    effects: ['writes'],
    level: 'both',
    doc: 'After a catch: the stack pointer becomes the operand plus the slots.',
  },
  'root.set': {
    args: ['i32', '*'],
    result: null,
    imm: 'slot',
    effects: ['writes'],
    level: 'both',
    doc: 'Keeps a ref, val or int alive in a slot of the frame; at machine level a store.',
  },
} as const satisfies Record<string, OpRow>;

export type OpName = keyof typeof OPS;
export type ImmOf<K extends OpName> = Imms[(typeof OPS)[K]['imm']];
