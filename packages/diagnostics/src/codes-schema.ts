/**
 * Codes MOLT4000 to MOLT4999: schemas, codecs and compatibility.
 *
 * A code is never reused and never changes its meaning; a row that is no longer reported is removed and its number stays free.
 */
import type { CodeTable } from './code-row.ts';

/** Rows of this range; see code-row.ts for the columns. */
export const SCHEMA_CODES = {
  MOLT4001: { slug: 'value-mismatch', severity: 'error', message: '{path}: expected {expected}, got {actual}' },
  MOLT4002: { slug: 'value-out-of-range', severity: 'error', message: '{path}: expected {expected}, got {actual}' },
  MOLT4003: {
    slug: 'value-too-large',
    severity: 'error',
    message: '{path}: expected at most {limit} {unit}, got {actual}',
    hint: 'send less, or raise the bound in the schema (for example Annotated[list[int], Bound(1000)]) and build again',
  },
  MOLT4004: {
    slug: 'value-too-deep',
    severity: 'error',
    message: '{path}: nested deeper than {limit} levels',
    hint: 'flatten the value; the depth limit protects both ends from hostile input',
  },
  MOLT4005: { slug: 'missing-field', severity: 'error', message: '{path}: field {field} is missing and has no default' },
  MOLT4006: { slug: 'unknown-field', severity: 'error', message: '{path}: unknown field {field}' },
  MOLT4007: { slug: 'duplicate-key', severity: 'error', message: '{path}: key {key} occurs twice' },
  MOLT4008: { slug: 'not-unicode', severity: 'error', message: '{path}: the text is not valid Unicode ({why})' },
  MOLT4020: { slug: 'truncated-bytes', severity: 'error', message: '{path}: the bytes end at {offset}, {needed} more are needed' },
  MOLT4021: {
    slug: 'trailing-bytes',
    severity: 'error',
    message: '{path}: the value ends at byte {offset}, but {extra} more bytes follow',
  },
  MOLT4022: { slug: 'non-canonical-bytes', severity: 'error', message: '{path}: byte {offset} is not the canonical form: {why}' },
  MOLT4023: { slug: 'wrong-wire-type', severity: 'error', message: '{path}: expected {expected} at byte {offset}, got {actual}' },
  MOLT4040: { slug: 'malformed-schema', severity: 'error', message: '{path}: expected {expected}, got {actual}' },
  MOLT4041: { slug: 'unknown-schema-type', severity: 'error', message: '{path}: there is no type named {name}' },
  MOLT4042: {
    slug: 'endless-type',
    severity: 'error',
    message: '{path}: {name} contains itself without end, so it has no finite value',
    hint: 'make the recursive field optional, or a list or map',
  },
  MOLT4043: { slug: 'conflicting-types', severity: 'error', message: '{path}: two different types are named {name}' },
  MOLT4044: {
    slug: 'schema-id-mismatch',
    severity: 'error',
    message: '{path}: the file says id {stated}, but the schema has id {actual}',
    hint: 'the file was edited or damaged; build it again',
  },
  MOLT4060: {
    slug: 'schema-name-rebound',
    severity: 'error',
    message: '{name} is bound to {bound} and cannot be bound to {wanted}',
    hint: 'a published schema never changes; choose a new version, such as {next}',
  },
  MOLT4061: { slug: 'malformed-registry', severity: 'error', message: '{path}: expected {expected}, got {actual}' },
  MOLT4062: {
    slug: 'malformed-schema-text',
    severity: 'error',
    message: '{path}: expected {expected} in line {line}, column {column}, got {actual}',
  },
} as const satisfies CodeTable;
