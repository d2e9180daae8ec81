/** For authors of code generators: random machine level modules, and an evaluator to compare with. */
export { Evaluator, type Host, type Value } from './evaluator.ts';
export { type Random, randomFrom, randomModule, randomModules, SCRATCH_BYTES, withScratch } from './random-module.ts';
