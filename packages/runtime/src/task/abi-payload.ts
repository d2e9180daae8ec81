/**
 * The payloads that an export leaves instead of a result: what it raised, and what was wrong with its input.
 *
 * Compiled code writes them, but they are read as strictly as what comes from a socket: a payload that is not as the ABI says is a fault of
 * the module, and the reader says so by `undefined`.
 */
import { type ControlValue, unpackControl } from '@molt/ipc';

/** An exception of the export. */
export interface RaisedException {
  /** Its qualified name, such as `ValueError`. */
  readonly type: string;
  readonly message: string;
  /** As Python prints it; may be empty. */
  readonly traceback: string;
  /** Those of its arguments that are plain values. */
  readonly args: readonly ControlValue[];
}

/** Reads `[type, message, traceback, args]`. */
export function readRaised(payload: Uint8Array): RaisedException | undefined {
  const value = unpackControl(payload);
  if (!Array.isArray(value)) return undefined;
  const [type, message, traceback = '', args = []] = value as ControlValue[];
  if (typeof type !== 'string' || typeof message !== 'string' || typeof traceback !== 'string' || !Array.isArray(args)) return undefined;
  return { type, message, traceback, args: args as readonly ControlValue[] };
}

/** Reads `[what]`: how a result is beyond its bound. */
export function readBoundFault(payload: Uint8Array): string | undefined {
  const value = unpackControl(payload);
  return Array.isArray(value) && value.length === 1 && typeof value[0] === 'string' ? value[0] : undefined;
}

/** What was wrong with an input. */
export interface InputFault {
  /** Where, such as `$.flights[3].delay` or `byte 17`. */
  readonly path: string;
  readonly message: string;
}

/** Reads `[path, message]`, or `[message, offset]` of decoders that know the byte but not the path. */
export function readInputFault(payload: Uint8Array): InputFault | undefined {
  const value = unpackControl(payload);
  if (!Array.isArray(value)) return undefined;
  const [first, second] = value as ControlValue[];
  if (typeof first !== 'string') return undefined;
  if (typeof second === 'number') return { path: `byte ${second}`, message: first };
  return typeof second === 'string' ? { path: first, message: second } : undefined;
}
