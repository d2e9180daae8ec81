/** What the main thread and the thread of a script say to each other. */

/** A script to run. */
export interface ScriptRequest {
  readonly wasm: Uint8Array<ArrayBuffer>;
  /** `sys.argv`. */
  readonly args: readonly string[];
  readonly gcFlags: number;
}

/** How it ended: with an exit code, or by a limit. */
export type ScriptAnswer =
  | { readonly kind: 'ended'; readonly exitCode: number }
  | { readonly kind: 'stopped'; readonly reason: string; readonly message: string };
