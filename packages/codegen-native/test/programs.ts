/** Small machine level programs in MIR text for tests of artifacts. */
import { type Module, parseModule } from '@molt/mir';

/** A script whose module body is `body`, with a data item `@text` that is `hello\n` and functions that recurse and touch memory. */
export function script(body: string): Module {
  return parseModule(`module @script machine
data @text "68656c6c6f0a0000"
export @molt_init = @start

func @deep(v0: i32) -> i32 {
bb0:
  v1 = i32.const 1
  v2 = i32.add v0, v1
  v3: i32 = call @deep never v2
  v4 = i32.add v3, v0
  v5: i32 = call @deep never v4
  v6 = i32.add v5, v3
  return v6
}

func @start() -> i32 {
bb0:
${body}
}
`);
}

/** Writes \`hello\` and exits with 3. */
export const HELLO = `  v0 = i32.const 1
  v1: i32 = data.addr @text
  v2 = i32.const 6
  call.host @write v0, v1, v2
  v3 = i32.const 50
  return v3`;
