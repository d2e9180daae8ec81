/**
 * What the int ops compute, on numbers of any size; constant folding and the interpreter both read it.
 */

const floorDivide = (a: bigint, b: bigint): bigint => {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
};

/** Arithmetic on numbers of any size. */
export const INT_ARITHMETIC: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  'int.add': (a, b) => a + b,
  'int.sub': (a, b) => a - b,
  'int.mul': (a, b) => a * b,
  'int.floordiv': floorDivide,
  'int.mod': (a, b) => a - floorDivide(a, b) * b,
  'int.and': (a, b) => a & b,
  'int.or': (a, b) => a | b,
  'int.xor': (a, b) => a ^ b,
  'int.shl': (a, b) => a << b,
  'int.shr': (a, b) => a >> b,
  'int.neg': (a) => -a,
};

/** Comparisons of numbers of any size. */
export const INT_COMPARE: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  'int.eq': (a, b) => a === b,
  'int.ne': (a, b) => a !== b,
  'int.lt': (a, b) => a < b,
  'int.le': (a, b) => a <= b,
  'int.gt': (a, b) => a > b,
  'int.ge': (a, b) => a >= b,
};
