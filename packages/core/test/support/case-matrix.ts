/**
 * Cases against engines: every case is compiled once and run on all engines, before the comparison begins.
 *
 * The test kit asks engine by engine. Answering each alone would compile a case as often as there are engines, so `prepare` walks over the
 * cases, gives each one thread for all its engines, collects C files on the way, and builds one native program of them at the end.
 */
import type { NativeOutput } from '@molt/codegen-native';
import type { Case, Engine, Outcome } from '@molt/testkit';
import { withRunLines } from '@molt/testkit';
import type { CaseThreads } from './case-threads.ts';
import { buildBatch, runInBatch } from './native-batch.ts';
import { plainError } from './plain-error.ts';
import type { RunAnswer, RunConfig, RunRequest } from './run-request.ts';

/** One way to run a case. `native` goes through the C compiler, everything else through a case thread. */
export interface Column extends Omit<RunConfig, 'engine'> {
  readonly name: string;
  readonly engine: Exclude<RunConfig['engine'], 'c'> | 'native';
}

/** A column with usual settings where none are given. */
export function column(name: string, engine: Column['engine'], settings: Partial<RunConfig> = {}): Column {
  const { opt = 2, gcFlags = 0, verifyEach = false, disablePasses = [] } = settings;
  return { name, engine, opt, gcFlags, verifyEach, disablePasses };
}

/** Answers by case and column. */
export class CaseMatrix {
  readonly #threads: CaseThreads;
  readonly #columns: readonly Column[];
  readonly #name: string;
  readonly #timeoutMs: number;
  readonly #answers = new Map<string, RunAnswer>();
  readonly #indices = new Map<string, number>();
  #program = '';

  /** `name` tells native programs of several matrices apart; `timeoutMs` is for one run of one native program. */
  constructor(name: string, threads: CaseThreads, columns: readonly Column[], timeoutMs: number) {
    this.#name = name;
    this.#threads = threads;
    this.#columns = columns;
    this.#timeoutMs = timeoutMs;
  }

  /** Compiles and runs all cases; the columns of a case share what is compiled. */
  async prepare(cases: readonly Case[]): Promise<void> {
    const outputs: NativeOutput[] = [];
    await Promise.all(
      cases.map(withRunLines).map((testCase) =>
        this.#threads.session(async (run) => {
          for (const { name, ...config } of this.#columns.filter((one) => testCase.skip[one.name] === undefined)) {
            if (config.engine === 'native') {
              const key = this.#key(testCase, nativeGroup(config));
              if (this.#answers.has(key)) continue;
              const answer = await run(requestOf(testCase, { ...config, engine: 'c', gcFlags: 0 }));
              this.#answers.set(key, answer);
              if (answer.kind === 'c') this.#indices.set(key, outputs.push(answer.output) - 1);
            } else this.#answers.set(this.#key(testCase, name), await run(requestOf(testCase, config as RunConfig)));
          }
        }),
      ),
    );
    if (outputs.length > 0) this.#program = await buildBatch(this.#name, outputs);
  }

  /** The columns as engines of the test kit; the caller prepares the matrix. */
  get engines(): readonly Engine[] {
    return this.#columns.map((one) => ({ name: one.name, run: (testCase: Case) => this.#outcome(testCase, one) }));
  }

  async #outcome(testCase: Case, { name, ...config }: Column): Promise<Outcome> {
    const key = this.#key(testCase, config.engine === 'native' ? nativeGroup(config) : name);
    const answer = this.#answers.get(key);
    if (answer === undefined) throw plainError('the case was not prepared');
    if (answer.kind === 'failure') throw plainError(answer.message);
    if (answer.kind === 'outcome') return answer;
    return runInBatch(this.#program, this.#indices.get(key) as number, testCase, config.gcFlags, this.#timeoutMs);
  }

  #key({ path }: Case, column: string): string {
    return `${column} ${path}`;
  }
}

/** Native columns that differ in how the collector behaves run the same program. */
function nativeGroup({ opt, disablePasses }: Omit<Column, 'name'>): string {
  return `native ${opt} ${disablePasses.join()}`;
}

function requestOf({ files, args, stdin }: Case, config: RunConfig): RunRequest {
  return { files, entry: files[0].path, args, stdin, config };
}
