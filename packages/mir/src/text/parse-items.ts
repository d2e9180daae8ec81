/**
 * Reads the module items that are not functions: heap types, globals, data, table entries, exports, sites.
 */
import type { HeapType, MemType, Module } from '../ir.ts';
import type { TokenReader } from './token-reader.ts';

/** All memory types by name. */
export const MEM_TYPES = ['u8', 'i8', 'u16', 'i16', 'i32', 'i64', 'f64', 'ref', 'val', 'int', 'bool'] as const satisfies readonly MemType[];

/** Reads one item and adds it to the module. */
export function parseItem(reader: TokenReader, module: Module): void {
  switch (reader.oneOf(['type', 'global', 'data', 'table', 'export', 'site'] as const)) {
    case 'type': {
      const name = reader.expect('name');
      const kind = reader.oneOf(['fixed', 'text', 'buffer', 'bigint'] as const satisfies readonly HeapType['kind'][]);
      const size = reader.integer();
      const display = reader.is('string') ? { display: reader.expect('string') } : {};
      const fields = !reader.is('punct', '{')
        ? []
        : reader.list('{', '}', () => {
            const field = reader.expect('name');
            reader.expect('punct', ':');
            const type = reader.oneOf(MEM_TYPES);
            reader.expect('punct', '+');
            return { name: field, type, offset: reader.integer() };
          });
      module.heapTypes.set(name, { name, kind, size, fields, ...display });
      return;
    }
    case 'global': {
      const name = reader.expect('name');
      reader.expect('punct', ':');
      module.globals.set(name, { name, type: reader.oneOf(MEM_TYPES) });
      return;
    }
    case 'data': {
      const name = reader.expect('name');
      const { token } = reader;
      const hex = reader.expect('string');
      if (!/^([0-9a-f]{2})*$/.test(hex)) throw reader.fail('pairs of hexadecimal digits', token);
      const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
      const relocs = !reader.is('punct', '{')
        ? []
        : reader.list('{', '}', () => {
            const offset = reader.integer();
            reader.expect('punct', ':');
            return { offset, symbol: reader.expect('name') };
          });
      module.data.set(name, { name, bytes, relocs });
      return;
    }
    case 'table':
      module.table.push(reader.expect('name'));
      return;
    case 'export': {
      const name = reader.expect('name');
      reader.expect('punct', '=');
      module.exports.set(name, reader.expect('name'));
      return;
    }
    case 'site': {
      const file = reader.expect('string');
      const func = reader.expect('string');
      const [line, col, endLine, endCol] = [reader.integer(), reader.integer(), reader.integer(), reader.integer()] as const;
      module.sites.push({ file, func, line, col, endLine, endCol, text: reader.expect('string') });
    }
  }
}
