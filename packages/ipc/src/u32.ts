/** Numbers as the wire's 32-bit fields hold them. */

const MAX_U32 = 0xffffffff;

/** The nearest value that 32 bits hold, rounded up: a deadline of half a millisecond is not none. */
export function clampU32(value: number): number {
  return Math.max(0, Math.min(MAX_U32, Math.ceil(value)));
}
