/**
 * What `molt init` can make: each template is a folder of `examples/`, which stays the only copy in the repository.
 *
 * The build of the command line copies them to `dist/templates`; in a checkout they are read from where they are. Links among the examples
 * become files, and what belongs to the repository (tests that need it, results of running) stays behind.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A kind of project. */
export interface ProjectTemplate {
  readonly name: string;
  readonly about: string;
  /** Files and folders of the example that are not for its users. */
  readonly without: readonly string[];
  /** What to type after setting up Python and Molt, line by line. */
  readonly steps: readonly string[];
}

const DEMO_BUILD = ['npx molt build delay_risk.py --exports delay_risk --out dist', 'ln -sf dist/molt_worker molt_worker'];

/** The templates by their names, which are those of the folders in `examples/`. */
export const PROJECT_TEMPLATES: readonly ProjectTemplate[] = [
  {
    name: 'demo-django-offload',
    about: 'a Django endpoint over a database, with its CPU part in Python and in a worker side by side, and a benchmark',
    without: ['tests'],
    steps: ['python manage.py migrate', 'python manage.py load_flights', ...DEMO_BUILD, './molt_worker & python manage.py runserver'],
  },
  {
    name: 'demo-fastapi-offload',
    about: 'the same with FastAPI',
    without: ['tests'],
    steps: ['python load_flights.py', ...DEMO_BUILD, './molt_worker & uvicorn main:app'],
  },
  {
    name: 'service',
    about: 'functions behind a worker, a client, and tests that need no worker',
    without: [],
    steps: ['npx molt build orders.py --exports total --out dist', 'dist/molt_worker & sleep 1; python client.py'],
  },
  {
    name: 'library',
    about: 'a Python package with a compiled heart, called in the process',
    without: [],
    steps: [
      'npx molt build textstats/kernel.py --exports distance --out textstats/compiled',
      `python -c "import textstats; print(textstats.distance('kitten', 'sitting'))"`,
    ],
  },
];

/** What running an example leaves in its folder. */
const LEFT_BEHIND = new Set([
  '__pycache__',
  '.pytest_cache',
  '.molt',
  '.venv',
  'node_modules',
  'dist',
  'compiled',
  'db.sqlite3',
  'molt.sock',
  'molt_worker',
]);

/** Paths below a folder of examples, or of templates, that make a project; in order. */
export function templateFiles(folder: string, { without }: ProjectTemplate): string[] {
  const paths: string[] = [];
  const visit = (below: string): void => {
    for (const name of readdirSync(join(folder, below)).sort()) {
      const path = below === '' ? name : `${below}/${name}`;
      if (LEFT_BEHIND.has(name) || without.includes(path) || name.endsWith('.pyc')) continue;
      const stat = statSync(join(folder, path), { throwIfNoEntry: false });
      if (stat?.isDirectory()) visit(path);
      else if (stat?.isFile()) paths.push(path);
    }
  };
  visit('');
  return paths;
}

/** Copies a template with the permissions of its files; `change` may rewrite the text of one. */
export function copyTemplate(
  from: string,
  to: string,
  template: ProjectTemplate,
  change: (path: string, text: string) => string = (_, text) => text,
): string[] {
  const paths = templateFiles(from, template);
  for (const path of paths) {
    const target = join(to, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, change(path, readFileSync(join(from, path), 'utf8')), { mode: statSync(join(from, path)).mode & 0o777 });
  }
  return paths;
}

/** Copies all templates for a package: to `folder/NAME` from `examples/NAME`. */
export function bundleTemplates(examples: string, folder: string): void {
  for (const template of PROJECT_TEMPLATES) {
    if (!existsSync(join(examples, template.name))) throw new Error(`there is no example ${template.name}`);
    copyTemplate(join(examples, template.name), join(folder, template.name), template);
  }
}
