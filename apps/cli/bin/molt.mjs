#!/usr/bin/env node
/**
 * Starts the command line: from `dist` in an installed package, from bundled sources in a checkout.
 *
 * In a checkout no build is needed: the sources are bundled when one of them changed (see scripts/bundle.mjs).
 */
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  process.stderr.write(`molt needs Node 20 or newer, this is ${process.versions.node}\n`);
  process.exit(1);
}

const bundler = new URL('../../../scripts/bundle.mjs', import.meta.url);
// Node 22 and newer keep compiled code between starts.
module.enableCompileCache?.();
const { main } =
  existsSync(new URL('../src/main.ts', import.meta.url)) && existsSync(bundler) ? await fromSources() : await import('../dist/main.js');
const exitCode = await main(process.argv.slice(2));
if (typeof exitCode === 'number') process.exitCode = exitCode;

async function fromSources() {
  const { bundle, cliEntries } = await import(bundler.href);
  try {
    const bundles = await bundle('cli', cliEntries(fileURLToPath(new URL('..', import.meta.url))));
    return await import(pathToFileURL(bundles.main).href);
  } catch (error) {
    if (error?.errors === undefined && error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    process.stderr.write(`molt: its sources cannot be bundled; run npm test first.\n${error.message}\n`);
    process.exit(1);
  }
}
