/** Schemas of service boundaries: nodes, ids, codecs, compatibility, files. No Node API. */
export { DEFAULT_BOUNDS, I64, INT_LIMITS, MAX_BOUND, MAX_DECIMAL_DIGITS, MAX_DEPTH, MAX_MESSAGE_BYTES } from './bounds.ts';
export {
  array,
  bool,
  bytes,
  capability,
  date,
  decimal,
  duration,
  float,
  float32,
  int,
  list,
  literals,
  map,
  none,
  optional,
  record,
  ref,
  result,
  sized,
  str,
  stream,
  table,
  time,
  timestamp,
  tuple,
  union,
  uuid,
} from './build.ts';
export { canRead, canReadNewer, type ReadObstacle, type ReadVerdict } from './can-read.ts';
export { canonicalBytes, contractId, type IdKind, type SchemaId, sha256Hex, wireId } from './canonical.ts';
export { type Codec, type CodecOptions, compileCodec } from './codec.ts';
export {
  BOUNDARY_MODES,
  type Boundary,
  COMPATIBILITY_MODES,
  type CompatibilityMode,
  compatible,
  type Incompatibility,
  type ModeRule,
  type SchemaVersion,
} from './compatible.ts';
export { compileReader } from './compile-reader.ts';
export { defaultOf, withDefault } from './default-value.ts';
export { emitJsonSchema, emitOpenApi, jsonSchemaOf, type OpenApiInfo } from './emit-json-schema.ts';
export { type EmitPythonOptions, emitPython, pythonOf } from './emit-python.ts';
export { emitTypeScript, typeScriptOf } from './emit-typescript.ts';
export { valueFromJson, valueToJson } from './json-value.ts';
export type { Json } from './kind-spec.ts';
export { durationLimits } from './kinds/duration.ts';
export { chunkSchema } from './kinds/stream.ts';
export { largestSize } from './largest-size.ts';
export { namedTypesOf } from './named-types.ts';
export { PackReader } from './pack-reader.ts';
export { PackWriter } from './pack-writer.ts';
export { type ParsedSchema, parseSchema } from './parse-schema.ts';
export { printSchema, printType } from './print-schema.ts';
export { type CompatibilityTier, READ_RULES, type ReadRule, type ReadRuleName, TIERS } from './read-rules.ts';
export {
  bindName,
  bindSchema,
  EMPTY_REGISTRY,
  formatRegistry,
  historyOf,
  latestOf,
  nextVersion,
  parseRegistry,
  registeredNames,
  type SchemaRegistry,
  versionKeys,
} from './registry.ts';
export { checkRegistry, type RegistryCheckOptions, type RegistryFinding } from './registry-check.ts';
export {
  type ArraySchema,
  type BoolSchema,
  type BytesSchema,
  type CapabilitySchema,
  type DateSchema,
  type DecimalSchema,
  type DurationSchema,
  type EnumLiteral,
  type EnumSchema,
  type Float32Schema,
  type FloatSchema,
  type IntSchema,
  isNamed,
  type ListSchema,
  type MapSchema,
  type NamedSchema,
  NO_TYPES,
  type NoneSchema,
  type OptionalSchema,
  type RecordField,
  type RecordSchema,
  type RefSchema,
  type ResultSchema,
  type Schema,
  type SchemaKind,
  type SchemaOf,
  type SchemaTypes,
  type StreamSchema,
  type StrSchema,
  type TableColumn,
  type TableSchema,
  type TimeSchema,
  type TimestampSchema,
  type TimeUnit,
  type TupleSchema,
  type UnionSchema,
  type UnionVariant,
  type UuidSchema,
} from './schema.ts';
export { diffSchemaSets, type ExportDifference, type SideDifference } from './schema-diff.ts';
export { at, describe, refuse, SchemaError, within } from './schema-error.ts';
export {
  checkSchemaSet,
  type ExportIds,
  type ExportSchema,
  exportIds,
  inputSchema,
  type LinkedExport,
  linkSchemaSet,
  SCHEMA_SET_VERSION,
  type SchemaSet,
  schemaSetDigest,
  typesOf,
} from './schema-set.ts';
export { schemaFromJson, schemaSetFromJson, schemaSetToJson } from './schema-set-json.ts';
export { schemaToJson } from './schema-to-json.ts';
export { checkSchema, resolve, scopeOf, type TypeScope } from './type-scope.ts';
