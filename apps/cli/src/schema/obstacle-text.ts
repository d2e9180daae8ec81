/** Reasons of incompatibility as lines for people. */
import { READ_RULES, type ReadObstacle } from '@molt/schema-ir';

/** Two lines per reason: where, which rule and why; then what to do instead. */
export function obstacleLines(obstacles: readonly ReadObstacle[], indent: string): string[] {
  return obstacles.flatMap(({ path, rule, tier, message }) => [
    `${indent}${path}  ${tier} ${rule}: ${message}`,
    `${indent}  fix: ${READ_RULES[rule].fix}`,
  ]);
}
