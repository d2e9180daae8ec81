/**
 * The site table: where each instruction of user code that may raise stands in its source. Only tracebacks read it.
 */
import { SITE_ROW } from '@molt/abi';
import type { Site } from '../ir.ts';
import type { ImageWriter } from './image-writer.ts';

/** Writes the table; its address. A site that spans lines is marked to the end of its first one. */
export function writeSiteTable(image: ImageWriter, sites: readonly Site[]): number {
  const table = image.reserve(sites.length * SITE_ROW.bytes);
  sites.forEach((site, index) => {
    const at = table + index * SITE_ROW.bytes;
    image.setU32(at + SITE_ROW.file, image.str(site.file));
    image.setU32(at + SITE_ROW.func, image.str(site.func));
    image.setU32(at + SITE_ROW.line, site.line);
    image.setU32(at + SITE_ROW.col, site.col);
    image.setU32(at + SITE_ROW.endCol, site.endLine === site.line ? site.endCol : new TextEncoder().encode(site.text).length);
    image.setU32(at + SITE_ROW.text, image.str(site.text));
  });
  return table;
}
