/**
 * What each pure machine op is in C. Values are unsigned (`uint32_t`, `uint64_t`) or `double`, so that sums wrap without undefined
 * behaviour; signed meaning is a cast at the operation.
 */
import type { OpName, Type } from '@molt/mir';

/** The C type of a machine type. */
export function cType(type: Type | null): string {
  switch (type) {
    case null:
      return 'void';
    case 'i32':
      return 'uint32_t';
    case 'i64':
      return 'uint64_t';
    case 'f64':
      return 'double';
    default:
      throw new Error(`${type} is not a machine type`);
  }
}

type Template = (a: string, b: string) => string;

const infix =
  (operator: string): Template =>
  (a, b) =>
    `${a} ${operator} ${b}`;
const call =
  (name: string): Template =>
  (a, b) =>
    b === undefined ? `${name}(${a})` : `${name}(${a}, ${b})`;

function integerOps(type: 'i32' | 'i64'): Record<string, Template> {
  const bits = type === 'i32' ? 32 : 64;
  const signed =
    (operator: string): Template =>
    (a, b) =>
      `(int${bits}_t)${a} ${operator} (int${bits}_t)${b}`;
  const unsigned = (expression: string) => `(uint${bits}_t)(${expression})`;
  const mask = `${bits - 1}`;
  // biome-ignore format: a table
  return {
    add: infix('+'), sub: infix('-'), mul: infix('*'), and: infix('&'), or: infix('|'), xor: infix('^'),
    shl: (a, b) => `${a} << (${b} & ${mask})`, shr_u: (a, b) => `${a} >> (${b} & ${mask})`,
    shr_s: (a, b) => unsigned(`(int${bits}_t)${a} >> (${b} & ${mask})`),
    div_s: (a, b) => unsigned(signed('/')(a, b)), div_u: infix('/'), rem_s: call(`molt_rem_s${bits}`), rem_u: infix('%'),
    eq: infix('=='), ne: infix('!='), lt_s: signed('<'), le_s: signed('<='), gt_s: signed('>'), ge_s: signed('>='),
    lt_u: infix('<'), le_u: infix('<='), gt_u: infix('>'), ge_u: infix('>='),
    eqz: (a) => `${a} == 0`, clz: call(`molt_clz${bits}`), ctz: call(`molt_ctz${bits}`),
    popcnt: (a) => unsigned(type === 'i32' ? `__builtin_popcount(${a})` : `__builtin_popcountll(${a})`),
  };
}

// biome-ignore format: a table
const DOUBLE_OPS: Record<string, Template> = {
  add: infix('+'), sub: infix('-'), mul: infix('*'), div: infix('/'),
  eq: infix('=='), ne: infix('!='), lt: infix('<'), le: infix('<='), gt: infix('>'), ge: infix('>='),
  neg: (a) => `-${a}`, abs: call('__builtin_fabs'), sqrt: call('__builtin_sqrt'), floor: call('__builtin_floor'), ceil: call('__builtin_ceil'),
  trunc: call('__builtin_trunc'), nearest: call('__builtin_rint'), copysign: call('__builtin_copysign'),
};

/** Conversions, which would otherwise be read as ops of their prefix. */
const CONVERSIONS: Partial<Record<OpName, Template>> = {
  'i32.wrap': (a) => `(uint32_t)${a}`,
  'i64.extend_s': (a) => `(uint64_t)(int64_t)(int32_t)${a}`,
  'i64.extend_u': (a) => `(uint64_t)${a}`,
  'i64.trunc_f64': call('molt_trunc_s64'),
  'f64.from_i64': (a) => `(double)(int64_t)${a}`,
  'f64.from_u64': (a) => `(double)${a}`,
  'f64.bits': call('molt_bits'),
  'f64.from_bits': call('molt_double'),
};

const BY_TYPE: Readonly<Record<string, Record<string, Template>>> = { i32: integerOps('i32'), i64: integerOps('i64'), f64: DOUBLE_OPS };

/** The C expression of a pure op over operand texts, or null when the op is not an expression. */
export function pureExpression(op: OpName, args: readonly string[]): string | null {
  const [type, name] = op.split('.') as [string, string];
  const template = CONVERSIONS[op] ?? BY_TYPE[type]?.[name];
  return template ? template(args[0] as string, args[1] as string) : null;
}

/** A 32-bit constant; small negative numbers are shown as such. */
export function literal32(value: number): string {
  const signed = value | 0;
  return signed < 0 ? (signed > -65536 ? `(uint32_t)${signed}` : `0x${(signed >>> 0).toString(16)}u`) : `${signed}u`;
}

/** A 64-bit constant. */
export function literal64(value: bigint): string {
  const signed = BigInt.asIntN(64, value);
  if (signed >= 0n && signed < 1n << 31n) return `UINT64_C(${signed})`;
  return signed < 0n && signed > -65536n ? `(uint64_t)${signed}` : `UINT64_C(0x${BigInt.asUintN(64, value).toString(16)})`;
}

/** A double, exactly. */
export function literalDouble(value: number): string {
  if (!Number.isFinite(value)) {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value);
    return `molt_double(${literal64(view.getBigUint64(0))})`;
  }
  if (Object.is(value, -0)) return '(-0.0)';
  // The shortest decimal text reads back as the same double.
  const text = String(value);
  const exact = /[.e]/.test(text) ? text : `${text}.0`;
  return value < 0 ? `(${exact})` : exact;
}
