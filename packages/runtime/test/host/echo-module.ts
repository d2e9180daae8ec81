/// <reference path="../../src/host/wasm-api.d.ts" />
/** A hand-written module with the ABI of a service, to test the host without a compiler. */
import { ABI_VERSION, CELL, STATUS, STR } from '@molt/abi';
import wabt from 'wabt';

const HEAP = 65536;

/**
 * Exports by index: 0 echoes its input, 1 answers `failed`, 2 traps with the memory reason, 3 recurses without end, 4 reaches
 * `unreachable`, 5 answers how often it was called (a counter below the heap) and the first byte of the heap behind the input.
 */
const WAT = `(module
  (import "molt" "trap" (func $trap (param i32)))
  (import "molt" "write" (func $write (param i32 i32 i32)))
  (import "molt" "clock" (func $clock (param i32) (result i64)))
  (import "molt" "arg" (func $arg (param i32 i32 i32) (result i32)))
  (import "molt" "read" (func $read (param i32 i32 i32) (result i32)))
  (import "molt" "entropy" (func $entropy (param i32 i32)))
  (memory (export "memory") 2 100)
  (data (i32.const ${CELL.heapPtr}) "\\00\\00\\01\\00")
  (data (i32.const ${CELL.heapBase}) "\\00\\00\\01\\00\\00\\00\\01\\00")
  (data (i32.const 20000) "hello\\n")
  (func (export "molt_abi") (result i32) i32.const ${ABI_VERSION})
  (func (export "molt_init") (result i32)
    (call $write (i32.const 1) (i32.const 20000) (i32.const 6))
    MODULE_BODY)
  (func (export "molt_freeze"))
  (func $alloc (export "molt_alloc") (param $n i32) (result i32) (local $at i32)
    (local.set $at (i32.load (i32.const ${CELL.heapPtr})))
    (i32.store (i32.const ${CELL.heapPtr}) (i32.add (local.get $at) (local.get $n)))
    (i32.store (i32.const ${CELL.heapEnd}) (i32.load (i32.const ${CELL.heapPtr})))
    (local.get $at))
  (func $deep (param i32) (result i32) (i32.add (i32.const 1) (call $deep (i32.add (local.get 0) (i32.const 1)))))
  (func (export "molt_call") (param $export i32) (param $at i32) (param $n i32) (result i32) (local $out i32)
    (local.set $out (call $alloc (i32.add (local.get $n) (i32.const ${STR.bytes}))))
    (i32.store offset=${STR.byteLen} (local.get $out) (local.get $n))
    (memory.copy (i32.add (local.get $out) (i32.const ${STR.bytes})) (local.get $at) (local.get $n))
    (i32.store (i32.const ${CELL.abiResult}) (local.get $out))
    (if (i32.eq (local.get $export) (i32.const 1)) (then (return (i32.const ${STATUS.failed}))))
    (if (i32.eq (local.get $export) (i32.const 2)) (then (call $trap (i32.const 2))))
    (if (i32.eq (local.get $export) (i32.const 3)) (then (drop (call $deep (i32.const 0)))))
    (if (i32.eq (local.get $export) (i32.const 4)) (then unreachable))
    (if (i32.eq (local.get $export) (i32.const 5)) (then
      (i32.store (i32.const 10000) (i32.add (i32.load (i32.const 10000)) (i32.const 1)))
      (i32.store8 offset=${STR.bytes} (local.get $out) (i32.load (i32.const 10000)))
      (i32.store8 offset=${STR.bytes + 1} (local.get $out) (i32.load8_u (i32.const ${HEAP + 4096})))
      (i32.store8 (i32.const ${HEAP + 4096}) (i32.const 77))
      (i32.store (i32.const ${CELL.heapEnd}) (i32.const ${HEAP + 4097}))))
    (i32.const ${STATUS.returned})))`;

/** The module with another body of `molt_init`; the body leaves the status on the stack. */
export async function echoModule(initBody = `i32.const ${STATUS.returned}`, shared = false): Promise<WebAssembly.Module> {
  const { parseWat } = await wabt();
  const text = WAT.replace('MODULE_BODY', initBody).replace('2 100)', shared ? '2 100 shared)' : '2 100)');
  const parsed = parseWat('echo.wat', text, { threads: true });
  const module = await WebAssembly.compile(parsed.toBinary({}).buffer);
  parsed.destroy();
  return module;
}
