/** Python to MIR: parse, resolve names, infer types, lower. No Node API. */
export type { Module as SyntaxTree } from './ast/nodes.ts';
export { type BuildOptions, type BuildResult, buildModule } from './lower/build-module.ts';
export { type ParsedModule, parseModule, type SyntaxDiagnostic } from './parse/parse-module.ts';
export type { ProgramSources } from './program/program.ts';
export { type SourceSchemas, schemasOfSource } from './service/schemas-of-source.ts';
