/**
 * `molt init`: a project to begin with.
 *
 * An installed `molt` has its templates beside it and names the versions of itself; one that runs from a checkout takes the examples there and
 * names the checkout, so that what it makes works before anything is published.
 */
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { COMPILER_VERSION } from '@molt/core';
import { Argument, type Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { EXIT, EXIT_CODES_HELP } from '../exit-code.ts';
import { copyTemplate, PROJECT_TEMPLATES, type ProjectTemplate } from '../project-templates.ts';

const IGNORED = [
  '.venv/',
  'node_modules/',
  '__pycache__/',
  '.pytest_cache/',
  '.molt/',
  'dist/',
  'compiled/',
  'db.sqlite3',
  'molt.sock',
  'molt_worker',
];

/** Where templates, the client and the command line come from. */
interface Origin {
  readonly templates: string;
  /** The checkout that this runs from, if it does. */
  readonly checkout?: string;
}

/** Adds the command. */
export function addInit(program: Command, context: CommandContext): void {
  const names = PROJECT_TEMPLATES.map(({ name }) => name);
  const width = Math.max(...names.map((name) => name.length));
  program
    .command('init')
    .description('make a project to begin with')
    .addArgument(new Argument('<template>', 'what kind of project').choices(names))
    .argument('<dir>', 'folder of the project; made when missing, and refused when it has something in it')
    .addHelpText(
      'after',
      `
Templates:
${PROJECT_TEMPLATES.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`).join('\n')}

Examples:
  molt init demo-django-offload shop
  molt init service orders${EXIT_CODES_HELP}`,
    )
    .action((name: string, dir: string) => {
      context.exitCode = init(PROJECT_TEMPLATES.find((template) => template.name === name) as ProjectTemplate, dir, context);
    });
}

function init(template: ProjectTemplate, dir: string, { output }: CommandContext): number {
  const folder = resolve(dir);
  const inTheWay = whatIsInTheWay(folder);
  if (inTheWay !== undefined) {
    output.note(`${dir} ${inTheWay}: molt init makes a project in a new or an empty folder only.`);
    return EXIT.refused;
  }
  const origin = findOrigin();
  mkdirSync(folder, { recursive: true });
  const paths = copyTemplate(join(origin.templates, template.name), folder, template, (path, text) =>
    path === 'requirements.txt' ? text.replace(/^molt-accel.*$/m, clientRequirement(origin)) : text,
  );
  writeFileSync(join(folder, '.gitignore'), `${IGNORED.join('\n')}\n`);
  const molt = origin.checkout === undefined ? COMPILER_VERSION : `file:${join(origin.checkout, 'apps', 'cli')}`;
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ private: true, devDependencies: { molt } }, null, 2)}\n`);
  output.line(`${dir}: ${template.about} (${paths.length + 2} files)`);
  output.line('');
  output.line('Next:');
  const steps = [
    `cd ${relative('', folder) === '' ? '.' : shellWord(relative('', folder))}`,
    'npm install',
    'python3 -m venv .venv && . .venv/bin/activate',
    'pip install -r requirements.txt',
    ...template.steps,
  ];
  for (const step of steps) output.line(`  ${step}`);
  output.line('');
  output.line('README.md says more.');
  return EXIT.ok;
}

/** What keeps a project from being made there; nothing if nothing does. */
function whatIsInTheWay(folder: string): string | undefined {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (!stat.isDirectory()) return 'is a file';
  const [first, second] = readdirSync(folder);
  if (first === undefined) return undefined;
  return second === undefined ? `has ${first} in it` : `has ${first} and more in it`;
}

function findOrigin(): Origin {
  const packaged = fileURLToPath(new URL('./templates', import.meta.url));
  if (existsSync(packaged)) return { templates: packaged };
  // Bundled sources of a checkout run from node_modules/.cache/molt/NAME/.
  const checkout = fileURLToPath(new URL('../../../../', import.meta.url));
  return { templates: join(checkout, 'examples'), checkout };
}

function clientRequirement({ checkout }: Origin): string {
  return checkout === undefined
    ? `molt-accel==${COMPILER_VERSION}`
    : `molt-accel @ ${pathToFileURL(join(checkout, 'clients', 'python')).href}`;
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
