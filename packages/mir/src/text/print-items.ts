/**
 * The part of a module that is not functions, as text: heap types, globals, static data, function table, exports, sites.
 */
import type { DataItem, HeapType, Module, Site } from '../ir.ts';
import { formatName } from './token-text.ts';

/** Prints everything of a module except its functions. */
export function printItems(module: Module): string {
  const lines = [`module ${formatName(module.name)} ${module.level}`];
  for (const [key, type] of module.heapTypes) lines.push(heapTypeText(key, type));
  for (const [key, global] of module.globals) lines.push(`global ${formatName(key)}: ${global.type}`);
  for (const [key, item] of module.data) lines.push(dataText(key, item));
  for (const name of module.table) lines.push(`table ${formatName(name)}`);
  for (const [name, func] of module.exports) lines.push(`export ${formatName(name)} = ${formatName(func)}`);
  for (const site of module.sites) lines.push(siteText(site));
  lines.push('');
  return lines.join('\n');
}

function heapTypeText(key: string, type: HeapType): string {
  const fields = type.fields.map((field) => `${formatName(field.name)}: ${field.type} +${field.offset}`);
  const display = type.display === undefined ? '' : ` ${JSON.stringify(type.display)}`;
  return `type ${formatName(key)} ${type.kind} ${type.size}${display}${fields.length === 0 ? '' : ` { ${fields.join(', ')} }`}`;
}

function dataText(key: string, item: DataItem): string {
  const relocs = item.relocs.map(({ offset, symbol }) => `${offset}: ${formatName(symbol)}`);
  const bytes = [...item.bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `data ${formatName(key)} "${bytes}"${relocs.length === 0 ? '' : ` { ${relocs.join(', ')} }`}`;
}

function siteText({ file, func, line, col, endLine, endCol, text }: Site): string {
  return `site ${JSON.stringify(file)} ${JSON.stringify(func)} ${line} ${col} ${endLine} ${endCol} ${JSON.stringify(text)}`;
}
