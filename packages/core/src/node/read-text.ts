/** Reads a Python source from a disk, with an error for everything that can be wrong with a path a person typed. */
import { readFile, stat } from 'node:fs/promises';
import { fault, MoltError } from '@molt/diagnostics';

/** The text of a file. Throws MOLT0001 (missing), MOLT0005 (a folder), MOLT0006 (not UTF-8), MOLT0007 (no permission and the like). */
export async function readText(path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    const found = await stat(path);
    if (!found.isFile() && !found.isFIFO() && !found.isCharacterDevice())
      throw new MoltError(
        fault('MOLT0005', { path, kind: found.isDirectory() ? 'a folder' : 'not a file', example: `${path.replace(/\/+$/, '')}/main.py` }),
      );
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
  return new MoltError(
    fault('MOLT0007', { path, reason: code === 'EACCES' ? 'permission denied' : (message.split(',')[0] ?? message) }, { cause: error }),
  );
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

/** Offset at which the first sequence starts that is not UTF-8. */
function firstBadByte(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at] as number;
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (length > 1 && !isText(bytes.subarray(at, at + length))) return at;
    at += length;
  }
  return bytes.length - 1;
}

function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
