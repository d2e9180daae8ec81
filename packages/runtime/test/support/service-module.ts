/**
 * A hand-written module with the ABI of a service, to test the worker without a compiler.
 *
 * Its exports take `data: bytes` and answer bytes: the output's encoding is the input's without the byte that opens the record. An input that
 * does not begin with that byte is refused as compiled decoders do.
 */
import { ABI_VERSION, CELL, STATUS, STR, TRAP_REASON } from '@molt/abi';
import { packControl } from '@molt/ipc';
import { bytes, type ExportSchema, int, type SchemaSet } from '@molt/schema-ir';
import wabt from 'wabt';

const data = [{ name: 'data', schema: bytes() }];
const takesBytes = (name: string): ExportSchema => ({ name, params: data, result: bytes() });

/** The exports, in the order of their indices. */
export const SERVICE_SCHEMAS: SchemaSet = {
  version: 1,
  types: {},
  exports: [
    { ...takesBytes('echo'), idempotent: true },
    takesBytes('spin'),
    takesBytes('fail'),
    takesBytes('trap'),
    takesBytes('eat_memory'),
    takesBytes('overflow_stack'),
    { name: 'count', params: data, result: int() },
    takesBytes('bad_payload'),
  ],
};

const HEAP = 65536;

/** A bytes object with MessagePack inside, as WAT data at an address. */
function bytesObject(address: number, value: Parameters<typeof packControl>[0]): string {
  const payload = packControl(value);
  const length = new Uint8Array(new Uint32Array([payload.length]).buffer);
  const escaped = (part: Uint8Array) => [...part].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
  return `(data (i32.const ${address + STR.byteLen}) "${escaped(length)}") (data (i32.const ${address + STR.bytes}) "${escaped(payload)}")`;
}

const RAISED = 30_000;
const WRONG_INPUT = 31_000;

const raised = [
  'ValueError',
  'no such price: 7',
  'Traceback (most recent call last):\n  File "shop.py", line 3, in fail\nValueError: no such price: 7\n',
  ['no such price: 7'],
];

/** Settings of the module. */
export interface ServiceModuleOptions {
  /** Whether its memory is shared, so that the supervisor can write the interrupt cell. */
  readonly shared?: boolean;
  /** Whether loops look at the interrupt cell. */
  readonly checksInterrupts?: boolean;
  /** WAT of the module body; leaves the status on the stack. */
  readonly init?: string;
}

function wat({ shared = false, checksInterrupts = true, init = `i32.const ${STATUS.returned}` }: ServiceModuleOptions): string {
  const check = `(if (i32.load (i32.const ${CELL.interrupt})) (then (call $trap (i32.load (i32.const ${CELL.interrupt})))))`;
  return `(module
  (import "molt" "trap" (func $trap (param i32)))
  (import "molt" "write" (func $write (param i32 i32 i32)))
  (memory (export "memory") 2 1000 ${shared ? 'shared' : ''})
  (data (i32.const ${CELL.heapPtr}) "\\00\\00\\01\\00")
  (data (i32.const ${CELL.heapBase}) "\\00\\00\\01\\00\\00\\00\\01\\00")
  (data (i32.const 20000) "ZeroDivisionError: division by zero\\n")
  ${bytesObject(RAISED, raised)}
  ${bytesObject(WRONG_INPUT, ['$', 'expected echo.input of 1 fields'])}
  (func (export "molt_abi") (result i32) i32.const ${ABI_VERSION})
  (func (export "molt_init") (result i32) ${init})
  (func (export "molt_freeze"))
  (func $alloc (export "molt_alloc") (param $n i32) (result i32) (local $at i32) (local $end i32)
    (local.set $at (i32.load (i32.const ${CELL.heapPtr})))
    (local.set $end (i32.and (i32.add (i32.add (local.get $at) (local.get $n)) (i32.const 7)) (i32.const -8)))
    (if (i32.and (i32.ne (i32.load (i32.const ${CELL.memoryLimit})) (i32.const 0)) (i32.gt_u (local.get $end) (i32.load (i32.const ${CELL.memoryLimit}))))
      (then (call $trap (i32.const ${TRAP_REASON.memory}))))
    (block $fits (loop $grow
      (br_if $fits (i32.le_u (local.get $end) (i32.mul (memory.size) (i32.const 65536))))
      (if (i32.eq (memory.grow (i32.const 16)) (i32.const -1)) (then (call $trap (i32.const ${TRAP_REASON.memory}))))
      (br $grow)))
    (i32.store (i32.const ${CELL.heapPtr}) (local.get $end))
    (i32.store (i32.const ${CELL.heapEnd}) (local.get $end))
    (local.get $at))
  (func $deep (param i32) (result i32) (i32.add (i32.const 1) (call $deep (i32.add (local.get 0) (i32.const 1)))))
  (func $spin (loop $again ${checksInterrupts ? check : ''} (br $again)))
  (func $leave (param $object i32) (param $status i32) (result i32)
    (i32.store (i32.const ${CELL.abiResult}) (local.get $object)) (local.get $status))
  (func (export "molt_call") (param $export i32) (param $at i32) (param $n i32) (result i32) (local $out i32)
    (if (i32.or (i32.eqz (local.get $n)) (i32.ne (i32.load8_u (local.get $at)) (i32.const 0x91)))
      (then (return (call $leave (i32.const ${WRONG_INPUT}) (i32.const ${STATUS.invalidInput})))))
    (if (i32.eq (local.get $export) (i32.const 1)) (then (call $spin)))
    (if (i32.eq (local.get $export) (i32.const 2)) (then (return (call $leave (i32.const ${RAISED}) (i32.const ${STATUS.failed})))))
    (if (i32.eq (local.get $export) (i32.const 3)) (then unreachable))
    (if (i32.eq (local.get $export) (i32.const 4)) (then (loop $more (drop (call $alloc (i32.const 1000000))) (br $more))))
    (if (i32.eq (local.get $export) (i32.const 5)) (then (drop (call $deep (i32.const 0)))))
    (local.set $n (i32.sub (local.get $n) (i32.const 1)))
    (local.set $out (call $alloc (i32.add (local.get $n) (i32.const ${STR.bytes + 8}))))
    (i32.store offset=${STR.byteLen} (local.get $out) (local.get $n))
    (memory.copy (i32.add (local.get $out) (i32.const ${STR.bytes})) (i32.add (local.get $at) (i32.const 1)) (local.get $n))
    (if (i32.eq (local.get $export) (i32.const 6)) (then
      (i32.store (i32.const 10000) (i32.add (i32.load (i32.const 10000)) (i32.const 1)))
      (i32.store offset=${STR.byteLen} (local.get $out) (i32.const 1))
      (i32.store8 offset=${STR.bytes} (local.get $out) (i32.load (i32.const 10000)))))
    (call $leave (local.get $out) (select (i32.const ${STATUS.failed}) (i32.const ${STATUS.returned}) (i32.eq (local.get $export) (i32.const 7)))))
  (data (i32.const ${HEAP - 8}) "\\00"))`;
}

/** The bytes of the module. */
export async function serviceModule(options: ServiceModuleOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const { parseWat } = await wabt();
  const parsed = parseWat('service.wat', wat(options), { threads: true, bulk_memory: true });
  const { buffer } = parsed.toBinary({});
  parsed.destroy();
  return Uint8Array.from(buffer);
}
