/**
 * A machine level module as C11: one C function per MIR function, its data as literals, and a descriptor that support code starts from.
 */
import { EXPORT } from '@molt/abi';
import { invariant } from '@molt/diagnostics';
import type { Func, Layout, Module, Type } from '@molt/mir';
import { CNames, cString } from './c-name.ts';
import { type EmitContext, emitFunction, signatureText } from './emit-function.ts';
import { cType } from './expressions.ts';
import { imageText } from './image-text.ts';
import { type NativeService, serviceText } from './service-text.ts';
import { planUnits } from './split-units.ts';
import { type CFile, type NativeKind, supportFiles } from './support-files.ts';

/** Options of `emitC`. */
export interface NativeOptions {
  /** What the support files are for; default `exe`. */
  readonly kind?: NativeKind;
  /** Largest memory in pages of 64 KiB; default 65536 (4 GiB). */
  readonly maxPages?: number;
  /** MIR instructions per C file, about its lines; default 20000. */
  readonly unitSize?: number;
  /**
   * What a worker or library tells about its exports; needed for the kinds `worker` and `shared`. With a schema set at hand: `digest` is
   * `schemaSetDigest(set)`, `exportsPayload` is `encodeExports(set)` of @molt/ipc, and ids are `exportIds(item, set.types)`.
   */
  readonly service?: NativeService;
}

/** Generated C files and the support files they need; headers (`.h`) are included, not compiled. */
export interface NativeOutput {
  readonly units: readonly CFile[];
  readonly support: readonly CFile[];
}

const PAGES = 65536;

/** Emits a machine level module whose addresses are laid out. */
export function emitC(module: Module, layout: Layout, options: NativeOptions = {}): NativeOutput {
  invariant(module.level === 'machine', `module ${module.name} is at ${module.level} level`, { pass: 'codegen-native' });
  const context: EmitContext = { module, layout, names: new CNames() };
  for (const name of module.funcs.keys()) context.names.of(name);
  const plan = planUnits(module, options.unitSize ?? 20_000);
  const alone = plan.units.length === 1;
  const linkage = alone ? 'static' : '';
  const prototypes = [...module.funcs.values()].map(
    (func) => `${plan.shared.includes(func) ? 'static ' : alone ? 'static ' : ''}${signatureText(context, func)};`,
  );
  const header = [
    `/* Functions of the module ${module.name.replaceAll('*/', '* /')}. */`,
    '#ifndef MOLT_MODULE_H',
    '#define MOLT_MODULE_H',
    '#include "molt.h"',
    '',
    ...prototypes,
    '',
    `extern const MoltFunc molt_table[${layout.tableSize}];`,
    '',
    '/* The function at a table index; index 0 is empty. */',
    'static inline MoltFunc molt_function(MoltMem mem, uint32_t index) {',
    `  if (MOLT_UNLIKELY(index - 1 >= ${layout.tableSize - 1}u)) molt_trap(mem, MOLT_TRAP_UNREACHABLE);`,
    '  return molt_table[index];',
    '}',
    '',
    ...plan.shared.map((func) => emitFunction(context, func, 'static inline')),
    '#endif',
    '',
  ].join('\n');
  const units = plan.units.map((funcs, i): CFile => {
    const body = funcs.map((func) => emitFunction(context, func, linkage));
    const parts = ['#include "module.h"', '', ...body];
    // Static functions are only known to their own file, so the descriptor goes there when there is one file.
    if (alone) parts.push(descriptor(context, options));
    return { name: alone ? 'module.c' : `unit${i + 1}.c`, text: parts.join('\n') };
  });
  if (!alone) units.push({ name: 'module.c', text: `#include "module.h"\n\n${descriptor(context, options)}` });
  const kind = options.kind ?? 'exe';
  invariant(
    (kind === 'exe') === (options.service === undefined),
    `option service belongs to workers and libraries and is needed there; the kind is ${kind}`,
    {
      pass: 'codegen-native',
    },
  );
  if (options.service) units.push({ name: 'exports.c', text: serviceText(options.service) });
  return { units: [{ name: 'module.h', text: header }, ...units], support: supportFiles(kind) };
}

/** Function table, image and the descriptor `molt_module`. */
function descriptor(context: EmitContext, options: NativeOptions): string {
  const { module, layout, names } = context;
  const table: string[] = new Array(layout.tableSize).fill('0');
  for (const [name, index] of layout.funcIndices) table[index] = `(MoltFunc)${names.of(name)}`;
  const image = imageText(layout.segments);
  const max = options.maxPages ?? PAGES;
  const entries: [string, string][] = [
    ['name', cString(module.name)],
    ['segments', 'molt_segments'],
    ['segment_count', `${image.count}`],
    ['initial_pages', `${Math.min(max, layout.initialPages + 1)}`],
    ['max_pages', `${max}`],
    ['low_end', `${layout.staticStart}`],
    ...entryPoints(context),
  ];
  return [
    `const MoltFunc molt_table[${layout.tableSize}] = {${table.join(', ')}};`,
    '',
    image.text,
    `const MoltModule molt_module = {\n${entries.map(([field, value]) => `  .${field} = ${value},`).join('\n')}\n};`,
    '',
  ].join('\n');
}

/** Exports that support code calls: field of the descriptor, name in the ABI, C types. */
const ENTRIES = [
  { field: 'init', name: EXPORT.init, params: [], result: 'i32' },
  { field: 'freeze', name: EXPORT.freeze, params: [], result: null },
  { field: 'alloc', name: EXPORT.alloc, params: ['i32'], result: 'i32' },
  { field: 'call', name: EXPORT.call, params: ['i32', 'i32', 'i32'], result: 'i32' },
] as const;

function entryPoints({ module, names }: EmitContext): [string, string][] {
  return ENTRIES.flatMap(({ field, name, params, result }): [string, string][] => {
    const target = module.exports.get(name);
    const func: Func | undefined = target === undefined ? undefined : module.funcs.get(target);
    if (target === undefined || func === undefined) return [];
    const shape = (types: readonly (Type | null)[]) => types.map(cType).join(', ');
    const actual = shape([...func.params.map((p) => func.values[p] as Type), func.result]);
    invariant(actual === shape([...params, result]), `export ${name} has the wrong type`, { pass: 'codegen-native', func: func.name });
    return [[field, names.of(target)]];
  });
}
