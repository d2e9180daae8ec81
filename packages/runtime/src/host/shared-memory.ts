/**
 * Tells memory that other threads see from memory of one thread.
 *
 * Browsers hide the name SharedArrayBuffer from pages that are not isolated; no memory is shared there.
 */

/** Whether a buffer is shared with other threads. */
export function isShared(buffer: unknown): buffer is SharedArrayBuffer {
  return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;
}
