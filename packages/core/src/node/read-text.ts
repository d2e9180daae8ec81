/** Reads a Python source from a disk, with an error for everything that can be wrong with a path a person typed. */
import { readFile, stat } from 'node:fs/promises';
import { fault, MoltError } from '@molt/diagnostics';

/** The text of a file. Throws MOLT0001 (missing), MOLT0005 (a folder), MOLT0006 (not UTF-8), MOLT0007 (no permission and the like). */
export async function readText(path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    const found = await stat(path);
    if (!found.isFile() && !found.isFIFO() && !found.isCharacterDevice())
      throw new MoltError(fault('MOLT0005', { path, kind: found.isDirectory() ? 'a folder' : 'not a file', example: `${path.replace(/\/+$/, '')}/main.py` }));
    bytes = await readFile(path);
  } catch (error) {
    throw error instanceof MoltError ? error : cannotRead(path, error);
  }
  return decodeSource(bytes, path);
}

/** The error for a path that could not be read. */
export function cannotRead(path: string, error: unknown): MoltError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return new MoltError(fault('MOLT0001', { path }));
  return new MoltError(fault('MOLT0007', { path, reason: code === 'EACCES' ? 'permission denied' : (message.split(',')[0] ?? message) }, { cause: error }));
}

/** Bytes of a source as text, without a byte order mark; throws MOLT0006 with the first byte that is not UTF-8. */
export function decodeSource(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const offset = firstBadByte(bytes);
    const line = bytes.subarray(0, offset).filter((byte) => byte === 0x0a).length + 1;
    throw new MoltError(fault('MOLT0006', { path, byte: `0x${(bytes[offset] ?? 0).toString(16).padStart(2, '0')}`, offset, line }));
  }
}

/** Offset of the first byte that does not belong to a whole UTF-8 sequence. */
function firstBadByte(bytes: Uint8Array): number {
  let [low, high] = [0, bytes.length];
  // Decoding a prefix in stream mode fails exactly when it holds a bad byte, so the shortest failing prefix ends with it.
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isPrefixOfText(bytes.subarray(0, middle + 1))) low = middle + 1;
    else high = middle;
  }
  return Math.min(low, bytes.length - 1);
}

function isPrefixOfText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
