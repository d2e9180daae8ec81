/** The engines of this package's fixtures as the test kit wants them: the interpreter and WebAssembly, in threads. */
import type { Case, Engine, Outcome } from '@molt/testkit';
import type { CaseThreads } from './case-threads.ts';
import type { RunConfig, RunRequest } from './run-request.ts';

/** Defaults of a configuration. */
export function runConfig(config: Partial<RunConfig> & Pick<RunConfig, 'engine'>): RunConfig {
  return { opt: 2, gcFlags: 0, verifyEach: false, disablePasses: [], ...config };
}

/** A case as a request. */
export function requestOf({ files, args, stdin }: Case, config: RunConfig): RunRequest {
  return { files, entry: files[0].path, args, stdin, config };
}

/** An engine that runs every case with a configuration. */
export function threadEngine(name: string, config: RunConfig, threads: CaseThreads): Engine {
  return {
    name,
    run: async (testCase): Promise<Outcome> => {
      const answer = await threads.run(requestOf(testCase, config));
      if (answer.kind === 'outcome') return answer;
      throw plainError(answer.kind === 'failure' ? answer.message : 'the thread gave C files');
    },
  };
}

/** An error without a stack of this process: the message says where it happened. */
export function plainError(message: string): Error {
  const error = new Error(message);
  error.stack = message;
  return error;
}
