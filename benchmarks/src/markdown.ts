/** The report as Markdown: speed against CPython and C with the range over the rounds, means per group, then size, compile time and memory. */
import { GROUPS } from './programs.ts';
import type { Cell, Report } from './report.ts';
import type { Spread } from './statistics.ts';

/** The whole report as a Markdown document. */
export function toMarkdown(report: Report): string {
  const engines = Object.keys(report.engines);
  const parts = [
    '# Benchmarks\n',
    `${Object.entries(report.machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}; medians of ${report.rounds} interleaved rounds, the range in brackets.\n`,
    '## Speed\n',
    'How many times faster than CPython; for C also in milliseconds. A dash: not run, see below.\n',
    table(
      ['program', 'CPython ms', ...others(report)],
      Object.entries(report.programs).map(([name, { engines: cells }]) => [
        name,
        milliseconds(cells.cpython?.seconds),
        ...engines.filter((engine) => engine !== 'cpython').map((engine) => speedOf(engine, cells[engine])),
      ]),
    ),
  ];
  if (engines.includes('c')) parts.push('## Time over C\n', timesCTable(report));
  parts.push('## Means\n', meansTable(report), '## Start-up\n', startupTable(report));
  parts.push(
    '## Artifact size\n',
    cellTable(report, (cell) => kibibytes(cell.artifactBytes)),
    '## Compile time\n',
    'Seconds of the whole command that makes the program ready.\n',
    cellTable(report, (cell) => cell.prepareSeconds?.toFixed(2)),
    '## Peak memory\n',
    'Resident set of the whole process.\n',
    cellTable(report, (cell) => kibibytes(cell.peakBytes)),
    failures(report),
  );
  return `${parts.filter((part) => part !== '').join('\n')}`;
}

function others(report: Report): string[] {
  return Object.entries(report.engines).flatMap(([name, title]) => (name === 'cpython' ? [] : [title]));
}

function speedOf(engine: string, cell: Cell | undefined): string {
  if (cell?.speedup === undefined) return '-';
  const { median, min, max } = cell.speedup;
  const time = engine === 'c' ? `, ${milliseconds(cell.seconds)} ms` : '';
  return `${number(median)}× (${number(min)}–${number(max)}${time})`;
}

function timesCTable(report: Report): string {
  const engines = Object.entries(report.engines).filter(([name]) => name !== 'c');
  return table(
    ['program', ...engines.map(([, title]) => title)],
    Object.entries(report.programs).map(([name, { engines: cells }]) => [
      name,
      ...engines.map(([engine]) => {
        const ratio = cells[engine]?.timesC;
        return ratio === undefined ? '-' : `${number(ratio.median)} (${number(ratio.min)}–${number(ratio.max)})`;
      }),
    ]),
  );
}

function meansTable(report: Report): string {
  const rows = Object.entries(report.groups).flatMap(([group, engines]) =>
    Object.entries(engines).map(([engine, mean]) => [
      group,
      report.engines[engine] ?? engine,
      String(mean.programs),
      mean.speedup === undefined ? '-' : `${number(mean.speedup)}×`,
      mean.timesC === undefined ? '-' : number(mean.timesC),
    ]),
  );
  const legend = Object.entries(GROUPS).map(([group, text]) => `- ${group}: ${text}`);
  return `Geometric means over the programs that an engine ran.\n\n${table(['group', 'engine', 'programs', 'against CPython', 'time over C'], rows)}\n${legend.join('\n')}\n`;
}

function startupTable(report: Report): string {
  const rows = Object.entries(report.startup).map(([engine, cell]) => [
    report.engines[engine] ?? engine,
    cell.seconds === undefined ? '-' : milliseconds(cell.seconds),
    kibibytes(cell.artifactBytes) ?? '-',
    kibibytes(cell.peakBytes) ?? '-',
  ]);
  return `The whole process of a program that prints one line.\n\n${table(['engine', 'ms', 'artifact', 'peak memory'], rows)}`;
}

function cellTable(report: Report, show: (cell: Cell) => string | undefined): string {
  const engines = Object.entries(report.engines).filter(([name]) =>
    Object.values(report.programs).some(({ engines: cells }) => cells[name] !== undefined && show(cells[name]) !== undefined),
  );
  return table(
    ['program', ...engines.map(([, title]) => title)],
    Object.entries(report.programs).map(([name, { engines: cells }]) => [
      name,
      ...engines.map(([engine]) => (cells[engine] && show(cells[engine])) ?? '-'),
    ]),
  );
}

function failures(report: Report): string {
  const lines = Object.entries(report.missing).map(([engine, why]) => `- ${engine}: ${why}`);
  for (const [program, { engines }] of Object.entries(report.programs)) {
    for (const [engine, { failure }] of Object.entries(engines))
      if (failure !== undefined) lines.push(`- ${program} on ${engine}: ${failure}`);
  }
  for (const [engine, { failure }] of Object.entries(report.startup))
    if (failure !== undefined) lines.push(`- start-up of ${engine}: ${failure}`);
  return lines.length === 0 ? '' : `## Not run\n\n${lines.join('\n')}\n`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return line(header) + line(header.map((_, i) => (i === 0 ? '---' : '--:'))) + rows.map(line).join('');
}

function milliseconds(seconds: Spread | undefined): string {
  return seconds === undefined ? '-' : number(seconds.median * 1000);
}

function kibibytes(bytes: number | undefined): string | undefined {
  return bytes === undefined ? undefined : bytes < 10_240 ? `${bytes} B` : `${Math.round(bytes / 1024).toLocaleString('en')} KiB`;
}

/** Three significant digits. */
function number(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
