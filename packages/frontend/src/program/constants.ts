/** Constants of the abi package under the names that stdlib files import: `CELL.heapPtr` is `CELL_HEAP_PTR`. */
import * as abi from '@molt/abi';

function build(): Map<string, bigint> {
  const out = new Map<string, bigint>();
  const add = (prefix: string, table: Readonly<Record<string, number | bigint>>): void => {
    for (const [key, value] of Object.entries(table)) out.set(`${prefix}_${upper(key)}`, BigInt(value));
  };
  add('CELL', abi.CELL);
  add('TYPE', abi.TYPE_ID);
  add('STR', abi.STR);
  add('HEADER', abi.HEADER);
  add('BUFFER', abi.BUFFER);
  add('BIGINT', abi.BIGINT);
  add('FLOAT', abi.FLOAT);
  add('TYPE_ROW', abi.TYPE_ROW);
  add('TYPE_KIND', abi.TYPE_KIND);
  add('SLOT_KIND', abi.SLOT_KIND);
  add('SITE_ROW', abi.SITE_ROW);
  add('SINGLETON', abi.SINGLETON);
  add('TRAP_REASON', abi.TRAP_REASON);
  add('STATUS', abi.STATUS);
  const plain = {
    TRACE_BUFFER: abi.TRACE_BUFFER,
    TRACE_CAPACITY: abi.TRACE_CAPACITY,
    STACK_BASE: abi.STACK_BASE,
    FIRST_TYPE_ID: abi.FIRST_TYPE_ID,
  };
  for (const [key, value] of Object.entries(plain)) out.set(key, BigInt(value));
  return out;
}

const upper = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase();

export const ABI_CONSTANTS: ReadonlyMap<string, bigint> = build();
