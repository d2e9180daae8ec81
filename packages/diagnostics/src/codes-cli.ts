/**
 * Codes MOLT0000 to MOLT0999: the command line, configuration and files.
 *
 * A code is never reused and never changes its meaning; a row that is no longer reported is removed and its number stays free.
 */
import type { CodeTable } from './code-row.ts';

/** Rows of this range; see code-row.ts for the columns. */
export const CLI_CODES = {
  MOLT0001: {
    slug: 'file-not-found',
    severity: 'error',
    message: 'cannot read {path}: no such file',
    hint: 'check the path; it is taken relative to the current directory',
  },
  MOLT0002: {
    slug: 'entry-not-in-program',
    severity: 'error',
    message: 'the entry {entry} is not among the files of the program ({files})',
    hint: 'name one of the files as the entry',
  },
  MOLT0003: {
    slug: 'path-outside-program',
    severity: 'error',
    message: "'{path}' cannot be a path of a program",
    hint: 'paths of a program are relative, use / and do not contain ..',
  },
  MOLT0004: {
    slug: 'no-such-pass',
    severity: 'error',
    message: "there is no pass named '{name}'",
    hint: '{suggestion}',
    explanation: '`molt passes` lists all passes; those marked required cannot be left out.',
  },
  MOLT0005: {
    slug: 'not-a-file',
    severity: 'error',
    message: 'cannot read {path}: it is {kind}',
    hint: 'name a Python file, for instance {example}',
  },
  MOLT0006: {
    slug: 'not-utf-8',
    severity: 'error',
    message: '{path} is not UTF-8: byte {byte} at offset {offset} (line {line})',
    hint: 'save the file as UTF-8',
  },
  MOLT0007: {
    slug: 'file-not-readable',
    severity: 'error',
    message: 'cannot read {path}: {reason}',
    hint: 'check the permissions of the file',
  },
  MOLT0008: {
    slug: 'folder-not-writable',
    severity: 'error',
    message: 'cannot write {path}: {reason}',
    hint: 'name a folder that can be written',
  },
  MOLT0013: {
    slug: 'no-such-export',
    severity: 'error',
    message: "the artifact exports no '{name}'",
    hint: '{suggestion}',
  },
  MOLT0014: {
    slug: 'arguments-not-json',
    severity: 'error',
    message: 'the arguments are not JSON: {reason}',
    hint: 'pass one JSON object with the parameters by name, or an array in their order',
  },
  MOLT0015: {
    slug: 'wrong-arguments',
    severity: 'error',
    message: '{what}',
    hint: 'the export is {signature}',
  },
  MOLT0016: {
    slug: 'no-such-code',
    severity: 'error',
    message: "there is no code '{code}'",
    hint: '{suggestion}',
  },
  MOLT0017: {
    slug: 'bad-option',
    severity: 'error',
    message: 'option {option}: expected {expected}, got {actual}',
    hint: 'see: molt {command} --help',
  },
} as const satisfies CodeTable;
