/**
 * The value of a number literal that the tokenizer has already found well formed.
 */
import type { PyConstant } from '../ast/nodes.ts';

/** CPython refuses longer decimal integers, because their conversion takes quadratic time. */
const MAX_DECIMAL_DIGITS = 4300;

/** The constant that `text` stands for, or the message with which CPython refuses it. */
export function numberValue(text: string): PyConstant | string {
  const digits = text.includes('_') ? text.replaceAll('_', '') : text;
  const second = digits.charCodeAt(1) | 32;
  if (digits.charCodeAt(0) === 48 && (second === 120 || second === 111 || second === 98)) {
    return { type: 'int', value: BigInt(digits) };
  }
  const last = digits.charCodeAt(digits.length - 1) | 32;
  if (last === 106) return { type: 'imaginary', value: Number(digits.slice(0, -1)) };
  for (let i = 0; i < digits.length; i++) {
    const c = digits.charCodeAt(i);
    if (c < 48 || c > 57) return { type: 'float', value: Number(digits) };
  }
  if (digits.length > MAX_DECIMAL_DIGITS) {
    return (
      `Exceeds the limit (${MAX_DECIMAL_DIGITS} digits) for integer string conversion: value has ${digits.length} digits; ` +
      'use sys.set_int_max_str_digits() to increase the limit - ' +
      'Consider hexadecimal for huge integer literals to avoid decimal conversion limits.'
    );
  }
  return { type: 'int', value: BigInt(digits) };
}
