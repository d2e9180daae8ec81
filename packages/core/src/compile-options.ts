/**
 * What a caller may decide about a compilation, and the same with every choice made.
 *
 * `resolveOptions` is the only place with defaults; what changes the artifact is in `ResolvedOptions`, so that the artifact's identity can
 * list it without missing one.
 */
import type { NativeKind } from '@molt/codegen-native';
import { didYouMean, fault, MoltError } from '@molt/diagnostics';
import { type LayoutOptions, type Module, PIPELINE } from '@molt/mir';

/** What is generated: a WebAssembly module, or C files for a C compiler. */
export type Target = 'wasm' | 'native-c';

/** `script` runs from the first statement to an exit code; `service` runs its body once and then answers calls of its exports. */
export type Mode = 'script' | 'service';

/** Stages whose text can be asked for. */
export const STAGES = ['ast', 'types', 'mir', 'machine', 'wat', 'c'] as const;
export type StageName = (typeof STAGES)[number];

/** Options of a compilation for any number of targets. */
export interface BuildOptions {
  readonly mode: Mode;
  /** 0 runs only what correct code needs, 1 little, 2 everything. Default: 2. */
  readonly opt?: 0 | 1 | 2;
  /** Functions of the entry module that callers may call; services only. Default: all public annotated functions of the entry. */
  readonly exports?: readonly string[];
  /** Runs the verifier after every pass. Default: false. */
  readonly verifyEach?: boolean;
  /** Names of passes to leave out; see `PIPELINE` of @molt/mir. Default: none. */
  readonly disablePasses?: readonly string[];
  /** Told after every pass: its name, its time in milliseconds, and the module as it is then. */
  readonly onPass?: (name: string, ms: number, module: Module) => void;
  /** Stages whose text the result should carry. Default: none. */
  readonly emit?: readonly StageName[];
  /** Whether compiled code can be stopped at loops and recursive calls. Default: true for services. */
  readonly interrupts?: boolean;
  /**
   * Whether the memory of the WebAssembly module is shared between threads, so that a supervisor can stop a call through the interrupt cell.
   * Browsers give shared memory to isolated pages only. Default: true for services with interrupts.
   */
  readonly sharedMemory?: boolean;
  /** Names of functions in the WebAssembly module, for debuggers. Default: false. */
  readonly names?: boolean;
  /** Largest memory in pages of 64 KiB. Default: 65536 (4 GiB). */
  readonly maxPages?: number;
  /** Sizes and limits that the module starts with. */
  readonly memory?: LayoutOptions;
  /** What the C files will be linked to. Default: a program for scripts; a worker and a library for services. */
  readonly nativeKinds?: readonly NativeKind[];
  /** Folder that tracebacks show before the paths of files, with its last slash. Default: empty. */
  readonly sourceRoot?: string;
}

/** Options of `compile`. */
export interface CompileOptions extends BuildOptions {
  readonly target: Target;
}

/** Every option that changes what is generated, decided. */
export interface ResolvedOptions {
  readonly mode: Mode;
  readonly opt: 0 | 1 | 2;
  readonly exports: readonly string[] | undefined;
  readonly disablePasses: readonly string[];
  readonly interrupts: boolean;
  readonly sharedMemory: boolean;
  readonly names: boolean;
  readonly maxPages: number;
  readonly memory: LayoutOptions;
  readonly nativeKinds: readonly NativeKind[];
  readonly sourceRoot: string;
}

/** Shadow stack of a script: deep recursion after `sys.setrecursionlimit` is part of the language. Fresh pages cost nothing until used. */
const SCRIPT_STACK_BYTES = 16 << 20;
const ALL_PAGES = 65536;

/** Fills in defaults; throws MOLT0004 for a pass that does not exist. */
export function resolveOptions(options: BuildOptions): ResolvedOptions {
  const names = PIPELINE.map(({ name }) => name);
  for (const name of options.disablePasses ?? []) {
    if (!names.includes(name))
      throw new MoltError(fault('MOLT0004', { name, suggestion: didYouMean(name, names) ?? `there are: ${names.join(', ')}` }));
  }
  const interrupts = options.interrupts ?? options.mode === 'service';
  return {
    mode: options.mode,
    opt: options.opt ?? 2,
    exports: options.exports,
    disablePasses: [...new Set(options.disablePasses ?? [])].sort(),
    interrupts,
    sharedMemory: options.sharedMemory ?? (interrupts && options.mode === 'service'),
    names: options.names ?? false,
    maxPages: options.maxPages ?? ALL_PAGES,
    memory: { ...(options.mode === 'script' ? { stackBytes: SCRIPT_STACK_BYTES } : {}), ...options.memory },
    nativeKinds: options.nativeKinds ?? (options.mode === 'script' ? ['exe'] : ['worker', 'shared']),
    sourceRoot: options.sourceRoot ?? '',
  };
}
