/**
 * Artifact identity: SHA-256 over a canonical list of everything that decides what is generated.
 *
 * The list is written as `name length:value` lines in a fixed order, so no two different lists have the same bytes. Machine, folder, time
 * and builder are not in it: the same program gives the same id everywhere.
 */
import { ABI_VERSION } from '@molt/abi';
import { sha256Hex } from '@molt/schema-ir';
import { stdlibSources } from '@molt/stdlib';
import type { ResolvedOptions, Target } from './compile-options.ts';
import type { Program } from './program.ts';

/** Version of the compiler; part of every artifact id. The manifest of each package carries the same. */
export const COMPILER_VERSION = '0.1.0';
/** Version of MIR and its meaning: raised when the same MIR text would mean something else. */
export const MIR_VERSION = 1;

/** The version of the ABI as text, `major.minor`. */
export const ABI_VERSION_TEXT = `${ABI_VERSION >>> 16}.${ABI_VERSION & 0xffff}`;

/** Fields of an identity, in order: name and value. */
export type Identity = readonly (readonly [name: string, value: string])[];

/** The identity of what a program is compiled to. Targets of one program differ in the field `target` only. */
export function identityOf(program: Program, options: ResolvedOptions, target: Target | 'any'): Identity {
  const text = new TextEncoder();
  return [
    ['format', 'molt-artifact/1'],
    ['target', target],
    ['compiler', COMPILER_VERSION],
    ['mir', String(MIR_VERSION)],
    ['abi', ABI_VERSION_TEXT],
    ['stdlib', stdlibStamp()],
    ['entry', program.entry],
    ...[...program.files].map(([path, source]): [string, string] => [`source ${path}`, sha256Hex(text.encode(source))]),
    ...Object.entries(plain(options)).map(([name, value]): [string, string] => [`option ${name}`, value]),
  ];
}

/** The id: the hash of the identity. */
export function artifactId(identity: Identity): string {
  const lines = identity.map(([name, value]) => `${name} ${value.length}:${value}\n`);
  return sha256Hex(new TextEncoder().encode(lines.join('')));
}

let stamp: string | undefined;

/** SHA-256 over the sources of the standard library. */
export function stdlibStamp(): string {
  stamp ??= artifactId([...stdlibSources].sort(([a], [b]) => (a < b ? -1 : 1)));
  return stamp;
}

/** Options as text, in the order of their names; those that are absent are not there. */
function plain(options: object): Record<string, string> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(plain(value as object)) : JSON.stringify(value),
    ]),
  );
}
