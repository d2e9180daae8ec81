/** Lowered MIR to C11. The driver that compiles it is `@molt/codegen-native/driver`. */
export { emitC, type NativeOptions, type NativeOutput } from './emit-c.ts';
export type { NativeExport, NativeService } from './service-text.ts';
export { type CFile, type NativeKind, supportFiles } from './support-files.ts';
