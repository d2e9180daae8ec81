/**
 * The payloads of CREDIT and PROGRESS: small maps, read strictly where a wrong number would break the count of both ends.
 */
import { type ControlMap, packControl, textAt, unpackControlMap, wholeAt } from './control-pack.ts';

/** What a CREDIT grants; a part that is absent grants nothing. */
export interface CreditGrant {
  readonly calls: number;
  readonly bytes: number;
}

/** How far a call has come. */
export interface Progress {
  /** Parts of a million that are done. */
  readonly ppm: number;
  readonly message: string;
}

/** Most calls that one CREDIT may grant. */
const MAX_CALLS = 1 << 20;
/** Most bytes that one CREDIT may grant. */
const MAX_BYTES = 2 ** 31;
/** Characters of a progress message that travel. */
const MAX_MESSAGE = 1024;

/** The payload of a CREDIT. */
export function encodeCredit(grant: Partial<CreditGrant>): Uint8Array {
  return packControl(grant as ControlMap);
}

/** A CREDIT's grant; text says what is wrong with it. */
export function decodeCredit(payload: Uint8Array): CreditGrant | string {
  const map = unpackControlMap(payload);
  if (map === undefined) return 'CREDIT is not a map';
  const calls = wholeAt(map, 'calls', MAX_CALLS);
  const bytes = wholeAt(map, 'bytes', MAX_BYTES);
  if ((Object.hasOwn(map, 'calls') && calls === undefined) || (Object.hasOwn(map, 'bytes') && bytes === undefined))
    return 'CREDIT with a number that is out of range';
  if (calls === undefined && bytes === undefined) return 'CREDIT without calls or bytes';
  return { calls: calls ?? 0, bytes: bytes ?? 0 };
}

/** The payload of a PROGRESS. */
export function encodeProgress({ ppm, message }: Progress): Uint8Array {
  return packControl({
    ppm: Math.max(0, Math.min(1_000_000, Math.floor(ppm))),
    message: message.slice(0, MAX_MESSAGE).replace(/\p{Surrogate}/gu, '\ufffd'),
  });
}

/** What a PROGRESS says; text says what is wrong with it. */
export function decodeProgress(payload: Uint8Array): Progress | string {
  const map = unpackControlMap(payload);
  const ppm = map && wholeAt(map, 'ppm', 1_000_000);
  if (map === undefined || ppm === undefined) return 'PROGRESS without ppm of 0 to 1000000';
  return { ppm, message: textAt(map, 'message') ?? '' };
}
