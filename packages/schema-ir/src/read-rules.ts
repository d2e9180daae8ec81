/**
 * The rules of compatibility, as data: what each is called, how much it breaks, and what to do about it.
 *
 * Tiers nest. WIRE: values of the writer cannot be read. CONTRACT: they can, but they no longer mean or promise the same. SOURCE: both
 * hold, but code generated from the schemas changes, so that programs may have to be edited when they are built again.
 */

/** How much a change breaks. */
export type CompatibilityTier = 'WIRE' | 'CONTRACT' | 'SOURCE';

/** The tiers, those that break most first. */
export const TIERS: readonly CompatibilityTier[] = ['WIRE', 'CONTRACT', 'SOURCE'];

/** A rule of compatibility. */
export interface ReadRule {
  readonly tier: CompatibilityTier;
  readonly doc: string;
  /** How to make the change without breaking anyone. */
  readonly fix: string;
}

const LATER = 'keep the old form, and add the new one as a field of its own with a default';
const WIDEN = 'widen the bound of the reader first, and that of the writer once all readers have it';

/** Every rule by its name. */
export const READ_RULES = {
  kind: { tier: 'WIRE', doc: 'reader and writer have different kinds', fix: LATER },
  'int-range': { tier: 'WIRE', doc: 'the writer may send ints beyond the bounds of the reader', fix: WIDEN },
  'duration-range': { tier: 'WIRE', doc: 'the writer may send durations beyond the bounds of the reader', fix: WIDEN },
  'byte-bound': { tier: 'WIRE', doc: 'the writer may send more bytes than the reader takes', fix: WIDEN },
  'item-bound': { tier: 'WIRE', doc: 'the writer may send more items than the reader takes', fix: WIDEN },
  'row-bound': { tier: 'WIRE', doc: 'the writer may send more rows than the reader takes', fix: WIDEN },
  'decimal-precision': { tier: 'WIRE', doc: 'the writer may send more digits than the reader takes', fix: WIDEN },
  'decimal-scale': { tier: 'WIRE', doc: 'reader and writer have different numbers of digits after the point', fix: LATER },
  'time-unit': { tier: 'WIRE', doc: 'reader and writer count time in different units', fix: LATER },
  'time-zone': { tier: 'WIRE', doc: 'one has moments, the other times without zone', fix: LATER },
  'array-length': { tier: 'WIRE', doc: 'arrays have different lengths', fix: LATER },
  'tuple-length': { tier: 'WIRE', doc: 'tuples have different lengths', fix: 'make the tuple a record: fields can be added to its end' },
  'required-field': { tier: 'WIRE', doc: 'the reader needs a field that the writer does not send', fix: 'give the new field a default' },
  'field-name': { tier: 'WIRE', doc: 'a place holds another field', fix: 'add fields at the end and leave the order of the others alone' },
  'enum-literal': {
    tier: 'WIRE',
    doc: 'the writer may send a literal that the reader does not know',
    fix: 'add the literal to readers first',
  },
  'union-variant': {
    tier: 'WIRE',
    doc: 'the writer may send a variant that the reader does not know',
    fix: 'add the variant to readers first',
  },
  grant: { tier: 'WIRE', doc: 'capabilities are of different grants', fix: LATER },
  'field-dropped': {
    tier: 'CONTRACT',
    doc: 'the reader passes over a field that the writer sends',
    fix: 'keep the field until no writer sends it',
  },
  'default-changed': {
    tier: 'CONTRACT',
    doc: 'an absent field means different values',
    fix: 'keep the default, or add a field of another name',
  },
  'default-removed': { tier: 'CONTRACT', doc: 'callers can no longer leave the field out', fix: 'keep the default' },
  'error-added': {
    tier: 'CONTRACT',
    doc: 'callers may see an exception that was not announced',
    fix: 'announce it in a new version of the export',
  },
  'idempotence-withdrawn': { tier: 'CONTRACT', doc: 'callers repeat calls that must not be repeated', fix: 'give the export another name' },
  'type-name': { tier: 'SOURCE', doc: 'a type has another name', fix: 'keep the name' },
  'declared-type': { tier: 'SOURCE', doc: 'generated code declares another type', fix: 'keep bounds that give the same type' },
} as const satisfies Readonly<Record<string, ReadRule>>;

/** The name of a rule. */
export type ReadRuleName = keyof typeof READ_RULES;
