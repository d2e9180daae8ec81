/**
 * The pipeline: which passes run, in which order. Read the table from top to bottom.
 *
 * Level 0 runs what is needed for correct code, level 1 what makes code small and direct for little time, level 2 everything. Order
 * constraints that passes state are checked when the table is loaded.
 */
import { broken } from '@molt/diagnostics';
import { copyModule } from '../copy-module.ts';
import type { Module } from '../ir.ts';
import { throwFaults } from '../verify/fault.ts';
import { verifyModule } from '../verify/verify.ts';
import { canCollect } from './can-collect.ts';
import { canRaise } from './can-raise.ts';
import { constFold } from './const-fold/const-fold.ts';
import { cse } from './cse.ts';
import { dce } from './dce.ts';
import { inline } from './inline/inline.ts';
import { interrupts } from './interrupts.ts';
import { legalise } from './legalise-pass.ts';
import { licm } from './licm.ts';
import { Changes, type Pass, type PassContext } from './pass.ts';
import { ranges } from './ranges/ranges.ts';
import { recursion } from './recursion.ts';
import { roots } from './roots.ts';
import { scalarReplacement } from './scalar-replacement.ts';
import { simplifyCfg } from './simplify-cfg.ts';

/** The order of passes. */
export const PIPELINE: readonly Pass[] = [
  dce,
  recursion,
  constFold,
  simplifyCfg,
  inline,
  canRaise,
  constFold,
  simplifyCfg,
  cse,
  constFold,
  scalarReplacement,
  constFold,
  simplifyCfg,
  licm,
  cse,
  constFold,
  simplifyCfg,
  dce,
  interrupts,
  ranges,
  constFold,
  legalise,
  canCollect,
  roots,
  constFold,
  simplifyCfg,
  cse,
  licm,
  constFold,
  simplifyCfg,
  dce,
];

/** What to run. */
export interface PipelineOptions {
  readonly level: 0 | 1 | 2;
  /** Whether compiled code can be stopped at loops and recursive calls. */
  readonly interrupts: boolean;
  /** Names of passes to leave out; required ones stay. */
  readonly disable?: readonly string[];
  /** Runs the verifier before the first and after every pass. */
  readonly verifyEach?: boolean;
  /** Told after every pass: its name, its time, and the module as it is then. */
  readonly onPass?: (name: string, ms: number, module: Module) => void;
}

/** Runs the passes over a copy of a language-level module; the answer is at machine level, ready for code generation. */
export function runPipeline(module: Module, options: PipelineOptions): Module {
  const { level, disable = [], verifyEach = false, onPass } = options;
  for (const name of disable) if (!PIPELINE.some((pass) => pass.name === name)) throw broken(`there is no pass named ${name}`);
  const context: PassContext = {
    options: { level, interrupts: options.interrupts },
    facts: new Map(),
    traced: new Map(),
    changes: new Changes(),
  };
  let current = copyModule(module);
  if (verifyEach) throwFaults(current, verifyModule(current), 'the front end');
  for (const pass of PIPELINE) {
    if (!pass.required && (pass.level > level || disable.includes(pass.name))) continue;
    const start = performance.now();
    current = pass.run(current, context) ?? current;
    onPass?.(pass.name, performance.now() - start, current);
    if (verifyEach) throwFaults(current, verifyModule(current), pass.name);
  }
  return current;
}

/** The order constraints that a table breaks, as sentences. */
export function orderFaults(table: readonly Pass[]): string[] {
  const faults: string[] = [];
  table.forEach((pass, at) => {
    for (const { pass: before, because } of pass.after) {
      const first = table.findIndex((other) => other.name === before);
      if (first === -1 || first >= at) faults.push(`${pass.name} must run after ${before}: ${because}`);
    }
  });
  return faults;
}

const faults = orderFaults(PIPELINE);
if (faults.length > 0) broken(faults.join('; '));
