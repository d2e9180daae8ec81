/**
 * A syntax tree as text, in the manner of Python's `ast.dump(tree, indent=2)`: node classes with their fields, without positions.
 */
import { parseModule } from '@molt/frontend';
import type { Program } from './program.ts';

/** Fields that are about the text or the table of nodes, not about meaning. */
const LEFT_OUT = new Set(['kind', 'id', 'start', 'end', 'nodeCount', 'path', 'source', 'lines']);

/** The trees of all files of a program. */
export function treeTexts({ files }: Program): string {
  return [...files].map(([path, text]) => `# ${path}\n${nodeText(parseModule(text, path).module, '')}\n`).join('\n');
}

function nodeText(value: unknown, indent: string): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    return value.length === 0 ? '[]' : `[\n${value.map((item) => deeper + nodeText(item, deeper)).join(',\n')}]`;
  }
  const { kind } = value as { readonly kind?: unknown };
  const fields = Object.entries(value).filter(([name]) => !LEFT_OUT.has(name));
  const head = typeof kind === 'string' ? kind : '';
  if (fields.length === 0) return `${head}()`;
  const flat = fields.every(([, field]) => typeof field !== 'object' || field === null);
  if (flat) return `${head}(${fields.map(([name, field]) => `${name}=${nodeText(field, deeper)}`).join(', ')})`;
  return `${head}(\n${fields.map(([name, field]) => `${deeper}${name}=${nodeText(field, deeper)}`).join(',\n')})`;
}
