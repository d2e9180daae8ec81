/** A service in MIR text with the ABI of compiled services, to test worker and library without a compiler. */

import { emitC, type NativeKind, type NativeOutput } from '@molt/codegen-native';
import { encodeExports, packControl } from '@molt/ipc';
import { layoutModule, type Module, parseModule } from '@molt/mir';
import { bytes, exportIds, NO_TYPES, type SchemaSet, schemaSetDigest } from '@molt/schema-ir';

/** Exports in the order of their ids. */
export const EXPORTS = ['echo', 'fail', 'spin', 'hoard', 'deep', 'refuse', 'stray', 'large', 'count', 'wide'] as const;

export const SCHEMAS: SchemaSet = {
  version: 1,
  types: NO_TYPES,
  exports: EXPORTS.map((name) => ({ name, params: [{ name: 'data', schema: bytes(1 << 24) }], result: bytes(1 << 24) })),
};

/** A bytes object as static data: header, length, contents at 16. */
function bytesObject(contents: Uint8Array): string {
  const object = new Uint8Array(16 + Math.ceil(contents.length / 8) * 8);
  const view = new DataView(object.buffer);
  view.setUint32(0, 6, true);
  view.setUint32(8, contents.length, true);
  object.set(contents, 16);
  return Buffer.from(object).toString('hex');
}

/** Values that a frame of `wide` keeps across its call: more bytes than a page of stack has. */
const WIDE = 2000;

/** A recursive function with a large frame: it reads values before it calls itself and needs them afterwards. */
function wideFunction(): string {
  const lines: string[] = [];
  let next = 1;
  const values: number[] = [];
  for (let i = 0; i < WIDE; i++) {
    lines.push(`  v${next}: i32 = load i32+${4 * i} v0`);
    values.push(next++);
  }
  const result = next++;
  lines.push(`  v${result}: i32 = call @wide never v0`);
  let sum = result;
  for (const value of values) {
    lines.push(`  v${next} = i32.add v${sum}, v${value}`, `  v${next + 1} = i32.xor v${next}, v${value}`);
    sum = next + 1;
    next += 2;
  }
  return `func @wide(v0: i32) -> i32 {\nbb0:\n${lines.join('\n')}\n  return v${sum}\n}`;
}

const FAILURE = packControl(['shop.PriceError', 'no price for x', 'Traceback (most recent call last): ...', [1, 'x']]);
const REFUSAL = packControl(['data', 'too long']);

/** The service; `start` is put before the end of the module body. */
export function echoService(start = ''): Module {
  return parseModule(`module @echo machine
data @failure "${bytesObject(FAILURE)}"
data @refusal "${bytesObject(REFUSAL)}"
export @molt_init = @start
export @molt_freeze = @freeze
export @molt_alloc = @alloc
export @molt_call = @serve

func @start() -> i32 {
bb0:
  v0 = i32.const 2
${start}
  return v0
}

func @freeze() {
bb0:
  v0 = i32.const 64
  v1: i32 = load i32+8 v0
  store i32+16 v0, v1
  store i32+20 v0, v1
  return
}

func @alloc(v0: i32) -> i32 {
bb0:
  v1 = i32.const 64
  v2: i32 = load i32+8 v1
  v3 = i32.add v2, v0
  v4 = i32.const 7
  v5 = i32.add v3, v4
  v6 = i32.const -8
  v7 = i32.and v5, v6
  v8: i32 = load i32+24 v1
  v9 = i32.const -1
  v10 = i32.add v8, v9
  v11 = i32.gt_u v7, v10
  branch v11, bb1, bb2
bb1:
  trap 2
bb2:
  v12 = i32.const 65535
  v13 = i32.add v7, v12
  v14 = i32.const 16
  v15 = i32.shr_u v13, v14
  v16 = memory.size
  v17 = i32.gt_u v15, v16
  branch v17, bb3, bb4
bb3:
  v18 = i32.sub v15, v16
  v19 = memory.grow v18
  v20 = i32.const 0
  v21 = i32.lt_s v19, v20
  branch v21, bb1, bb4
bb4:
  store i32+8 v1, v7
  store i32+20 v1, v7
  return v2
}

func @deep(v0: i32) -> i32 {
bb0:
  v1 = i32.const 1
  v2 = i32.add v0, v1
  v3: i32 = call @deep never v2
  v4 = i32.mul v3, v0
  v5: i32 = call @deep never v4
  v6 = i32.xor v5, v3
  return v6
}

func @serve(v0: i32, v1: i32, v2: i32) -> i32 {
bb0:
  v3 = i32.const 64
  v4 = i32.const 2
  switch v0 [0: bb1(v2), 1: bb2, 2: bb3, 3: bb4, 4: bb5, 5: bb6, 6: bb7, 7: bb8, 8: bb9, 9: bb10] else bb7
bb1(v5: i32):
  v6 = i32.const 16
  v7 = i32.add v5, v6
  v8: i32 = call @alloc never v7
  v9 = i32.add v8, v6
  store i32+8 v8, v5
  memory.copy v9, v1, v2
  store i32+88 v3, v8
  return v4
bb2:
  v10: i32 = data.addr @failure
  store i32+88 v3, v10
  v11 = i32.const 3
  return v11
bb3:
  interrupt.check
  jump bb3
bb4:
  v12 = i32.const 65536
  v13: i32 = call @alloc never v12
  store i32+0 v13, v12
  jump bb4
bb5:
  v14: i32 = call @deep never v2
  store i32+88 v3, v14
  return v4
bb6:
  v15: i32 = data.addr @refusal
  store i32+88 v3, v15
  v16 = i32.const 4
  return v16
bb7:
  v17 = i32.const -8
  v18: i32 = load i32+2147483640 v17
  return v18
bb8:
  v19: i32 = load i32+0 v1
  jump bb1(v19)
bb9:
  v20 = i32.const 200
  v21: i32 = load i32+0 v20
  v22 = i32.const 1
  v23 = i32.add v21, v22
  store i32+0 v20, v23
  store i32+0 v1, v23
  v24 = i32.const 4
  jump bb1(v24)
bb10:
  v25: i32 = call @wide never v3
  store i32+88 v3, v25
  return v4
}

${wideFunction()}
`);
}

/** The service as C for a worker or a library. */
export function echoOutput(kind: Exclude<NativeKind, 'exe'>, module: Module = echoService()): NativeOutput {
  return emitC(module, layoutModule(module), {
    kind,
    maxPages: 4096,
    service: {
      artifactId: 'echo-artifact',
      runtime: 'molt test',
      digest: schemaSetDigest(SCHEMAS),
      exportsPayload: encodeExports(SCHEMAS),
      exports: SCHEMAS.exports.map((item) => {
        const { input, output } = exportIds(item, SCHEMAS.types);
        return { name: item.name, inputId: input, outputId: output, memoryKib: 32 * 1024, maxOutput: 8 << 20 };
      }),
    },
  });
}
