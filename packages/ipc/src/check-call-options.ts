/** What a caller may not ask for, found before anything is sent. */
import { MAX_KEY_BYTES } from './call-payload.ts';
import type { CallOptions } from './client-call.ts';

/** What is wrong with the options of a call; undefined if nothing is. */
export function checkCallOptions({ deadlineMs, trace, idempotencyKey }: CallOptions): string | undefined {
  if (!(deadlineMs > 0)) return `expected a deadline in milliseconds, got ${deadlineMs}`;
  if (idempotencyKey !== undefined && (idempotencyKey.length === 0 || idempotencyKey.length > MAX_KEY_BYTES))
    return `an idempotency key of ${idempotencyKey.length} bytes, 1 to ${MAX_KEY_BYTES} are allowed`;
  if (trace === undefined) return undefined;
  if (!isId(trace.traceId, 32) || !isId(trace.spanId, 16))
    return 'a trace context needs 32 and 16 hexadecimal digits that are not all zero';
  return Number.isInteger(trace.flags) && trace.flags >= 0 && trace.flags <= 255
    ? undefined
    : `trace flags ${trace.flags}, 0 to 255 are allowed`;
}

function isId(text: string, digits: number): boolean {
  return text.length === digits && /^[0-9a-f]+$/.test(text) && !/^0+$/.test(text);
}
