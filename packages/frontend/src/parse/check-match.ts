/**
 * Faults inside `match` statements: patterns that leave nothing for those after them, names bound twice or not in all
 * alternatives, two stars, repeated keys and attributes.
 */
import type { Expr, Match, Pattern } from '../ast/nodes.ts';
import type { Report } from './check-expression-context.ts';

/** Checks all patterns of one statement. */
export function checkMatch(statement: Match, report: Report): void {
  const last = statement.cases.length - 1;
  statement.cases.forEach((clause, index) => {
    checkPattern(clause.pattern, clause.guard !== null || index === last, new Set(), report);
  });
}

/** Checks a pattern; adds the names it binds to `bound`. `mayMatchAll`: nothing after it would become unreachable. */
function checkPattern(pattern: Pattern, mayMatchAll: boolean, bound: Set<string>, report: Report): void {
  switch (pattern.kind) {
    case 'MatchValue':
    case 'MatchSingleton':
      break;
    case 'MatchStar':
      bind(pattern.name, pattern, bound, report);
      break;
    case 'MatchAs':
      if (pattern.pattern === null) {
        if (!mayMatchAll) {
          const what = pattern.name === null ? 'wildcard' : `name capture '${pattern.name}'`;
          report('unreachablePattern', `${what} makes remaining patterns unreachable`, pattern.start, pattern.end);
        }
      } else checkPattern(pattern.pattern, mayMatchAll, bound, report);
      bind(pattern.name, pattern, bound, report);
      break;
    case 'MatchSequence': {
      let stars = 0;
      for (const part of pattern.patterns) {
        if (part.kind === 'MatchStar') {
          if (++stars === 2) report('patternBinding', 'multiple starred names in sequence pattern', pattern.start, pattern.end);
        }
        checkPattern(part, true, bound, report);
      }
      break;
    }
    case 'MatchMapping':
      checkKeys(pattern.keys, pattern, report);
      for (const part of pattern.patterns) checkPattern(part, true, bound, report);
      bind(pattern.rest, pattern, bound, report);
      break;
    case 'MatchClass':
      pattern.kwd_attrs.forEach((attr, index) => {
        if (pattern.kwd_attrs.indexOf(attr) === index) return;
        const part = pattern.kwd_patterns[index] as Pattern;
        report('patternBinding', `attribute name repeated in class pattern: ${attr}`, part.start, part.end);
      });
      for (const part of pattern.patterns) checkPattern(part, true, bound, report);
      for (const part of pattern.kwd_patterns) checkPattern(part, true, bound, report);
      break;
    case 'MatchOr':
      checkAlternatives(pattern.patterns, pattern, mayMatchAll, bound, report);
      break;
  }
}

function checkAlternatives(parts: readonly Pattern[], whole: Pattern, mayMatchAll: boolean, bound: Set<string>, report: Report): void {
  let common: Set<string> | null = null;
  parts.forEach((part, index) => {
    const names = new Set<string>();
    checkPattern(part, mayMatchAll && index === parts.length - 1, names, report);
    if (common === null) common = names;
    else if (!sameNames(common, names)) {
      report('patternBinding', 'alternative patterns bind different names', whole.start, whole.end);
    }
  });
  for (const name of common ?? []) bind(name, whole, bound, report);
}

function bind(name: string | null, pattern: Pattern, bound: Set<string>, report: Report): void {
  if (name === null) return;
  if (bound.has(name)) report('patternBinding', `multiple assignments to name '${name}' in pattern`, pattern.start, pattern.end);
  bound.add(name);
}

function sameNames(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a.size !== b.size) return false;
  for (const name of a) if (!b.has(name)) return false;
  return true;
}

function checkKeys(keys: readonly Expr[], pattern: Pattern, report: Report): void {
  const seen = new Set<string>();
  for (const key of keys) {
    const identity = keyIdentity(key);
    if (identity === null) continue;
    if (seen.has(identity.same)) {
      report('patternBinding', `mapping pattern checks duplicate key (${identity.shown})`, pattern.start, pattern.end);
    }
    seen.add(identity.same);
  }
}

/** What makes two literal keys equal (`1 == 1.0 == True`), and how a message shows one; `null` for dotted names. */
function keyIdentity(key: Expr): { readonly same: string; readonly shown: string } | null {
  if (key.kind === 'UnaryOp') {
    const operand = keyIdentity(key.operand);
    if (operand === null) return null;
    return operand.same === '0' ? operand : { same: `-${operand.same}`, shown: `-${operand.shown}` };
  }
  if (key.kind === 'BinOp') {
    const left = keyIdentity(key.left);
    const right = keyIdentity(key.right);
    if (left === null || right === null) return null;
    const sign = key.op === 'Add' ? '+' : '-';
    return { same: `${left.same}${sign}${right.same}`, shown: `(${left.shown}${sign}${right.shown})` };
  }
  if (key.kind !== 'Constant') return null;
  const { value } = key;
  switch (value.type) {
    case 'none':
      return { same: 'None', shown: 'None' };
    case 'ellipsis':
      return { same: 'Ellipsis', shown: 'Ellipsis' };
    case 'bool':
      return { same: value.value ? '1' : '0', shown: value.value ? 'True' : 'False' };
    case 'int':
      return { same: value.value.toString(), shown: value.value.toString() };
    case 'float':
      return {
        same: Number.isInteger(value.value) ? BigInt(value.value).toString() : String(value.value),
        shown: Number.isInteger(value.value) ? value.value.toFixed(1) : String(value.value),
      };
    case 'imaginary':
      return { same: value.value === 0 ? '0' : `${value.value}j`, shown: `${value.value}j` };
    case 'str':
      return { same: `s${value.value}`, shown: `'${value.value}'` };
    case 'bytes': {
      const text = String.fromCharCode(...value.value);
      return { same: `b${text}`, shown: `b'${text}'` };
    }
  }
}
